package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/chain"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

const reportExitCodes = `EXIT CODES
   0  reported, whatever became of the run; with --min-delivered: that share of the accepted has arrived
   1  unexpected error: a bug, or a disk that fails
   2  usage or input; with --min-delivered: nobody has collected receipts
   3  --min-delivered: less has arrived
   7  --min-delivered: it cannot be said yet
   8  the ledger cannot be trusted
  11  another process that does not answer holds this run
`

func reportCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "report",
		Usage:     "write the lists of a run and say what became of everyone, with all receipts that have come in",
		ArgsUsage: "RUN",
		Description: "While a process sends the run, and where its folder cannot be written to, it says the numbers and writes nothing.\n\n" +
			"   sendoff report --quiet --min-delivered 95% --within 12h RUN     the check on the morning after: silent where all is well",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "full", Usage: "write whole phone numbers into report.csv, not masked ones"},
			&cli.BoolFlag{Name: "redact", Usage: "write report.html, report.json, report.xml and report.csv without people, app and labels into the folder redacted within the run's, which can be passed on whole"},
			&cli.BoolFlag{Name: "audit", Usage: "write audit.html too"},
			&cli.BoolFlag{Name: "xlsx", Usage: "write the lists as workbooks too, however large they are (up to 20,000 rows they always are)"},
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say nothing unless something is wrong"},
			&cli.BoolFlag{Name: "watch", Usage: "say the numbers again and again until receipts are complete; Ctrl-C ends the watching alone"},
			&cli.StringFlag{Name: "until", Usage: "watch until `SHARE` of the accepted have a receipt after which nothing more need come", Value: "100%"},
			&cli.StringFlag{Name: "min-delivered", Usage: "exit 3 where less than `SHARE` of the accepted, such as 95%, has arrived", DefaultText: "any"},
			&cli.StringFlag{Name: "within", Usage: "with --min-delivered: give receipts `TIME` since the end of sending, such as 12h; until then the exit code is 7", DefaultText: "none"},
		}, whichRun()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + reportExitCodes,
		Action: s.onRun(func(c *cli.Context, dir string) error {
			r := &reporter{session: s, dir: dir, args: readPlace(c).arguments(c.Args().First())}
			if err := r.readFlags(c); err != nil {
				return err
			}
			if c.Bool("quiet") {
				s.beQuiet()
			}
			return r.do(c.Context)
		}),
	}
}

// reporter is one call of the report command.
type reporter struct {
	*session
	dir, args string // the run's folder, and the arguments by which a command finds it

	options             report.Options
	audit, xlsx, json   bool
	watch               bool
	until, minDelivered float64       // percent; 0: not asked for
	within              time.Duration // since the end of sending
}

func (r *reporter) readFlags(c *cli.Context) (err error) {
	r.options = report.Options{Full: c.Bool("full"), Redact: c.Bool("redact")}
	r.audit, r.xlsx, r.json, r.watch = c.Bool("audit"), c.Bool("xlsx"), c.Bool("json"), c.Bool("watch")
	if r.until, err = readPercent(c, "until"); err != nil {
		return err
	}
	if r.minDelivered, err = readPercent(c, "min-delivered"); err != nil {
		return err
	}
	if text := c.String("within"); text != "" {
		if r.within, err = campaign.ParseAge(text); err != nil {
			return inputErrorf("--within %v", err)
		}
	}
	switch {
	case r.options.Full && r.options.Redact:
		return inputErrorf("--full and --redact exclude each other")
	case r.audit && r.options.Redact:
		return inputErrorf("--audit names who has started and approved what, and --redact leaves names out")
	case r.xlsx && r.options.Redact:
		return inputErrorf("--xlsx makes workbooks of the lists of people, and --redact writes none of these")
	case c.IsSet("until") && !r.watch:
		return inputErrorf("--until says how long to --watch")
	case r.within > 0 && r.minDelivered == 0:
		return inputErrorf("--within says how long receipts may take that --min-delivered asks for")
	case r.watch && (r.json || c.Bool("quiet")):
		return inputErrorf("--watch goes neither with --json nor with --quiet")
	}
	return nil
}

// readPercent returns 0 where a flag is not given.
func readPercent(c *cli.Context, flag string) (float64, error) {
	text := c.String(flag)
	if text == "" {
		return 0, nil
	}
	share, err := campaign.ParseShare(text)
	if err != nil || share.Percent <= 0 || share.Percent > 100 {
		return 0, inputErrorf("--%s wants a percentage, such as 95%%", flag)
	}
	return share.Percent, nil
}

// reportResult is a report for machines.
type reportResult struct {
	*report.Report
	Live         bool    `json:"live,omitempty"`          // another process holds the run: it goes on
	MinDelivered float64 `json:"min_delivered,omitempty"` // percent, as asked for
	Met          *bool   `json:"met,omitempty"`           // that share has arrived; not there where nobody asked, or receipts that may decide it have time to come

	Together *chain.Totals `json:"together,omitempty"` // the run and all its retries; nil: there are none
}

