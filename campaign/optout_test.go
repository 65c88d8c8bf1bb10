package campaign

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOptOut(t *testing.T) {
	c, err := Load("testdata/ok/opt_out.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(OptOut{Words: []string{"Avsluta"}, Links: []string{"https://example.com/stop"}}, c.OptOut); diff != "" {
		t.Errorf("opt_out (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Acme", "Acme Stores"}, c.Brand); diff != "" {
		t.Errorf("brand (-want +got):\n%s", diff)
	}
	if c := parse(t, "opt_out: elsewhere\nmessage: Hi\n"); !c.OptOut.Elsewhere {
		t.Error("opt_out: elsewhere was not understood")
	}
}
