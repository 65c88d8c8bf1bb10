package cli

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/internal/callback"
	"sendoff/internal/intake"
	"sendoff/internal/prose"
)

const importExitCodes = `EXIT CODES
   0  everything could be read
   1  unexpected error: a bug, or a disk that fails
   2  usage or input: nothing could be read
   3  some lines are no callbacks; the others were taken in
   7  interrupted; the same command takes in the rest
`

func receiptsImportCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "take in callbacks that a webhook of your own has kept",
		ArgsUsage: "[DIR] FILE…",
		Description: "Each FILE (-: standard input) holds callbacks as Sinch has sent them, or as a log has put them into body, payload, event or data: JSON on a line each,\n" +
			"pretty-printed or in arrays; gzip and zstd are unpacked. They go to the runs at or below DIR (default: here), which may be sending; what was taken in\n" +
			"before is not taken in twice. Lines that are no callbacks are named by their numbers.\n\n" + stopWordsHelp,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "run-dir", Usage: "take in what is about the run in `DIR` alone"},
			&cli.BoolFlag{Name: "json", Usage: "print the result as JSON"},
		}, intakeFlags()...),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + importExitCodes,
		Action:             s.importReceipts,
	}
}

// importing is one import.
type importing struct {
	store  *intake.Store
	events []callback.Event // that wait to be stored together
	read   int              // callbacks

	unread []unreadLine // the first of them
	lost   int          // how many there are
}

// unreadLine is a line that holds no callback.
type unreadLine struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// importBatch is how many callbacks are stored together: then a hundred thousand of them wait for the disk a hundred times.
const importBatch = 1000

// mostUnread is how many unreadable lines are named.
const mostUnread = 20

func (s *session) importReceipts(c *cli.Context) (err error) {
	dir, files, err := importArguments(c)
	if err != nil {
		return err
	}
	store, list, err := s.newIntake(c, dir, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if store.Runs() == 0 && c.IsSet("run-dir") {
		return inputErrorf("%s is not the folder of a run", dir)
	}
	i := &importing{store: store}
	ctx, release := untilSignal(c.Context)
	defer release()
	for _, path := range files {
		in, name := io.NopCloser(s.Stdin), "standard input"
		if path != "-" {
			if in, err = os.Open(path); err != nil {
				return inputErrorf("%v", err)
			}
			name = path
		}
		err := i.add(contextReader{ctx.Err, in}, name)
		_ = in.Close() // it was only read
		if ctx.Err() != nil {
			return &outcomeError{code: exitUnfinished, reason: "interrupted; what was read has been taken in, and the same command takes in the rest"}
		}
		var damaged *damagedFile
		if errors.As(err, &damaged) {
			i.lost++
			s.warn("%s cannot be read to its end: %v", name, damaged.err)
		} else if err != nil {
			return explainStops(err, list)
		}
	}
	return s.sayImported(i, c.Bool("json"))
}

// contextReader reads until somebody has given up.
type contextReader struct {
	given func() error
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.given(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// importArguments returns the folder of the runs and the files, all of which are there.
func importArguments(c *cli.Context) (dir string, files []string, err error) {
	dir, files = ".", c.Args().Slice()
	isFolder := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}
	if len(files) > 0 && isFolder(files[0]) {
		dir, files = files[0], files[1:]
		if c.IsSet("run-dir") {
			return "", nil, inputErrorf("--run-dir names a run, and %s is another folder", dir).hint("leave out one of them")
		}
	}
	if c.IsSet("run-dir") {
		dir = c.String("run-dir")
	}
	if len(files) == 0 {
		return "", nil, inputErrorf("FILE is missing").hint("%s [DIR] FILE…; - is standard input", c.Command.HelpName)
	}
	for _, path := range files {
		if path == "-" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return "", nil, inputErrorf("%v", err)
		}
		if isFolder(path) {
			return "", nil, inputErrorf("%s is a folder, and a file is wanted", path).hint("the folder of the runs stands before the files")
		}
	}
	return dir, files, nil
}

// damagedFile is that a file cannot be read to its end.
type damagedFile struct{ err error }

func (e *damagedFile) Error() string { return e.err.Error() }

// add takes in a file. An error of it is a [damagedFile]; any other is of storing.
func (i *importing) add(r io.Reader, name string) error {
	var storing error
	err := callback.ReadAll(r, func(e callback.Event) error {
		i.read++
		if i.events = append(i.events, e); len(i.events) == importBatch {
			storing = i.flush()
		}
		return storing
	}, func(line int) {
		i.lost++
		if len(i.unread) < mostUnread {
			i.unread = append(i.unread, unreadLine{name, line})
		}
	})
	if storing != nil {
		return storing
	}
	if storing = i.flush(); storing != nil {
		return storing
	}
	if err != nil {
		return &damagedFile{err}
	}
	return nil
}

func (i *importing) flush() error {
	err := i.store.Take(i.events...)
	i.events = i.events[:0]
	return err
}

// importResult is what the command prints for machines.
type importResult struct {
	Schema int `json:"schema"`
	intake.Counts
	Unreadable int          `json:"unreadable"`
	Lines      []unreadLine `json:"unreadable_lines"`
}

// sayImported prints what was taken in, and returns how the command ends.
func (s *session) sayImported(i *importing, asJSON bool) error {
	counts := i.store.Counts()
	if asJSON {
		if err := s.printJSON(importResult{1, counts, i.lost, append([]unreadLine{}, i.unread...)}); err != nil {
			return err
		}
	} else if i.read > 0 {
		s.printImported(counts)
		if counts.Foreign > 0 && counts.Receipts+counts.Known == 0 {
			s.warn("hint: none of the receipts belongs to a run here: those of other runs lie below another folder, and those of other programs do not have sendoff's label in their metadata")
		}
	}
	for _, line := range i.unread {
		s.warn("%s:%d: no callback of Sinch", line.File, line.Line)
	}
	if more := i.lost - len(i.unread); more > 0 && len(i.unread) == mostUnread {
		s.warn("… and %s more", prose.Thousands(more))
	}
	switch {
	case i.read == 0:
		return inputErrorf("there is no callback in what was given").hint("wanted are the bodies of Sinch's callbacks, as JSON; sendoff receipts import --help")
	case i.lost > 0:
		return &outcomeError{code: exitRejections, reason: prose.Counted(i.lost, "part is no callback", "parts are no callbacks") + "; the others were taken in"}
	}
	return nil
}

func (s *session) printImported(counts intake.Counts) {
	fmt.Fprintln(s.Stdout, counts.Words())
	dirs := slices.Sorted(maps.Keys(counts.Runs))
	for _, dir := range dirs {
		fmt.Fprintf(s.Stdout, "  %s: %s\n", dir, prose.Counted(counts.Runs[dir], "receipt", "receipts"))
	}
	for _, name := range slices.Sorted(maps.Keys(counts.Others)) {
		fmt.Fprintf(s.Stdout, "  %s: %s\n", strings.ReplaceAll(name, "_", " "), prose.Thousands(counts.Others[name]))
	}
	switch len(dirs) {
	case 0:
	case 1:
		s.say("next: sendoff report %s", quote(dirs[0]))
	default:
		s.say("next: sendoff report RUN, for each of them")
	}
}
