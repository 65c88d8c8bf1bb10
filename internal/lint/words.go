package lint

import (
	"bytes"
	"regexp"
)

// leftOver matches placeholders as other systems write them. What stands between the brackets is short and a name, so that it is not an
// author's own use of them.
var leftOver = regexp.MustCompile(`\{\{[^{}\n]{1,60}\}\}|\{%[^{}\n]{1,60}%\}|[#@$]?\{ ?[A-Za-z_][\w.-]{0,40} ?\}|%[A-Za-z_][A-Za-z0-9_]{2,40}%|` +
	`\[\[[^\[\]\n]{1,60}\]\]|<<[^<>\n]{1,60}>>|\*\|[^|\n]{1,60}\|\*|<%=?[^<>\n]{1,60}%>`)

// nothings are what exports write where there is nothing, in lower case; and what people write to try something.
var nothings = map[string]bool{
	"null": true, "(null)": true, "<null>": true, `\n`: true, "nil": true, "none": true, "(none)": true, "undefined": true, "nan": true, "n/a": true,
	"#n/a": true, "#ref!": true, "#value!": true, "#name?": true, "#null!": true, "#div/0!": true, "#num!": true, "[object object]": true,
	"test": true, "xxx": true, "-": true, "--": true, "–": true, "—": true, "?": true, "??": true, "???": true, ".": true,
	"0000-00-00": true, "0000-00-00 00:00:00": true, "00.00.0000": true,
}

const longestNothing = 19

// isNothing reports whether a value is a word for nothing.
func isNothing(value []byte) bool {
	if value = bytes.TrimSpace(value); len(value) > longestNothing || len(value) == 0 {
		return false
	}
	if string(value) == "NA" { // in other cases it is a name
		return true
	}
	var lower [longestNothing]byte
	for i, b := range value {
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower[i] = b
	}
	return nothings[string(lower[:len(value)])]
}

// stops are words by which texts say how to stop them. In small letters "stop" is also what buses do, so that it counts before a colon alone.
var stops = regexp.MustCompile(`\b(STOP|STOPP|STOPPA|UNSUBSCRIBE|ARRET|ARRÊT|DETENER|BAJA|SALIR|PARAR|CANCELAR|AFMELDEN|AVSLUTA|SAIR)\b|` +
	`(?i)\b(stopp?|opt[- ]?out|unsubscribe|abmelden|abbestellen|avregistrera|afmeld|afmelden|désinscri\w*|désabonn\w*|darse de baja|cancella\w*)\b ?[:=>]|` +
	`(?i)\b(opt[- ]out|unsubscribe|abmelden|avregistrera|désabonn)`)

// stopStems are what one of has to be in a text before it is worth a closer look, which is slow.
var stopStems = []string{"stop", "unsub", "opt", "arret", "arrêt", "detener", "baja", "salir", "parar", "cancel", "afmeld", "avslut", "abmeld", "abbestell", "sair", "avreg", "désinscri", "désabonn"}

// stopLine is about how many characters a line takes such as "Stop: STOP to 12345".
const stopLine = 20

// greetings are what stands before a name.
var greetings = regexp.MustCompile(`(?i)(^|[\s"'(¡¿])(hi|hello|hey|hiya|dear|good (morning|afternoon|evening)|hej|hejsan|hei|moi|hallo|hoi|guten tag|liebe[rs]?|beste|geachte|bonjour|salut|cher|chère|ciao|buongiorno|gentile|caro|cara|hola|estimad[oa]|olá|oi|prezad[oa]|cześć|witaj|ahoj|dobrý den)\s+$`)
