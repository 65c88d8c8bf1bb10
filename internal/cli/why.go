package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"sendoff/internal/prose"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// whyExitCodes are those of asking, which changes nothing.
const whyExitCodes = `EXIT CODES
   0  here is what became of them, or they are in none of these runs
   1  unexpected error: a bug, or a disk that fails
   2  usage or input; or they were not found, and the people's data of a run is erased
   8  they were not found, and a run cannot be trusted
  11  they were not found, and another process that does not answer holds a run
      Of several runs that were not looked at, the first of 1, 11, 2, 8. Where something was found, they are named, and it is 0
`

func whyCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "why",
		Usage:     "one person's story over all runs: what they got and when, or why not",
		ArgsUsage: "[DIR|RUN…] [WHO]",
		Description: "WHO is a phone number as anybody writes it, an id of your own, an id with its channel, such as MESSENGER:1234567890, or of one RUN\n" +
			"the line of its file, as line:212; without it you are asked, so that no number stands in your shell's history, and - reads it from standard\n" +
			"input. All runs at or below a DIR (default: here) are looked at, the newest first, those that send now too. What is printed is this\n" +
			"person's data.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "id", Usage: "the person with your own `ID`, where that looks like a number"},
			&cli.StringFlag{Name: "file", Usage: "everybody in `FILE`, a table with a column phone, id or messenger, line and so on"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, DefaultText: "CSV on standard output",
				Usage: "with --file: write its columns and the answers to `FILE`, a workbook where that ends in .xlsx, else CSV"},
			&cli.StringFlag{Name: "country", Usage: "`CODE` of the country in which numbers are read", DefaultText: "that of each run's campaign"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "all there is to know: the line of the file, every receipt, lists that were asked, cost"},
			&cli.BoolFlag{Name: "full", Usage: "whole numbers and ids, not masked ones"},
			&cli.BoolFlag{Name: "sandbox", Usage: "rehearsals too"},
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON"},
		},
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + whyExitCodes,
		Action:             s.why,
	}
}

func (s *session) why(c *cli.Context) error {
	if c.IsSet("output") && !c.IsSet("file") {
		return inputErrorf("--output is for the answers to --file").hint("what is printed can be sent to a file by the shell")
	}
	q := newInquiry(s, c.Bool("full"), c.Bool("sandbox"))
	who, err := q.readPlaces(c)
	if err != nil {
		return err
	}
	if c.IsSet("file") {
		return q.answerFile(c, who)
	}
	if err := q.readWho(c, who); err != nil {
		return err
	}
	if err := q.lookEverywhere(c.Context); err != nil {
		return err
	}
	if c.Bool("json") {
		if err := s.printJSON(q.answer()); err != nil {
			return err
		}
		return q.result()
	}
	q.print(c.Bool("verbose"))
	return q.result()
}

// readPlaces finds the runs that the arguments mean, and returns the argument that names no place: that is the person.
func (q *inquiry) readPlaces(c *cli.Context) (who string, err error) {
	var places []string
	for _, arg := range c.Args().Slice() {
		switch {
		case arg != "-" && fileExists(arg):
			places = append(places, arg)
		case who != "":
			return "", inputErrorf("two arguments are neither a folder nor a run nor a campaign, and one person is wanted").
				hint("a number with spaces stands in quotes; --file FILE asks about many")
		default:
			who = arg
		}
	}
	if len(places) == 0 {
		places = []string{"."}
	}
	for _, p := range places {
		if err := q.addPlace(p); err != nil {
			return "", err
		}
	}
	return who, nil
}

