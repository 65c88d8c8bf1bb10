package plan

import "sendoff/internal/lint"

// Address is an address in messages, and the line of the first row that has it.
type Address struct {
	lint.Address
	Line int
}

// mostAddresses is how many addresses of a plan are kept, and mostSeen how many are told apart to be counted.
const (
	mostAddresses = 1_000
	mostSeen      = 100_000
)

// addressSet has those of several messages, each once.
type addressSet struct {
	kept []Address
	seen map[lint.Address]bool
}

func (a *addressSet) reset() {
	a.kept = a.kept[:0]
	clear(a.seen)
}

func (a *addressSet) add(address lint.Address, line int) {
	if a.seen[address] || len(a.seen) == mostSeen {
		return
	}
	if a.seen == nil {
		a.seen = make(map[lint.Address]bool)
	}
	a.seen[address] = true
	if len(a.kept) < mostAddresses {
		a.kept = append(a.kept, Address{address, line})
	}
}

// merge adds those of rows that come later.
func (a *addressSet) merge(other *addressSet) {
	for _, one := range other.kept {
		a.add(one.Address, one.Line)
	}
}

// left is how many there are beyond those that are kept.
func (a *addressSet) left() int { return len(a.seen) - len(a.kept) }
