package suppress

import (
	"cmp"
	"slices"
)

// entry is a person of a list and the line that names them.
type entry[K cmp.Ordered] struct {
	key  K
	line uint32
}

// entries holds the entries of a list by key, each key once.
type entries[K cmp.Ordered] []entry[K]

// sorted returns the entries in order, of several with the same key the first line, in no more memory than they need.
func (t entries[K]) sorted() entries[K] {
	slices.SortFunc(t, func(a, b entry[K]) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.line, b.line))
	})
	return slices.Clone(slices.CompactFunc(t, func(a, b entry[K]) bool { return a.key == b.key }))
}

// line returns the line that names key.
func (t entries[K]) line(key K) (int, bool) {
	i, found := slices.BinarySearchFunc(t, key, func(e entry[K], key K) int { return cmp.Compare(e.key, key) })
	if !found {
		return 0, false
	}
	return int(t[i].line), true
}
