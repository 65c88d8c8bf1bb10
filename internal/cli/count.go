package cli

import (
	"strconv"
	"strings"
)

// parseCount reads a number as people type it: 48213, 48,213 or 48 213.
func parseCount(text string) (int, bool) {
	text = strings.NewReplacer(",", "", " ", "", "\u00a0", "", "\u202f", "", "_", "").Replace(strings.TrimSpace(text))
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}
