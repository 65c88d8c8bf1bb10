package send

import (
	"slices"
	"testing"
)

// What matters most to a person comes first, in whatever order it came; of each kind there is one, and what is over is gone.
func TestHindrances(t *testing.T) {
	p := new(Progress)
	if found := p.Hindrances(); found == nil || len(found) != 0 {
		t.Errorf("in the beginning %#v, want an empty list", found)
	}
	for _, kind := range []string{HinderedBySlice, HinderedByWarmUp, HinderedByQueue, HinderedByWait, HinderedByHours, HinderedByOutage, HinderedByQueue} {
		p.hinder(Hindrance{Kind: kind})
	}
	p.free(HinderedByWarmUp)
	var kinds []string
	for _, h := range p.Hindrances() {
		kinds = append(kinds, h.Kind)
	}
	if want := []string{HinderedByHours, HinderedByOutage, HinderedByWait, HinderedByQueue, HinderedBySlice}; !slices.Equal(kinds, want) {
		t.Errorf("%q, want %q", kinds, want)
	}
}
