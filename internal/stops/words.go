package stops

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// usual are the words that mean "no more messages" to Sinch, to operators and to people, by themselves: those that many laws and carriers ask senders to
// obey, and the same in the languages of the default lists and their neighbours.
var usual = [...]string{
	"STOP", "STOPALL", "STOP ALL", "STOP MARKETING", "STOP NOTIFICATION", "STOP NOTIFICATIONS", "UNSUBSCRIBE", "CANCEL", "END", "QUIT",
	"OPTOUT", "OPT OUT", "OPT-OUT", "OPTOUT_ALL_EN", "REVOKE", "REMOVE",
	"DETENER", "SALIR", "BAJA", "PARAR", "CANCELAR", "SAIR", "ARRET", "ARRÊT", "STOPP", "AVREGISTRERA", "AVSLUTA", "AVMELD", "AFMELD", "AFMELDEN", "ABMELDEN",
	"DISISCRIVI", "CANCELLAMI", "LOPETA",
}

// again are those that mean "messages, please".
var again = [...]string{"START", "SUBSCRIBE", "UNSTOP", "OPTIN", "OPT IN", "OPT-IN"}

// Words are those by which people who write to an app say that they want no more messages, or messages again. They do not change.
type Words struct {
	stop, start map[string]bool
}

// NewWords returns the usual words, and more that mean stop.
func NewWords(more ...string) Words {
	w := Words{stop: map[string]bool{}, start: map[string]bool{}}
	for _, word := range append(usual[:len(usual):len(usual)], more...) {
		w.stop[plain(word)] = true
	}
	for _, word := range again {
		w.start[plain(word)] = true
	}
	delete(w.stop, "")
	for word := range w.stop {
		delete(w.start, word)
	}
	return w
}

// Stop reports whether a text is such a word, and nothing else: whoever writes "stop by the shop" wants to hear more.
func (w Words) Stop(text string) bool { return w.stop[plain(text)] }

// Start reports whether a text is a word that asks for messages again.
func (w Words) Start(text string) bool { return w.start[plain(text)] }

// longest is more than any word has; a longer text is not looked at.
const longest = 200

// IsWord reports whether there is anything in a text by which it could be told from others: a picture alone is no word.
func IsWord(text string) bool { return plain(text) != "" }

// plain is how texts are compared: without case, without punctuation and spaces at the ends, with one space between words, and whether or not a keyboard
// writes an accent as a character of its own, or letters in the width of East Asian ones.
func plain(text string) string {
	if len(text) > longest {
		return ""
	}
	text = norm.NFKC.String(text)
	text = strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return strings.ToUpper(strings.Join(strings.Fields(text), " "))
}
