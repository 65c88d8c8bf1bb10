package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/urfave/cli/v2"
	"github.com/xuri/excelize/v2"

	"sendoff/campaign"
)

// asked begins a campaign in a folder as on a terminal, on which these lines are typed. It returns what is shown there.
func asked(t *testing.T, dir string, typed string, args ...string) (shown string, err error) {
	t.Helper()
	var out bytes.Buffer
	s := &session{Env: Env{Stdin: iotest.OneByteReader(strings.NewReader(typed)), Stdout: &out, Stderr: &out, Getenv: func(name string) string {
		return map[string]string{"TZ": "Europe/London"}[name]
	}}}
	set := flag.NewFlagSet("init", flag.ContinueOnError)
	for _, f := range initCommand(s).Flags {
		if err := f.Apply(set); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	b := &beginning{session: s, flags: cli.NewContext(nil, set, nil), dir: dir, isAsking: true}
	err = b.begin(context.Background())
	return out.String(), err
}

func TestInitAsks(t *testing.T) {
	dir := t.TempDir()
	people := filepath.Join(dir, "my people.csv")
	if err := os.WriteFile(people, []byte("Kund,Nummer,Förnamn\n1,070-174 06 05,Anna\n2,070-174 06 06,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "c")
	shown, err := asked(t, to, strings.Join([]string{
		"Vårrea", "advert", "service", dir, `"` + people + `"`, "XMS", "rcs sms", "", "Numer", "nummer", "Narnia", "Sverige", "Acme Stores of London", "Acme",
		"Hej ${Fornamn}", `Hej ${Förnamn}, se #rea: "50 %"`, "",
	}, "\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	for _, want := range []string{
		"[c]: ", "[offer]: ", "offer (marketing) or service (notification) is wanted\n", "is a folder\n", `"XMS" is no channel; perhaps SMS is meant`, "[SMS]: ",
		"Column of the phone numbers: Column of the phone numbers: ", `perhaps "Nummer" is meant`, "country is not a two-letter code", "a name has at most 11 characters",
		`did you mean "Förnamn"?`, `2 rows; phone is "Nummer", first name is "Förnamn"`, "[Hi ${first_name}, your order is ready", "next: sendoff check ",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("not shown: %q", want)
		}
	}
	c, err := campaign.Load(to)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Message.Get("text_message").Get("text").Text.String(), `Hej ${Förnamn}, se #rea: "50 %"`; got != want {
		t.Errorf("the text is %q, want %q", got, want)
	}
	if c.Name != "Vårrea" || c.Audience.File != "../my people.csv" || c.Audience.Country != "SE" || c.Audience.Columns["phone"] != "Nummer" || c.TimeZone.String() != "Europe/London" ||
		c.MessageContentType != "CONTENT_NOTIFICATION" || c.ChannelProperties.Get("SMS_SENDER").Text.String() != "Acme" || c.Params[0].Default != "there" {
		t.Errorf("%+v", c)
	}
	if t.Failed() {
		t.Log(shown)
	}
}

// Enter takes every proposal. What a flag says is not asked.
func TestInitTakesProposals(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spring")
	shown, err := asked(t, dir, "\n\n\n\n\n\n")
	if err != nil || strings.Count(shown, "]: ") != 6 {
		t.Errorf("%v\n%s", err, shown)
	}
	if c, err := campaign.Load(dir); err != nil || c.Name != "spring" {
		t.Errorf("%v", err)
	}
	shown, err = asked(t, dir+"2", "", "--name", "x", "--type", "offer", "--audience", "", "--channels", "SMS", "--sender", "", "--text", "")
	if err != nil || strings.Contains(shown, "]: ") {
		t.Errorf("%v\n%s", err, shown)
	}
}

// Whoever leaves leaves nothing behind.
func TestInitLeaves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spring")
	for n := range 6 {
		if shown, err := asked(t, dir, strings.Repeat("\n", n)); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d answers: %v\n%s", n, err, shown)
		}
	}
	if fileExists(dir) {
		t.Error("there is a folder")
	}
}

// Rows that a filter hides are asked about.
func TestInitAsksOfHiddenRows(t *testing.T) {
	dir := t.TempDir()
	book := filepath.Join(dir, "k.xlsx")
	f := excelize.NewFile()
	for row, cells := range [][]any{{"Mobil", "Namn"}, {"+46701740605", "Anna"}, {"+46701740606", "Bo"}} {
		if err := f.SetSheetRow("Sheet1", "A"+strconv.Itoa(row+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.SetRowVisible("Sheet1", 3, false), f.SaveAs(book), f.Close()); err != nil {
		t.Fatal(err)
	}
	shown, err := asked(t, filepath.Join(dir, "d"), "\n\n"+book+"\nall\n\n\n\n\n")
	if err != nil || !strings.Contains(shown, "is hidden") || !strings.Contains(shown, "skip or include is wanted") || !strings.Contains(shown, "k.xlsx: 1 row;") {
		t.Errorf("%v\n%s", err, shown)
	}
	if c, err := campaign.Load(filepath.Join(dir, "d")); err != nil || c.Audience.HiddenRows != "skip" {
		t.Errorf("%v", err)
	}
}
