package consents

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// marketing are the lists that most campaigns are held against.
func marketing() []string { return []string{"OPT_OUT_ALL", "OPT_OUT_MARKETING"} }

func key(e164 string) uint64 { return campaign.PhoneAddress(e164).Key() }

func newClient(t *testing.T, s *sandbox.Server) *sinch.Client {
	t.Helper()
	c, err := sinch.New(sinch.Options{
		Destination: sinch.Destination{ProjectID: sandbox.DefaultProjectID, AppID: sandbox.DefaultAppID, Endpoint: "http://localhost"},
		Credentials: sinch.Credentials{KeyID: sandbox.DefaultKeyID, KeySecret: sinch.NewSecret(sandbox.DefaultKeySecret)},
		Transport:   s,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func optOut(t *testing.T, s *sandbox.Server, list string, identities ...string) {
	t.Helper()
	var records []string
	for _, identity := range identities {
		records = append(records, fmt.Sprintf(`{"identification":%q,"consent_type":%q}`, identity, list))
	}
	r, err := http.NewRequest(http.MethodPost, "http://localhost/v1/projects/"+sandbox.DefaultProjectID+"/consents",
		strings.NewReader(`{"app_id":"`+sandbox.DefaultAppID+`","consent_records":[`+strings.Join(records, ",")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(sandbox.DefaultKeyID, sandbox.DefaultKeySecret)
	r.Header.Set("Content-Type", "application/json")
	if answer, err := s.RoundTrip(r); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
}

func once(ask func() error) error { return ask() }

// Digits are an international number, whatever country the audience is of; what is none stays as it is. Somebody on two lists is one person.
func TestRead(t *testing.T) {
	s := sandbox.New(sandbox.Config{RateLimit: -1})
	optOut(t, s, "OPT_OUT_ALL", "46701740605", "447700900001", "07700900002", "00000000000000000001", "psid:Anna")
	optOut(t, s, "OPT_OUT_MARKETING", "447700900001", "447700900000")
	optOut(t, s, "OPT_OUT_NOTIFICATION", "447700900009")
	var told []int
	got, err := Read(t.Context(), newClient(t, s), marketing(), once, func(n int) { told = append(told, n) })
	if err != nil {
		t.Fatal(err)
	}
	want := &suppress.OptOuts{
		Lists: marketing(), Keys: []uint64{key("+46701740605"), key("+447700900000"), key("+447700900001")},
		Texts: map[string]bool{"07700900002": true, "00000000000000000001": true, "psid:Anna": true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
	if !slices.Equal(told, []int{5, 7}) {
		t.Errorf("progress: %v", told)
	}
	got, err = Read(t.Context(), newClient(t, sandbox.New(sandbox.Config{})), marketing(), once, func(int) {})
	if err != nil || got.People() != 0 {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
	fault, err := sandbox.ParseFault("404:after=1,on=consents")
	if err != nil {
		t.Fatal(err)
	}
	s.SetFaults(fault)
	got, err = Read(context.Background(), newClient(t, s), marketing(), once, func(int) {})
	var status *sinch.StatusError
	if got != nil || !errors.As(err, &status) {
		t.Errorf("half a list: %+v, %v", got, err)
	}
}

// somebody is a list to keep.
func somebody() *suppress.OptOuts {
	return &suppress.OptOuts{
		Lists: marketing(), Read: time.Date(2026, 3, 28, 9, 0, 0, 5, time.UTC),
		Keys: []uint64{key("+46701740605"), key("+447700900000")}, Texts: map[string]bool{"psid:\n<Anna>": true},
	}
}

var live = sinch.Destination{AppID: "01HZX3V8N6J9T5QK2M4R7WBCDE", Region: "eu"}

// Whatever is on Sinch's list is found as a number and as an id, however the number is read.
func TestEveryIdentityIsFound(t *testing.T) {
	numbers, err := phone.New("")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	identities := []string{"4407700900001", "+4407700900002", "46070174060500", "psid:Anna", "00000000000000000001", "7", "+7", "390612345678", "5215555550100"}
	for range 2000 {
		identity := []string{"44", "440", "46", "460", "1", "49", "490", "", "+", "+440"}[random.IntN(10)]
		for range 1 + random.IntN(14) {
			identity += strconv.Itoa(random.IntN(10))
		}
		identities = append(identities, identity)
	}
	rewritten := 0
	s, err := suppress.Load("", nil, "", nil, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, identity := range identities {
		o := &suppress.OptOuts{Texts: map[string]bool{}}
		add(o, numbers, identity)
		s.AddOptOuts(o)
		found := func(as string, r campaign.Recipient) {
			if _, is := s.Match(&r, ""); !is {
				t.Errorf("%q is not found as %s", identity, as)
			}
		}
		digits := strings.TrimPrefix(identity, "+")
		for _, c := range []campaign.Channel{campaign.Telegram, campaign.Viber, campaign.Contact} {
			for _, text := range []string{identity, digits} {
				id, err := campaign.ReadIdentity(c, text)
				if err == nil {
					found(string(c)+" "+text, campaign.Recipient{Others: []campaign.Identity{id}})
				}
			}
		}
		if number, _ := numbers.Read("+"+digits, ""); !number.IsZero() {
			found("a number", campaign.Recipient{Address: number})
			found("WhatsApp", campaign.Recipient{Others: []campaign.Identity{campaign.NumberIdentity(campaign.WhatsApp, number)}})
			if number.Reveal() != "+"+digits {
				rewritten++
			}
		}
	}
	if rewritten < 20 {
		t.Errorf("only %d of the identities are read as another number", rewritten)
	}
}

func TestCopy(t *testing.T) {
	dir := t.TempDir()
	c := In(dir, live, marketing())
	if o, ok := c.Load(); ok {
		t.Errorf("nothing is kept, and Load = %+v", o)
	}
	if err := c.Save(somebody()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "consents-01hzx3v8n6j9t5qk2m4r7wbcde-marketing.bin")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	o, ok := c.Load()
	if diff := cmp.Diff(somebody(), o); !ok || diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	lower, elsewhere, other := live, live, live
	lower.AppID, elsewhere.Endpoint, other.AppID = strings.ToLower(live.AppID), "http://127.0.0.1:8089", "../../01HZX3V8N6J9T5QK2M4R7"
	if _, ok := In(dir, lower, marketing()).Load(); !ok {
		t.Error("an app's id means the same in lower case")
	}
	for name, c := range map[string]Copy{
		"zero": {}, "no folder": In("", live, marketing()), "no app": In(dir, sinch.Destination{}, marketing()), "no app id": In(dir, other, marketing()),
		"another endpoint": In(dir, elsewhere, marketing()), "other lists": In(dir, live, []string{"OPT_OUT_ALL"}),
	} {
		if o, ok := c.Load(); ok {
			t.Errorf("%s: Load = %+v", name, o)
		}
	}
	if err := (Copy{}).Save(somebody()); err != nil {
		t.Errorf("Save to nowhere = %v", err)
	}

	unsorted := somebody()
	slices.Reverse(unsorted.Keys)
	if err := c.Save(unsorted); err != nil {
		t.Fatal(err)
	}
	if o, ok := c.Load(); ok {
		t.Errorf("nobody can be found among unsorted keys, and Load = %+v", o)
	}
	if err := c.Save(somebody()); err != nil {
		t.Fatal(err)
	}

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := slices.Clone(whole)
		damaged[i] ^= 0x10
		for _, b := range [][]byte{damaged, whole[:i]} {
			if _, o, err := decode(b); err == nil {
				t.Fatalf("damaged at %d, and decode = %+v", i, o)
			}
		}
	}
}

// Starts that write at the same time leave the list of one of them, and nothing else.
func TestCopyOfTwoStarts(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			o := somebody()
			o.Keys = slices.Repeat([]uint64{uint64(n)}, 1000*(n+1))
			if err := In(dir, live, marketing()).Save(o); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	o, ok := In(dir, live, marketing()).Load()
	if !ok || len(o.Keys) != 1000*int(o.Keys[0]+1) {
		t.Error("the copy is not that of one start")
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files: %v", files)
	}
}

func TestErase(t *testing.T) {
	root := t.TempDir()
	const name = "consents-01hzx3v8n6j9t5qk2m4r7wbcde-marketing.bin"
	for _, path := range []string{
		"runs/" + name, "a/runs/" + name, "a/runs/" + name + ".123.tmp", "a/runs/sale/ledger.db", "a/runs/consents-x.csv", "a/" + name, ".git/runs/" + name,
		"b/runs/" + name,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o700), os.WriteFile(filepath.Join(root, path), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(filepath.Join(root, "b/runs", name), old, old); err != nil {
		t.Fatal(err)
	}
	erase := func(dir string, before time.Time, want ...string) {
		t.Helper()
		got, err := Erase(filepath.Join(root, dir), "runs", before)
		for i := range want {
			want[i] = filepath.Join(root, want[i])
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Erase(%s) = %v, %v, want %v", dir, got, err, want)
		}
	}
	erase(".", time.Now().Add(-24*time.Hour), "b/runs")
	erase("a/runs/sale", time.Time{})
	erase("a/runs", time.Time{}, "a/runs")
	erase(".", time.Time{}, "runs")
	erase(".", time.Time{})
	for _, path := range []string{"a/runs/sale/ledger.db", "a/runs/consents-x.csv", "a/" + name, ".git/runs/" + name} {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Error(err)
		}
	}
	if _, err := Erase(filepath.Join(root, "none"), "runs", time.Time{}); err == nil {
		t.Error("a folder that does not exist is searched")
	}
}

// FuzzDecode reads any bytes: a copy that is taken can be asked, and is what encode would write.
func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	o := somebody()
	if err := encode(&b, head{Format: format, App: live.AppID, Lists: o.Lists, Read: o.Read, Numbers: len(o.Keys), Others: []string{"psid"}}, o.Keys); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes()[:b.Len()-4])
	f.Add([]byte("{\"format\":1,\"numbers\":2305843009213693952}\n"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, _, err := decode(content); err == nil && len(content) < 4 {
			t.Fatal("what has no checksum is taken")
		}
		h, o, err := decode(sealed(content))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := encode(&again, h, o.Keys); err != nil || !slices.IsSorted(o.Keys) {
			t.Fatalf("%v, keys %v", err, o.Keys)
		}
		if _, same, err := decode(again.Bytes()); err != nil || !cmp.Equal(o, same) {
			t.Fatalf("decode = %+v, and again %+v, %v", o, same, err)
		}
	})
}

// sealed is content with its checksum.
func sealed(content []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(content), crc32.Checksum(content, castagnoli()))
}
