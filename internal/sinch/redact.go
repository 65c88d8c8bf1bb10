package sinch

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText  = 300 // characters that Redact leaves
	maxRun   = 5   // digits in a row that cannot be somebody's number
	ellipsis = '…'
)

// Redact makes text that came over the wire fit for a log, a ledger or a terminal: every run of six or more digits becomes "…",
// since it may be a telephone number, characters that control a terminal or the direction of writing go, white space becomes
// single spaces, and what is longer than 300 characters is cut and ends in "…".
func Redact(text string) string {
	var kept []rune
	run := 0 // digits at the end of kept; beyond maxRun they are one ellipsis
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			r = ' '
			if len(kept) == 0 || kept[len(kept)-1] == ' ' {
				continue
			}
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs): // before digits: "44\u200b77" is one run
			continue
		}
		if !unicode.IsDigit(r) {
			run = 0
			kept = append(kept, r)
		} else if run++; run <= maxRun {
			kept = append(kept, r)
		} else if run == maxRun+1 {
			kept = append(kept[:len(kept)-maxRun], ellipsis)
		}
		if len(kept) > maxText+maxRun {
			break
		}
	}
	return cut(strings.TrimRight(string(kept), " "))
}

func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText-1]) + string(ellipsis)
}
