package preview_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/preview"
	"sendoff/internal/render"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// kinds are the nine types of message, and one that has content of its own for some channels: each is a file of testdata.
var kinds = []string{"text", "media", "card", "choice", "carousel", "location", "list", "template", "contact", "overrides"}

var shownChannels = []campaign.Channel{campaign.SMS, campaign.RCS, campaign.WhatsApp, campaign.ViberBM, campaign.Messenger}

var columns = campaign.Columns{Header: []string{"phone", "psid", "lang", "name", "id", "city", "points", "lat"}, Phone: 0, ID: 4, Language: 2, Country: -1, TimeZone: -1,
	Own: []campaign.OwnColumn{{Channel: campaign.Messenger, Column: 1}}}

// person is somebody with a name, who has no address on Messenger.
func person(name string) *campaign.Recipient {
	return &campaign.Recipient{Row: 3, Line: 5, Address: campaign.PhoneAddress("+447700900001"),
		Fields: []string{"+447700900001", "", "en", name, "C-17", "Leeds", "1,250", "55.610479"}}
}

// load reads a message of testdata, which has translations where more says so, and returns the campaign with its renderer.
func load(t *testing.T, kind, more string) (*campaign.Campaign, *render.Renderer) {
	t.Helper()
	head, err := os.ReadFile("testdata/campaign.yaml")
	if err != nil {
		t.Fatal(err)
	}
	message, err := os.ReadFile(filepath.Join("testdata", kind+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(head) + "message:\n  " + strings.ReplaceAll(string(message), "\n", "\n  ") + "\n" + more
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.New(c, columns, render.Identity{})
	if err != nil {
		t.Fatal(err)
	}
	return c, r
}

// row is the message of a kind for somebody on all channels.
func row(t *testing.T, kind, name string) preview.Row {
	t.Helper()
	c, r := load(t, kind, "")
	p := person(name)
	return preview.Row{Title: "line 5", Note: kind, To: p.Masked(), Language: "en", Screens: preview.Screens(c.Message, nil, r, p, shownChannels)}
}

func TestTerminal(t *testing.T) {
	for _, width := range []struct {
		name  string
		cells int
	}{{"", 80}, {"-narrow", 40}} {
		for _, kind := range kinds {
			var out bytes.Buffer
			if err := (preview.Terminal{Width: width.cells}).Print(&out, []preview.Row{row(t, kind, "Zoë 😀")}); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", kind+width.name+".txt"), out.String())
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-file +printed):\n%s", path, diff)
	}
}
