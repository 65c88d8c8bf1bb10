package cli

import (
	"time"

	"sendoff/internal/metrics"
	"sendoff/internal/report"
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

// serveMetrics shows metrics to whoever asks, from now on until the returned function is called. An address that cannot be had holds nothing up.
func (r *runner) serveMetrics() (end func()) {
	if r.hooks.address == "" {
		return func() {}
	}
	server, err := metrics.Serve(r.hooks.address, states())
	if err != nil {
		r.warn("warning: nobody can ask for metrics: %v", err)
		return func() {}
	}
	r.say("metrics: %s", server.URL)
	if r.hooks.isPublic {
		r.warn("warning: other machines can ask for metrics on %s; 127.0.0.1 is this one alone", r.hooks.address)
	}
	r.hooks.server = server
	return server.Close
}

// showMetrics has those who ask see how far sending is.
func (r *runner) showMetrics() {
	if r.hooks.server != nil {
		r.measureMetrics()
		r.hooks.server.Show(r.hooks.metrics)
	}
}

// writeMetrics writes how far sending is.
func (r *runner) writeMetrics() {
	if r.hooks.file != nil {
		r.measureMetrics()
		r.saveMetrics()
	}
}

// measureMetrics takes note of how far sending is.
func (r *runner) measureMetrics() {
	m, p := r.labelMetrics(), &r.progress
	if total := p.Total.Load(); total > 0 {
		m.Recipients, m.Accepted, m.Rejected, m.InDoubt, m.LeftInDoubt = total, p.Accepted.Load(), p.Rejected.Load(), p.InDoubt.Load(), p.Left.Load()
		m.NotSent = total - p.Settled()
		m.RateAllowed, m.Queue = p.Rate.Load(), max(p.Queue.Load(), 0)
		_, heard := r.heard()
		m.Receipts = receiptMetrics(heard)
	}
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
		m.Receipts = receiptMetrics(rep.Delivery)
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

// receiptMetrics are what receipts say; nil where none were collected.
func receiptMetrics(d *report.Delivery) *metrics.Receipts {
	if d == nil {
		return nil
	}
	return &metrics.Receipts{
		Delivered: int64(d.Delivered), Read: int64(d.Read), Failed: int64(d.Failed), Pending: int64(d.Pending), SentTwice: int64(d.SentTwice),
	}
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
