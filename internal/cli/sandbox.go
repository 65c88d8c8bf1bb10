package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/sandbox"
)

const faultHelp = `A fault is KIND:CONDITIONS, such as 429:every=10, 502:2% or reset-after:first=3,on=app.
KIND      400 401 403 404 429 500 500-html 502 503 reset: the request is refused, nothing is accepted
          500-after 502-after 503-after reset-after delay-after truncated: it is accepted, and its sender cannot know
CONDITION all, RATE% (by the dice), every=N, first=N, after=N; retry-after=SECONDS (429), delay=DURATION (delay-after);
          on=send|token|app|get|list (send where it is left out)
Messages can be looked up with --retention 1 or more, and ?messages_source=DISPATCH_SOURCE.`

func sandboxCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:        "sandbox",
		Usage:       "play the Conversation API on this machine, for rehearsals and for your own code; nobody gets anything",
		Description: faultHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "addr", Usage: "`ADDRESS` on this machine to listen on", Value: "127.0.0.1:8089"},
			&cli.StringFlag{Name: "record", Usage: "append a JSON line per accepted message to `FILE`"},
			&cli.IntFlag{Name: "drain", Usage: "messages a second that the app hands to its channels", Value: 20},
			&cli.IntFlag{Name: "rate-limit", Usage: "requests a second that the project may make", Value: maxProjectRate},
			&cli.IntFlag{Name: "retention", Usage: "days that messages are kept for look-ups, 0 to 7"},
			&cli.DurationFlag{Name: "latency", Usage: "how long an answer takes"},
			&cli.DurationFlag{Name: "token-ttl", Usage: "how long a token is good", Value: time.Hour},
			&cli.StringSliceFlag{Name: "fault", Usage: "what goes wrong, as `KIND:CONDITIONS`; may be repeated"},
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
	cfg := sandbox.Config{
		Drain: c.Int("drain"), RateLimit: c.Int("rate-limit"), DispatchRetention: c.Int("retention"),
		Latency: c.Duration("latency"), TokenTTL: c.Duration("token-ttl"),
	}
	for _, text := range c.StringSlice("fault") {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return inputErrorf("--fault %v", err)
		}
		cfg.Faults = append(cfg.Faults, f)
	}
	if err := cfg.Check(); err != nil {
		return inputErrorf("%v", err)
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
	ctx, stop, release := watchSignals(c.Context, func() {})
	defer release()
	server := sandbox.New(cfg)
	defer server.Close()
	s.explainSandbox(listener.Addr(), server.Config())
	return serve(ctx, stop, listener, server)
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
		return nil, inputErrorf("--addr: %v", err)
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
