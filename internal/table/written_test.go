package table

import (
	"io"
	"strings"
	"testing"
)

func TestEncodeAndDecode(t *testing.T) {
	for encoding, want := range map[string]string{
		"": "\ufeffÅ…👋\n", "UTF-8": "\ufeffÅ…👋\n", "Windows-1252": "\xc5\x85?\n", "CP850": "\x8f??\n",
		"UTF-16 LE": "\xff\xfe\xc5\x00\x26\x20\x3d\xd8\x4b\xdc\n\x00", "UTF-16 BE": "\xfe\xff\x00\xc5\x20\x26\xd8\x3d\xdc\x4b\x00\n",
	} {
		got := string(Encoder(encoding)([]byte("\ufeffÅ…👋\n")))
		if got != want {
			t.Errorf("%s: %q, want %q", encoding, got, want)
		}
		text, err := io.ReadAll(Decode(strings.NewReader(got), encoding))
		if back := string(text); err != nil || back != "Å…👋\n" && strings.Count(got, "?") == 0 || !strings.HasPrefix(back, "Å") {
			t.Errorf("%s: comes back as %q (%v)", encoding, back, err)
		}
	}
}

// What is certain of an encoding is what a list of one row can be written in.
func TestHowAFileIsWritten(t *testing.T) {
	names := strings.Repeat("Åke;Malmö\r\nBjörn;Växjö\r\n", 50)
	western := string(Encoder("Windows-1252")([]byte(names)))
	for _, tc := range []struct {
		content, told, certain string
		isCRLF                 bool
	}{
		{"name;city\r\n" + names, "", "UTF-8", true},
		{"name;city\nÅke;Malmö\r\n", "", "UTF-8", false},
		{"name;city\r\n" + western, "", "UTF-8", true},
		{"name;city\r\n" + western, "latin1", "Windows-1252", true},
		{string(Encoder("UTF-16 LE")([]byte("\ufeffname;city\r\n" + names))), "", "UTF-16 LE", true},
	} {
		r, err := Open(writeFile(t, tc.content), Options{Encoding: tc.told})
		if err != nil {
			t.Fatal(err)
		}
		for b := (Batch{}); err == nil; {
			err = r.ReadBatch(&b)
		}
		i := r.Info()
		if got := i.Certain(); err != io.EOF || got != tc.certain || i.CRLF != tc.isCRLF {
			t.Errorf("%.20q told %q: %s (found %s), CRLF %t (%v)", tc.content, tc.told, got, i.Encoding, i.CRLF, err)
		}
		_ = r.Close()
	}
}
