package runstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

func options() Options {
	return Options{Key: "Spring sale", Campaign: "spring-sale", Now: testTime}
}

func mustAcquire(t *testing.T, dir string) *Run {
	t.Helper()
	r, err := Acquire(dir, options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestCampaignDir(t *testing.T) {
	for _, folder := range []string{".", "spring", filepath.Join("a", "b")} {
		for _, sandbox := range []bool{false, true} {
			dir, err := Path(folder, "k", sandbox)
			if got := CampaignDir(dir); err != nil || got != folder {
				t.Errorf("CampaignDir(%q) = %q, want %q (%v)", dir, got, folder, err)
			}
		}
	}
	for _, dir := range []string{"k", filepath.Join("runs", "k", "retry-1"), filepath.Join("elsewhere", "sandbox", "k")} {
		if got := CampaignDir(dir); got != "" {
			t.Errorf("CampaignDir(%q) = %q, want none", dir, got)
		}
	}
}

func TestDirName(t *testing.T) {
	tests := []struct{ key, want string }{
		{"spring-sale-2026", "spring-sale-2026"},
		{"Vårrea 2026 / VIP", "vårrea-2026-vip"},
		{"../../etc/passwd", "etc-passwd"},
		{"a:b*c?", "a-b-c"},
		{"...", ""},
		{"nul", "nul-run"},
		{"COM1.txt", "com1-run.txt"},
		{"con.spring.2026", "con-run.spring.2026"},
		{"lpt9", "lpt9-run"},
		{"comet", "comet"},
		{"com10", "com10"},
	}
	for _, tc := range tests {
		if got := DirName(tc.key); got != tc.want {
			t.Errorf("DirName(%q) = %q, want %q", tc.key, got, tc.want)
		}
	}
	if long := strings.Repeat("a", maxDirName); DirName(long) != long {
		t.Error("a name that is just short enough was changed")
	}
	names := map[string]bool{}
	for _, end := range []string{"2026-04-01", "2026-04-02", ""} {
		name := DirName(strings.Repeat("ä", 500) + end)
		names[name] = true
		if len(name) > maxDirName || !utf8.ValidString(name) || !strings.HasPrefix(name, "ää") {
			t.Errorf("a long key gives the name %q", name)
		}
	}
	if len(names) != 3 {
		t.Errorf("long keys with different ends share names: %v", names)
	}
}

func TestPathKeepsSandboxApart(t *testing.T) {
	if _, err := Path("x", "Sandbox", false); err == nil {
		t.Error("a real run may be called sandbox")
	}
	got, err := Path("x", "Sandbox", true)
	if want := filepath.Join("x", "runs", "sandbox", "sandbox"); err != nil || got != want {
		t.Errorf("Path = %q, %v, want %q", got, err, want)
	}
}

func TestAcquire(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "runs", "sandbox", "spring-sale")
	r := mustAcquire(t, dir)
	if b, err := os.ReadFile(filepath.Join(top, "runs", ".gitignore")); err != nil || string(b) != "*\n" {
		t.Errorf(".gitignore = %q, %v", b, err)
	}
	for _, path := range []string{dir, r.Path(ledger.FileName), r.Path(ControlName)} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v; others can read it", path, info.Mode(), err)
		}
	}
	if got := r.Meta(); got.State != Planning || got.Key != "Spring sale" || len(got.RunID) != 26 {
		t.Errorf("meta = %+v", got)
	}
	_, err := Acquire(dir, options())
	if !errors.Is(err, ledger.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on ", os.Getpid())) {
		t.Errorf("second holder: %v", err)
	}
	if err := r.Update(func(m *Meta) {
		m.State = Planned
		m.Sources = []campaign.Source{{Name: "c.yaml", Data: []byte("a: b")}}
	}); err != nil {
		t.Fatal(err)
	}
	want := r.Meta()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	other := options()
	other.Key = "Spring-sale"
	if _, err := Acquire(dir, other); !errors.Is(err, ErrOtherRun) {
		t.Errorf("another key with the same name: %v", err)
	}
	if diff := cmp.Diff(want, mustAcquire(t, dir).Meta()); diff != "" {
		t.Errorf("meta after reopening (-want +got):\n%s", diff)
	}
}

