package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
	"sendoff/internal/settle"
)

const fetchExitCodes = `EXIT CODES
   0  asked; what was found is kept
   1  unexpected error: a bug, or a disk that fails
   2  usage, configuration or input; or the app does not keep how far messages are
   4  credentials, permission, region, app or certificate
   5  Sinch has not answered for --give-up; what was found is kept
   7  interrupted; what was found is kept
   8  the ledger cannot be trusted
  11  another process that does not answer holds this run
`

func receiptsFetchCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "fetch",
		Usage:     "ask Sinch how far a run's messages are, where the app keeps that; also while it sends",
		ArgsUsage: "RUN",
		Description: "The app has to keep messages (a retention) and how far they are (persist_message_status.enabled). Sinch says neither since when a\n" +
			"message is where it is, nor why one has failed: what is found is taken to be so since now.",
		Flags: append([]cli.Flag{
			timeoutFlag(), giveUpFlag(), profileFlag(), &cli.BoolFlag{Name: "json", Usage: "print what was found as JSON"},
		}, whichRun()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + fetchExitCodes,
		Action: s.onRun(func(c *cli.Context, dir string) error {
			t := tuning{maxInFlight: 1, httpTimeout: c.Duration("http-timeout"), giveUp: c.Duration("give-up"), settle: defaultSettle}
			if t.httpTimeout <= 0 || t.giveUp <= 0 {
				return inputErrorf("--http-timeout and --give-up must be more than 0")
			}
			r := &runner{session: s, path: c.Args().First(), flags: runFlags{place: readPlace(c), tuning: t, profile: c.String("profile"), json: c.Bool("json")}}
			return r.fetchReceipts(c.Context, dir)
		}),
	}
}

// fetched counts what Sinch has said of a run's messages.
type fetched struct {
	Schema   int `json:"schema"`
	Messages int `json:"messages"` // that Sinch still has
	Unsaid   int `json:"unsaid"`   // of which it does not say how far they are: not on a channel yet, or kept before the app kept that
	News     int `json:"news"`     // of which more is known now
}

// fetchEvery is how many receipts are put on disk at once.
const fetchEvery = 10_000

// fetchReceipts asks how far the messages of the run in dir are, and keeps what is new as receipts.
func (r *runner) fetchReceipts(ctx context.Context, dir string) (err error) {
	ctx, release := untilSignal(ctx)
	defer release()
	var closeRun func()
	if r.run, closeRun, err = r.view(ctx, dir); err != nil {
		return explainAcquire(err, dir)
	}
	defer closeRun()
	m := r.run.Meta()
	switch {
	case len(m.Starts) == 0:
		return inputErrorf("%s has sent to nobody, so there is nothing to ask for", dir)
	case m.Sandbox && m.Destination.Endpoint == inProcess:
		return inputErrorf("%s was a rehearsal in a sandbox that is gone; nobody has got anything", dir)
	}
	if err := r.reachApp(ctx, m); err != nil {
		return err
	}
	defer r.client.Close()
	if err := r.refuseUnkept(); err != nil {
		return err
	}
	found, err := r.askForReceipts(ctx, m)
	if err != nil {
		return err
	}
	if r.flags.json {
		found.Schema = 1
		return r.printJSON(found)
	}
	fmt.Fprintf(r.Stdout, "%s of this run at Sinch, %s with news\n", prose.Counted(found.Messages, "message", "messages"), prose.Thousands(found.News))
	if found.Unsaid > 0 {
		r.say("note: of %s Sinch does not say how far they are", prose.Counted(found.Unsaid, "message", "messages"))
	}
	r.say("next: sendoff report %s", r.flags.arguments(r.path))
	return nil
}

// reachApp makes the client of the run's own destination, and asks for the app. The run is only read.
func (r *runner) reachApp(ctx context.Context, m runstore.Meta) (err error) {
	if r.campaign, err = campaign.Parse(m.Sources[0].Name, m.Sources); err != nil {
		return err
	}
	if r.settings, err = r.chooseSettings(ctx); err != nil {
		return err
	}
	if here := r.settings.pinned(""); !sameDestination(m.Destination, here) {
		return refuseElsewhere(m, here)
	}
	if r.client, err = r.settings.client(r.flags.tuning); err != nil {
		return err
	}
	return r.askForApp(ctx)
}

// refuseUnkept says what is to be done where the app does not keep how far messages are.
func (r *runner) refuseUnkept() error {
	storage := r.storage()
	if r.app.KeepsStatus && storage.Days > 0 {
		return nil
	}
	set := "persist_message_status.enabled"
	if storage.Days == 0 {
		set = "dispatch_retention_policy.ttl_days of at least 1, and " + set
	}
	return inputErrorf("the app %q does not keep how far its messages are, so Sinch cannot be asked", r.app.DisplayName).
		hint("for messages sent from then on, set %s on the app", set).
		hint("or collect the receipts that Sinch sends: sendoff receipts --help")
}

// askForReceipts pages through everything that Sinch has of the run.
func (r *runner) askForReceipts(ctx context.Context, m runstore.Meta) (found fetched, err error) {
	entries := r.run.Ledger.Reader()
	var news []receipts.Record
	keep := func() error {
		if len(news) == 0 {
			return nil
		}
		err := receipts.AppendTo(r.run, news...)
		news = news[:0]
		return err
	}
	err = settle.OfRun(ctx, r.client, m, r.patience(ctx), func(t settle.Trace) error {
		if t.Aside || t.Row < 0 || t.Row >= m.Rows {
			return nil
		}
		found.Messages++
		record, says := t.Receipt(time.Now())
		if !says {
			found.Unsaid++
			return nil
		}
		e, err := entries.Entry(record.Row)
		if err != nil || record.Status <= e.Receipt.Status && (e.Receipt.Twice || e.Receipt.Of(t.ID)) {
			return err
		}
		found.News++
		if news = append(news, record); len(news) == fetchEvery {
			return keep()
		}
		return nil
	})
	return found, errors.Join(err, keep()) // what was found before an error is worth keeping
}
