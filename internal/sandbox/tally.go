package sandbox

import (
	"strconv"
	"sync"
)

// tally counts answers.
type tally struct {
	mu     sync.Mutex
	counts map[tallied]int
}

// tallied is what answers are counted by.
type tallied struct {
	op     Operation
	status int // 0: the connection broke
}

// add counts an answer to op.
func (t *tally) add(op Operation, a answer) {
	status := a.status
	if a.cut == none {
		status = 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[tallied]int)
	}
	t.counts[tallied{op, status}]++
}

// byName returns the counts by the name of the operation and by the status.
func (t *tally) byName() map[string]map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[string]map[string]int)
	for key, n := range t.counts {
		op, status := "other", "none"
		if key.op != unrouted {
			op = operations[key.op]
		}
		if key.status != 0 {
			status = strconv.Itoa(key.status)
		}
		if all[op] == nil {
			all[op] = make(map[string]int)
		}
		all[op][status] = n
	}
	return all
}