// addPlace adds the runs at or below a folder, or that of a campaign; with their retries, and what went to their seeds.
func (q *inquiry) addPlace(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return inputErrorf("%v", err)
	}
	named := isRun(path)
	if !info.IsDir() {
		if path, err = q.findRun(path, place{sandbox: q.rehearsals}); err != nil {
			return err
		}
		named = true
	}
	dirs, err := runs.Find(path)
	if err != nil && len(dirs) == 0 {
		return inputErrorf("%v", err)
	} else if err != nil {
		q.warn("warning: not every folder could be looked into: %v", err)
	}
	for _, dir := range dirs {
		if q.known[filepath.Clean(dir)] {
			continue
		}
		q.known[filepath.Clean(dir)] = true
		q.places = append(q.places, whyPlace{dir, named})
		for _, seeds := range runstore.SeedDirs(dir) {
			q.places = append(q.places, whyPlace{seeds, named})
		}
	}
	return nil
}

// readWho reads who is meant, from wherever that is said.
func (q *inquiry) readWho(c *cli.Context, who string) error {
	p, err := newPersons(c.String("country"))
	if err != nil {
		return err
	}
	q.who = []*persons{p}
	id := strings.TrimSpace(c.String("id"))
	switch {
	case id != "" && who != "":
		return inputErrorf("both --id and an argument say who is meant")
	case id != "":
		p.ids[id] = true
		return nil
	case who == "-":
		if who, err = onlyLine(bufio.NewScanner(q.Stdin)); err != nil {
			return err
		}
		return q.addWho(who, "what stands in standard input")
	case who != "":
		if err := q.addWho(who, "there is no file or folder of that name, and it"); err != nil {
			return err
		}
		if len(p.numbers)+len(p.others) > 0 {
			q.warn("warning: this number is now in your shell's history")
		}
		return nil
	case !isTerminal(q.Stdin):
		return inputErrorf("WHO is missing").hint("sendoff why - reads a number from standard input; --id and --file are other ways")
	}
	if who, err = q.ask(c.Context, "Phone number, or your own id: "); err != nil {
		return err
	}
	return q.addWho(strings.TrimSpace(who), "that")
}

// onlyLine returns the one line of a text that holds something.
func onlyLine(lines *bufio.Scanner) (found string, err error) {
	for lines.Scan() {
		switch text := strings.TrimSpace(lines.Text()); {
		case text == "":
		case found != "":
			return "", inputErrorf("standard input has more than one line, and one person is wanted").hint("--file FILE asks about many")
		default:
			found = text
		}
	}
	return found, lines.Err()
}

var lineName = regexp.MustCompile(`^(?i:line):([1-9][0-9]{0,8})$`)

// leastDigits is how many digits a text has that is taken for a phone number. One with fewer is an id.
const leastDigits = 7

// addWho takes what names a person; where says where it stands. No error holds it.
func (q *inquiry) addWho(text, where string) error {
	p := q.who[0]
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	line := lineName.FindStringSubmatch(text)
	switch {
	case text == "":
		return inputErrorf("nobody is named")
	case line != nil:
		q.line, _ = strconv.Atoi(line[1]) // nine digits at most
		if n := q.roots(); n != 1 {
			return inputErrorf("line:%d names a row of one run, and there are %s here", q.line, prose.Counted(n, "run", "runs")).hint("sendoff why RUN line:%d", q.line)
		}
		return nil
	case !strings.Contains(text, ":") && (digits < leastDigits || beginsWithLetter(text)):
		p.ids[text] = true
		return nil
	}
	err := p.addText(text, where)
	if input, isInput := err.(*inputError); isInput {
		return input.hint("if it is an id of your own: sendoff why --id ID")
	}
	return err
}

// beginsWithLetter reports whether a text begins with a letter: no phone number does.
func beginsWithLetter(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(first)
}

// lookEverywhere asks all runs.
func (q *inquiry) lookEverywhere(ctx context.Context) error {
	defer q.sayIfLong(fmt.Sprintf("looking through %s", prose.Counted(q.roots(), "run", "runs")))()
	for _, place := range q.places {
		if err := ctx.Err(); err != nil {
			return err
		}
		q.look(ctx, place)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	q.sort()
	return nil
}
