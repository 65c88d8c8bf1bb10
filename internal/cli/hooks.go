package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/metrics"
	"sendoff/internal/notify"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// hooks are what a start of a run tells other programs: a heartbeat, webhooks, a file of metrics.
type hooks struct {
	tell     notify.Options
	webhooks []*notify.Webhook
	given    bool          // a flag or the environment says who is notified, so the campaign does not
	file     *metrics.File // nil: none

	address  string // where metrics are shown; empty: nowhere
	isPublic bool   // to other machines too
	server   *metrics.Server

	began   time.Time
	teller  *notify.Teller
	metrics metrics.Metrics // as they were last written or shown
	warned  bool            // that the file cannot be written
}

// outcome is what became of a start, for its hooks, beside its error.
type outcome struct {
	report     *report.Report // nil where nothing was counted
	nothingNew bool           // the run had finished before
	elsewhere  bool           // another process holds the run, and that is well
	leaving    bool           // somebody does not want to wait any longer
}

func hookFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "heartbeat-url", Usage: "tell `URL` of the start, and URL/start and URL/fail as healthchecks.io has it; or a URL with {status} or {run|complete|fail}; never of a rehearsal", DefaultText: "$SENDOFF_HEARTBEAT_URL"},
		&cli.StringFlag{Name: "heartbeat-ignore", Usage: "exit `CODES` that are neither success nor failure: nothing is sent at the end", Value: "7,11"},
		&cli.StringSliceFlag{Name: "notify", Usage: "tell `URL` how it ended, as JSON, or as text where it is Slack's or has slack: before it; may be repeated", DefaultText: "$SENDOFF_NOTIFY, else the campaign's"},
		&cli.StringFlag{Name: "metrics-file", Usage: "write metrics for Prometheus's node exporter to `FILE`, which ends in .prom; each campaign has its own"},
		&cli.StringFlag{Name: "metrics-addr", Usage: "while it runs, show them to Prometheus on `ADDRESS`, such as 127.0.0.1:9090, under /metrics"},
	}
}

// readHooks reads flags and environment, and the metrics that earlier starts have left. A rehearsal must not pass for the real thing: it
// notifies only whom a flag names, and its heartbeat would silence the alarm for a night that is missing.
func (s *session) readHooks(c *cli.Context, rehearsal bool) (hooks, error) {
	h := hooks{tell: notify.Options{UserAgent: "sendoff/" + version()}}
	environment := func(name string) string {
		if rehearsal {
			return ""
		}
		return s.Getenv(name)
	}
	address, from := c.String("heartbeat-url"), "--heartbeat-url"
	if address == "" {
		address, from = environment("SENDOFF_HEARTBEAT_URL"), "SENDOFF_HEARTBEAT_URL"
	}
	var err error
	if address != "" {
		if h.tell.Heartbeat, err = notify.ParseHeartbeat(address); err != nil {
			return h, inputErrorf("%s: %v", from, err)
		}
	}
	if rehearsal {
		h.tell.Heartbeat = nil
	}
	for _, text := range strings.FieldsFunc(c.String("heartbeat-ignore"), func(r rune) bool { return r == ',' || r == ' ' }) {
		code, err := strconv.Atoi(text)
		if err != nil {
			return h, inputErrorf("--heartbeat-ignore wants exit codes, such as 7,11")
		}
		h.tell.Ignore = append(h.tell.Ignore, code)
	}
	addresses, from := c.StringSlice("notify"), "--notify"
	if len(addresses) == 0 {
		addresses, from = strings.Fields(environment("SENDOFF_NOTIFY")), "SENDOFF_NOTIFY"
	}
	h.webhooks, err = parseWebhooks(from, addresses)
	h.given = len(addresses) > 0 || rehearsal
	if address := c.String("metrics-addr"); address != "" && err == nil {
		if h.address, h.isPublic, err = metrics.Address(address); err != nil {
			return h, inputErrorf("--metrics-addr: %v", err)
		}
	}
	if err != nil || c.String("metrics-file") == "" {
		return h, err
	}
	h.file, h.metrics, err = metrics.Open(c.String("metrics-file"))
	if errors.Is(err, metrics.ErrUnfit) {
		return h, inputErrorf("--metrics-file: %v", err)
	}
	if err != nil {
		s.warn("warning: the metrics of earlier starts cannot be read: %v", err)
	}
	return h, nil
}

