package cli

import (
	"context"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/metrics"
	"sendoff/internal/notify"
	"sendoff/internal/report"
)

// hooks are what a start of a run tells other programs: a heartbeat, webhooks, a file of metrics.
type hooks struct {
	tell     notify.Options
	webhooks []*notify.Webhook
	given    bool   // a flag or the environment says who is notified, so the campaign does not
	file     string // of metrics; empty: none

	began   time.Time
	teller  *notify.Teller
	metrics metrics.Metrics // as they were last written
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
		&cli.StringFlag{Name: "heartbeat-url", Usage: "tell `URL` of the start, and URL/start and URL/fail as healthchecks.io has it; or a URL with {status} or {run|complete|fail}", DefaultText: "$SENDOFF_HEARTBEAT_URL"},
		&cli.StringFlag{Name: "heartbeat-ignore", Usage: "exit `CODES` that are neither success nor failure: nothing is sent at the end", Value: "7,11"},
		&cli.StringSliceFlag{Name: "notify", Usage: "tell `URL` how it ended, as JSON, or as text where it is Slack's or has slack: before it; may be repeated", DefaultText: "$SENDOFF_NOTIFY, else the campaign's"},
		&cli.StringFlag{Name: "metrics-file", Usage: "write metrics for Prometheus's node exporter to `FILE`, which ends in .prom; each campaign has its own"},
	}
}

// readHooks reads flags and environment. A rehearsal tells only whom a flag names: it must not pass for the real thing.
func (s *session) readHooks(c *cli.Context, rehearsal bool) (hooks, error) {
	h := hooks{tell: notify.Options{UserAgent: "sendoff/" + version()}, file: c.String("metrics-file")}
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
	return h, err
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
	r.readMetrics()
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

// message is what is told of a start that ended with err.
func (r *runner) message(err error) notify.Message {
	m := notify.Message{
		Campaign: r.path, RunKey: r.flags.runKey, ExitCode: r.codeToTell(err), Reason: errorText(err), Sandbox: r.flags.sandbox,
		Started: r.hooks.began.Truncate(time.Second), Ended: time.Now().Truncate(time.Second), Version: version(),
	}
	m.Host, _ = os.Hostname() // for people
	if r.campaign != nil {
		m.Campaign, m.RunKey = r.campaign.Name, r.flags.key(r.campaign, r.Now())
	}
	if r.run != nil {
		known := r.run.Meta()
		m.RunKey, m.State = known.Key, string(known.State)
	}
	if rep := r.outcome.report; rep != nil {
		m.Totals = &notify.Totals{
			Rows: rep.Rows, Skipped: rep.Skipped, Accepted: rep.Accepted, Rejected: rep.Rejected, InDoubt: rep.InDoubt, LeftInDoubt: rep.LeftInDoubt,
			NotSent: rep.NotSent, AfterServerError: rep.AfterServerError,
		}
	}
	return m
}
