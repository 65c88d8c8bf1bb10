package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// The scripts ask the program itself what can follow, through the flag that urfave/cli answers.
const (
	bashCompletion = `_sendoff() {
	local cur="${COMP_WORDS[COMP_CWORD]}"
	local words
	words=$("${COMP_WORDS[@]:0:COMP_CWORD}" --generate-bash-completion 2>/dev/null)
	COMPREPLY=($(compgen -W "$words" -f -- "$cur"))
}
complete -o filenames -F _sendoff sendoff
`
	zshCompletion = `#compdef sendoff
_sendoff() {
	local -a words
	words=("${(@f)$(${words[@]:0:$CURRENT-1} --generate-bash-completion 2>/dev/null)}")
	_describe 'command' words
	_files
}
compdef _sendoff sendoff
`
)

// completeFlags prints the flags of a command, and the commands below it; the scripts add files.
func completeFlags(c *cli.Context) {
	for _, below := range c.Command.Subcommands {
		fmt.Fprintln(c.App.Writer, below.Name)
	}
	for _, f := range c.Command.Flags {
		fmt.Fprintf(c.App.Writer, "--%s\n", f.Names()[0])
	}
}

func completionCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Action: func(c *cli.Context) error {
			shell, err := oneArgument(c, "bash|zsh|fish")
			if err != nil {
				return err
			}
			script, err := completionScript(c.App, shell)
			if err != nil {
				return err
			}
			fmt.Fprint(s.Stdout, script)
			return nil
		},
	}
}

func completionScript(app *cli.App, shell string) (string, error) {
	switch shell {
	case "bash":
		return bashCompletion, nil
	case "zsh":
		return zshCompletion, nil
	case "fish":
		return app.ToFishCompletion()
	}
	return "", inputErrorf("no completion for %q; there is bash, zsh and fish", shell)
}
