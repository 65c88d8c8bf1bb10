package campaign

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// suggest returns the hint for a word that is none of the known ones: the one that was probably meant, or all of them where they are few.
func suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	const few = 20
	if len(known) == 0 || len(known) > few {
		return ""
	}
	return "possible here: " + strings.Join(known, ", ")
}

// longestWord is how long a word may be, in characters, to be compared and repeated in messages.
const longestWord = 60

// Nearest returns the known word that was probably meant by one that is not known, or "": the one that differs least by slips of the
// hand, else the one that differs least among those of which it is a part or that are a part of it. Words are compared by [FoldFurther], and of
// several that are as near the first is returned.
func Nearest(word string, known []string) string {
	if utf8.RuneCountInString(word) > longestWord {
		return ""
	}
	folded := FoldFurther(word)
	return cmp.Or(nearestSlip(folded, known), nearestPart(folded, known))
}

// Misspelt returns the known word that word is a misspelling of, or "". It is for where nothing says that a known word is meant at all, and so
// is stricter than [Nearest]: one slip of the hand in six characters, and short words have none.
func Misspelt(word string, known []string) string {
	folded := FoldFurther(word)
	length := utf8.RuneCountInString(folded)
	most := length / 6
	if most == 0 || length > longestWord {
		return ""
	}
	for _, k := range known {
		if editDistance(folded, FoldFurther(k)) <= most {
			return k
		}
	}
	return ""
}

// nearestSlip finds a word that differs in one character of three at most, of short words in one and never in all.
func nearestSlip(folded string, known []string) string {
	length := utf8.RuneCountInString(folded)
	best, most := "", min(length-1, max(1, length/3))
	for _, k := range known {
		if distance := editDistance(folded, FoldFurther(k)); distance <= most {
			best, most = k, distance-1
		}
	}
	return best
}

// nearestPart finds a word that has the other in it. What is shorter than shortestPart is in many words by chance.
func nearestPart(folded string, known []string) string {
	const shortestPart = 3
	best, least := "", 0
	for _, k := range known {
		whole, part := FoldFurther(k), folded
		if len(whole) < len(part) {
			whole, part = part, whole
		}
		if utf8.RuneCountInString(part) < shortestPart || !strings.Contains(whole, part) {
			continue
		}
		if distance := utf8.RuneCountInString(whole) - utf8.RuneCountInString(part); best == "" || distance < least {
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
