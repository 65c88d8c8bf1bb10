package cli

import (
	"github.com/urfave/cli/v2"

	"sendoff/campaign"
)

func schemaCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of campaign files, for editors",
		Action: func(*cli.Context) error {
			_, err := s.Stdout.Write(campaign.Schema())
			return err
		},
	}
}
