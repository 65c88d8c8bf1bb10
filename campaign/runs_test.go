package campaign

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOtherRuns(t *testing.T) {
	c, err := Load("testdata/ok/other_runs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	people := Audience{
		Run: "spring-sale-2026", States: []string{"accepted", "in_doubt"}, Columns: map[string]string{"id": "CustomerNo"}, Channels: []Channel{SMS},
		MaxBadRows: Share{Percent: 5}, Line: 3,
	}
	if diff := cmp.Diff(people, c.Audience); diff != "" {
		t.Errorf("audience (-want +got):\n%s", diff)
	}
	lists := []SuppressionList{
		{Runs: "apology-2025", Line: 5, Column: 5},
		{Runs: "sorry-*", Within: 90 * 24 * time.Hour, Line: 6, Column: 5},
	}
	if diff := cmp.Diff(lists, c.Suppress); diff != "" {
		t.Errorf("suppress (-want +got):\n%s", diff)
	}
	one, err := Parse("c.yaml", []Source{{Data: []byte(`{"name": "a", "message_content_type": "CONTENT_NOTIFICATION", "audience": {"run": "x", "state": "rejected"},
		"channel_priority_order": ["SMS"], "message": "Hi"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"rejected"}, one.Audience.States); diff != "" {
		t.Errorf("one state (-want +got):\n%s", diff)
	}
}
