//go:build linux

package cutfs

import "slices"

// change is one change of names. It happens whole or not at all.
type change []naming

// naming gives a name in a directory to a node, or takes it away where there is none.
type naming struct {
	dir  *node
	name string
	node *node
}

func (n naming) apply(names map[string]*node) {
	if n.node == nil {
		delete(names, n.name)
	} else {
		names[n.name] = n.node
	}
}

// change applies a change of names, on disk not yet.
func (f *FS) change(c ...naming) {
	for _, n := range c {
		if old := n.dir.names[n.name]; old != nil {
			old.attr.Nlink--
		}
		if n.node != nil {
			n.node.attr.Nlink++
		}
		n.apply(n.dir.names)
		n.dir.touch()
	}
	f.unsynced = append(f.unsynced, c)
}

// syncNames puts the names of a directory on disk: its changes, and those that other directories had before and that these build on.
func (f *FS) syncNames(dir *node) {
	dirs := map[*node]bool{dir: true}
	var due, rest []change
	for _, c := range slices.Backward(f.unsynced) {
		if !slices.ContainsFunc(c, func(n naming) bool { return dirs[n.dir] }) {
			rest = append(rest, c)
			continue
		}
		for _, n := range c {
			dirs[n.dir] = true
		}
		due = append(due, c)
	}
	slices.Reverse(due)
	slices.Reverse(rest)
	putOnDisk(due)
	f.unsynced = rest
}

func putOnDisk(changes []change) {
	for _, c := range changes {
		for _, n := range c {
			n.apply(n.dir.namesOnDisk)
		}
	}
}
