package cli

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/callback"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/sinch"
	"sendoff/internal/webhook"
)

// webhookSecret is the variable with the secret that signs callbacks.
const webhookSecret = "SINCH_WEBHOOK_SECRET"

// goodSecret is how many characters a webhook's secret should have.
const goodSecret = 16

const listenExitCodes = `EXIT CODES
   0  stopped by Ctrl-C or SIGTERM; what was under way has been stored
   1  unexpected error: a bug, or a disk that fails
   2  usage, configuration or input
   4  --register: credentials, permission, region or app
`

func receiptsListenCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "listen",
		Usage:     "be the webhook that Sinch calls, until it is stopped",
		ArgsUsage: "[DIR]",
		Description: "It serves all runs at or below DIR (default: here), also those that begin later, and may be started as often as you like. Sinch must reach it from\n" +
			"outside, over https: put a reverse proxy with TLS in front of it, and give Sinch the proxy's address, with any path. GET /healthz answers 200.\n" +
			"Callbacks must be signed with the secret in " + webhookSecret + " (or the file that " + webhookSecret + "_FILE names): that of the webhook at Sinch, which\n" +
			"--register URL makes, or changes where there is one for that address. Messages with a callback_url (in the campaign) need no webhook; what is\n" +
			"sent there is signed with the app's secret for overridden callback URLs.\n" +
			"A callback is answered with 200 when it is on disk, or is not about these runs; 401 where it is not signed, or was more than 5 minutes ago; 400, 405\n" +
			"or 413 where it is none; 503, so that Sinch tries again, where it cannot be stored or too many come at once. What is printed are counts, every 30\n" +
			"seconds where there is news, and why something could not be stored.\n\n" + stopWordsHelp,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "addr", Usage: "`ADDRESS` to listen on", Value: "127.0.0.1:8090"},
			&cli.StringFlag{Name: "register", Usage: "have Sinch call `URL`, where this is reached from outside: makes or changes a webhook of the app that SINCH_* or --profile name"},
			&cli.BoolFlag{Name: "unsigned", Usage: "let everything in, signed or not: whoever reaches the address can make receipts and opt people out"},
			profileFlag(), timeoutFlag(),
		}, intakeFlags()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + listenExitCodes,
		Action: func(c *cli.Context) error {
			dir, err := atMostOneArgument(c, "DIR")
			if err != nil {
				return err
			}
			if dir == "" {
				dir = "."
			}
			return s.listenForReceipts(c, dir)
		},
	}
}

