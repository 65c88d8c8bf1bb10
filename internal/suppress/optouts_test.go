package suppress

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// optedOut is Sinch's list with these numbers on it.
func optedOut(e164 ...string) *OptOuts {
	o := &OptOuts{Lists: []string{"OPT_OUT_ALL"}, Read: time.Now(), Texts: map[string]bool{"psid-1": true}}
	for _, number := range e164 {
		o.Keys = append(o.Keys, campaign.PhoneAddress(number).Key())
	}
	slices.Sort(o.Keys)
	return o
}

// Sinch's list stands behind files and before other runs.
func TestOptOuts(t *testing.T) {
	dir := folder(t, map[string]string{"optouts.txt": "+447700900001\n", "seeds.txt": "+447700900001\n+447700900002\n+447700900003\n+447700900004\n"})
	specs := []campaign.SuppressionList{{Sinch: true}, {File: "optouts.txt"}}
	s, err := Load(dir, specs, "GB", everyChannel(), time.Now(), filepath.Join(dir, "seeds.txt"))
	if err != nil {
		t.Fatal(err)
	}
	o := optedOut("+447700900002", "+447700900001")
	s.AddOptOuts(o)
	key := func(e164 string) uint64 { return campaign.PhoneAddress(e164).Key() }
	s.AddSent([]Sent{{Name: "spring-*", Keys: []uint64{key("+447700900002"), key("+447700900003")}}})
	for phone, want := range map[string]Match{
		"+447700900001": {Reason: campaign.Suppressed, List: 0, File: "optouts.txt", Line: 1},
		"+447700900002": {Reason: campaign.Suppressed, List: 2, File: SinchName},
		"+447700900003": {Reason: campaign.AlreadySent, List: 3, File: "spring-*"},
		"+447700900004": {},
	} {
		if got, _ := s.Match(person(phone), "psid-1"); got != want {
			t.Errorf("Match(%s) = %+v, want %+v", phone, got, want)
		}
	}
	lists := s.Lists()
	if diff := cmp.Diff(ListInfo{Sinch: o.Lists, Read: o.Read, Entries: 3}, lists[2]); len(lists) != 4 || diff != "" {
		t.Errorf("%d lists, of Sinch's (-want +got):\n%s", len(lists), diff)
	}
	if err := s.RefreshOptOuts(t.Context()); err != nil {
		t.Errorf("RefreshOptOuts of a list that stays = %v", err)
	}
}

// errAway is that Sinch does not answer.
var errAway = errors.New("503")

// Sinch's list is read every ten minutes, the age of the first reading counted; one that fails is tried again with every look, and the last one
// holds for a minute.
func TestRefreshOptOuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := load(t, t.TempDir(), campaign.SuppressionList{Sinch: true})
		s.AddOptOuts(optedOut())
		began := time.Now()
		var read []time.Duration
		var fails error
		s.KeepOptOuts(4*time.Minute, func(context.Context) (*OptOuts, error) {
			read = append(read, time.Since(began))
			time.Sleep(2 * time.Second)
			return optedOut("+447700900001"), fails
		})
		// until looks every ten seconds, up to a time, and returns the last error.
		until := func(end time.Duration) (err error) {
			for time.Since(began) < end {
				time.Sleep(10 * time.Second)
				err = s.RefreshOptOuts(t.Context())
			}
			return err
		}
		suppressed := func() bool {
			_, found := s.Match(person("+447700900001"), "")
			return found
		}
		if err := until(350 * time.Second); err != nil || read != nil || suppressed() {
			t.Errorf("before its time the list was read: %v, %v", read, err)
		}
		if err := until(6 * time.Minute); err != nil || !slices.Equal(read, []time.Duration{6 * time.Minute}) || !suppressed() {
			t.Errorf("ten minutes after the first reading the list was read at %v: %v", read, err)
		}
		if err := until(15 * time.Minute); err != nil || len(read) != 1 {
			t.Errorf("nine minutes later it was read again: %v, %v", read, err)
		}

		fails = errAway
		if err := until(16*time.Minute + 50*time.Second); !errors.Is(err, errAway) || errors.Is(err, ErrLost) || len(read) < 4 || !suppressed() {
			t.Errorf("Sinch is away: %v after readings at %v, want a warning, and the last reading in force", err, read)
		}
		if err := until(17*time.Minute + 20*time.Second); !errors.Is(err, ErrLost) {
			t.Errorf("Sinch has been away for more than a minute: %v", err)
		}
		fails = nil
		if err := until(18 * time.Minute); err != nil {
			t.Errorf("Sinch is back: %v", err)
		}
		fails = errAway
		if err := until(28 * time.Minute); err == nil || errors.Is(err, ErrLost) {
			t.Errorf("away again: %v, want a warning", err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		time.Sleep(time.Hour)
		if err := s.RefreshOptOuts(ctx); err != nil {
			t.Errorf("a reading that nobody waits for has failed: %v", err)
		}
	})
}
