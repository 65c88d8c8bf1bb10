package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
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
			if takesValue(cmd, arg) {
				if i++; i == len(args) {
					return flags // which ends with a flag that lacks its value: urfave/cli would take what we put behind it for that
				}
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
	f := flagNamed(cmd.Flags, name)
	_, isBool := f.(*cli.BoolFlag)
	return f != nil && !isBool // of an unknown one urfave/cli says that it is
}

func flagNamed(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// flagInError finds the flag of which package flag speaks, with the dashes that people write.
var flagInError = regexp.MustCompile(`^(flag provided but not defined|flag needs an argument|invalid .* for(?: flag)?):? -([^:]*)`)

// describeFlagError says in our words what package flag says of the flags of a command; near are known ones that may have been meant.
func describeFlagError(flags []cli.Flag, err error) (text, near string) {
	found := flagInError.FindStringSubmatch(err.Error())
	if found == nil {
		return err.Error(), ""
	}
	name := found[2]
	switch flagNamed(flags, name).(type) {
	case nil:
		var known []string
		for _, f := range flags {
			for _, k := range f.Names() {
				known = append(known, dashed(k))
			}
		}
		return "there is no flag " + dashed(name), campaign.Nearest(dashed(name), known)
	case *cli.BoolFlag:
		return dashed(name) + " takes no value", ""
	case *cli.IntFlag, *cli.Uint64Flag:
		return dashed(name) + " wants a number", ""
	case *cli.DurationFlag:
		return dashed(name) + " wants a time such as 30s, 10m or 3h", ""
	default:
		return dashed(name) + " wants a value", ""
	}
}

// dashed is a flag as it is written.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