// Where the holder can be asked stands in a file that nobody else can read, as long as it holds the run, and in no error.
func TestAnnounce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	r := mustAcquire(t, dir)
	const addr, token = "127.0.0.1:4711", "0123456789abcdef0123456789abcdef"
	if err := r.Announce(addr, token); err != nil {
		t.Fatal(err)
	}
	got, err := Holder(dir)
	if err != nil || got.PID != os.Getpid() || !got.Here() || !got.Started.Equal(testTime) || got.Addr != addr || got.Token != token {
		t.Errorf("Holder = %+v, %v", got, err)
	}
	if info, err := os.Stat(r.Path(ControlName)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v, %v", info.Mode(), err)
	}
	_, err = Acquire(dir, options())
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%v %+v %s", got, got, got)} {
		if strings.Contains(text, token) || strings.Contains(text, addr) {
			t.Errorf("%q tells where it listens", text)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Holder(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Holder after the end = %v", err)
	}
}

// What else lies in the folder is somebody's own.
func TestRemoveErasesTheRunAlone(t *testing.T) {
	dir := t.TempDir()
	theirs := filepath.Join(dir, "audience.csv")
	if err := os.WriteFile(theirs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := mustAcquire(t, dir)
	writeSnapshot(t, r, testRows(3))
	if err := r.Remove(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "audience.csv" {
		t.Errorf("left: %v, %v", left, err)
	}
	if mustAcquire(t, dir).Meta().State != Planning {
		t.Error("the next run is not a fresh one")
	}
}

func testRows(n int) []campaign.Recipient {
	rows := make([]campaign.Recipient, n)
	for i := range rows {
		rows[i] = campaign.Recipient{Row: i, Line: i + 2, Fields: []string{"Ann", "", fmt.Sprint(i), "å\n\"ö"}}
		if i%7 != 0 {
			rows[i].Address = campaign.PhoneAddress(fmt.Sprintf("+4477009%05d", i))
		}
		if i%11 == 0 {
			rows[i].Fields = rows[i].Fields[:i%4]
		}
	}
	return rows
}

func writeSnapshot(t testing.TB, r *Run, rows []campaign.Recipient) {
	t.Helper()
	w, err := r.CreateSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	enc := NewFrameEncoder()
	for from := 0; from < len(rows); from += FrameRows {
		frame := rows[from:min(from+FrameRows, len(rows))]
		var raw []byte
		for i := range frame {
			raw = AppendRow(raw, &frame[i])
		}
		w.Append(enc.Encode(nil, raw), len(frame))
	}
	size, err := w.Commit()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Update(func(m *Meta) { m.Rows, m.SnapshotBytes = len(rows), size }); err != nil {
		t.Fatal(err)
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, FrameRows, 2*FrameRows + 1} {
		r := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		want := testRows(n)
		writeSnapshot(t, r, want)
		s, err := r.OpenSnapshot()
		if err != nil {
			t.Fatal(err)
		}
		got := make([]campaign.Recipient, 0, n)
		for i := range s.Frames() {
			rows, err := s.Frame(i)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rows...)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if len(got) != n || s.Rows() != n {
			t.Fatalf("%d rows came back, want %d", len(got), n)
		}
		for i := range want {
			if got[i].Row != want[i].Row || got[i].Line != want[i].Line || got[i].Address != want[i].Address ||
				strings.Join(got[i].Fields, "|") != strings.Join(want[i].Fields, "|") {
				t.Fatalf("row %d differs", i)
			}
		}
	}
}

// A row is stored as ever where it has a number alone; other addresses stand behind it with their channels.
func TestRowIsStored(t *testing.T) {
	address := campaign.PhoneAddress("+447700900123")
	messenger, err := campaign.ReadIdentity(campaign.Messenger, "0012")
	if err != nil {
		t.Fatal(err)
	}
	others := []campaign.Identity{campaign.NumberIdentity(campaign.WhatsApp, address), messenger}
	for _, tc := range []struct {
		row  campaign.Recipient
		want string
	}{
		{campaign.Recipient{Line: 2, Fields: []string{"Ann"}}, "\x02\x00\x01\x03Ann"},
		{campaign.Recipient{Line: 2, Address: address, Fields: []string{"Ann"}}, "\x02\x01\x0d+447700900123\x01\x03Ann"},
		{campaign.Recipient{Line: 2, Others: others[1:], Fields: []string{}}, "\x02\x01\x0eMESSENGER:0012\x00"},
		{campaign.Recipient{Line: 2, Address: address, Others: others, Fields: []string{}},
			"\x02\x03\x0d+447700900123\x16WHATSAPP:+447700900123\x0eMESSENGER:0012\x00"},
	} {
		raw := AppendRow(nil, &tc.row)
		if string(raw) != tc.want {
			t.Errorf("AppendRow() = %q, want %q", raw, tc.want)
		}
		back, err := decodeFrame(raw, 0)
		if err != nil || len(back) != 1 || back[0].Address != tc.row.Address || !cmp.Equal(back[0].Others, tc.row.Others) ||
			len(back[0].Fields) != len(tc.row.Fields) {
			t.Errorf("%q came back as %v, %v", tc.want, back, err)
		}
	}
	for _, wrong := range []string{"\x02\x01\x05FAX:1\x00", "\x02\x01\x01x\x00", "\x02\xff\xff\xff\xff\x07\x01"} {
		if _, err := decodeFrame([]byte(wrong), 0); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%q: %v, want ErrSnapshot", wrong, err)
		}
	}
}

// Whatever byte of a snapshot is wrong, nobody gets a message made of it.
func TestSnapshotDamage(t *testing.T) {
	r := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	writeSnapshot(t, r, testRows(300))
	want, err := readAll(r)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.Path(SnapshotName))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(snapshotMagic); i < len(whole); i++ {
		b := bytes.Clone(whole)
		b[i] ^= 0x40
		if err := os.WriteFile(r.Path(SnapshotName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		// A few bits of a zstd header say nothing about the content.
		if got, err := readAll(r); err == nil && !bytes.Equal(got, want) {
			t.Fatalf("byte %d of %d is wrong, and nobody noticed", i, len(whole))
		}
	}
	if err := os.WriteFile(r.Path(SnapshotName), whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(r); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a snapshot that was cut short: %v", err)
	}
}

// readAll returns every row of the snapshot in its stored form.
func readAll(r *Run) ([]byte, error) {
	s, err := r.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var all []byte
	for i := range s.Frames() {
		rows, err := s.Frame(i)
		if err != nil {
			return nil, err
		}
		for j := range rows {
			all = AppendRow(all, &rows[j])
		}
	}
	return all, nil
}

func FuzzDecodeFrame(f *testing.F) {
	rows := testRows(20)
	var raw []byte
	for i := range rows {
		raw = AppendRow(raw, &rows[i])
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, err := decodeFrame(raw, 0)
		if err != nil {
			return
		}
		var again []byte
		for i := range rows {
			again = AppendRow(again, &rows[i])
		}
		if _, err := decodeFrame(again, 0); err != nil {
			t.Fatal("what was decoded cannot be encoded")
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	rows := testRows(FrameRows)
	enc := NewFrameEncoder()
	var raw, frame []byte
	for b.Loop() {
		raw, frame = raw[:0], frame[:0]
		for i := range rows {
			raw = AppendRow(raw, &rows[i])
		}
		frame = enc.Encode(frame, raw)
		if _, err := decodeFrame(raw, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*FrameRows/b.Elapsed().Seconds(), "rows/s")
}
