package cli

import (
	"path/filepath"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/runstore"
	"sendoff/internal/table"
)

// The encoding of a few names cannot be guessed: a run knows in which it has written them.
func TestOwnListIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in-doubt.csv")
	writeFile(t, path, string(table.Encoder("Windows-1250")([]byte("Imię;Telefon;line;reason\nŁóść;+447700900003;5;timed out\n"))))
	columns := campaign.Columns{Header: []string{"Imię", "Telefon"}, Phone: 1, ID: -1, Language: -1, Country: -1, TimeZone: -1}
	if list, err := audience.OpenPart(path, table.Options{}, columns); err == nil {
		_ = list.Close()
		t.Fatal("it can be guessed, so this proves nothing")
	}
	list, err := openPart(path, runstore.Meta{Columns: columns, Dialect: runstore.Dialect{Delimiter: ";", Encoding: "Windows-1250"}})
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	if got := list.Columns().Header[0]; got != "Imię" {
		t.Errorf("it is read as %q", got)
	}
}
