package pace

import "time"

// window counts the events of the last second, in whole tenths. Like everything here it goes by differences of times, which do not change
// when the clock is set.
type window struct {
	began  time.Time
	tenths [11]int // ten whole ones, and the one that is running
	at     int64   // number of the running tenth since began
}

func (w *window) add(now time.Time) {
	w.move(now)
	w.tenths[w.at%11]++
}

func (w *window) lastSecond(now time.Time) int {
	w.move(now)
	n := -w.tenths[w.at%11]
	for _, c := range w.tenths {
		n += c
	}
	return n
}

func (w *window) move(now time.Time) {
	if w.began.IsZero() {
		w.began = now
	}
	at := int64(now.Sub(w.began) / (100 * time.Millisecond))
	for i := max(w.at, at-11); i < at; i++ {
		w.tenths[(i+1)%11] = 0
	}
	w.at = max(w.at, at)
}
