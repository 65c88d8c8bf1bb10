package sandbox

import (
	"bytes"
	"net/http"
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
	} {
		if got, err := ParseFault(text); err != nil || got != want {
			t.Errorf("ParseFault(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                         "no condition",
		"429":                      "no condition",
		"429:":                     `unknown condition ""`,
		"429:on=app":               "no condition",
		"418:all":                  "unknown kind; known are 400, 401, 403, 404, 429, 500, 500-html",
		":all":                     "unknown kind",
		"429:always":               `unknown condition "always"`,
		"429:0%":                   "a rate is",
		"429:101%":                 "a rate is",
		"429:NaN%":                 "a rate is",
		"429:every=0":              "every wants a number from 1",
		"429:first=some":           "first wants a number from 1",
		"429:after=-1":             "after wants a number from 1",
		"429:all,retry-after=soon": "retry-after wants seconds",
		"429:all,retry-after=-2":   "retry-after wants seconds",
		"delay-after:all,delay=0":  "delay wants seconds",
		"429:all,on=batch":         `unknown operation "batch"; known are send, token, app, get, list`,
	} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFault(%q) = %v, want %s", text, err, want)
		}
	}
}

// FuzzParseFault reads any text: what comes out is a fault that can strike, and a server can play.
func FuzzParseFault(f *testing.F) {
	for _, text := range []string{"reset-after:2%", "429:every=10,retry-after=2", "502:all", "401:after=100,first=1", "delay-after:all,delay=1ms,on=list"} {
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
		s := New(Config{})
		a := s.spoil(fault, answer{status: http.StatusOK, body: bytes.Repeat([]byte("x"), 10)})
		if a.cut == whole && a.status == 0 {
			t.Fatalf("ParseFault(%q) = %+v, which answers nothing", text, fault)
		}
	})
}
