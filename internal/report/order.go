package report

import (
	"iter"
	"sync"
)

// pages prints frames and yields the pages in the order of the frames, up to the first error. Each printer works in a goroutine
// of its own and is at most one page ahead. All of them have ended when the iteration has.
func pages(printers []*printer, frames []int) iter.Seq2[*page, error] {
	type result struct {
		page *page
		err  error
	}
	return func(yield func(*page, error) bool) {
		var printing sync.WaitGroup
		defer printing.Wait()
		stop := make(chan struct{})
		defer close(stop)
		results := make([]chan result, len(printers))
		for first, p := range printers {
			results[first] = make(chan result)
			printing.Go(func() {
				for i := first; i < len(frames); i += len(printers) {
					pg, err := p.print(frames[i])
					select {
					case results[first] <- result{pg, err}:
					case <-stop:
						return
					}
				}
			})
		}
		for i := range frames {
			next := <-results[i%len(printers)]
			if !yield(next.page, next.err) || next.err != nil {
				return
			}
		}
	}
}
