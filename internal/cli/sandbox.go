package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/sandbox"
)

const sandboxHelp = `A fault is KIND:CONDITIONS, such as 429:every=10, 502:2%, 503-after:to=001 or reset-after:first=3,on=app.
KIND      400 401 402 403 404 408 413 422 429 500 500-html 501 502 503 503-html 504 301 307 reset delay:
              the request is refused, nothing is accepted
          500-after 500-html-after 502-after 503-after 504-after 408-after reset-after delay-after slow-after truncated
          html-after type-after empty-after no-id-after 201-after 202-after: it is accepted, and its sender cannot know
          late-after: the connection breaks at once, and the message is accepted only delay= later
          short-page missing-page last-page-missing: a page of a look-up is short, or misses messages (on=list, on=fetch-last)
CONDITION all, RATE% (by the dice), every=N, first=N, after=N, to=DIGITS (that the recipient ends with; begins with: +DIGITS);
          retry-after=SECONDS|date:SECONDS|TEXT, delay=DURATION (delay, delay-after, slow-after, late-after);
          on=send|token|app|get|list|fetch-last|update|delete|apps|update-app|consents|template (send where it is left out)
A file of faults has one on a line, and comments after #.

Callbacks go to the app's webhooks (sendoff receipts listen --register http://127.0.0.1:8090/) and to the callback_url of messages, on this machine alone.
What becomes of a message goes by the last two digits of its number: 90 fails, 91 is read, 94 has no receipt, 88 replies STOP; most are delivered.

While it runs, the sandbox itself can be asked, with no credentials:
  curl -X PUT --data-binary @bad-day.txt $SINCH_ENDPOINT/sandbox/faults     other faults; GET lists, DELETE clears them
  curl $SINCH_ENDPOINT/sandbox/stats                                        accepted, queue, answers, faults struck
  curl $SINCH_ENDPOINT/sandbox/messages                                     the messages that it holds; all with --data
  curl -X PUT -d 30s $SINCH_ENDPOINT/sandbox/lag                            accepted messages are found only so much later
  curl -X POST "$SINCH_ENDPOINT/sandbox/advance?by=24h"                     put its clock forward

Messages can be looked up with --retention 1 or more, and ?messages_source=DISPATCH_SOURCE, or with --mode CONVERSATION.`

func sandboxCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:        "sandbox",
		Usage:       "play the Conversation API on this machine, for rehearsals and for your own code; nobody gets anything",
		Description: sandboxHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "addr", Usage: "`ADDRESS` on this machine to listen on", Value: "127.0.0.1:8089"},
			&cli.StringFlag{Name: "record", Usage: "append a JSON line per accepted message to `FILE`"},
			&cli.StringFlag{Name: "data", Usage: "keep messages, queue and app in `DIR`, so that they outlive a restart or a kill"},
			&cli.StringFlag{Name: "mode", Usage: "`MODE` in which the app processes messages: DISPATCH or CONVERSATION", Value: string(sandbox.Dispatch)},
			&cli.StringFlag{Name: "channels", Usage: "what the app has, such as `SMS,RCS`; everything where it is left out"},
			templatesFlag(),
			&cli.IntFlag{Name: "retention", Usage: "`DAYS` that messages are kept for look-ups in DISPATCH, 0 to 7"},
			&cli.IntFlag{Name: "conversation-retention", Usage: "`DAYS` that they are in CONVERSATION, 1 to 3650", Value: 180},
			&cli.IntFlag{Name: "drain", Usage: "the app hands `N` messages a second to its channels", Value: 20},
			&cli.IntFlag{Name: "queue", Usage: "`N` messages of others wait in the app at the start"},
			&cli.IntFlag{Name: "rate-limit", Usage: "the project may make `N` requests a second", Value: maxProjectRate},
			&cli.DurationFlag{Name: "latency", Usage: "an answer takes `TIME`"},
			&cli.DurationFlag{Name: "lag", Usage: "an accepted message can be looked up after `TIME`"},
			&cli.BoolFlag{Name: "keep-status", Usage: "messages that are kept show how far they are, for receipts fetch"},
			&cli.IntFlag{Name: "callback-rate", Usage: "the app makes `N` callbacks a second", Value: 25},
			&cli.StringSliceFlag{Name: "callback", Usage: "what goes wrong with a share of them: `KIND:RATE%`, such as lost:2%, twice:5%, late:10%,delay=5m or mixed:1% (the last one first); may be repeated"},
			&cli.DurationFlag{Name: "token-ttl", Usage: "a token is good for `TIME`", Value: time.Hour},
			&cli.StringSliceFlag{Name: "fault", Usage: "what goes wrong, as `KIND:CONDITIONS`; may be repeated"},
			&cli.StringFlag{Name: "faults", Usage: "read faults from `FILE`; those of --fault go before them"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` for the dice that faults throw"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return inputErrorf("sandbox takes no argument")
			}
			return s.serveSandbox(c)
		},
	}
}

func (s *session) serveSandbox(c *cli.Context) (err error) {
	cfg, err := sandboxConfig(c)
	if err != nil {
		return err
	}
	if path := c.String("record"); path != "" {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return inputErrorf("--record: %v", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		cfg.Record = f
	}
	listener, err := listenLocally(c.String("addr"))
	if err != nil {
		return err
	}
	ctx, signals, release := watchSignals(c.Context, func() {})
	defer release()
	server := sandbox.New(cfg)
	if dir := c.String("data"); dir != "" {
		if server, err = sandbox.Open(dir, cfg); err != nil {
			_ = listener.Close() // nobody has called
			return inputErrorf("--data: %v", err)
		}
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	s.explainSandbox(listener.Addr(), server.Config())
	return serve(ctx, signals.stop, listener, server)
}

// sandboxConfig reads the flags.
func sandboxConfig(c *cli.Context) (sandbox.Config, error) {
	read, err := readTemplatesFile(c.String("templates"))
	if err != nil {
		return read, err
	}
	cfg := sandbox.Config{
		Templates: read.Templates,
		Mode:      sandbox.Mode(c.String("mode")), DispatchRetention: c.Int("retention"), ConversationRetention: c.Int("conversation-retention"),
		Drain: c.Int("drain"), QueueSize: c.Int("queue"), RateLimit: c.Int("rate-limit"),
		KeepStatus: c.Bool("keep-status"), Webhooks: c.Int("callback-rate"),
		Latency: c.Duration("latency"), ListLag: c.Duration("lag"), TokenTTL: c.Duration("token-ttl"), Seed: c.Uint64("seed"),
	}
	if channels := c.String("channels"); channels != "" {
		cfg.Channels = strings.Split(channels, ",")
	}
	if cfg.Webhooks < 1 {
		return cfg, inputErrorf("--callback-rate is at least 1")
	}
	for _, text := range c.StringSlice("callback") {
		if err := cfg.Callbacks.Add(text); err != nil {
			return cfg, inputErrorf("--callback %v", err)
		}
	}
	for _, text := range c.StringSlice("fault") {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return cfg, inputErrorf("--fault %v", err)
		}
		cfg.Faults = append(cfg.Faults, f)
	}
	if path := c.String("faults"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return cfg, inputErrorf("--faults: %v", err)
		}
		faults, err := sandbox.ParseFaults(string(text))
		if err != nil {
			return cfg, inputErrorf("--faults %s:\n    %s", path, strings.ReplaceAll(err.Error(), "\n", "\n    "))
		}
		cfg.Faults = append(cfg.Faults, faults...)
	}
	if err := cfg.Check(); err != nil {
		return cfg, inputErrorf("%v", err)
	}
	return cfg, nil
}

// listenLocally listens on this machine alone: the sandbox takes anybody's messages, and they hold people's numbers.
func listenLocally(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, inputErrorf("--addr wants host:port, such as 127.0.0.1:8089")
	}
	if ip := net.ParseIP(host); host != "localhost" && !ip.IsLoopback() {
		return nil, inputErrorf("--addr must be on this machine: 127.0.0.1 or ::1")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, inputErrorf("--addr: %v", err).hint("where another sandbox runs already, use that one; or choose another port with --addr")
	}
	return l, nil
}

func serve(ctx context.Context, stop <-chan struct{}, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		select {
		case <-stop:
		case <-ctx.Done():
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // somebody keeps a request open; they have had their two seconds
		}
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve sandbox: %w", err)
	}
	return nil
}

// explainSandbox prints what to set so that sendoff, or anybody's own code, speaks with the sandbox.
func (s *session) explainSandbox(addr net.Addr, c sandbox.Config) {
	fmt.Fprintf(s.Stdout, "SANDBOX: nothing is sent to anyone. Ctrl-C ends it. In another terminal:\n\n")
	for _, v := range [][2]string{
		{"SINCH_ENDPOINT", "http://" + addr.String()}, {"SINCH_PROJECT_ID", c.ProjectID}, {"SINCH_APP_ID", c.AppID},
		{"SINCH_KEY_ID", c.KeyID}, {"SINCH_KEY_SECRET", c.KeySecret}, {"SINCH_REGION", c.Region},
	} {
		fmt.Fprintf(s.Stdout, "export %s=%s\n", v[0], v[1])
	}
	fmt.Fprintln(s.Stdout)
}
