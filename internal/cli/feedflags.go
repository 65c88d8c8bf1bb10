package cli

import (
	"path/filepath"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
)

// feedFlags say of the audience's file what the campaign does not, or says otherwise.
type feedFlags struct {
	audience   string // as seen from the current folder
	encoding   string
	delimiter  string
	maxBadRows string
}

func feedFlagList() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "audience", Usage: "`FILE` with the recipients, or - for standard input", DefaultText: "the campaign's"},
		&cli.StringFlag{Name: "encoding", Usage: "`ENCODING` of the audience's file, such as utf-8 or windows-1252", DefaultText: "the campaign's, else what the file shows"},
		&cli.StringFlag{Name: "delimiter", Usage: "`DELIMITER` between its cells: comma, semicolon, tab or bar", DefaultText: "the campaign's, else what the file shows"},
		&cli.StringFlag{Name: "max-bad-rows", Usage: "how many rows may be unusable before nothing is sent at all: `SHARE` such as 5%, or a number", DefaultText: "the campaign's, else 5%"},
	}
}

func readFeedFlags(c *cli.Context) (feedFlags, error) {
	f := feedFlags{audience: c.String("audience"), encoding: c.String("encoding"), delimiter: c.String("delimiter"), maxBadRows: c.String("max-bad-rows")}
	if c.IsSet("audience") && f.audience == "" {
		return f, inputErrorf("--audience wants a file, or - for standard input")
	}
	if f.delimiter != "" {
		if _, err := f.char(); err != nil {
			return f, inputErrorf("--delimiter %v", err)
		}
	}
	if f.maxBadRows != "" {
		if _, err := campaign.ParseShare(f.maxBadRows); err != nil {
			return f, inputErrorf("--max-bad-rows %v", err)
		}
	}
	return f, nil
}

// char is the delimiter itself. Shells have no simple way to write a tab, so \t is one too.
func (f feedFlags) char() (rune, error) {
	if f.delimiter == `\t` {
		return '\t', nil
	}
	return campaign.ParseDelimiter(f.delimiter)
}

// apply has a campaign say what the flags say.
func (f feedFlags) apply(c *campaign.Campaign) error {
	if c.Audience.Run != "" && f != (feedFlags{maxBadRows: f.maxBadRows}) {
		return inputErrorf("--audience, --encoding and --delimiter are about a file, and the audience of this campaign is the people of a run")
	}
	if f.audience != "" {
		c.Audience.File = f.fileFrom(c.Dir())
	}
	if f.encoding != "" {
		c.Audience.Encoding = f.encoding
	}
	if f.delimiter != "" {
		c.Audience.Delimiter, _ = f.char() // readFeedFlags has tried
	}
	if f.maxBadRows != "" {
		c.Audience.MaxBadRows, _ = campaign.ParseShare(f.maxBadRows) // readFeedFlags has tried
	}
	return nil
}

// fileFrom is the audience's file as a campaign in a folder would write it: absolute where it is not below that folder, so that it is still
// found when the current folder is another one.
func (f feedFlags) fileFrom(folder string) string {
	if f.audience == campaign.StandardInput {
		return f.audience
	}
	path, err := filepath.Abs(f.audience)
	if err != nil {
		return f.audience
	}
	if folder, err = filepath.Abs(folder); err == nil {
		if short, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return path
}

// arguments are the flags as they were given.
func (f feedFlags) arguments() string {
	args := ""
	for _, flag := range [][2]string{
		{"audience", f.audience}, {"encoding", f.encoding}, {"delimiter", f.delimiter}, {"max-bad-rows", f.maxBadRows},
	} {
		if flag[1] != "" {
			args += " --" + flag[0] + " " + quote(flag[1])
		}
	}
	return args
}
