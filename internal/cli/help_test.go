package cli

import (
	"strings"
	"testing"
)

func TestHelpFitsTheScreen(t *testing.T) {
	const help = "OPTIONS:\n" +
		"   It goes on with one that is unfinished, and else chooses from all of them, whoever has made them and whatever it was that they were made for in\n" +
		"   those days.\n" +
		"   And this is a paragraph of its own.\n\n" +
		"   --limit N   begin at most N recipients now; run again for the rest\n" +
		"   --yes       do not ask\n"
	const want = `OPTIONS:
   It goes on with one that is unfinished, and
   else chooses from all of them, whoever has made
   them and whatever it was that they were made
   for in those days.
   And this is a paragraph of its own.

   --limit N   begin at most N recipients now; run
               again for the rest
   --yes       do not ask
end`
	var got strings.Builder
	w := &helpWriter{out: &got, width: 50}
	for _, piece := range strings.SplitAfter(help+"end", "e") {
		if _, err := w.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	if got.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}
