package plan

import (
	"path/filepath"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

// testCampaign makes a campaign in dir of what a test cares about: its message and its audience, and whatever else.
func testCampaign(t testing.TB, dir, lines string) *campaign.Campaign {
	t.Helper()
	path := filepath.Join(dir, "campaign.yaml")
	text := "name: test\nmessage_content_type: CONTENT_MARKETING\nchannel_priority_order: [RCS, SMS]\n" + lines + "\n"
	c, err := campaign.Parse(path, []campaign.Source{{Name: path, Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustAcquire(t testing.TB, dir string) *runstore.Run {
	t.Helper()
	r, err := runstore.Acquire(dir, runstore.Options{Key: "test", Campaign: "test", Now: testTime})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() }) // a test may have closed it
	return r
}

func config(c *campaign.Campaign, run *runstore.Run) Config {
	return Config{
		Campaign: c, AudiencePath: filepath.Join(c.Dir(), c.Audience.File), Run: run, AppID: "01HZX3Q4R5S6T7V8W9X0YZABCD", Now: testTime,
	}
}
