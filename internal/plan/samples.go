package plan

import (
	"slices"

	"sendoff/campaign"
	"sendoff/internal/render"
)

// Sample is a message as one person would read it, with their data in it.
type Sample struct {
	Line int // of the audience
	Text string
	Note string // why it is shown, where it is not the first: "a default stands in", "the longest"
}

// samples are the rows worth showing to who decides about sending: the first that is sent, the first in which a default stands in for a
// value, and the longest message. They are nil where there is none.
type samples struct {
	first, defaulted, longest *campaign.Recipient
	longestSize               int
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
}

// keep returns a copy of row i, whose frame will be used again, or nil for -1.
func (f *frame) keep(i int) *campaign.Recipient {
	if i < 0 {
		return nil
	}
	r := f.rows[i]
	r.Fields = slices.Clone(r.Fields)
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
}

// texts renders the samples, each row once.
func (s *samples) texts(r *render.Renderer) []Sample {
	var texts []Sample
	shown := make(map[int]bool)
	for _, candidate := range []struct {
		*campaign.Recipient
		note string
	}{{s.first, ""}, {s.defaulted, "a default stands in"}, {s.longest, "the longest"}} {
		if candidate.Recipient == nil || shown[candidate.Row] {
			continue
		}
		shown[candidate.Row] = true
		texts = append(texts, Sample{Line: candidate.Line, Text: r.Text(candidate.Recipient), Note: candidate.note})
	}
	return texts
}
