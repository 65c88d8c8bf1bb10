package sandbox

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// timeline does things later, one at a time and in order, on one goroutine that lives only while something is to come.
type timeline struct {
	ctx    context.Context // ends when the timeline is closed
	cancel context.CancelFunc
	wake   chan struct{} // something has been put before all that was to come

	mu      sync.Mutex
	moments moments
	count   uint64
	running bool
	closed  bool
	done    sync.WaitGroup
}

// moment is something that is to be done.
type moment struct {
	at    time.Time
	order uint64 // of those at one time
	do    func()
}

func newTimeline() *timeline {
	ctx, cancel := context.WithCancel(context.Background())
	return &timeline{ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1)}
}

// after has do done when d has passed. What is to be done at one time is done in the order in which it was asked for.
func (t *timeline) after(d time.Duration, do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.count++
	heap.Push(&t.moments, moment{at: time.Now().Add(max(d, 0)), order: t.count, do: do})
	if !t.running {
		t.running = true
		t.done.Go(t.run)
	} else if t.moments[0].order == t.count {
		select {
		case t.wake <- struct{}{}:
		default: // it has been told already
		}
	}
}

// run does what is to be done until nothing is left.
func (t *timeline) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		do, wait, ok := t.next()
		switch {
		case !ok:
			return
		case do != nil:
			do()
			continue
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-t.wake:
		case <-t.ctx.Done():
		}
	}
}

// next takes out what is due, or says how long it is until something is. It reports false where nothing is to come.
func (t *timeline) next() (do func(), wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || len(t.moments) == 0 {
		t.running = false
		return nil, 0, false
	}
	if wait := time.Until(t.moments[0].at); wait > 0 {
		return nil, wait, true
	}
	return heap.Pop(&t.moments).(moment).do, 0, true
}

// close drops what is to come, and returns when nothing is being done any more.
func (t *timeline) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.done.Wait()
}

// moments is a heap with the first on top.
type moments []moment

func (m moments) Len() int      { return len(m) }
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m moments) Less(i, j int) bool {
	if m[i].at.Equal(m[j].at) {
		return m[i].order < m[j].order
	}
	return m[i].at.Before(m[j].at)
}

func (m *moments) Push(x any) { *m = append(*m, x.(moment)) }
func (m *moments) Pop() any {
	last := len(*m) - 1
	x := (*m)[last]
	(*m)[last] = moment{}
	*m = (*m)[:last]
	return x
}
