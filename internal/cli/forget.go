package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/consents"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// forgetExitCodes are those of erasing, which sends nothing.
const forgetExitCodes = `EXIT CODES
   0  everything that was meant is erased, or was not there
   1  unexpected error: a bug, or a disk that fails
   2  usage or input, it was not confirmed, or a run may not be erased from
   8  the ledger or the frozen audience of a run cannot be trusted
  11  another process holds a run
      Of several runs, those that can be erased from are; then the first of 1, 11, 2, 8, 0
`

func forgetCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "forget",
		Usage:     "erase a person from all runs, or the people's data of old runs; what became of how many stays",
		ArgsUsage: "[WHO] [DIR] | RUN",
		Description: "WHO is a phone number, or an id with its channel, such as MESSENGER:1234567890; without it you are asked, and - reads one a line from\n" +
			"standard input. The person is erased from every run at or below DIR (default: here): every row with the address, and every row with another\n" +
			"that stands in one row with it in any of these runs. It goes no further than that one step, since people can share an address. A run that\n" +
			"goes on goes on without them. An argument that is a run's folder, a campaign or its folder is a RUN: the data of all its\n" +
			"people is erased.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "file", Usage: "forget everybody in `FILE`: numbers alone, one a line, or a table with a column phone, id or messenger, line and so on"},
			&cli.StringFlag{Name: "id", Usage: "forget the person with your own `ID`, and whoever has an address that stands in one row with it"},
			&cli.StringFlag{Name: "country", Usage: "`CODE` of the country in which numbers are read", DefaultText: "that of each run's campaign"},
			&cli.StringFlag{Name: "older-than", Usage: "erase the people's data of all runs that ended longer than `AGE` ago, such as 90d"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask before everybody's data is erased"},
		}, whichRun()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + forgetExitCodes,
		Action:             s.forget,
	}
}

// forget finds out what is to be erased.
func (s *session) forget(c *cli.Context) error {
	args, flags := c.Args().Slice(), 0
	for _, name := range []string{"file", "id", "older-than"} {
		if c.IsSet(name) {
			flags++
		}
	}
	who := ""
	if flags == 0 && len(args) > 0 {
		switch kind := kindOf(args[0]); {
		case kind == aRun && len(args) > 1:
			return inputErrorf("%s is a run or a campaign, whose people are all erased, so nothing can follow it", args[0]).
				hint("to forget one person in it: sendoff forget WHO %s", quote(args[0]))
		case kind == aRun:
			dir, err := s.findRun(args[0], readPlace(c))
			if err != nil {
				return err
			}
			return s.forgetRun(c.Context, dir, c.Bool("yes"))
		case kind == aPerson:
			who, args = args[0], args[1:]
		}
	}
	dir := "."
	switch {
	case flags > 1:
		return inputErrorf("only one of --file, --id and --older-than says what to forget")
	case len(args) > 1:
		return inputErrorf("there are %d folders, and one is wanted", len(args))
	case len(args) == 1:
		dir = args[0]
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return inputErrorf("that is not a folder").hint("sendoff forget WHO [DIR]; a number with spaces stands in quotes")
	}
	if c.IsSet("older-than") {
		age, err := campaign.ParseKeep(c.String("older-than"))
		if err != nil {
			return inputErrorf("--older-than %v", err)
		}
		return s.forgetOlder(c.Context, dir, age, c.Bool("yes"))
	}
	p, err := s.readPersons(c, who)
	if err != nil {
		return err
	}
	return s.forgetPeople(p, dir)
}

// argument is what the first argument can be.
type argument int

const (
	aPerson argument = iota
	aRun
	aFolder
)

// kindOf tells what an argument is. Whatever is not there is a person.
func kindOf(arg string) argument {
	switch {
	case !fileExists(arg):
		return aPerson
	case isPlainFolder(arg):
		return aFolder
	}
	return aRun
}

// readPersons reads who is meant, from wherever that is said.
func (s *session) readPersons(c *cli.Context, who string) (*persons, error) {
	p, err := newPersons(c.String("country"))
	switch {
	case err != nil:
		return nil, err
	case c.IsSet("id"):
		p.ids[strings.TrimSpace(c.String("id"))] = true
	case c.IsSet("file"):
		err = p.addFile(c.String("file"))
	case who == "-":
		err = p.addLines(s.Stdin)
	case who != "":
		if err = p.addText(who, "there is no file or folder of that name, and it"); err == nil {
			s.warn("warning: this address is now in your shell's history")
		}
	case !isTerminal(s.Stdin):
		return nil, inputErrorf("WHO is missing").hint("sendoff forget - reads phone numbers from standard input; --id and --file are other ways")
	default:
		if who, err = s.ask(c.Context, "Phone number: "); err == nil {
			err = p.addText(strings.TrimSpace(who), "that")
		}
	}
	delete(p.ids, "")
	if err == nil && len(p.numbers)+len(p.others)+len(p.ids) == 0 {
		err = inputErrorf("nobody is named")
	}
	return p, err
}

// forgetting is what forget does to many runs, one after the other.
type forgetting struct {
	*session
	now   time.Time
	done  int      // runs of which something was erased
	code  int      // the gravest of what kept others from it
	files []string // of the user's own, in which people may still stand
	sent  bool     // somebody who was erased has a message, or may have
}

// failed says why a run stays as it is, and goes on.
func (f *forgetting) failed(dir string, err error) {
	f.warn("%s: %v", dir, err)
	var input *inputError
	gone := errors.Is(err, os.ErrNotExist)
	switch {
	case errors.Is(err, ledger.ErrLocked):
		f.warn("    hint: wait until it has ended, or stop it, and forget again")
	case errors.Is(err, ledger.ErrCopied):
		f.warn("    hint: if nobody needs this copy, delete it; else make it the run itself, and forget again: sendoff run CAMPAIGN --run-dir %s --adopt", quote(dir))
	case errors.Is(err, ledger.ErrRolledBack):
		f.warn("    hint: to have Sinch asked for what is missing: sendoff reconcile %s", quote(dir))
	case gone, errors.Is(err, runstore.ErrSnapshot):
		f.warn("    hint: nobody can be looked for in it; to erase all that is left of its people: sendoff forget %s", quote(dir))
	case errors.As(err, &input):
		for _, h := range input.hints {
			f.warn("    hint: %s", h)
		}
	}
	code := exitCode(err)
	if gone || errors.Is(err, os.ErrPermission) {
		code = exitInput
	}
	f.code = graver(f.code, code)
}

// optOutCopies erases the copies of Sinch's opt-out list at or below dir; where before is not zero, those that are not younger. They can be read again.
func (f *forgetting) optOutCopies(dir string, before time.Time) {
	folders, err := consents.Erase(dir, runstore.RunsFolder, before)
	for _, folder := range folders {
		fmt.Fprintf(f.Stdout, "%s: the copy of %s is erased; the next start reads it again\n", folder, suppress.SinchName)
	}
	if err != nil {
		f.failed(dir, err)
	}
}

// result is the command's, once everything that could be done is.
func (f *forgetting) result() error {
	if f.code == exitOK {
		return nil
	}
	return &outcomeError{code: f.code, reason: "some runs stay as they are", said: true}
}
