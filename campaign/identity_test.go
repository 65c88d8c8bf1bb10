package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustRead(t *testing.T, c Channel, cell string) Identity {
	t.Helper()
	i, err := ReadIdentity(c, cell)
	if err != nil {
		t.Fatalf("ReadIdentity(%s, %q): %v", c, cell, err)
	}
	return i
}

func TestIdentityIsMasked(t *testing.T) {
	const id, digits = "Ua1b2c3d4e5f6a7b8", "447700900123"
	r := Recipient{Others: []Identity{mustRead(t, Line, id), NumberIdentity(WhatsApp, PhoneAddress("+"+digits)), mustRead(t, Contact, id)}}
	hidden := struct{ others []Identity }{r.Others}

	var printed bytes.Buffer
	for _, verb := range "vsqxXdTtbcoOUeEfFgGp" {
		for _, flag := range []string{"", "+", "#", "-20", "0.3", " "} {
			for _, v := range []any{r.Others[0], r.Others[1], &r.Others[0], r.Others, r, hidden} {
				fmt.Fprintf(&printed, "%"+flag+string(verb)+"\n", v)
			}
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("sent", "to", r.Others[0], "all", r.Others, "recipient", r, "hidden", hidden)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(text)
	for _, form := range []string{id, id[2:12], fmt.Sprintf("%x", id), digits, digits[2:], fmt.Sprintf("%x", digits)} {
		if strings.Contains(strings.ToLower(printed.String()), strings.ToLower(form)) {
			t.Errorf("%s is in what was printed", form)
		}
	}
	for i, want := range []string{"LINE ·····7b8", "WHATSAPP +44 77·····123", "CONTACT ·····7b8"} {
		if got := r.Others[i].String(); got != want {
			t.Errorf("String() = %s, want %s", got, want)
		}
	}
	if short := mustRead(t, Telegram, "12345678").String(); short != "TELEGRAM ·····" {
		t.Errorf("String() of a short id = %s", short)
	}
}

func TestReadIdentity(t *testing.T) {
	for _, tc := range []struct{ cell, want string }{
		{"1234567890123456", "1234567890123456"},
		{"  000123\u00a0", "000123"},
		{"\u200bUabc", "Uabc"},
		{`="00077"`, "00077"},
		{"'00077", "00077"},
		{"a:b/c+d=", "a:b/c+d="},
		{"12E34", "12E34"}, {"12e34abc", "12e34abc"}, {"00", "00"}, {"nullo", "nullo"}, {"N/A1", "N/A1"},
		{"1E15", "1E15"}, // nobody's spreadsheet writes it so
		{"12.0.1", "12.0.1"},
		{"é", "é"},
		{strings.Repeat("é", 512), strings.Repeat("é", 512)},
	} {
		i, err := ReadIdentity(Messenger, tc.cell)
		if err != nil || i.Reveal() != tc.want || i.Channel != Messenger || i.IsNumber() {
			t.Errorf("ReadIdentity(%q) = %q, %v, want %q", tc.cell, i.Reveal(), err, tc.want)
		}
		if again, err := ReadIdentity(Messenger, i.Reveal()); err != nil || !again.Equal(i) {
			t.Errorf("%q read again is another", tc.cell)
		}
	}
	for _, tc := range []struct {
		cell string
		want IdentityError
	}{
		{"", IdentityEmpty}, {" \t", IdentityEmpty}, {"'", IdentityEmpty}, {`=""`, IdentityEmpty},
		{"1.23457E+15", IdentityDestroyed}, {"1,23457e+15", IdentityDestroyed}, {"1E+15", IdentityDestroyed}, {"1.23457E15", IdentityDestroyed}, {"1,5e15", IdentityDestroyed}, {"1234567890123456.0", IdentityDestroyed},
		{"123 456", IdentityCharacter}, {"12\n34", IdentityCharacter}, {"12\x0734", IdentityCharacter}, {"12\u200b34", IdentityCharacter}, {"a\xff", IdentityCharacter},
		{strings.Repeat("é", 513), IdentityTooLong},
		{"NULL", IdentityPlaceholder}, {" null ", IdentityPlaceholder}, {"N/A", IdentityPlaceholder}, {"'n/a", IdentityPlaceholder}, {"#N/A", IdentityPlaceholder},
		{"None", IdentityPlaceholder}, {"NaN", IdentityPlaceholder}, {`\N`, IdentityPlaceholder}, {"undefined", IdentityPlaceholder}, {`="-"`, IdentityPlaceholder},
		{"-", IdentityPlaceholder}, {"--", IdentityPlaceholder}, {"0", IdentityPlaceholder},
	} {
		var got IdentityError
		if _, err := ReadIdentity(Messenger, tc.cell); !errors.As(err, &got) || got != tc.want {
			t.Errorf("ReadIdentity(%q): %v, want %v", tc.cell, err, tc.want)
		}
	}
}

func TestIdentityIsStored(t *testing.T) {
	phone := PhoneAddress("+447700900123")
	for _, tc := range []struct {
		identity Identity
		want     string
	}{
		{NumberIdentity("", phone), "+447700900123"},
		{NumberIdentity(WhatsApp, phone), "WHATSAPP:+447700900123"},
		{mustRead(t, Messenger, "0012:34"), "MESSENGER:0012:34"},
		{mustRead(t, Contact, "01EXA07N79THJ20WSN6AS30TMW"), "CONTACT:01EXA07N79THJ20WSN6AS30TMW"},
	} {
		if got := tc.identity.Stored(); got != tc.want {
			t.Errorf("Stored() = %s, want %s", got, tc.want)
		}
		if back, ok := ParseIdentity(tc.want); !ok || !cmp.Equal(back, tc.identity) || back.Key() != tc.identity.Key() {
			t.Errorf("ParseIdentity(%s) = %v, %v", tc.want, back, ok)
		}
	}
	for _, wrong := range []string{"", "+44", "FAX:1", "MESSENGER", "MESSENGER:", "SMS:12345", "messenger:1"} {
		if i, ok := ParseIdentity(wrong); ok {
			t.Errorf("ParseIdentity(%q) = %v", wrong, i)
		}
	}
}

func TestKeys(t *testing.T) {
	phone := PhoneAddress("+447700900123")
	if NumberIdentity(RCS, phone).Key() != phone.Key() {
		t.Error("a number has another key on RCS")
	}
	messenger, line := mustRead(t, Messenger, "447700900123"), mustRead(t, Line, "447700900123")
	if messenger.Key() == line.Key() || messenger.Key() == phone.Key() || messenger.Key()>>63 != 1 {
		t.Errorf("keys of one text: %x on Messenger, %x on LINE, %x as a number", messenger.Key(), line.Key(), phone.Key())
	}
	// Keys are compared with those that another process has computed: they must stay what they are.
	if want := uint64(0x98276cc8c365966c); messenger.Key() != want {
		t.Errorf("Key() = %#x, want %#x", messenger.Key(), want)
	}
	all := Recipient{Address: phone, Others: []Identity{NumberIdentity(SMS, phone), messenger, line}}
	if diff := cmp.Diff([]uint64{7, phone.Key(), messenger.Key(), line.Key()}, all.AppendKeys([]uint64{7})); diff != "" {
		t.Errorf("AppendKeys (-want +got):\n%s", diff)
	}
}

func TestRecipientWithoutNumber(t *testing.T) {
	messenger := mustRead(t, Messenger, "1234567890")
	r := Recipient{Others: []Identity{messenger}}
	if !r.HasAddress() || r.Erased() {
		t.Error("who has an id alone has no address, or was erased")
	}
	if got, ok := r.On(Messenger); !ok || !got.Equal(messenger) {
		t.Errorf("On(MESSENGER) = %v, %v", got, ok)
	}
	if _, ok := r.On(Line); ok {
		t.Error("there is an address on LINE")
	}
	var nobody Recipient
	if nobody.HasAddress() || !nobody.Erased() || len(nobody.AppendKeys(nil)) != 0 || len(nobody.Identities()) != 0 {
		t.Error("nobody has an address")
	}
}

func TestNeedsPhone(t *testing.T) {
	for _, tc := range []struct {
		channels []Channel
		columns  map[string]string
		want     bool
	}{
		{nil, nil, true},
		{[]Channel{RCS, SMS}, nil, true},
		{[]Channel{Messenger}, nil, false},
		{[]Channel{Messenger, SMS}, map[string]string{"messenger": "m"}, true},
		{[]Channel{WhatsApp}, map[string]string{"whatsapp": "w"}, false},
		{[]Channel{WhatsApp, SMS}, map[string]string{"whatsapp": "w"}, true},
		{[]Channel{SMS}, map[string]string{"contact_id": "c"}, false},
	} {
		if got := (Audience{Channels: tc.channels, Columns: tc.columns}).NeedsPhone(); got != tc.want {
			t.Errorf("NeedsPhone() of %v with columns %v = %v", tc.channels, tc.columns, got)
		}
	}
}
