package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/prose"
	"sendoff/internal/scaffold"
	"sendoff/internal/table"
)

func initCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "write the files of a new campaign; on a terminal it asks for what no flag says",
		Description: "It writes campaign.yaml, in which every line is explained, optouts.csv and seeds.csv into DIR (this folder where it is left out),\n" +
			"and where there is no audience yet an audience.csv of three people who do not exist. The campaign can be checked and rehearsed as it\n" +
			"is. Nothing that is there is written over. Of the audience it reads the header and how many rows there are; the file stays where it is.",
		ArgsUsage: "[DIR]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the campaign", DefaultText: "that of the folder"},
			&cli.StringFlag{Name: "kind", Usage: "`KIND` of message: " + strings.Join(kindNames(), ", "), Value: string(scaffold.Text)},
			&cli.StringFlag{Name: "type", Usage: "`TYPE` of message: marketing, an offer, or notification, a service message", DefaultText: "marketing"},
			&cli.StringFlag{Name: "audience", Usage: "`FILE` with the recipients: CSV, a workbook or JSON lines", DefaultText: "three people who do not exist"},
			&cli.StringFlag{Name: "channels", Usage: "`CHANNELS` to try, the best first, with commas between them, such as RCS,SMS", DefaultText: "what suits the kind"},
			&cli.StringFlag{Name: "sender", Usage: "`SENDER` of an SMS: a number of yours, or a name", DefaultText: "the app's own"},
			&cli.StringFlag{Name: "text", Usage: "`TEXT` of the message; of other kinds its main text, address, name or id", DefaultText: "an example"},
			&cli.StringFlag{Name: "from", Usage: "`FILE` with the JSON body of a messages:send request, of the Batch API, or a message alone, in the place of kind and text; - for standard input"},
			&cli.StringFlag{Name: "template", Usage: "`ID` of a template made at Sinch, which is asked for its languages and variables, in the place of kind and text"},
			profileFlag(),
			&cli.StringFlag{Name: "time-zone", Usage: "`ZONE` by whose clock your firm lives, such as Europe/London", DefaultText: "this machine's"},
			&cli.StringFlag{Name: "country", Usage: "`COUNTRY` of numbers without + and calling code, such as GB"},
			&cli.StringSliceFlag{Name: "column", Usage: "`ROLE=NAME` of a column of the audience, such as phone=Mobilnr; may be repeated"},
			&cli.StringSliceFlag{Name: "param", Usage: "`NAME=COLUMN` where a placeholder ${NAME} is to stand for a column of another name; may be repeated"},
			&cli.StringFlag{Name: "sheet", Usage: "`SHEET` of a workbook"},
			&cli.StringFlag{Name: "hidden-rows", Usage: "`WHAT` becomes of hidden rows of a workbook: skip or include"},
			&cli.StringFlag{Name: "encoding", Usage: "`ENCODING` of the audience's file", DefaultText: "what the file shows"},
			&cli.StringFlag{Name: "delimiter", Usage: "`DELIMITER` between its cells: comma, semicolon, tab or bar", DefaultText: "what the file shows"},
		},
		Action: func(c *cli.Context) error {
			dir, err := atMostOneArgument(c, "DIR")
			if err != nil {
				return err
			}
			ctx, release := untilSignal(c.Context)
			defer release()
			b := &beginning{session: s, flags: c, dir: filepath.Clean(dir), isAsking: isTerminal(s.Stdin) && isTerminal(s.Stderr)}
			if err = b.begin(ctx); errors.Is(err, context.Canceled) {
				return &outcomeError{code: exitUnfinished, reason: "stopped; nothing was written"}
			}
			return err
		},
	}
}

// beginning is a campaign that is about to be written.
type beginning struct {
	*session
	flags    *cli.Context
	dir      string
	isAsking bool // there is somebody who can be asked
	answers  scaffold.Answers
	file     string // the audience as seen from the current folder; empty: there is none
	header   []string
}

