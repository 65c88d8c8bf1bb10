package ledger

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

const (
	maxTexts   = 1000
	maxTextLen = 512
	// otherText stands for every text after the thousandth.
	otherText = "another reason (1,000 different ones are kept)"
)

// texts are the distinct details of a run, by index. Index 0 is the empty text.
type texts struct {
	mu     sync.RWMutex
	byText map[string]uint16
	all    []string
	stored int // how many of all are on disk
}

func (t *texts) load(b *bolt.Bucket) error {
	t.byText, t.all = map[string]uint16{"": 0}, []string{""}
	err := b.ForEach(func(k, v []byte) error {
		if len(k) != 2 || int(binary.BigEndian.Uint16(k)) != len(t.all) {
			return fmt.Errorf("%w: bucket err has a gap", ErrDamaged)
		}
		t.byText[string(v)] = uint16(len(t.all))
		t.all = append(t.all, string(v))
		return nil
	})
	t.stored = len(t.all)
	return err
}

// index returns the number under which text is kept, a new one if need be.
func (t *texts) index(text string) uint16 {
	if text == "" {
		return 0
	}
	text = mask(text)
	t.mu.Lock()
	defer t.mu.Unlock()
	if i, ok := t.byText[text]; ok {
		return i
	}
	if len(t.all) >= maxTexts {
		text = otherText
		if i, ok := t.byText[text]; ok {
			return i
		}
	}
	i := uint16(len(t.all))
	t.byText[text] = i
	t.all = append(t.all, text)
	return i
}

func (t *texts) get(i uint16) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(i) < len(t.all) {
		return t.all[i]
	}
	return ""
}

// store writes the texts that are not on disk yet. Only the committing goroutine calls it; when the commit fails the ledger is broken.
func (t *texts) store(b *bolt.Bucket) error {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for ; t.stored < len(t.all); t.stored++ {
		if err := b.Put(binary.BigEndian.AppendUint16(nil, uint16(t.stored)), []byte(t.all[t.stored])); err != nil {
			return err
		}
	}
	return nil
}

// mask cuts a text to size and replaces every run of six or more digits, so that no phone number comes to stand in the ledger
// however a server phrases its refusal.
func mask(text string) string {
	if len(text) > maxTextLen {
		text = strings.ToValidUTF8(text[:maxTextLen], "")
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "�")
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && '0' <= text[j] && text[j] <= '9' {
			j++
		}
		switch {
		case j-i >= 6:
			b.WriteString("…")
		case j > i:
			b.WriteString(text[i:j])
		default:
			j = i + 1
			b.WriteByte(text[i])
		}
		i = j
	}
	return b.String()
}