func parseWebhooks(from string, addresses []string) ([]*notify.Webhook, error) {
	var all []*notify.Webhook
	for _, address := range addresses {
		w, err := notify.ParseWebhook(address)
		if err != nil {
			return nil, inputErrorf("%s: %v", from, err)
		}
		all = append(all, w)
	}
	return all, nil
}

// attended does a start of a run, and tells of its beginning and its end, whatever becomes of it. Nothing that happens to the telling
// changes what it returns.
func (r *runner) attended(ctx context.Context, do func(context.Context) error) error {
	r.hooks.began = time.Now()
	r.hooks.teller = notify.Begin(r.hooks.tell)
	defer r.serveMetrics()()
	err := do(ctx)
	r.endMetrics(err)
	r.tellEnd(ctx, err)
	return err
}

// campaignHooks takes whom the campaign names.
func (r *runner) campaignHooks() (err error) {
	if !r.hooks.given {
		r.hooks.webhooks, err = parseWebhooks(r.campaign.Path+": notify", r.campaign.Notify)
	}
	return err
}

// leaveTime is how long somebody who wants to leave at once is kept.
const leaveTime = time.Second

// tellEnd tells heartbeat and webhooks how a start ended. A signal cuts it short.
func (r *runner) tellEnd(ctx context.Context, err error) {
	ctx, stop := signal.NotifyContext(ctx, endSignals()...)
	defer stop()
	if r.outcome.leaving {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, leaveTime)
		defer cancel()
	}
	m, webhooks := r.message(err), r.hooks.webhooks
	if m.ExitCode == exitHeld || err == nil && r.outcome.nothingNew {
		webhooks = nil
	}
	if err := r.hooks.teller.End(ctx, m, webhooks); err != nil {
		r.warn("warning: not everybody could be told of this: %v", err)
	}
}

// codeToTell is the exit code of a start; where another process sees to the run, that is for it to tell.
func (r *runner) codeToTell(err error) int {
	if r.outcome.elsewhere {
		return exitHeld
	}
	return exitCode(err)
}

// names are those of campaign and run, as far as they are known. A run that is resumed knows its own, held or not; where a campaign cannot be
// read, what was typed is better than nothing.
func (r *runner) names() (name, key string) {
	name, key = r.path, r.flags.runKey
	switch {
	case r.run != nil:
		m := r.run.Meta()
		name, key = m.Campaign, m.Key
	case r.resume != "":
		m, _ := runstore.Glance(r.resume) // what is wrong with it is told as the reason
		name, key = m.Campaign, m.Key
	case r.campaign != nil:
		key = r.flags.key(r.campaign, r.Now())
	}
	if r.campaign != nil {
		name = r.campaign.Name
	}
	return name, key
}

// message is what is told of a start that ended with err.
func (r *runner) message(err error) notify.Message {
	name, key := r.names()
	m := notify.Message{
		Campaign: name, RunKey: key, ExitCode: r.codeToTell(err), Reason: errorText(err), Sandbox: r.flags.sandbox,
		Started: r.hooks.began.Truncate(time.Second), Ended: time.Now().Truncate(time.Second), Version: version(),
	}
	m.Host, _ = os.Hostname() // for people
	if r.run != nil {
		m.State = string(r.run.Meta().State)
	}
	if rep := r.outcome.report; rep != nil {
		m.Totals = &notify.Totals{
			Rows: rep.Rows, Skipped: rep.Skipped, Accepted: rep.Accepted, Rejected: rep.Rejected, InDoubt: rep.InDoubt, LeftInDoubt: rep.LeftInDoubt,
			NotSent: rep.NotSent, AfterServerError: rep.AfterServerError,
		}
	}
	return m
}
