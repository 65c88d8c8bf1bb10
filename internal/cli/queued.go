package cli

import (
	"context"
	"fmt"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// queueTolerance is by how many seconds of what an app hands on an estimate may be wrong before anybody is told of others.
const queueTolerance = 2

// stillQueued asks what the app has accepted and not handed on yet; nil where that is nothing, where it does not answer soon, or where it ends
// with this process.
func (r *runner) stillQueued(ctx context.Context, rep *report.Report) *runstore.Queue {
	if r.flags.sandbox {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, effectsWithin)
	defer cancel()
	app, err := r.client.App(ctx)
	if err != nil || app.QueueSize <= 0 {
		return nil
	}
	q := &runstore.Queue{Time: time.Now(), Messages: app.QueueSize, Rate: drainOf(app)}
	ours := int64(rep.Accepted) // at most
	if r.progress.Drain.Load() > 0 {
		ours = min(ours, r.progress.QueueOurs.Load())
	}
	if others := q.Messages - ours; float64(others) > queueTolerance*q.Rate || ours == 0 {
		q.Others = others
	}
	return q
}

// goingOut says what of q still goes out at a time, and for how long; empty where nothing does any more.
func goingOut(q *runstore.Queue, now time.Time) string {
	if q == nil {
		return ""
	}
	left := *q
	left.Messages -= int64(now.Sub(q.Time).Seconds() * q.Rate)
	if left.Messages <= 0 {
		return ""
	}
	text := fmt.Sprintf("%s that Sinch has accepted still go out, for about %s: nobody can recall them",
		prose.Counted(left.Messages, "message", "messages"), prose.Lasting(left.Takes()))
	if left.Messages == 1 {
		text = fmt.Sprintf("1 message that Sinch has accepted still goes out, within %s: nobody can recall it", prose.Lasting(left.Takes()))
	}
	if others := min(q.Others, left.Messages); others > 0 {
		text += fmt.Sprintf(" (up to %s of them not of this run)", prose.About(others))
	}
	return text
}

// goingOutNow says so, behind other words, as far as it is known while sending.
func (r *runner) goingOutNow() string {
	p := &r.progress
	drain := p.Drain.Load()
	if drain <= 0 {
		return ""
	}
	// Ours may have grown since the queue was read. What is gone within a second is not worth a word.
	n := max(p.Queue.Load(), p.QueueOurs.Load())
	if n < drain {
		return ""
	}
	if p.Queue.Load()-p.QueueOurs.Load() > queueTolerance*drain { // others' messages may have become more too
		return fmt.Sprintf(" At least %s that Sinch has accepted still go out, of this run and others: nobody can recall them.", prose.Counted(n, "message", "messages"))
	}
	return fmt.Sprintf(" About %s that Sinch has accepted still go out, for about %s: nobody can recall them.",
		prose.Counted(n, "message", "messages"), prose.Lasting(takes(n, float64(drain))))
}
