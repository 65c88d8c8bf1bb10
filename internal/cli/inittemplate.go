package cli

import (
	"context"
	"fmt"
	"time"

	"sendoff/internal/scaffold"
)

// readTemplate asks Sinch for a template, through what profile and environment name.
func (b *beginning) readTemplate(ctx context.Context, id string) error {
	if id == "" {
		return inputErrorf("--template wants the id of a template")
	}
	r := &runner{session: b.session, flags: runFlags{profile: b.flags.String("profile"), tuning: tuning{httpTimeout: 30 * time.Second, maxInFlight: 1}}}
	through, err := r.chooseSettings(ctx)
	if err != nil {
		return err
	}
	client, err := through.client(r.flags.tuning)
	if err != nil {
		return fmt.Errorf("--template asks Sinch for the template, so it wants access: %w", err)
	}
	defer client.Close()
	t, err := client.Template(ctx, id)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isNotFound(err):
		return inputErrorf("there is no template of this id in the project and region. Nothing was written").
			hint("templates that are approved on WhatsApp are not among those of Sinch: --kind template --text NAME takes their name")
	case isAccess(err):
		return through.explainRefused(err)
	case err != nil:
		return accessErrorf("Sinch could not be reached: %v. Nothing was written", err)
	}
	if b.answers.Request, err = scaffold.ReadTemplate(t.JSON); err != nil {
		return fmt.Errorf("read template: %w", err)
	}
	return nil
}