// listenForReceipts serves until a signal comes.
func (s *session) listenForReceipts(c *cli.Context, dir string) (err error) {
	secret, err := s.webhookSecret(c)
	if err != nil {
		return err
	}
	if target := c.String("register"); target != "" {
		if err := checkTarget(target); err != nil {
			return err
		}
	}
	store, list, err := s.newIntake(c, dir, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	listener, err := net.Listen("tcp", c.String("addr"))
	if err != nil {
		return inputErrorf("--addr: %v", err).hint("--addr wants host:port, such as 127.0.0.1:8090, that nobody else listens on")
	}
	ctx, release := untilSignal(c.Context)
	defer release()
	if target := c.String("register"); target != "" {
		if err := s.registerWebhook(ctx, c, target, secret); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	s.say("listening on http://%s/ for the receipts of %s at or below %s; opt-outs go to %s", listener.Addr(),
		prose.Counted(store.Runs(), "run", "runs"), dir, list)
	s.say("Sinch must reach it from outside over https: a reverse proxy with TLS belongs in front of it. Ctrl-C ends it.")
	withdraw := s.announce(ctx, dir, listener.Addr().String())
	defer withdraw()
	h := webhook.New(store, []byte(secret), callback.MaxAge)
	ended := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.tellReceipts(h, ended)
	}()
	err = h.Serve(ctx, listener)
	close(ended)
	select {
	case <-told:
	case <-time.After(time.Second): // a terminal that has hung must not keep us
	}
	return err
}

// announce says in a folder that somebody listens for its runs, for as long as ctx does not end, and until what it returns is called.
func (s *session) announce(ctx context.Context, dir, addr string) (withdraw func()) {
	host, _ := os.Hostname() // one without a name is told by its pid
	p := receipts.Presence{PID: os.Getpid(), Host: host, Started: time.Now(), Addr: addr}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(receipts.PresenceEvery)
		defer ticks.Stop()
		warned := false
		for {
			p.Time = time.Now()
			if err := receipts.Announce(dir, p); err != nil && !warned {
				warned = true
				s.warn("warning: %v: a campaign that waits until its first messages have arrived will not know that receipts come in", err)
			}
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-ended
		_ = receipts.Withdraw(dir, p) // what stays is soon too old to count
	}
}

// tellReceipts says what has come every 30 s where there is news, and at the end.
func (s *session) tellReceipts(h *webhook.Handler, ended <-chan struct{}) {
	ticks := time.NewTicker(lineEvery)
	defer ticks.Stop()
	said := h.Words()
	for {
		select {
		case <-ended:
			s.say("stopped: %s", h.Words())
			return
		case <-ticks.C:
		}
		if words := h.Words(); words != said {
			said = words
			s.say("%s", words)
		}
	}
}

// webhookSecret reads the secret that callbacks are signed with; "" where they need not be.
func (s *session) webhookSecret(c *cli.Context) (string, error) {
	secret, err := s.secretIn(webhookSecret)
	unsigned := c.Bool("unsigned")
	switch {
	case err != nil:
		return "", err
	case secret != "" && unsigned:
		return "", inputErrorf("%s is set, and --unsigned says that callbacks need not be signed", webhookSecret).hint("leave out one of them")
	case unsigned && c.String("register") != "":
		return "", inputErrorf("--register makes a webhook whose callbacks are signed, and --unsigned asks for none of that").hint("leave out one of them")
	case unsigned:
		s.warn("warning: --unsigned: whoever can reach this address can make receipts, and put people onto the opt-out list")
		return "", nil
	case secret == "":
		return "", inputErrorf("there is no secret (%s): nobody could tell what is from Sinch", webhookSecret).
			hint("set it to the secret of the app's webhook, or to a new long one for --register URL; %s_FILE names a file that holds it", webhookSecret).
			hint("--unsigned lets everything in, for a network that nobody else is in")
	case len(secret) < goodSecret && c.String("register") != "":
		return "", inputErrorf("%s is too short to make a webhook with: it must have %d characters at least", webhookSecret, goodSecret).hint("openssl rand -hex 32 makes a good one")
	case len(secret) < goodSecret:
		s.warn("warning: %s has fewer than %d characters, and can be guessed", webhookSecret, goodSecret)
	}
	return secret, nil
}

// checkTarget refuses addresses that callbacks must not go to: numbers and texts of people are in them.
func checkTarget(target string) error {
	const longest = 742 // what the API takes
	u, err := url.Parse(target)
	isHere := err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return inputErrorf("--register wants the address at which Sinch reaches this, such as https://receipts.example.com/")
	case u.Scheme == "http" && !isHere:
		return inputErrorf("--register wants https, except on this machine: people's numbers are in callbacks")
	case len(target) > longest:
		return inputErrorf("--register: an address may have %d characters", longest)
	}
	return nil
}

// registerWebhook has the app's callbacks go to target.
func (s *session) registerWebhook(ctx context.Context, c *cli.Context, target, secret string) error {
	if c.Duration("http-timeout") <= 0 {
		return inputErrorf("--http-timeout must be more than 0")
	}
	r := &runner{session: s, flags: runFlags{profile: c.String("profile"), tuning: tuning{httpTimeout: c.Duration("http-timeout"), maxInFlight: 1}}}
	settings, err := r.chooseSettings(ctx)
	if err != nil {
		return err
	}
	client, err := settings.client(r.flags.tuning)
	if err != nil {
		return err
	}
	defer client.Close()
	triggers := []string{sinch.OnDelivery, sinch.OnSubmit, sinch.OnInbound, sinch.OnOptOut, sinch.OnOptIn}
	isNew, err := client.Register(ctx, target, sinch.NewSecret(secret), triggers)
	switch {
	case errors.Is(err, sinch.ErrWebhooks):
		return inputErrorf("%v", err).hint("take one away in the Sinch dashboard, or have one of them go to this address")
	case err != nil && isAccess(err):
		return settings.explainRefused(err)
	case err != nil:
		return accessErrorf("Sinch could not be asked to call %s: %v", hostOf(target), err)
	}
	what := "changed: it goes on to call"
	if isNew {
		what = "made: it calls"
	}
	s.say("a webhook of app %s was %s %s (%s)", prose.Shorten(settings.destination.AppID), what, hostOf(target), strings.Join(triggers, ", "))
	return nil
}

// hostOf is the host in an address whose path may hold a secret.
func hostOf(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "the address"
	}
	return u.Host
}
