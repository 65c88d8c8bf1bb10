package send

import (
	"errors"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

// One test per line of the verdict table.
func TestJudge(t *testing.T) {
	api := &sinch.APIError{Status: "INTERNAL"}
	tests := []struct {
		name string
		o    sinch.Outcome
		want verdict
	}{
		{"200 with a message id", sinch.Outcome{Status: 200, Written: true, MessageID: "01FC66621XXXXX119Z8PMV1QPQ"}, accepted},
		{"200 without", sinch.Outcome{Status: 200, Written: true}, inDoubt},
		{"202", sinch.Outcome{Status: 202, Written: true}, inDoubt},
		{"204", sinch.Outcome{Status: 204, Written: true}, inDoubt},
		{"nothing was written", sinch.Outcome{Err: errors.New("connection refused")}, unsent},
		{"certificate", sinch.Outcome{Certificate: true, Err: errors.New("unknown authority")}, halt},
		{"no answer", sinch.Outcome{Written: true, Err: errors.New("reset")}, inDoubt},
		{"429", sinch.Outcome{Status: 429, Written: true, API: api}, throttled},
		{"400", sinch.Outcome{Status: 400, Written: true, API: api}, rejected},
		{"413", sinch.Outcome{Status: 413, Written: true}, rejected},
		{"422", sinch.Outcome{Status: 422, Written: true}, rejected},
		{"401", sinch.Outcome{Status: 401, Written: true}, newToken},
		{"401 for a fresh token", sinch.Outcome{Status: 401, Written: true, CredentialsRefused: true}, halt},
		{"the key is refused", sinch.Outcome{CredentialsRefused: true}, halt},
		{"402", sinch.Outcome{Status: 402, Written: true}, halt},
		{"403", sinch.Outcome{Status: 403, Written: true}, halt},
		{"404", sinch.Outcome{Status: 404, Written: true}, halt},
		{"405", sinch.Outcome{Status: 405, Written: true}, halt},
		{"501", sinch.Outcome{Status: 501, Written: true, API: api}, halt},
		{"302", sinch.Outcome{Status: 302, Written: true}, halt},
		{"307", sinch.Outcome{Status: 307, Written: true}, halt},
		{"500 from the API", sinch.Outcome{Status: 500, Written: true, API: api}, serverError},
		{"503 from the API", sinch.Outcome{Status: 503, Written: true, API: api}, serverError},
		{"500 from a gateway", sinch.Outcome{Status: 500, Written: true}, inDoubt},
		{"503 from a gateway", sinch.Outcome{Status: 503, Written: true}, inDoubt},
		{"408", sinch.Outcome{Status: 408, Written: true}, inDoubt},
		{"502", sinch.Outcome{Status: 502, Written: true}, inDoubt},
		{"504", sinch.Outcome{Status: 504, Written: true}, inDoubt},
		{"599", sinch.Outcome{Status: 599, Written: true}, inDoubt},
		{"101", sinch.Outcome{Status: 101, Written: true}, inDoubt},
	}
	for _, tc := range tests {
		if got := judge(tc.o, false); got != tc.want {
			t.Errorf("judge(%s) = %d, want %d", tc.name, got, tc.want)
		}
	}
}

// A contact that Sinch does not know costs that recipient alone. Nothing else changes by it.
func TestJudgeContact(t *testing.T) {
	for status := range 600 {
		o := sinch.Outcome{Status: status, Written: true}
		want := judge(o, false)
		if status == 404 {
			want = rejected
		}
		if got := judge(o, true); got != want {
			t.Errorf("judge(%d) = %d for a contact, want %d", status, got, want)
		}
	}
}

// What Sinch says of a row may name its person.
func TestDescribeHidesIDs(t *testing.T) {
	line, err := campaign.ReadIdentity(campaign.Line, "Uabcdefabcdef")
	if err != nil {
		t.Fatal(err)
	}
	short, err := campaign.ReadIdentity(campaign.Telegram, "4")
	if err != nil {
		t.Fatal(err)
	}
	j := &job{r: campaign.Recipient{Others: []campaign.Identity{line, short}}}
	o := sinch.Outcome{Status: 400, API: &sinch.APIError{Status: "INVALID_ARGUMENT", Message: "no user Uabcdefabcdef"}}
	if got, want := j.describe(o), "400 INVALID_ARGUMENT: no user LINE ·····def"; got != want {
		t.Errorf("describe() = %q, want %q", got, want)
	}
}

// Whatever stops a run says what to mend.
func TestRemedyIsTotal(t *testing.T) {
	for status := range 600 {
		if o := (sinch.Outcome{Status: status, Written: true, Err: errors.New("x")}); judge(o, false) == halt && len(Remedy(o)) < 20 {
			t.Errorf("status %d: %q", status, Remedy(o))
		}
	}
}
