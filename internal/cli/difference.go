package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"sendoff/campaign"
)

// mostDifferences is how many lines of a difference are shown.
const mostDifferences = 8

// hunk is the head of a part of a unified diff: the lines at which it begins in the old and in the new file.
var hunk = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)`)

// difference returns the lines that differ between a campaign as it was frozen and as it is, with their numbers: "14 - old" and "14 + new".
func difference(frozen, now []campaign.Source) []string {
	var lines []string
	for i := range max(len(frozen), len(now)) {
		var a, b []byte
		name := ""
		if i < len(frozen) {
			a = showable(i, frozen[i])
		}
		if i < len(now) {
			b = showable(i, now[i])
			if i > 0 {
				name = filepath.Base(now[i].Name) + ":"
			}
		}
		lines = append(lines, changedLines(name, a, b)...)
	}
	if rest := len(lines) - mostDifferences; rest > 0 {
		lines = append(slices.Clone(lines[:mostDifferences]), fmt.Sprintf("… and %d more", rest))
	}
	return lines
}

// showable is what people may see of the i-th source of a campaign: the first is its file, which has secrets.
func showable(i int, s campaign.Source) []byte {
	if i == 0 {
		return campaign.Shown(s)
	}
	return s.Data
}

// changedLines returns the lines that differ, and their numbers behind name.
func changedLines(name string, old, now []byte) []string {
	unix := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	var lines []string
	at := [2]int{} // the next line of the old and of the new file
	for _, text := range strings.Split(string(diff.Diff("old", unix(old), "new", unix(now))), "\n") {
		if m := hunk.FindStringSubmatch(text); m != nil {
			at[0], _ = strconv.Atoi(m[1])
			at[1], _ = strconv.Atoi(m[2])
			continue
		}
		if at[1] == 0 && at[0] == 0 || text == "" || strings.HasPrefix(text, `\`) {
			continue // before the first part, or a remark
		}
		switch text[0] {
		case '-':
			lines = append(lines, fmt.Sprintf("%s%d - %s", name, at[0], strings.TrimSpace(text[1:])))
			at[0]++
		case '+':
			lines = append(lines, fmt.Sprintf("%s%d + %s", name, at[1], strings.TrimSpace(text[1:])))
			at[1]++
		default:
			at[0]++
			at[1]++
		}
	}
	return lines
}
