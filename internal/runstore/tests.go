package runstore

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sendoff/internal/durable"
)

// testsName is the file, beside the runs of a folder's campaigns, that remembers what was sent to try them. It holds no people's data.
const testsName = "tests.json"

// Test is messages that were sent to seeds outside of any run.
type Test struct {
	Time           time.Time `json:"time"`
	Seeds          int       `json:"seeds"`           // people whose message Sinch took
	Messages       int       `json:"messages"`        // those
	CampaignDigest string    `json:"campaign_sha256"` // of what was sent
	Profile        string    `json:"profile,omitempty"`
	AppID          string    `json:"app_id"`
}

// RecordTest remembers the last test of a campaign whose folder is given; of two at once, one.
func RecordTest(campaignDir, campaign string, t Test) error {
	folder := filepath.Join(campaignDir, RunsFolder)
	if err := durable.MakeDir(folder); err != nil {
		return fmt.Errorf("remember test: %w", err)
	}
	if err := keepOutOfGit(folder); err != nil {
		return err
	}
	all := readTests(folder)
	all[campaign] = t
	return durable.WriteShared(filepath.Join(folder, testsName), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	})
}

// LastTest returns the last test of a campaign whose folder is given, and false where none is remembered.
func LastTest(campaignDir, campaign string) (Test, bool) {
	t, ok := readTests(filepath.Join(campaignDir, RunsFolder))[campaign]
	return t, ok
}

// readTests returns the last test of each campaign. It is a note for people: what cannot be read was not sent.
func readTests(folder string) map[string]Test {
	var all map[string]Test
	b, err := os.ReadFile(filepath.Join(folder, testsName))
	if err != nil || json.Unmarshal(b, &all) != nil || all == nil {
		return map[string]Test{}
	}
	return all
}
