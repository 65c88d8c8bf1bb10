package scaffold

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/filter"
	"sendoff/internal/render"
	"sendoff/internal/table"
)

// chosen are answers of somebody who takes what is proposed.
func chosen(k Kind) Answers {
	a := Answers{Name: "spring-sale", ContentType: Marketing, Kind: k, Channels: k.Channels(), TimeZone: "Europe/London"}
	a.Text = a.DefaultText()
	return a
}

// given is an audience that is there, whose number nobody could find.
func given(t *testing.T, a Answers) Answers {
	t.Helper()
	a.Audience = Audience{File: "../kunder.csv", Columns: map[string]string{"phone": "Nummer"}, Rows: 12, Country: "SE", FirstName: "Förnamn"}
	a.Audience.Header = campaign.Columns{Header: []string{"Kund nr", "Förnamn", "Nummer"}, Phone: 2, ID: 0, Language: -1, Country: -1, TimeZone: -1}
	a.Text = a.DefaultText()
	return a
}

// load reads the campaign back, with the audience that was given or made up.
func load(t *testing.T, a Answers, files []File) *campaign.Campaign {
	t.Helper()
	c, _ := loadWith(t, a, files)
	return c
}

func loadWith(t *testing.T, a Answers, files []File) (*campaign.Campaign, campaign.Columns) {
	t.Helper()
	columns := a.Audience.Header
	if a.Audience.File == "" {
		path := filepath.Join(t.TempDir(), AudienceFile)
		if err := os.WriteFile(path, files[3].Data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := audience.Open(path, parse(t, files[0].Data).Audience)
		if err != nil {
			t.Fatal(err)
		}
		columns = r.Columns()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return plannable(t, files[0].Data, columns), columns
}

// parse reads a campaign file.
func parse(t *testing.T, data []byte) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse("c/campaign.yaml", []campaign.Source{{Name: "c/campaign.yaml", Data: data}})
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return c
}

// plannable reads a campaign file that is good, and good for an audience with these columns.
func plannable(t *testing.T, data []byte, columns campaign.Columns) *campaign.Campaign {
	t.Helper()
	c := parse(t, data)
	if len(c.Warnings) > 0 {
		t.Errorf("%v\n%s", c.Warnings, data)
	}
	_, err := render.New(c, columns, render.Identity{})
	if _, whereErr := filter.New(c, columns, time.Now()); err != nil || whereErr != nil {
		t.Fatalf("%v %v\n%s", err, whereErr, data)
	}
	return c
}

func mustFiles(t *testing.T, a Answers) []File {
	t.Helper()
	files, err := a.Files()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Every kind is good as it is written: as an offer to a made-up audience, as a service message to one that is given, and with any one of its examples
// used.
func TestKinds(t *testing.T) {
	for _, k := range Kinds {
		for _, isGiven := range []bool{false, true} {
			a, want := chosen(k), 4
			if isGiven {
				a, want = given(t, a), 3
				a.ContentType = "CONTENT_NOTIFICATION"
				a.Text = a.DefaultText()
			}
			t.Run(string(k)+" "+a.ContentType, func(t *testing.T) {
				files := mustFiles(t, a)
				_, columns := loadWith(t, a, files)
				if len(files) != want {
					t.Errorf("%d files, want %d", len(files), want)
				}
				if slices.Contains([]Kind{Text, Card, Media}, k) { // the others have no more examples than Text
					tryExamples(t, files[0].Data, columns)
				}
			})
		}
	}
}

var (
	exampleKey = regexp.MustCompile(`^(- )?("[^"]+"|[A-Za-z_]+):( |$)`)
	comment    = regexp.MustCompile(`^( *)# (.*)$`)
)

// tryExamples uses each example of a campaign file alone.
func tryExamples(t *testing.T, data []byte, columns campaign.Columns) {
	t.Helper()
	lines := strings.Split(string(data), "\n")
	examples := 0
	for i := 0; i < len(lines); i++ {
		m := comment.FindStringSubmatch(lines[i])
		if m == nil || !exampleKey.MatchString(m[2]) {
			continue
		}
		examples++
		used, indent := slices.Clone(lines), m[1]
		used[i] = indent + m[2]
		for i++; i < len(lines); i++ { // and what stands below the key
			rest, isDeeper := strings.CutPrefix(lines[i], indent+"#   ")
			if !isDeeper {
				break
			}
			used[i] = indent + "  " + rest
		}
		plannable(t, []byte(strings.Join(used, "\n")), columns)
		i--
	}
	if examples < 7 {
		t.Errorf("there are %d examples, which is too few to be all", examples)
	}
}

// hostile are texts of people, and of those who wish them ill.
func hostile() []string {
	return []string{
		`50% off"!`, `it's "so" \ cheap`, "see #sale", "Sale: today", "*bold* deal", "[VIP] now", "@acme", "& more", "%off", "!Now", "? why", "- dash", "| bar", "> more",
		"yes", "No", "null", "~", "true", "0046700000000", "+46700000002", "1_000", "1.10", "0x1f", ".inf", "1:30", "2026-01-31", "<<", "---", "...", "{", "}", "{a: b}",
		"a, b", "a\u00a0b", "a\u2028b", "\ufeffa", "a\u0085b", "a\u200bb", "a\u0007b", "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é e\u0301", "שלום", `C:\Users\anna`, `\u0041`, `a\`, "a\tb", "$100", "$$", "# a", "a #", "a:", ": a", "'", `"`, "''", "-", "=",
	}
}

func TestHostileTexts(t *testing.T) {
	multiline := []string{"a\nb", "a\n\nb", "a\n# b\n\n\n- c: d", " a\nb", "a\n b", "a \nb", "a\nb\n", "\na", "a\r\nb", "a\n---\nb", "a\n\tb", "\"a\n'b", "a\n${first_name}\nb", "a\n…\n...\nb", "a\n%b"}
	for _, s := range append(hostile()[:12], multiline...) { // the others are seeds of FuzzText
		a := given(t, chosen(Card))
		a.Text = s
		c := load(t, a, mustFiles(t, a))
		if got := c.Message.Get("card_message").Get("description").Text.String(); got != s {
			t.Errorf("the text %q came back as %q", s, got)
		}
	}
}

func TestHostileNames(t *testing.T) {
	for _, s := range hostile() {
		a := given(t, chosen(Text))
		if len([]rune(s)) <= 11 {
			a.Sender = s
		}
		a.Audience.File = "../" + s + " x/" + s
		a.Audience.Header.Header = []string{"Kund nr", "Förnamn", s}
		a.Audience.Columns["phone"] = s
		if campaign.CheckRunKey(s) == nil {
			a.Name = s
		}
		files, err := a.Files()
		if err != nil {
			if strings.ContainsAny(s, "\a\t") { // no file and no run can have such a name
				continue
			}
			t.Errorf("%q: %v", s, err)
			continue
		}
		c := load(t, a, files)
		type read struct{ Name, File, Column, Sender string }
		got := read{c.Name, c.Audience.File, c.Audience.Columns["phone"], c.ChannelProperties.Get("SMS_SENDER").Text.String()}
		if diff := cmp.Diff(read{a.Name, a.Audience.File, s, a.Sender}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
		if slices.Contains([]string{`it's "so" \ cheap`, "a\u200bb", "a\u2028b"}, s) { // which one of the examples has in it
			tryExamples(t, files[0].Data, a.Audience.Header)
		}
	}
}

// What cannot be is refused, in the words of the campaign's own checks.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Answers)
		want   string
	}{
		{"placeholder", func(a *Answers) { a.Text = "Hi ${nme}" }, "nothing is called ${nme}"},
		{"unclosed", func(a *Answers) { a.Text = "cost ${" }, `the "}" of a placeholder is missing`},
		{"list", func(a *Answers) { a.Kind, a.Channels = List, []campaign.Channel{campaign.SMS} }, "WHATSAPP only"},
		{"url", func(a *Answers) { a.Kind, a.Text = Media, "picture.jpg" }, "url"},
		{"date", func(a *Answers) { a.Name, a.TimeZone = "sale-{date}", "" }, "time_zone is wanted"},
		{"bytes", func(a *Answers) { a.Text = "caf\xe9" }, "UTF-8"},
	} {
		a := given(t, chosen(Text))
		tc.change(&a)
		var problems campaign.Problems
		if _, err := a.Files(); !errors.As(err, &problems) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestCheckSender(t *testing.T) {
	for sender, isGood := range map[string]bool{"Acme": true, "Acme Stores": true, "Acme Stores!": false, "+12025550100": true, "12345": true, "12345678901234567": false, "": true} {
		if err := CheckSender(sender); (err == nil) != isGood {
			t.Errorf("%q: %v", sender, err)
		}
	}
}

// A made-up audience has what the campaign asks for, even where a placeholder is called as columns of numbers are.
func TestExampleAudience(t *testing.T) {
	a := chosen(Text)
	a.Channels = []campaign.Channel{campaign.Messenger, campaign.SMS}
	a.Text = "${mobile} ${Customer ID} ${customer no.} ${Förnamn, and so on} ${id} ${country}"
	files := mustFiles(t, a)
	c := load(t, a, files)
	rows, err := csv.NewReader(bytes.NewReader(files[3].Data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"phone", "first_name", "messenger", "mobile", "Customer ID", "customer no.", "Förnamn, and so on", "id", "country"},
		{"+46701740605", "Anna", "messenger-1001", "example", "example", "example", "example", "1001", "SE"},
	}
	if diff := cmp.Diff(want, rows[:2]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"phone": "phone", "messenger": "messenger", "id": "Customer ID"}, c.Audience.Columns); diff != "" {
		t.Error(diff)
	}
}

// The opt-out list names somebody, for a list of nobody stops the run.
func TestOptOuts(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, mustFiles(t, chosen(Text))); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{OptOutsFile, SeedsFile} {
		r, err := audience.OpenList(filepath.Join(dir, file), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Columns().Phone != 0 {
			t.Errorf("%s: the numbers stand in column %d", file, r.Columns().Phone)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := Write(dir, mustFiles(t, chosen(Text))); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, CampaignFile))
	if err != nil {
		t.Fatal(err)
	}
	var exist *ExistError
	if err := Write(dir, mustFiles(t, chosen(Card))); !errors.As(err, &exist) || len(exist.Files) != 4 {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, CampaignFile)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the campaign is another one now: %v", err)
	}

	// A campaign of another name would be in the way, too; and a link that leads nowhere is there.
	for _, name := range []string{"campaign.json", "campaign.yml", SeedsFile} {
		dir := t.TempDir()
		if err := os.Symlink("nowhere", filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
		if err := Look(dir); !errors.As(err, &exist) || exist.Error() != filepath.Join(dir, name)+" is there already" {
			t.Errorf("%s: %v", name, err)
		}
		if err := Write(dir, mustFiles(t, chosen(Text))); !errors.As(err, &exist) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// What cannot be written whole is not written at all.
	dir = t.TempDir()
	files := append(mustFiles(t, chosen(Text)), File{Name: "no/such/folder"})
	if err := Write(dir, files); err == nil {
		t.Error("a file was written into a folder that is not there")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// FuzzText writes any text that Sinch may get, as a value and as a key, and reads it back.
func FuzzText(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, "a\n"+s+"\n\n"+s)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		key = "k" + key // a key that begins with a space from a web page is refused
		body, err := json.Marshal(map[string]any{
			"message":               map[string]any{"text_message": map[string]string{"text": "x"}},
			"conversation_metadata": map[string]any{key: value, key + "1": []any{value, key, map[string]string{key: value}, []any{value, []string{key}}}},
		})
		if err != nil || strings.Contains(key+value, "${") || len(body) > 2000 {
			t.Skip()
		}
		r, err := ReadRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		a := chosen(Text)
		a.Request, a.Audience.File = r, AudienceFile
		c, err := a.parse()
		if err != nil {
			t.Fatalf("%v\n%s", err, a.campaignFile())
		}
		var want map[string]any
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want["conversation_metadata"], plain(c.ConversationMetadata)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// plain is a value without placeholders as encoding/json has it.
func plain(v campaign.Value) any {
	switch v.Kind {
	case campaign.Bool:
		return v.Bool
	case campaign.Number:
		var n float64
		_ = json.Unmarshal([]byte(v.Number), &n)
		return n
	case campaign.String, campaign.NumberString:
		return v.Text.String()
	case campaign.List:
		all := []any{}
		for _, e := range v.List {
			all = append(all, plain(e))
		}
		return all
	case campaign.Object:
		all := map[string]any{}
		for _, m := range v.Fields {
			all[m.Name] = plain(m.Value)
		}
		return all
	}
	return nil
}

// Offers come by day and not on a Sunday, other messages until the evening; both leave a share of the rate to others.
func TestHours(t *testing.T) {
	for contentType, want := range map[string]campaign.Hours{
		Marketing:              {Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true}, From: 9 * 60, To: 19 * 60},
		"CONTENT_NOTIFICATION": {Days: [7]bool{true, true, true, true, true, true, true}, From: 8 * 60, To: 21 * 60},
	} {
		c, err := Answers{Name: "a", ContentType: contentType, Kind: Text, Channels: Text.Channels(), Audience: Audience{File: AudienceFile}, Text: "Hi"}.parse()
		if err != nil {
			t.Fatal(err)
		}
		if w := c.Window; len(w.Hours) != 1 || w.Hours[0] != want || w.Zone != nil || c.Pace.Rate.Percent != 80 {
			t.Errorf("%s: the window is %+v, the rate %v", contentType, w, c.Pace.Rate)
		}
	}
}
