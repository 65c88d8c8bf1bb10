package delivery

import "testing"

func TestReasonsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for i := range Reasons {
		r := Reason(i)
		if r.Words() == "" || r.Advice() == "" || seen[r.Code()] {
			t.Errorf("reason %d (%q) lacks words or advice, or is there twice", i, r.Code())
		}
		seen[r.Code()] = true
		if ParseReason(r.Code()) != r {
			t.Errorf("ParseReason(%q) = %d, want %d", r.Code(), ParseReason(r.Code()), r)
		}
	}
	if got := ParseReason("FROM_THE_FUTURE"); got != Other {
		t.Errorf("an unknown code is reason %d, want Other", got)
	}
}

func TestParseStatus(t *testing.T) {
	for api, want := range map[string]Status{"QUEUED_ON_CHANNEL": Queued, "SWITCHING_CHANNEL": Switching, "FAILED": Failed, "DELIVERED": Delivered, "READ": Read} {
		if got, known := ParseStatus(api); !known || got != want {
			t.Errorf("ParseStatus(%q) = %v, %v; want %v", api, got, known, want)
		}
	}
	if _, known := ParseStatus("FROM_THE_FUTURE"); known {
		t.Error("a status that does not exist is known")
	}
}
