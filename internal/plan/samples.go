package plan

import (
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/preview"
	"sendoff/internal/prose"
)

// Sample is a message as one person would read it, with their data in it.
type Sample struct {
	Line int    `json:"line"` // of the audience
	Text string `json:"text"`
	Note string `json:"note,omitempty"` // why it is shown, where it is not the first: "no first name", "longest: 2 parts", "in sv", "not translated"
	// Row has the message as it looks on each of the campaign's channels.
	Row preview.Row `json:"-"`
}

// mostSamples is how many texts a plan shows.
const mostSamples = 5

// samples are the rows worth showing to who decides about sending: the first that is sent, the first in which a default stands in for a
// value, the longest message, and where there are translations the first for the message itself and for each of them. They are nil where there
// is none.
type samples struct {
	first, defaulted, longest *campaign.Recipient
	longestSize               int
	translated                []*campaign.Recipient // by translation, behind that of the message itself
}

// newSamples returns those of a campaign with so many translations.
func newSamples(translations int) samples {
	if translations == 0 {
		return samples{}
	}
	return samples{translated: make([]*campaign.Recipient, translations+1)}
}

// take takes a frame's candidates over where they are better.
func (s *samples) take(f *frame) {
	if s.first == nil {
		s.first = f.keep(f.first)
	}
	if s.defaulted == nil {
		s.defaulted = f.keep(f.defaulted)
	}
	if f.longestSize > s.longestSize {
		s.longest, s.longestSize = f.keep(f.longest), f.longestSize
	}
	for i, row := range f.translated {
		if s.translated[i] == nil {
			s.translated[i] = f.keep(row)
		}
	}
}

// keep returns a copy of row i, whose frame will be used again, or nil for -1.
func (f *frame) keep(i int) *campaign.Recipient {
	if i < 0 {
		return nil
	}
	r := f.rows[i]
	r.Fields, r.Others = slices.Clone(r.Fields), slices.Clone(r.Others)
	return &r
}

// drop removes a row that is not sent after all. The first never is: of rows with the same address the first wins.
func (s *samples) drop(row int) {
	if s.defaulted != nil && s.defaulted.Row == row {
		s.defaulted = nil
	}
	if s.longest != nil && s.longest.Row == row {
		s.longest = nil
	}
	for i, r := range s.translated {
		if r != nil && r.Row == row {
			s.translated[i] = nil
		}
	}
}

// texts renders the samples, each row once.
func (b *builder) texts() []Sample {
	s, r, translations := &b.samples, b.in.renderer, b.in.campaign.Translations
	var texts []Sample
	shown, heard := make(map[int]bool), make(map[int]bool) // rows, translations
	show := func(row *campaign.Recipient, note string) {
		if row == nil || shown[row.Row] || len(texts) == mostSamples {
			return
		}
		shown[row.Row], heard[r.Translation(row)] = true, true
		texts = append(texts, Sample{Line: row.Line, Text: r.Text(row), Note: note, Row: b.shown(row)})
	}
	show(s.first, "")
	if s.defaulted != nil {
		show(s.defaulted, "no "+strings.ReplaceAll(r.DefaultOf(s.defaulted), "_", " "))
	}
	if s.longest != nil {
		note := "longest"
		if parts := b.in.linter.Judge().Measure(s.longest).Parts; parts > 0 {
			note += ": " + prose.Counted(parts, "part", "parts")
		}
		show(s.longest, note)
	}
	for i, row := range s.translated {
		switch translation := i - 1; {
		case heard[translation]:
		case translation < 0:
			show(row, "not translated")
		default:
			show(row, "in "+translations[translation].Language)
		}
	}
	return texts
}

// shown returns a row's message as phones show it.
func (b *builder) shown(row *campaign.Recipient) preview.Row {
	c, translation := b.in.campaign, b.in.renderer.Translation(row)
	shown := preview.Row{Screens: preview.Screens(c.MessageFor(translation), b.config.Templates, b.in.renderer, row, c.ChannelPriorityOrder)}
	if translation >= 0 {
		shown.Language = c.Translations[translation].Language
	}
	return shown
}
