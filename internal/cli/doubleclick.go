package cli

import (
	"bufio"
	"fmt"
)

// explainDoubleClick is for people who start the program from their file manager: its window would close before they can read.
func (s *session) explainDoubleClick(args []string) int {
	err := newApp(s).Run(args)
	fmt.Fprintln(s.Stdout, "\nsendoff is used from a terminal: open PowerShell or the command prompt in this folder and type")
	fmt.Fprintln(s.Stdout, "    .\\sendoff run --sandbox CAMPAIGN")
	fmt.Fprint(s.Stdout, "\nPress Enter to close this window. ")
	_, _ = bufio.NewReader(s.Stdin).ReadString('\n') // whatever is typed, the window may close
	return exitCode(err)
}
