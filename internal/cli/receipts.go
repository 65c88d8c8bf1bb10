package cli

import (
	"errors"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"sendoff/internal/intake"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
	"sendoff/internal/stops"
)

func receiptsCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "receipts",
		Usage: "take in what Sinch tells of messages that it has accepted, and who wants no more of them",
		Description: "A receipt goes to the run that its message belongs to, which may be sending; sendoff report then says how many were delivered, read or failed.\n" +
			"People who opt out are put onto a suppression list, optouts.csv.",
		ArgsUsage: "listen|import|fetch",
		Action:    noCommand,
		Subcommands: []*cli.Command{
			receiptsListenCommand(s),
			receiptsImportCommand(s),
			receiptsFetchCommand(s),
		},
	}
}

// intakeFlags are those of whatever takes callbacks in.
func intakeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "optouts", Usage: "add people who want no more messages to `FILE`", DefaultText: "optouts.csv in DIR"},
		&cli.StringSliceFlag{Name: "stop-word", Usage: "`WORD` that people write who want no more messages, beside STOP and the like; may be repeated"},
	}
}

// stopWordsHelp says who is put onto the list.
const stopWordsHelp = `Somebody opts out where Sinch says so (OPT_OUT), or by a text that is nothing but a stop word: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, OPT OUT,
REVOKE, DETENER, SALIR, PARAR, ARRET, STOPP, AFMELDEN and the like, and those of --stop-word. They are added to optouts.csv in DIR (--optouts FILE) with
phone, or identity and channel, date and why; a list of your own that is there is gone on with as it is written. An opt-in shortens no list.`

// maxStopWord is how many characters a stop word may have.
const maxStopWord = 50

// newIntake returns what takes in the callbacks of the runs at or below dir. The caller closes it.
func (s *session) newIntake(c *cli.Context, dir string, once bool) (*intake.Store, string, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, "", inputErrorf("%s is not a folder", dir)
	}
	for _, word := range c.StringSlice("stop-word") {
		if utf8.RuneCountInString(word) > maxStopWord || !stops.IsWord(word) {
			return nil, "", inputErrorf("--stop-word wants a word of 1 to %d characters, letters or digits among them", maxStopWord)
		}
	}
	path := c.String("optouts")
	if path == "" {
		path = filepath.Join(aboveRun(dir), stops.FileName)
	}
	list, err := stops.Open(path)
	if err != nil {
		return nil, "", explainStops(err, path)
	}
	store, err := intake.New(intake.Options{Dir: dir, Stops: list, Words: stops.NewWords(c.StringSlice("stop-word")...), Once: once})
	if err != nil {
		s.warn("warning: not all folders can be looked into for runs: %v", err)
	}
	if once && store.Runs() == 0 {
		s.warn("note: there is no run at or below %s", dir)
	}
	return store, path, nil
}

// aboveRun is dir, or, where that is the folder of a run, the campaign's: a list does not belong among the files of a run.
func aboveRun(dir string) string {
	abs, err := filepath.Abs(dir)
	if found, _ := runs.Find(dir); err != nil || len(found) == 0 || filepath.Clean(found[0]) != filepath.Clean(dir) {
		return dir
	}
	if campaign := runstore.CampaignDir(abs); campaign != "" {
		return campaign
	}
	return filepath.Dir(abs)
}

// explainStops says what to do where the list of people who have opted out cannot be used.
func explainStops(err error, path string) error {
	switch {
	case errors.Is(err, stops.ErrNoColumn):
		return inputErrorf("%v", err).hint("name a file that sendoff makes itself: --optouts FILE; and under suppress in the campaigns")
	case errors.Is(err, os.ErrPermission):
		return inputErrorf("the list of people who have opted out cannot be used: %v", err).hint("--optouts FILE names another than %s", path)
	}
	return err
}
