package campaign

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// base is what every campaign needs besides its message.
const base = `name: test
message_content_type: CONTENT_MARKETING
audience: people.csv
channel_priority_order: [SMS]
`

// parse makes a campaign of base and more lines.
func parse(t *testing.T, more string) *Campaign {
	t.Helper()
	c, err := Parse("campaign.yaml", []Source{{Name: "campaign.yaml", Data: []byte(base + more)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadEverything(t *testing.T) {
	c, err := Load("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	if c.TimeZone.String() != london.String() {
		t.Errorf("TimeZone = %v, want %v", c.TimeZone, london)
	}
	c.TimeZone = nil
	if len(c.Sources) != 1 || c.Sources[0].Name != "testdata/ok/everything.yaml" {
		t.Errorf("Sources = %v, want the file", c.Sources)
	}
	c.Sources = nil
	literal := func(s string) Value { return Value{Kind: String, Text: Text{{Literal: s}}} }
	text := func(parts ...Part) Value { return Value{Kind: String, Text: parts} }
	number := func(s string) Value { return Value{Kind: Number, Number: s} }
	object := func(fields ...Field) Value { return Value{Kind: Object, Fields: fields} }
	list := func(values ...Value) Value { return Value{Kind: List, List: values} }
	want := &Campaign{
		Path:   "testdata/ok/everything.yaml",
		Name:   "spring-sale-2026",
		RunKey: "spring-sale-2026-b", Profile: "production",
		Audience: Audience{
			File:       "audience.csv",
			Columns:    map[string]string{"phone": "Mobile", "id": "CustomerNo", "language": "Lang", "country": "Land", "time_zone": "Zone"},
			Channels:   []Channel{RCS, WhatsApp, SMS},
			Country:    "GB",
			MaxBadRows: Share{Percent: 2.5},
			Line:       8,
		},
		Suppress: []SuppressionList{
			{File: "optouts.csv", Line: 13, Column: 5},
			{File: "more.csv", MaxAge: 60 * 24 * time.Hour, IgnoreUnreadable: true, Line: 14, Column: 5},
		},
		Params: []Param{
			{Name: "first_name", Column: "First name", Default: "there", HasDefault: true, Line: 26, ColumnPos: 3},
			{Name: "points", Column: "points", OnEmpty: OnEmptySkip, Line: 27, ColumnPos: 3},
			{Name: "total", Column: "Total due", Line: 28, ColumnPos: 3},
			{Name: "city", Column: "Town", Line: 29, ColumnPos: 3},
		},
		Message: object(Field{"card_message", object(
			Field{"title", text(Part{Literal: "Spring sale, "}, Part{Name: "first_name", Line: 32, Column: 26})},
			Field{"description", text(Part{Literal: "Your "}, Part{Name: "points", Line: 33, Column: 24}, Part{Literal: " points are worth "},
				Part{Name: "total", Line: 33, Column: 51}, Part{Literal: " until Sunday."})},
			Field{"media_message", object(Field{"url", text(Part{Literal: "https://example.com/spring/"}, Part{Name: "language", Line: 34, Column: 54}, Part{Literal: ".jpg"})})},
			Field{"choices", list(object(Field{"url_message", object(Field{"title", literal("Shop now")},
				Field{"url", text(Part{Literal: "https://example.com/s?c="}, Part{Name: "id", Line: 36, Column: 72})})}))},
		)}),
		Translations: []Translation{
			{"sv", object(Field{"card_message", object(Field{"title", text(Part{Literal: "Vårrea, "}, Part{Name: "first_name", Line: 38, Column: 39})},
				Field{"description", literal("…")})})},
			{"no", object(Field{"text_message", object(Field{"text", text(Part{Literal: "Hei "}, Part{Name: "first_name", Line: 39, Column: 11})})})},
			{"zh_Hant_TW", object(Field{"text_message", object(Field{"text", literal("春季特賣")})})},
		},
		MessageContentType:   "CONTENT_MARKETING",
		ChannelPriorityOrder: []Channel{RCS, WhatsApp, SMS},
		ChannelProperties: object(Field{"SMS_SENDER", literal("0046700000000")}, Field{"SMS_FLASH_MESSAGE", literal("true")},
			Field{"SMS_MAX_NUMBER_OF_MESSAGE_PARTS", literal("3")}, Field{"RCS_WEBVIEW_MODE", literal("TALL")}),
		CallbackURL:        literal("https://example.com/receipts"),
		TTL:                literal("86400s"),
		Queue:              "NORMAL_PRIORITY",
		ProcessingStrategy: "DEFAULT",
		ConversationMetadata: object(Field{"source", literal("spring")}, Field{"tier", text(Part{Name: "tier", Line: 21, Column: 50})}, Field{"n", number("1")},
			Field{"deep", object(Field{"list", list(number("1.5"), Value{Kind: Bool, Bool: true}, Value{})})}),
		ConversationMetadataUpdateStrategy: "MERGE_PATCH",
		CorrelationID:                      text(Part{Literal: "spring-"}, Part{Name: "id", Line: 23, Column: 24}),
		Metadata:                           object(Field{"customer", text(Part{Name: "id", Line: 24, Column: 23})}, Field{"wave", literal("1")}),
		Pace:                               Pace{Rate: Rate{Percent: 80}, MaxInFlight: 64, WarmUp: 30 * time.Second, QueueAhead: time.Minute},
		Canary:                             Canary{Rows: 20, WaitFor: CanaryDelivered, AtMost: 15 * time.Minute},
		NotBefore:                          "2026-03-28 07:30",
		NotAfter:                           "2026-03-30T21:00",
		Window:                             Window{Hours: []Hours{{[7]bool{1: true, true, true, true, true, true}, 9 * 60, 19 * 60}}, Holidays: PublicHolidays},
		Limits:                             Limits{MinRecipients: 10, MaxRecipients: 60000, MaxRejected: Share{Percent: 5}, MaxInDoubt: Share{Count: 20}},
		InDoubt:                            HoldDoubt,
		Notify:                             []string{"slack:https://example.com/hooks/1"},
	}
	c.Warnings = nil                                // of translations that are short
	samePart := cmp.Comparer(func(a, b Part) bool { // where literals begin is of no interest
		return a == b || a.Name == "" && b.Name == "" && a.Literal == b.Literal
	})
	if diff := cmp.Diff(want, c, samePart); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestDefaults(t *testing.T) {
	c := parse(t, "message: Hi\n")
	if c.RunKey != "test" || c.Audience.MaxBadRows != (Share{Percent: 5}) || c.Pace != (Pace{}) || c.TimeZone != nil || c.NoSuppress {
		t.Errorf("got run key %q, bad rows %v, pace %v, zone %v, no suppress %v", c.RunKey, c.Audience.MaxBadRows, c.Pace, c.TimeZone, c.NoSuppress)
	}
	if c := parse(t, "suppress: none\nmessage: Hi\n"); !c.NoSuppress || c.Suppress != nil {
		t.Errorf("suppress: none gave %v, %v", c.NoSuppress, c.Suppress)
	}
}

// TestTextAsSeen is about what YAML readers change in silence: here the text is what its author sees.
func TestTextAsSeen(t *testing.T) {
	for _, tc := range []struct{ yaml, want string }{
		{"0046700000000", "0046700000000"},
		{"0123", "0123"},
		{"1.10", "1.10"},
		{"+46700000002", "+46700000002"},
		{"007", "007"},
		{"1e3", "1e3"},
		{"true", "true"},
		{"Yes", "Yes"},
		{"NO", "NO"},
		{"2026-03-28", "2026-03-28"},
		{"12:30", "12:30"},
		{"Don't", "Don't"},
		{"50% off!", "50% off!"},
		{"3 > 2", "3 > 2"},
		{"a#b", "a#b"},
		{"'it''s'", "it's"},
		{`"say \"hi\" \u00e9\U0001f337\x41\n"`, "say \"hi\" é🌷A\n"},
		{"|\n  one #two\n  three\n", "one #two\nthree"},
		{"|+\n  one", "one\n"},
		{"|-\n  one\n", "one"},
		{">\n  one\n  two\n", "one two"},
		{"one\n  two\n", "one two"},
	} {
		c := parse(t, "message: "+tc.yaml+"\n")
		if got, _ := c.Message.Get("text_message").Get("text").Text.literal(); got != tc.want {
			t.Errorf("message: %s = %q, want %q", tc.yaml, got, tc.want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const text = "\"Vår rea – 1 €\"\n"
	encodings := map[string][]byte{
		"UTF-8":            []byte(base + "message: " + text),
		"UTF-8 with mark":  []byte("\ufeff" + base + "message: " + text),
		"UTF-16 LE":        utf16Bytes("\ufeff"+base+"message: "+text, false),
		"UTF-16 BE":        utf16Bytes("\ufeff"+base+"message: "+text, true),
		"UTF-16 unmarked":  utf16Bytes(base+"message: "+text, false),
		"CRLF":             []byte(strings.ReplaceAll(base+"message: "+text, "\n", "\r\n")),
		"CR":               []byte(strings.ReplaceAll(base+"message: "+text, "\n", "\r")),
		"Windows-1252":     []byte(base + "message: \"V\xe5r rea \x96 1 \x80\"\n"),
		"without line end": []byte(strings.TrimSuffix(base+"message: "+text, "\n")),
	}
	for name, data := range encodings {
		c, err := Parse("campaign.yaml", []Source{{Data: data}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, _ := c.Message.Get("text_message").Get("text").Text.literal(); got != "Vår rea – 1 €" || c.Name != "test" {
			t.Errorf("%s: message = %q, name = %q", name, got, c.Name)
		}
	}
}

func utf16Bytes(s string, bigEndian bool) []byte {
	var data []byte
	for _, r := range s { // all characters of these tests are in the first plane
		low, high := byte(r), byte(r>>8)
		if bigEndian {
			low, high = high, low
		}
		data = append(data, low, high)
	}
	return data
}

func TestMessageFile(t *testing.T) {
	c, err := Load("testdata/ok/composer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) != 2 || c.Sources[1].Name != "composer/card.json" || c.MessageFile != "composer/card.json" {
		t.Fatalf("sources %q and %q, message file %q", c.Sources[0].Name, c.Sources[len(c.Sources)-1].Name, c.MessageFile)
	}
	if got, want := c.Dir(), filepath.FromSlash("testdata/ok"); got != want {
		t.Errorf("Dir() = %s, want %s", got, want)
	}
	if got, want := c.Resolve(c.MessageFile), filepath.FromSlash("testdata/ok/composer/card.json"); got != want {
		t.Errorf("Resolve(message file) = %s, want %s", got, want)
	}
	if absolute := filepath.Join(t.TempDir(), "list.csv"); c.Resolve(absolute) != absolute {
		t.Errorf("Resolve(%s) = %s, want it as it is", absolute, c.Resolve(absolute))
	}
	description, _ := c.Message.Get("card_message").Get("description").Text.literal()
	if want := `Café 🌷 "quoted" / slashed`; description != want {
		t.Errorf("description = %q, want %q", description, want)
	}
	// The file is indented with tabs, as JSON may be.
	if got, want := c.Message.Get("card_message").Get("title").Text[1], (Part{Name: "first_name", Line: 3, Column: 26}); got != want {
		t.Errorf("placeholder %+v, want %+v", got, want)
	}
	again, err := Parse(c.Path, c.Sources)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("parsed again from its sources (-first +again):\n%s", diff)
	}
	if _, err := Parse(c.Path, c.Sources[:1]); err == nil {
		t.Error("Parse takes a campaign whose message_file is missing")
	}
}

func TestLoadFolder(t *testing.T) {
	write := func(dir, name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(base+"message: Hi\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range fileNames {
		dir := t.TempDir()
		write(dir, name)
		c, err := Load(dir)
		if err != nil || c.Path != filepath.Join(dir, name) || c.Dir() != dir {
			t.Errorf("Load(folder of %s): %v", name, err)
		}
	}
	empty := t.TempDir()
	if _, err := Load(empty); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load(empty folder): %v, want fs.ErrNotExist", err)
	}
	if _, err := Load(filepath.Join(empty, "nowhere.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load(no file): %v, want fs.ErrNotExist", err)
	}
	write(empty, "campaign.yaml")
	write(empty, "campaign.json")
	if _, err := Load(empty); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("Load(folder of two): %v, want a question which one is meant", err)
	}
}

func TestTooLarge(t *testing.T) {
	large := base + "message: Hi\n" + strings.Repeat("#", maxSize)
	_, err := Parse("campaign.yaml", []Source{{Data: []byte(large)}})
	if err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("Parse(1 MiB): %v", err)
	}
}

// TestNoPrivateData looks for numbers and secrets that stand in broken files in what is said about them.
func TestNoPrivateData(t *testing.T) {
	const number, secret = "447700900123", "0123456789abcdef"
	_, err := Parse("campaign.yaml", []Source{{Data: []byte(`+` + number + `: x
"` + number + `": x
name: [` + number + `]
message_content_type: ` + number + `
queue: ` + secret + `
ttl: ` + secret + `
audience: {country: "` + number + `"}
channel_priority_order: ["+` + number + `"]
translations: {` + number + `: x, ` + number + `: y}
channel_properties: {` + number + `: x # ` + number + `
}
message:
  text_message: {text: a}
  explicit_channel_message: {RCS: '{"` + number + `": ` + secret + `'}
  channel_specific_message: {WHATSAPP: {message_type: ` + secret + `}}
`)}})
	if err == nil {
		t.Fatal("the file is taken")
	}
	if text := err.Error(); strings.Contains(text, number) || strings.Contains(text, secret) {
		t.Errorf("a number or secret of the file is repeated:\n%s", text)
	}
}

// What is wrong elsewhere does not keep the audience from being understood; what is wrong with it, or with the lists, does.
func TestLoadAudience(t *testing.T) {
	for _, tc := range []struct {
		text string
		ok   bool
	}{
		{"name: a\nchanel: 1\naudience: {file: b.csv, country: GB}\nsuppress: [c.csv]\nmessage: {nonsense: 1}\n", true},
		{"audience: b.csv\n", true},
		{"name: a\naudience: {file: b.csv, contry: GB}\n", false},
		{"name: a\naudience: b.csv\nsuppress: [{fiel: c.csv}]\n", false},
		{"name: a\n", false},
		{"name: [\n", false},
		{"", false},
	} {
		path := filepath.Join(t.TempDir(), "campaign.yaml")
		if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := LoadAudience(path)
		if (c != nil) != tc.ok || tc.ok && c.Audience.File != "b.csv" {
			t.Errorf("%q: %+v", tc.text, c)
		}
	}
	if c := LoadAudience("nosuch.yaml"); c != nil {
		t.Errorf("no file: %+v", c)
	}
}
