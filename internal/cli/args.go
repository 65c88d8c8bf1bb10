package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// reorder puts the flags of a command before its arguments, since urfave/cli stops reading flags at the first argument: run
// campaign.yaml --dry-run would send. args are those of the program, its name first. What follows "--" is left as it is.
func reorder(app *cli.App, args []string) []string {
	at, cmd := findCommand(app, args)
	if cmd == nil || args[len(args)-1] == completionFlag {
		return args
	}
	flags, rest := slices.Clone(args[:at]), []string{}
	for i := at; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if takesValue(cmd, arg) && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
		}
	}
	if len(rest) == 0 || slices.Contains(flags, "--help") || slices.Contains(flags, "-h") {
		return flags // help for a command would take an argument for the name of another
	}
	return append(append(flags, "--"), rest...)
}

// completionFlag is how completion scripts ask what can follow; urfave/cli wants it last.
const completionFlag = "--generate-bash-completion"

// findCommand returns the command that args name, the one below another where there is one, and where its own arguments begin.
func findCommand(app *cli.App, args []string) (at int, found *cli.Command) {
	commands := app.Commands
	for i := 1; i < len(args); i++ {
		if strings.HasPrefix(args[i], "-") {
			continue
		}
		named := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[i]) })
		if named < 0 {
			break
		}
		at, found = i+1, commands[named]
		commands = found.Subcommands
	}
	return at, found
}

// takesValue reports whether the next argument is the value of the flag in arg.
func takesValue(cmd *cli.Command, arg string) bool {
	name := strings.TrimLeft(arg, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range cmd.Flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false // unknown: urfave/cli says so
}
