package campaign

import "strings"

// TranslationFor returns the index in Translations of the message for a language, or -1 where the default message is for it.
//
// A tag is looked up as RFC 4647, section 3.4, says: as a whole, then without its last subtag, and so on: sv-Latn-FI, sv-Latn, sv.
// Case makes no difference, and "_" is taken for "-".
func (c *Campaign) TranslationFor(language string) int {
	for tag := strings.TrimSpace(language); tag != ""; tag = shorterTag(tag) {
		for i, t := range c.Translations {
			if sameTag(t.Language, tag) {
				return i
			}
		}
	}
	return -1
}

// MessageFor returns the message of an index that [Campaign.TranslationFor] gave.
func (c *Campaign) MessageFor(translation int) Value {
	if translation < 0 {
		return c.Message
	}
	return c.Translations[translation].Message
}

// shorterTag drops the last subtag, and a single letter before it, which means nothing on its own.
func shorterTag(tag string) string {
	end := strings.LastIndexAny(tag, "-_")
	if end < 0 {
		return ""
	}
	if end >= 2 && (tag[end-2] == '-' || tag[end-2] == '_') {
		end -= 2
	}
	return tag[:end]
}

// sameTag compares language tags without allocating: it is called for every recipient.
func sameTag(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if foldTagByte(a[i]) != foldTagByte(b[i]) {
			return false
		}
	}
	return true
}

func foldTagByte(c byte) byte {
	switch {
	case c == '_':
		return '-'
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	}
	return c
}
