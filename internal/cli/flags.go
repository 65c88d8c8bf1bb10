package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/proposal"
)

// runFlags are the flags of run and resume.
type runFlags struct {
	place
	tuning
	feed                               feedFlags
	profile                            string
	dryRun, yes, json, adopt, noCanary bool
	allowEmpty                         bool
	confirm                            string
	plan                               proposal.Code // that is meant; empty: any
	approvedBy                         string
	limit                              int
	maxDuration                        time.Duration // 0: any
	leaveOutside                       bool          // instead of waiting until people may get messages
	tolerate                           campaign.Share
	ifLocked                           lockPolicy
	inDoubt                            campaign.DoubtPolicy // empty: the campaign's
	holdServerErrors                   bool
	ifSentBefore                       bool // go on
	except                             []string
	templates                          string // a file, for a rehearsal
}

// place says which run is meant.
type place struct {
	runKey, runDir string
	sandbox        bool
}

// lockPolicy says what is done where another process holds the run.
type lockPolicy string

const (
	lockedFail lockPolicy = "fail"
	lockedWait lockPolicy = "wait"
	lockedSkip lockPolicy = "skip" // it is being seen to, so all is well
)

// tuning changes how a run is sent, not what.
type tuning struct {
	rate        string
	maxInFlight int
	httpTimeout time.Duration
	settle      time.Duration
	giveUp      time.Duration
}

// Defaults of the tuning flags.
const (
	defaultInFlight = 64
	defaultTimeout  = 30 * time.Second
	defaultSettle   = time.Minute
	defaultGiveUp   = 10 * time.Minute
)

func allowEmptyFlag() cli.Flag {
	return &cli.BoolFlag{Name: "allow-empty", Usage: "an audience without anybody to send to is a success"}
}

// sendingFlags are those of every command that sends.
func sendingFlags() []cli.Flag {
	return []cli.Flag{
		profileFlag(),
		yesFlag(), planCodeFlag(),
		&cli.IntFlag{Name: "limit", Usage: "begin at most `N` recipients now; run again for the rest", DefaultText: "all"},
		&cli.StringFlag{Name: "rate", Usage: "`RATE`: auto, a number a second, or a share of the app's own such as 80%", DefaultText: "the campaign's, else auto"},
		&cli.IntFlag{Name: "max-in-flight", Usage: "at most `N` recipients begun and not yet answered", DefaultText: "64"},
		timeoutFlag(),
		&cli.DurationFlag{Name: "settle", Usage: "`TIME` that a message whose answer was lost may take to show up at Sinch; whoever shows up later gets it twice", Value: defaultSettle},
		giveUpFlag(),
		&cli.StringFlag{Name: "in-doubt", Usage: "`POLICY` for people in doubt about whom Sinch cannot be asked: hold, resend (they may get it twice) or leave", DefaultText: "the campaign's, else hold"},
		&cli.StringFlag{Name: "server-errors", Usage: "`POLICY` after a 500 or 503 that cannot be looked up: retry, as Sinch advises (they may get it twice), or hold", Value: "retry"},
		&cli.BoolFlag{Name: "no-canary", Usage: "do not send the first 10 alone"},
		&cli.BoolFlag{Name: "adopt", Usage: "take a copied run folder as the run itself, with what Sinch knows of it; the other copy must never send again"},
		&cli.StringFlag{Name: "if-sent-before", Usage: "`POLICY` where another run with this key has sent to the next recipients: stop or go-on (they get it twice)", Value: "stop"},
		reportFlag(),
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say nothing unless something is wrong"},
		&cli.DurationFlag{Name: "max-duration", Usage: "stop after `TIME`, such as 3h; run again for the rest", DefaultText: "any"},
		&cli.BoolFlag{Name: "exit-outside-window", Usage: "where nobody may get a message now (window, not_before), leave with 7 instead of waiting; run again for the rest"},
		tolerateFlag(),
		&cli.StringFlag{Name: "if-locked", Usage: "`POLICY` where another process holds the run: fail, wait, or skip (exit 0)", Value: string(lockedFail)},
	}
}

func planCodeFlag() cli.Flag {
	return &cli.StringFlag{Name: "plan", Usage: "send the plan of this `CODE`, as sendoff plan shows it, or nothing", DefaultText: "any"}
}

func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask"}
}

// adoptFlag is for commands that send nothing.
func adoptFlag() cli.Flag {
	return &cli.BoolFlag{Name: "adopt", Usage: "take a copied run folder as the run itself; the other copy must never send again"}
}

func reportFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print the report as JSON"}
}

func timeoutFlag() cli.Flag {
	return &cli.DurationFlag{Name: "http-timeout", Usage: "wait for one answer for `TIME`", Value: defaultTimeout}
}

func giveUpFlag() cli.Flag {
	return &cli.DurationFlag{Name: "give-up", Usage: "stop after `TIME` without any answer", Value: defaultGiveUp}
}

func profileFlag() cli.Flag {
	return &cli.StringFlag{Name: "profile", Usage: "`NAME` of the profile to go through", DefaultText: "the campaign's, else SINCH_* alone"}
}

func placeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "run-key", Usage: "`KEY` that names this execution", DefaultText: "the campaign's"},
		&cli.StringFlag{Name: "run-dir", Usage: "`DIR` of the run", DefaultText: "runs/KEY beside the campaign"},
	}
}

// whichRun are the flags by which commands find a run that exists.
func whichRun() []cli.Flag {
	return append(placeFlags(), &cli.BoolFlag{Name: "sandbox", Usage: "the campaign's run in the sandbox, not its real one"})
}

func readPlace(c *cli.Context) place {
	return place{runKey: c.String("run-key"), runDir: c.String("run-dir"), sandbox: c.Bool("sandbox")}
}

// readTuning reads the flags of tuning that a command has, which are the three times at least.
func readTuning(c *cli.Context) (tuning, error) {
	t := tuning{
		rate: c.String("rate"), maxInFlight: c.Int("max-in-flight"),
		httpTimeout: c.Duration("http-timeout"), settle: c.Duration("settle"), giveUp: c.Duration("give-up"),
	}
	if t.httpTimeout <= 0 || t.settle <= 0 || t.giveUp <= 0 {
		return t, inputErrorf("--http-timeout, --settle and --give-up must be more than 0")
	}
	return t, nil
}

func readRunFlags(c *cli.Context) (f runFlags, err error) {
	f = runFlags{
		place:   readPlace(c),
		profile: c.String("profile"), dryRun: c.Bool("dry-run"), yes: c.Bool("yes"), json: c.Bool("json"), adopt: c.Bool("adopt"), noCanary: c.Bool("no-canary"),
		confirm: c.String("confirm"), limit: c.Int("limit"),
		inDoubt: campaign.DoubtPolicy(c.String("in-doubt")), holdServerErrors: c.String("server-errors") == "hold",
		ifSentBefore: c.String("if-sent-before") == "go-on", allowEmpty: c.Bool("allow-empty"),
		templates: c.String("templates"), maxDuration: c.Duration("max-duration"), ifLocked: lockPolicy(c.String("if-locked")),
		leaveOutside: c.Bool("exit-outside-window"),
	}
	if f.tuning, err = readTuning(c); err != nil {
		return f, err
	}
	if f.tolerate, err = readTolerate(c); err != nil {
		return f, err
	}
	if text := c.String("plan"); c.IsSet("plan") {
		if f.plan, err = proposal.ParseCode(text); err != nil {
			return f, inputErrorf("--plan: %v", err)
		}
	}
	if text := c.String("approved-by"); c.IsSet("approved-by") {
		if f.approvedBy, err = readName(text); err != nil {
			return f, inputErrorf("--approved-by: %v", err)
		}
	}
	if f.except, err = readExcept(c); err != nil {
		return f, err
	}
	if f.feed, err = readFeedFlags(c); err != nil {
		return f, err
	}
	switch {
	case f.approvedBy != "" && f.plan == "":
		return f, inputErrorf("--approved-by says who has approved a plan, and --plan CODE does not name it")
	case c.IsSet("max-duration") && f.maxDuration <= 0:
		return f, inputErrorf("--max-duration must be more than 0")
	case !slices.Contains([]lockPolicy{lockedFail, lockedWait, lockedSkip}, f.ifLocked):
		return f, inputErrorf("--if-locked wants fail, wait or skip")
	case f.templates != "" && !f.sandbox:
		return f, inputErrorf("--templates goes with --sandbox: a real run reads its templates at Sinch")
	case c.IsSet("limit") && f.limit < 1:
		return f, inputErrorf("--limit must be 1 or more")
	case c.IsSet("max-in-flight") && (f.maxInFlight < 1 || f.maxInFlight > 1000):
		return f, inputErrorf("--max-in-flight must be from 1 to 1000")
	case f.inDoubt != "" && !slices.Contains(campaign.DoubtPolicies(), string(f.inDoubt)):
		return f, inputErrorf("--in-doubt wants %s", strings.Join(campaign.DoubtPolicies(), ", "))
	case !f.ifSentBefore && c.String("if-sent-before") != "stop":
		return f, inputErrorf("--if-sent-before wants stop or go-on")
	case !f.holdServerErrors && c.String("server-errors") != "retry":
		return f, inputErrorf("--server-errors wants retry or hold")
	}
	if c.IsSet("run-key") {
		if err := campaign.CheckRunKey(f.runKey); err != nil {
			return f, inputErrorf("--run-key: %v", err)
		}
	}
	if f.confirm != "" {
		if _, ok := parseCount(f.confirm); !ok {
			return f, inputErrorf("--confirm wants the number of recipients")
		}
	}
	return f, nil
}

func tolerateFlag() cli.Flag {
	return &cli.StringFlag{Name: "tolerate", Usage: "finished is finished (exit 0) with at most `SHARE` of the recipients rejected, left in doubt or expired: 1%, or a number", DefaultText: "none"}
}

func readTolerate(c *cli.Context) (share campaign.Share, err error) {
	if text := c.String("tolerate"); text != "" {
		if share, err = campaign.ParseShare(text); err != nil {
			return share, inputErrorf("--tolerate %v", err)
		}
	}
	return share, nil
}
