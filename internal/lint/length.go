package lint

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/view"
)

// length is a text whose length depends on values, on channels that take so much of it.
type length struct {
	where    string
	literals int // characters
	values   []int
	most     int
	note     string
	channels campaign.ChannelSet
	found    *Finding
}

// take lists the channels of a set in the order of [campaign.Channels], with a verb.
func take(set campaign.ChannelSet) string {
	var names []string
	for _, c := range campaign.Channels {
		if set.Has(c) {
			names = append(names, string(c))
		}
	}
	if len(names) == 1 {
		return names[0] + " takes"
	}
	return strings.Join(names, ", ") + " take"
}

// addLengths adds the texts that a channel takes so much of. What is the same on several channels is one finding.
func (b *builder) addLengths(v view.View) {
	for _, s := range texts(v) {
		limit, ok := limitOf(v.Channel, v.Kind, s.role)
		if !ok || v.AsText && s.role != bodyRole { // what Sinch makes a label of, it makes fit
			continue
		}
		l := length{where: b.placeOf(v, s), most: limit.most, note: limit.note, channels: campaign.ChannelSet(0).With(v.Channel)}
		for _, part := range b.parts(s.text...) {
			if part.value >= 0 {
				l.values = append(l.values, part.value)
			}
			l.literals += utf8.RuneCountInString(part.literal)
		}
		if l.literals <= l.most && len(l.values) == 0 {
			continue
		}
		same := slices.IndexFunc(b.lengths, func(other length) bool {
			return other.where == l.where && other.most == l.most && other.note == l.note && other.literals == l.literals
		})
		if same >= 0 {
			b.lengths[same].channels |= l.channels
		} else {
			b.lengths = append(b.lengths, l)
		}
	}
}

// finishLengths makes the findings, once the channels of each are known, and keeps those that depend on values.
func (b *builder) finishLengths() {
	b.lengths = slices.DeleteFunc(b.lengths, func(l length) bool {
		if l.literals <= l.most {
			return false
		}
		b.found.state(b.found.warning(l.note, "%s: %s characters; %s at most %s", l.where, prose.Thousands(l.literals), take(l.channels), prose.Thousands(l.most)))
		return true
	})
	for i := range b.lengths {
		l := &b.lengths[i]
		l.found = b.found.warning(l.note, "%s: more than the %s characters that %s", l.where, prose.Thousands(l.most), take(l.channels))
	}
}
