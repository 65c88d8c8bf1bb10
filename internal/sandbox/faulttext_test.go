package sandbox

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"reset-after:2%":                    {Kind: ResetAfter, Rate: 0.02},
		"429:every=10,retry-after=2":        {Kind: TooManyRequests, Every: 10, RetryAfter: 2 * time.Second},
		"502:all":                           {Kind: BadGateway},
		"401: after=100, first=1 ":          {Kind: Expired, After: 100, First: 1},
		"delay-after:0.5%,delay=90s":        {Kind: DelayAfter, Rate: 0.005, Delay: 90 * time.Second},
		"404:all,on=app":                    {Kind: NotFound, On: App},
		"truncated:every=2,first=10,on=get": {Kind: TruncatedAfter, Every: 2, First: 10, On: Get},
		"reset:0.07%":                       {Kind: Reset, Rate: 0.0007},
		"503-after:to=001":                  {Kind: UnavailableAfter, To: "001"},
		"400:to=+46":                        {Kind: BadRequest, To: "+46"},
		"late-after:7%,delay=2m":            {Kind: LateAfter, Rate: 0.07, Delay: 2 * time.Minute},
		"missing-page:all,on=fetch-last":    {Kind: MissingPage, On: FetchLast},
		"429:all,retry-after=date:5":        {Kind: TooManyRequests, RetryAfter: 5 * time.Second, RetryAfterDate: true},
		"429:all,retry-after=99999999":      {Kind: TooManyRequests, RetryAfter: 99999999 * time.Second},
		"429:all,retry-after=-1":            {Kind: TooManyRequests, RetryAfterText: "-1"},
		"429:all,retry-after=tomorrow":      {Kind: TooManyRequests, RetryAfterText: "tomorrow"},
	} {
		got, err := ParseFault(text)
		if err != nil || got != want {
			t.Errorf("ParseFault(%q) = %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := ParseFault(got.String()); err != nil || again != want {
			t.Errorf("ParseFault(%q) = %+v, %v, want %+v", got.String(), again, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                          "no condition",
		"429":                       "no condition",
		"429:":                      `unknown condition ""`,
		"429:on=app":                "no condition",
		"418:all":                   "unknown kind; known are 400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 500-html",
		":all":                      "unknown kind",
		"429:always":                `unknown condition "always"`,
		"429:0%":                    "a rate is",
		"429:101%":                  "a rate is",
		"429:NaN%":                  "a rate is",
		"429:every=0":               "every wants a number from 1",
		"429:first=some":            "first wants a number from 1",
		"429:after=-1":              "after wants a number from 1",
		"429:all,retry-after=":      "retry-after wants seconds, date:SECONDS, or any other text",
		"429:all,retry-after=date:": "retry-after=date: wants seconds",
		"delay-after:all,delay=0":   "delay wants seconds",
		"429:all,delay=1":           "delay= is about delay, delay-after, slow-after and late-after only",
		"429:all,on=batch":          `unknown operation "batch"; known are send, token, app, get, list, fetch-last`,
		"429:to=4+4":                "to wants the last digits of a recipient",
		"429:to=+":                  "to wants the last digits of a recipient, or + and the first",
		"429:to=":                   "to wants the last digits of a recipient",
		"429:to=1,on=list":          "to= is about on=send only",
		"late-after:all,on=list":    "late-after is about on=send only",
		"missing-page:all":          "missing-page wants on=list or on=fetch-last",
	} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFault(%q) = %v, want %s", text, err, want)
		}
	}
}

func TestParseFaults(t *testing.T) {
	got, err := ParseFaults("# a bad day\n\n429:every=10 # often\r\n  reset-after:2%\t#\n")
	if want := []Fault{{Kind: TooManyRequests, Every: 10}, {Kind: ResetAfter, Rate: 0.02}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("ParseFaults() = %+v, %v, want %+v", got, err, want)
	}
	_, err = ParseFaults("429:all\n418:all\n#\n429\n")
	for _, want := range []string{`line 2: fault "418:all": unknown kind`, `line 4: fault "429": no condition`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFaults() = %v, want %s", err, want)
		}
	}
}

// FuzzParseFault reads any text: what comes out is a fault that can strike, and a server can play.
func FuzzParseFault(f *testing.F) {
	for _, text := range []string{"reset-after:2%", "429:every=10,retry-after=2", "502:all", "401:after=100,first=1", "delay-after:all,delay=1ms,on=list",
		"429:to=01,retry-after=-1", "429:0.07%,retry-after=date:5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			return
		}
		if fault.Kind == noFault || int(fault.Kind) >= len(kinds) || int(fault.On) >= len(operations) {
			t.Fatalf("ParseFault(%q) = %+v", text, fault)
		}
		if fault.After < 0 || fault.First < 0 || fault.Every < 0 || fault.Rate < 0 || fault.Rate > 1 || fault.RetryAfter < 0 || fault.Delay < 0 {
			t.Fatalf("ParseFault(%q) = %+v", text, fault)
		}
		if again, err := ParseFault(fault.String()); err != nil || again != fault {
			t.Fatalf("ParseFault(%q) = %+v, %v, want %+v as of %q", fault.String(), again, err, fault, text)
		}
		s := New(Config{})
		a := s.spoil(fault, newRequest(t, "POST", base, ""), answer{status: http.StatusOK, body: bytes.Repeat([]byte("x"), 10)})
		if a.cut == whole && a.status == 0 {
			t.Fatalf("ParseFault(%q) = %+v, which answers nothing", text, fault)
		}
	})
}

// What goes wrong with callbacks is read kind by kind; what cannot be meant is named.
func TestAddCallbacks(t *testing.T) {
	var c Callbacks
	for _, text := range []string{"lost:2%", "twice:100%", "late:0.5%,delay=5m", "mixed:10%"} {
		if err := c.Add(text); err != nil {
			t.Error(err)
		}
	}
	if want := (Callbacks{Lost: 0.02, Duplicate: 1, Delayed: 0.005, Delay: 5 * time.Minute, OutOfOrder: 0.1}); c != want {
		t.Errorf("%+v, want %+v", c, want)
	}
	for text, want := range map[string]string{
		"": "unknown kind", "gone:2%": "unknown kind", "lost": "want a rate", "lost:2": "want a rate", "lost:0%": "more than 0%", "lost:101%": "at most 100%",
		"lost:2%,delay=5m": "unknown condition", "late:2%,every=3": "unknown condition", "late:2%,delay=soon": "wants seconds",
	} {
		if err := new(Callbacks).Add(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
