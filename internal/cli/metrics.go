package cli

import (
	"time"

	"sendoff/internal/metrics"
	"sendoff/internal/runstore"
)

// metricsEvery is how often metrics are written while sending.
const metricsEvery = 15 * time.Second

// labelMetrics makes the metrics those of the run that is held.
func (r *runner) labelMetrics() *metrics.Metrics {
	m, meta := &r.hooks.metrics, r.run.Meta()
	if m.Campaign != meta.Campaign {
		*m = metrics.Metrics{Campaign: meta.Campaign}
	}
	if m.RunKey != meta.Key {
		*m = metrics.Metrics{
			Campaign: m.Campaign, RunKey: meta.Key, Recipients: int64(meta.Eligible), NotSent: int64(meta.Eligible),
			LastSuccess: m.LastSuccess, LastEnd: m.LastEnd, ExitCode: m.ExitCode,
		}
	}
	m.State = string(meta.State)
	return m
}

// writeMetrics writes how far sending is.
func (r *runner) writeMetrics() {
	if r.hooks.file == nil {
		return
	}
	m, p := r.labelMetrics(), &r.progress
	if total := p.Total.Load(); total > 0 {
		m.Recipients, m.Accepted, m.Rejected, m.InDoubt, m.LeftInDoubt = total, p.Accepted.Load(), p.Rejected.Load(), p.InDoubt.Load(), p.Left.Load()
		m.NotSent = total - p.Settled()
		m.RateAllowed, m.Queue = p.Rate.Load(), max(p.Queue.Load(), 0)
	}
	r.saveMetrics()
}

// endMetrics writes how a start ended. Where another process holds the run, the file is that one's. Where no run was got as far as, what is
// known of the last one stays.
func (r *runner) endMetrics(err error) {
	code := r.codeToTell(err)
	if r.hooks.file == nil || code == exitHeld {
		return
	}
	m := &r.hooks.metrics
	if r.run != nil {
		r.labelMetrics()
	}
	if m.Campaign == "" {
		m.Campaign, _ = r.names()
	}
	m.LastEnd, m.ExitCode = time.Now(), code
	m.RateAllowed, m.Queue = 0, 0
	if r.queued != nil {
		m.Queue = r.queued.Messages
	}
	if rep := r.outcome.report; rep != nil {
		m.Accepted, m.Rejected, m.InDoubt, m.LeftInDoubt, m.NotSent = int64(rep.Accepted), int64(rep.Rejected), int64(rep.InDoubt), int64(rep.LeftInDoubt), int64(rep.NotSent)
		m.Recipients = m.Accepted + m.Rejected + m.InDoubt + m.LeftInDoubt + m.NotSent
	}
	switch {
	case code == exitOK && !r.outcome.nothingNew:
		m.LastSuccess = m.LastEnd
	case code == exitOK: // a name that is used up must not look like a success every night
		if rep := r.outcome.report; rep.ExitCode == exitOK && rep.Ended.After(m.LastSuccess) {
			m.LastSuccess = rep.Ended
		}
	}
	r.saveMetrics()
}

func (r *runner) saveMetrics() {
	if err := r.hooks.file.Write(&r.hooks.metrics, states()); err != nil && !r.hooks.warned {
		r.hooks.warned = true
		r.warn("warning: the metrics cannot be written: %v", err)
	}
}

// states are the states of a run that a process can leave it in.
func states() []string {
	return []string{
		string(runstore.Planning), string(runstore.Planned), string(runstore.Running), string(runstore.Stopped),
		string(runstore.Finished), string(runstore.FinishedWithRejections),
		string(runstore.Cancelled),
	}
}
