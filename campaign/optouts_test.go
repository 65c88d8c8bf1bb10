package campaign

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOptOuts(t *testing.T) {
	c, err := Load("testdata/ok/opt_outs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lists := []SuppressionList{{File: "optouts.csv", Line: 4, Column: 12}, {Sinch: true, MaxAge: time.Hour, Line: 4, Column: 25}}
	if diff := cmp.Diff(lists, c.Suppress); diff != "" {
		t.Errorf("suppress (-want +got):\n%s", diff)
	}
	if list, ok := c.OptOuts(); !ok || list != lists[1] {
		t.Errorf("OptOuts = %+v, %v", list, ok)
	}
	if list, ok := parse(t, "suppress: [{sinch: opt_outs}]\nmessage: Hi\n").OptOuts(); !ok || list.MaxAge != 10*time.Minute {
		t.Errorf("without max_age: OptOuts = %+v, %v", list, ok)
	}
	if list, ok := parse(t, "suppress: [optouts.csv]\nmessage: Hi\n").OptOuts(); ok {
		t.Errorf("of a campaign that does not name them: OptOuts = %+v", list)
	}
	for content, want := range map[string]string{
		"CONTENT_MARKETING":    "OPT_OUT_ALL OPT_OUT_MARKETING",
		"CONTENT_NOTIFICATION": "OPT_OUT_ALL OPT_OUT_NOTIFICATION",
		"CONTENT_UNKNOWN":      "OPT_OUT_ALL",
	} {
		c.MessageContentType = content
		if got := strings.Join(c.OptOutLists(), " "); got != want {
			t.Errorf("%s: %s, want %s", content, got, want)
		}
	}
}
