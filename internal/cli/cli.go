// Package cli has the commands: flags become the options of other packages, their errors become exit codes and sentences, their
// events become a progress bar. Results go to standard output, everything else to standard error.
//
// It owns what belongs to a process: streams, environment, terminal, signals, exit codes ([Main] alone returns one). Nothing below it
// knows of them. urfave/cli and progressbar end here.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// Env is what a process is started with.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time // of days and ages; nil: the clock of this machine
}

// session is one call of [Main].
type session struct {
	Env
	quiet bool
	brief *brief // nil where it is not quiet
	stdin *spool // nil where nobody has asked for what comes through standard input

	answered bool // a result for machines was printed, or the first part of one

	checkURLs bool // the addresses in messages are opened
}

// Main runs the program with args, its name first, and returns its exit code.
func Main(args []string, env Env) int {
	s := &session{Env: env}
	if s.Now == nil {
		s.Now = time.Now
	}
	limitMemory(env.Getenv)
	if len(args) < 2 && startedByDoubleClick() {
		return s.explainDoubleClick(args)
	}
	defer func() { s.brief.end() }()
	defer func() { s.stdin.close() }()
	app := newApp(s)
	if isTerminal(s.Stdout) {
		help := &helpWriter{out: s.Stdout, width: s.width(s.Stdout)}
		defer help.flush()
		app.Writer = help
	}
	err := app.Run(reorder(app, args))
	if err == nil {
		return exitOK
	}
	s.printError(err)
	if wantsJSON(args) && !s.answered {
		_ = s.printJSON(describeError(err)) // there is nobody left to tell
	}
	return exitCode(err)
}

// printError says what is wrong and what to do, for people. An error that nobody foresaw says so.
func (s *session) printError(err error) {
	var outcome *outcomeError
	if errors.As(err, &outcome) && outcome.said {
		return
	}
	prefix := "sendoff: "
	if exitCode(err) == exitBug {
		prefix = "sendoff: unexpected error: "
	}
	s.print(s.Stderr, prefix+err.Error())
	var input *inputError
	if errors.As(err, &input) {
		for _, h := range input.hints {
			s.print(s.Stderr, "    hint: "+h)
		}
	}
}

// say prints a line for people, unless they asked for quiet.
func (s *session) say(format string, args ...any) {
	if !s.quiet {
		s.warn(format, args...)
	}
}

// warn prints a line for people, whatever they asked for.
func (s *session) warn(format string, args ...any) {
	s.print(s.Stderr, fmt.Sprintf(format, args...))
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func newApp(s *session) *cli.App {
	app := &cli.App{
		Name:  "sendoff",
		Usage: "send one campaign to many people through the Sinch Conversation API, once each",
		Description: "The way through: init → check → preview → test → run → report.\n" +
			"A CAMPAIGN is a campaign file, or the folder that holds it. A RUN is a run's folder, or a campaign.",
		Version:                   version(),
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true,
		Reader:                    s.Stdin,
		Writer:                    s.Stdout,
		ErrWriter:                 s.Stderr,
		ExitErrHandler:            func(*cli.Context, error) {}, // Main maps errors to codes
		OnUsageError:              usageError,
		Action:                    noCommand,
		CustomAppHelpTemplate:     cli.AppHelpTemplate + "\n" + exitCodesHelp,
		Commands: []*cli.Command{
			initCommand(s), checkCommand(s), previewCommand(s), planCommand(s), doctorCommand(s), testCommand(s), runCommand(s), resumeCommand(s), retryCommand(s),
			statusCommand(s), stopCommand(s), pauseCommand(s), continueCommand(s), cancelCommand(s),
			reconcileCommand(s), reportCommand(s), receiptsCommand(s), whyCommand(s), forgetCommand(s), profileCommand(s),
			sandboxCommand(s), schemaCommand(s), holidaysCommand(s), versionCommand(s), completionCommand(s),
		},
	}
	prepareCommands(app.Commands)
	return app
}

// prepareCommands gives commands, and those below them, what they do not inherit from the app.
func prepareCommands(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = usageError
		c.HideHelpCommand = true
		c.BashComplete = completeFlags
		for _, f := range c.Flags {
			if f, isBool := f.(*cli.BoolFlag); isBool && f.DefaultText == "" {
				f.DisableDefaultText = true // it is off
			}
		}
		prepareCommands(c.Subcommands)
	}
}

func usageError(c *cli.Context, err error, _ bool) error {
	if c.Command == nil || c.Command.Name == "" || c.Command.Name == c.App.Name {
		text, _ := describeFlagError(c.App.Flags, err)
		return inputErrorf("%s", text).hint("sendoff --help lists the commands")
	}
	text, near := describeFlagError(c.Command.Flags, err)
	if near != "" {
		return inputErrorf("%s", text).hint("did you mean %s?", near)
	}
	return inputErrorf("%s", text).hint("%s --help lists the flags", c.Command.HelpName)
}

// noCommand answers where a command is missing, or is none of those that there are: of the program, or below another command.
func noCommand(c *cli.Context) error {
	switch {
	case c.NArg() == 0 && c.Command.Name == c.App.Name:
		return cli.ShowAppHelp(c)
	case c.NArg() == 0:
		return cli.ShowSubcommandHelp(c)
	}
	e := inputErrorf("unknown command %q", c.Args().First())
	names := make([]string, len(c.Command.Subcommands))
	for i, cmd := range c.Command.Subcommands {
		names[i] = cmd.Name
	}
	if near := campaign.Nearest(c.Args().First(), names); near != "" {
		return e.hint("did you mean %s %s?", c.Command.HelpName, near)
	}
	return e.hint("%s --help lists the commands", c.Command.HelpName)
}

// oneArgument returns the one argument that a command takes.
func oneArgument(c *cli.Context, what string) (string, error) {
	switch c.NArg() {
	case 1:
		return c.Args().First(), nil
	case 0:
		return "", inputErrorf("%s is missing", what).hint("%s %s", c.Command.HelpName, what)
	}
	return "", inputErrorf("there are %d arguments, and one is wanted: %s", c.NArg(), what)
}

// atMostOneArgument returns the argument of a command that can do without, or nothing.
func atMostOneArgument(c *cli.Context, what string) (string, error) {
	if c.NArg() > 1 {
		return "", inputErrorf("there are %d arguments, and one at most is wanted: %s", c.NArg(), what)
	}
	return c.Args().First(), nil
}

func clockTime(t time.Time) string { return prose.Moment(t) }
