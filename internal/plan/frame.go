package plan

import (
	"crypto/sha256"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/table"
)

// frame is a number of rows on their way through the stages, and what was decided about them. Frames are used again and again.
type frame struct {
	rows  []campaign.Recipient
	bad   []table.BadRow // Index counts in rows
	cells []string       // what the rows' Fields share
	text  int            // bytes in them

	offset int64 // bytes of the file that were read with it

	raw    []byte // the rows as the snapshot has them
	packed []byte // the same, compressed
	sum    [sha256.Size]byte

	skips    []ledger.Skip
	invalid  []uint32         // rows of which that is certain whatever the lists hold
	people   int              // rows that would be sent
	slices   []forecast.Slice // what these come to: records have their places here
	sendable []record         // of these, one for each address: for the search for duplicates
	matches  []int            // rows that each suppression list left out
	chosen   *filter.Tally
	spoken   *languages // of those who would be sent to
	remarks  []remark
	content  content

	// Candidates for samples, as indices in rows; -1: none.
	first, defaulted, longest int
	longestSize               int   // of its body
	translated                []int // the first for the message itself and for each translation, where there are any

	decided chan struct{} // holds a token when a worker is done with the frame
}

// maxText is how many bytes of text a frame may have, and all frames on their way together but for the one that waits to join them. A
// frame is read whole again when its people are sent to, so this bounds what a run needs too.
const maxText = 8_000_000

func newFrame(in *inputs) *frame {
	translations := 0
	if n := len(in.campaign.Translations); n > 0 {
		translations = n + 1
	}
	return &frame{
		matches: make([]int, len(in.lists.Lists())), translated: make([]int, translations), chosen: in.filter.NewTally(),
		spoken: newLanguages(in.campaign), decided: make(chan struct{}, 1),
	}
}

func (f *frame) reset() {
	f.rows, f.bad, f.cells = f.rows[:0], f.bad[:0], f.cells[:0]
	f.raw, f.packed = f.raw[:0], f.packed[:0]
	f.skips, f.sendable, f.remarks = f.skips[:0], f.sendable[:0], f.remarks[:0]
	f.invalid, f.slices = f.invalid[:0], f.slices[:0]
	f.people, f.text = 0, 0
	f.content.reset()
	clear(f.matches)
	f.chosen.Reset()
	f.spoken.reset()
	f.first, f.defaulted, f.longest, f.longestSize = -1, -1, -1, 0
	for i := range f.translated {
		f.translated[i] = -1
	}
}

// forget lets memory go that only few frames need, of rows with much text.
func (f *frame) forget() {
	if f.text > 1<<20 {
		clear(f.rows[:cap(f.rows)])
		clear(f.cells[:cap(f.cells)])
		f.raw, f.packed = nil, nil
	}
}
