package send

import (
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

func testBrakes(t *testing.T, limits campaign.Limits) *brakes {
	t.Helper()
	b, err := newBrakes(&Config{GiveUp: time.Minute, MaxInFlight: 8, Limits: limits}, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBrakes(t *testing.T) {
	tests := []struct {
		name     string
		verdicts string // a accepted, r rejected, d in doubt
		stops    int    // after how many; 0: never
	}{
		{"all accepted", repeat("a", 100), 0},
		{"20 rejected in a row", repeat("a", 50) + repeat("r", 30), 70},
		{"19 and one accepted", repeat(repeat("r", 19)+"a", 5), 0},
		{"20 in doubt in a row", repeat("d", 30), 20},
		{"taking turns", repeat("rd", 50), 0},
	}
	for _, tc := range tests {
		b := testBrakes(t, campaign.Limits{MaxRejected: campaign.Share{Percent: 100}})
		stopped := 0
		for i, c := range tc.verdicts {
			v := map[rune]verdict{'a': accepted, 'r': rejected, 'd': inDoubt}[c]
			if _, stop := b.settled(forecast.Kind{}, v, "detail"); stop != nil && stopped == 0 {
				stopped = i + 1
			}
		}
		if stopped != tc.stops {
			t.Errorf("%s: stopped after %d, want %d", tc.name, stopped, tc.stops)
		}
	}
}

func repeat(s string, n int) string {
	out := ""
	for range n {
		out += s
	}
	return out
}

func TestGiveUp(t *testing.T) {
	b := testBrakes(t, campaign.Limits{})
	at := func(seconds int) time.Time { return testTime.Add(time.Duration(seconds) * time.Second) }
	if _, stop := b.unreachable("refused", at(1000)); stop != nil {
		t.Error("the first failure after a quiet time is taken for silence")
	}
	b.answered()
	if _, stop := b.unreachable("refused", at(1070)); stop != nil {
		t.Error("gave up although there was an answer in between")
	}
	if _, stop := b.unreachable("refused", at(1129)); stop != nil {
		t.Error("gave up early")
	}
	if n, stop := b.unreachable("refused", at(1130)); stop == nil || n != 3 {
		t.Errorf("unreachable = %d, %v; want 3 in a row and a stop", n, stop)
	}
}

func TestCanary(t *testing.T) {
	b := testBrakes(t, campaign.Limits{})
	for _, v := range []verdict{rejected, accepted, inDoubt, accepted} {
		b.settled(forecast.Kind{}, v, "detail")
	}
	if n, stop := b.canaryVerdict(2, "detail"); stop != nil || n != 4 {
		t.Errorf("two failures stop the run: %v", stop)
	}
	b.settled(forecast.Kind{}, rejected, "detail")
	if _, stop := b.canaryVerdict(2, "detail"); stop == nil {
		t.Error("three failures do not stop the run")
	}
}

func TestTodo(t *testing.T) {
	set := newTodo(130)
	for row := range uint32(130) {
		if row != 5 && row != 129 {
			set.remove(row)
		}
	}
	set.remove(1000)
	if set.left != 2 || !set.has(5) || !set.has(129) || set.has(130) || set.has(6) {
		t.Errorf("todo = %+v", set)
	}
	tests := []struct {
		first, last int
		want        bool
	}{{0, 5, false}, {0, 6, true}, {6, 129, false}, {6, 130, true}, {100, 2000, true}, {130, 2000, false}}
	for _, tc := range tests {
		if got := set.any(tc.first, tc.last); got != tc.want {
			t.Errorf("any(%d, %d) = %v", tc.first, tc.last, got)
		}
	}
}