func (r *reporter) do(ctx context.Context) error {
	if r.watch {
		if err := r.watchReceipts(ctx); err != nil {
			return err
		}
	}
	rep, live, err := r.write(ctx)
	if err != nil {
		return err
	}
	var met *bool
	var verdict error
	if r.minDelivered > 0 {
		met, verdict = r.judge(rep, live)
	}
	together, err := r.together(ctx, r.dir)
	if err != nil {
		return err
	}
	switch {
	case r.json:
		err = r.printJSON(reportResult{rep, live, r.minDelivered, met, together})
	case !r.quiet:
		r.printSummary(r.Stdout, rep)
		if together != nil {
			r.print(r.Stdout, describeTotals(together))
		}
		r.sayRetry(rep)
	case verdict != nil:
		r.printSummary(r.Stderr, rep)
	}
	return errors.Join(err, verdict)
}

// sayRetry names the command that sends again, where that may help somebody.
func (r *reporter) sayRetry(rep *report.Report) {
	if rep.Results == nil || !rep.State.Over() || rep.Sandbox && rep.Destination.Endpoint == inProcess {
		return
	}
	for _, reason := range rep.Results.Reasons {
		if !reason.Rejected && reason.Class == delivery.Later.String() {
			r.say("next: sendoff retry %s --dry-run", r.args)
			return
		}
	}
}

// write writes the lists, where nobody sends the run and its folder can be written to, and returns the numbers.
func (r *reporter) write(ctx context.Context) (rep *report.Report, live bool, err error) {
	mergeReceipts(r.dir)
	run, closeRun, err := r.view(ctx, r.dir)
	if err != nil {
		return nil, false, explainHeld(err, r.dir)
	}
	defer func() {
		if rep != nil {
			rep.Awaited = isAwaited(run)
			if r.options.Redact { // also where nothing could be written
				rep.Redact()
			}
		}
		closeRun()
	}()
	switch {
	case run.Meta().State == runstore.Planning && run.Live():
		return nil, true, fmt.Errorf("%s is being planned: there is nothing to report yet\n    %w", r.dir, ledger.ErrLocked)
	case run.Meta().State == runstore.Planning:
		return nil, false, inputErrorf("%s was never planned to its end: there is nothing to report", r.dir)
	case run.Live():
		rep, err = report.Collect(run)
		doing := "running"
		if live := askHolder(ctx, r.dir); live != nil {
			doing = live.doing()
		}
		r.say("it is %s; the lists are written when it ends or stops: sendoff report %s", doing, r.args)
		return rep, true, err
	}
	if !run.Meta().State.Over() {
		r.warnOfCopy(run)
	}
	done, err := run.TakeTurn(ctx, func() { r.say("another sendoff report writes the results of this run; waiting for it") })
	if err == nil {
		defer done()
		rep, err = report.Write(run, r.options)
	}
	switch {
	case errors.Is(err, runstore.ErrErased) && !r.options.Full:
		return rep, false, r.writePages(run, rep)
	case isUnwritable(err):
		r.warn("%s cannot be written to: these are the numbers, and the lists there, if any, are of an earlier time", r.dir)
		rep, err = report.Collect(run)
		return rep, false, err
	case err != nil:
		return nil, false, err
	}
	if !r.options.Redact {
		r.writeWorkbooks(run, r.xlsx, false)
		r.say("lists: %s", r.dir)
	}
	return rep, false, r.writePages(run, rep)
}

func (r *reporter) writePages(run *runstore.Run, rep *report.Report) error {
	if err := r.writePage(run, rep); err != nil {
		return err
	}
	r.say("page: %s", run.Path(pageName(runstore.PageFileName(run.Meta().Key), rep)))
	if rep.Redacted {
		r.say("for outsiders: %s, and nothing else that lies in %s", run.Path(runstore.RedactedFolder), r.dir)
	}
	if !r.audit {
		return nil
	}
	if err := r.writeAudit(run, rep); err != nil {
		return err
	}
	r.say("audit: %s", run.Path(runstore.AuditName))
	return nil
}

// writeWorkbooks makes workbooks of the lists. They are a convenience: where that fails the lists are what counts.
func (s *session) writeWorkbooks(run *runstore.Run, asked, onlyDoubt bool) {
	notes, err := report.WriteWorkbooks(run, asked, onlyDoubt)
	for _, note := range notes {
		s.warn("%s", note)
	}
	if err != nil {
		s.warn("warning: %v", err)
	}
}

// mergeReceipts puts receipts that have come in on record in the ledger of the run in dir, where nobody holds it and it may be written to. Elsewhere whoever reads it merges
// them in memory, so that it matters to nobody but the next reader, who has less to do.
func mergeReceipts(dir string) {
	info, err := os.Stat(filepath.Join(dir, runstore.ReceiptsName))
	if err != nil || info.Size() == 0 {
		return
	}
	run, err := runstore.View(dir)
	if err != nil {
		return
	}
	merged, err := run.Ledger.ReceiptsMerged()
	isOurs := run.Meta().State != runstore.Planning && !run.Ledger.Copied()
	if err := errors.Join(err, run.Close()); err != nil || !isOurs || merged >= info.Size() {
		return
	}
	if run, err = runstore.Amend(dir); err != nil {
		return
	}
	_, _ = receipts.Merge(run, nil) // whoever reads them next says what is wrong
	_ = run.Close()
}

// isUnwritable reports whether a file could not be written since nobody may write there.
func isUnwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
