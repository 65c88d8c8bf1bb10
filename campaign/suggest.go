package campaign

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// suggest returns the hint for a word that is none of the known ones: the one that was probably meant, or all of them where they are few.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	const few = 16
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return "possible here: " + strings.Join(known, ", ")
}

// longestWord is how long a word may be, in characters, to be compared and repeated in messages.
const longestWord = 60

// nearest returns the known word that differs least from word, or "" where none is near enough to be a slip of the hand.
func nearest(word string, known []string) string {
	if utf8.RuneCountInString(word) > longestWord {
		return ""
	}
	folded := Fold(word)
	best, least := "", max(1, utf8.RuneCountInString(folded)/3)+1
	for _, k := range known {
		if distance := editDistance(folded, Fold(k)); distance < least {
			best, least = k, distance
		}
	}
	return best
}

// editDistance counts the characters to insert, delete, replace or swap with their neighbour to make b of a (optimal string alignment).
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		last[j] = j
	}
	for i := range s {
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}

// shown returns a word of the file in quotes, for a message.
func shown(word string) string { return `"` + discreet(word) + `"` }

// discreet returns a word of the file, or "…" where it could be a person's number or a secret.
func discreet(word string) string {
	digits := 0
	for _, r := range word {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if digits > 5 || utf8.RuneCountInString(word) > longestWord {
		return "…"
	}
	return word
}