// begin gathers the answers and writes the files. Until all answers are good nothing is written.
func (b *beginning) begin(ctx context.Context) error {
	if info, err := os.Stat(b.dir); err == nil && !info.IsDir() {
		return inputErrorf("%s is a file, and a folder is wanted", b.dir)
	}
	if err := explainExist(scaffold.Look(b.dir)); err != nil {
		return err
	}
	if err := b.readFlags(); err != nil {
		return err
	}
	if err := b.readMessage(ctx); err != nil {
		return err
	}
	if b.isAsking {
		where := b.dir
		if where == "." {
			where = "this folder"
		}
		b.say("A new campaign in %s. Enter takes what stands in [brackets]; Ctrl-C leaves, and nothing is written.\n", where)
	}
	if err := b.gather(ctx); err != nil {
		return err
	}
	files, err := b.answers.Files()
	if err != nil {
		return refuseAnswers(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := scaffold.Write(b.dir, files); err != nil {
		return explainWrite(err)
	}
	if b.isAsking {
		b.say("")
	}
	for _, f := range files {
		fmt.Fprintf(b.Stdout, "%-14s %s\n", f.Name, f.About)
	}
	b.say("next: sendoff check %s", quote(b.dir))
	return nil
}

// readFlags reads the flags for which there is no question.
func (b *beginning) readFlags() error {
	a := &b.answers
	a.Kind = scaffold.Kind(b.flags.String("kind"))
	if !slices.Contains(scaffold.Kinds[:], a.Kind) {
		return inputErrorf("--kind wants one of %s", strings.Join(kindNames(), ", "))
	}
	a.TimeZone = b.flags.String("time-zone")
	if _, err := time.LoadLocation(a.TimeZone); err != nil || a.TimeZone == "Local" {
		return inputErrorf("--time-zone: no time zone has this name").hint("such as Europe/London or America/New_York")
	}
	if a.TimeZone == "" {
		a.TimeZone = b.localZone()
	}
	a.Audience.Country = strings.ToUpper(b.flags.String("country"))
	a.Audience.Encoding, a.Audience.Delimiter = b.flags.String("encoding"), b.flags.String("delimiter")
	a.Audience.Sheet, a.Audience.HiddenRows = b.flags.String("sheet"), b.flags.String("hidden-rows")
	if hidden := a.Audience.HiddenRows; b.flags.IsSet("hidden-rows") && hidden != table.SkipHidden && hidden != table.IncludeHidden {
		return inputErrorf("--hidden-rows wants %s or %s", table.SkipHidden, table.IncludeHidden)
	}
	for _, p := range b.flags.StringSlice("param") {
		name, column, isPair := strings.Cut(p, "=")
		if !isPair {
			return inputErrorf("--param wants NAME=COLUMN")
		}
		a.Params = append(a.Params, scaffold.Param{Name: name, Column: column})
	}
	if a.Profile = b.flags.String("profile"); a.Profile != "" {
		if _, err := b.findProfile(a.Profile); err != nil {
			return err
		}
	}
	return nil
}

// readMessage reads the message where that is given otherwise than by kind and text.
func (b *beginning) readMessage(ctx context.Context) error {
	given := ""
	for _, flag := range []string{"from", "template"} {
		switch {
		case !b.flags.IsSet(flag):
		case given != "":
			return inputErrorf("--%s and --%s both say what the message is", given, flag).hint("leave one of them out")
		case b.flags.IsSet("kind") || b.flags.IsSet("text"):
			return inputErrorf("--%s has the message, so --kind and --text have no place", flag)
		default:
			given = flag
		}
	}
	switch given {
	case "from":
		return b.readRequest(b.flags.String("from"))
	case "template":
		return b.readTemplate(ctx, b.flags.String("template"))
	}
	return nil
}

func kindNames() []string {
	names := make([]string, len(scaffold.Kinds))
	for i, k := range scaffold.Kinds {
		names[i] = string(k)
	}
	return names
}

// mostRequest is how long a request may be, in bytes, as a campaign file may.
const mostRequest = 1 << 20

// readRequest reads the body of a request, and says what of it is left out.
func (b *beginning) readRequest(path string) error {
	from, name := b.Stdin, "standard input"
	if path != campaign.StandardInput {
		f, err := os.Open(path)
		if err != nil {
			return inputErrorf("--from: %v", err)
		}
		defer func() { _ = f.Close() }() // nothing was written to it
		from, name = f, path
	}
	data, err := io.ReadAll(io.LimitReader(from, mostRequest+1))
	switch {
	case err != nil:
		return inputErrorf("%s cannot be read: %v", name, err)
	case len(data) > mostRequest:
		return inputErrorf("%s is larger than 1 MiB", name)
	}
	r, err := scaffold.ReadRequest(data)
	if err != nil {
		return inputErrorf("%s: %v. Nothing was written", name, err)
	}
	for _, dropped := range r.Dropped {
		b.say("%s: %s", name, dropped)
	}
	b.answers.Request = r
	return nil
}

// localZone returns the name of this machine's time zone, where it has one that can be found.
func (b *beginning) localZone() string {
	name := b.Getenv("TZ")
	if target, err := os.Readlink("/etc/localtime"); name == "" && err == nil {
		_, name, _ = strings.Cut(filepath.ToSlash(target), "zoneinfo/")
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return ""
	}
	return name
}

// refuseAnswers leaves out where a problem would stand in a file that is not written.
func refuseAnswers(err error) error {
	var problems campaign.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		return err
	}
	e := inputErrorf("%s. Nothing was written", problems[0].Message)
	if problems[0].Hint != "" {
		e.hint("%s", problems[0].Hint)
	}
	for _, p := range problems[1:min(len(problems), 20)] {
		e.hint("also: %s", p.Message)
	}
	return e
}

func explainExist(err error) error {
	var exist *scaffold.ExistError
	if !errors.As(err, &exist) {
		return err
	}
	return inputErrorf("%v. Nothing was written", err).hint("nothing is written over: name another folder, sendoff init DIR")
}

// explainWrite puts what keeps files from being written into words: the folder is none, or takes nothing.
func explainWrite(err error) error {
	var exist *scaffold.ExistError
	if errors.As(err, &exist) || durable.IsFull(err) {
		return explainExist(err)
	}
	return inputErrorf("%s. Nothing was written", prose.Printable(err.Error()))
}
