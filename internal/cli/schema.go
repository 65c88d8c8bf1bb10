package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
)

func schemaCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of campaign files, for editors; or of what commands print with --json",
		Flags: []cli.Flag{&cli.StringFlag{Name: "of", Usage: "`WHAT` it is the schema of: campaign, " + strings.Join(outputNames(), ", "), Value: "campaign"}},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return inputErrorf("schema takes no argument").hint("sendoff schema --of %s", quote(c.Args().First()))
			}
			return s.schema(c.String("of"))
		},
	}
}

func (s *session) schema(of string) error {
	if of == "campaign" {
		_, err := s.Stdout.Write(campaign.Schema())
		return err
	}
	all := outputs()
	i := slices.IndexFunc(all, func(o output) bool { return o.name == of })
	if i < 0 {
		return inputErrorf("--of wants campaign, %s", strings.Join(outputNames(), ", "))
	}
	schema, err := all[i].schema(false)
	if err != nil {
		return err
	}
	return s.printJSON(schema)
}
