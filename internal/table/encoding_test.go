package table

import "testing"

func TestEncodingNamed(t *testing.T) {
	for name, want := range map[string]string{
		"utf-8": "UTF-8", "UTF8": "UTF-8", "ascii": "UTF-8", "utf-16le": "UTF-16 LE", "UTF-16BE": "UTF-16 BE",
		"windows-1252": "Windows-1252", "CP1252": "Windows-1252", "cp-1252": "Windows-1252", "Win1252": "Windows-1252", "ANSI": "Windows-1252",
		"latin1": "Windows-1252", "Latin-1": "Windows-1252", "ISO-8859-1": "Windows-1252", "iso8859-15": "ISO-8859-15", "latin9": "ISO-8859-15",
		"ISO_8859-2": "ISO-8859-2", "windows 1250": "Windows-1250", "cp850": "CP850", "IBM850": "CP850", "macintosh": "Mac Roman", "mac": "Mac Roman",
		"koi8-r": "KOI8-R",
	} {
		if e, ok := encodingNamed(name); !ok || e == nil || e.name != want {
			t.Errorf("encodingNamed(%q) = %+v, %t, want %s", name, e, ok, want)
		}
	}
	if e, ok := encodingNamed("utf-16"); !ok || e != nil {
		t.Errorf("encodingNamed(utf-16) = %+v, %t, want either order", e, ok)
	}
	for _, name := range []string{"", "utf-7", "cp037", "ebcdic", "shift_jis", "windows-9999", "x-user-defined"} {
		if e, ok := encodingNamed(name); ok {
			t.Errorf("encodingNamed(%q) = %+v, want none", name, e)
		}
	}
}

func TestSniffUTF(t *testing.T) {
	for _, tc := range []struct {
		head, want string
		isUTF32    bool
	}{
		{"\xff\xfea\x00", "UTF-16 LE", false},
		{"\xfe\xff\x00a", "UTF-16 BE", false},
		{"a\x00,\x00\n\x00", "UTF-16 LE", false},
		{"\x00a\x00,\x00\n", "UTF-16 BE", false},
		{"\x1f\x04,\x00+\x004\x004\x00", "UTF-16 LE", false}, // a Russian header
		{"\xff\xfe\x00\x00a\x00\x00\x00", "", true},
		{"a\x00\x00\x00,\x00\x00\x00", "", true},
		{"phone,name\n+447700900001,A\n\x00\x00\x00\x00", "", false}, // padded
		{"phone,name\n1,a\n2\x00,\x00b\x00\n\x00", "", false},        // one file behind another
		{"\x00\x00\x00", "", false},
		{"", "", false},
	} {
		e, _, isUTF32 := sniffUTF([]byte(tc.head))
		name := ""
		if e != nil {
			name = e.name
		}
		if name != tc.want || isUTF32 != tc.isUTF32 {
			t.Errorf("sniffUTF(%q) = %q, %t, want %q, %t", tc.head, name, isUTF32, tc.want, tc.isUTF32)
		}
	}
}
