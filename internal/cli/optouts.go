package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sendoff/campaign"
	"sendoff/internal/consents"
	"sendoff/internal/pace"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// homeFolder is the folder of this user; empty where there is none.
func homeFolder() string {
	home, _ := os.UserHomeDir() // it is nobody's then
	return home
}

// optOutCopy is the copy of Sinch's opt-out list that belongs to the run in dir. A run that does not lie in a folder of runs has none: what is
// beside it may be anybody's to see.
func optOutCopy(dir string, d sinch.Destination, c *campaign.Campaign) consents.Copy {
	folder := runstore.CampaignDir(dir)
	if folder != "" {
		folder = filepath.Join(folder, runstore.RunsFolder)
	}
	return consents.In(folder, d, c.OptOutLists())
}

// optOutCopy is that of the run that is sent. What a sandbox in this process knows nobody needs to keep.
func (r *runner) optOutCopy() consents.Copy {
	if r.settings.sandbox != nil {
		return consents.Copy{}
	}
	return optOutCopy(r.run.Dir, r.settings.destination, r.campaign)
}

// findOptOuts sees to it that Sinch's opt-out list is at hand where the campaign names it: as this start or an earlier one has read it, where that is
// not too long ago, else as Sinch has it now.
func (r *runner) findOptOuts(ctx context.Context) error {
	spec, named := r.campaign.OptOuts()
	if !named {
		return nil
	}
	young := func(o *suppress.OptOuts) bool {
		age := r.Now().Sub(o.Read)
		return age >= 0 && age <= spec.MaxAge
	}
	if r.optOuts != nil && young(r.optOuts) {
		return nil
	}
	if kept, ok := r.optOutCopy().Load(); ok && young(kept) {
		r.optOuts = kept
		return nil
	}
	shown := time.Now()
	o, err := r.readOptOuts(ctx, r.patience(ctx), func(people int) {
		if time.Since(shown) >= lineEvery {
			shown = time.Now()
			r.say("reading %s: %s", suppress.SinchName, prose.Counted(people, "person", "people"))
		}
	})
	if err != nil {
		return r.explainOptOuts(ctx, err)
	}
	r.optOuts = o
	return nil
}

// readOptOuts reads Sinch's opt-out list, and keeps a copy for the next start, which can do without.
func (r *runner) readOptOuts(ctx context.Context, patiently func(ask func() error) error, progress func(people int)) (*suppress.OptOuts, error) {
	o, err := consents.Read(ctx, r.client, r.campaign.OptOutLists(), patiently, progress)
	if err != nil {
		return nil, err
	}
	o.Read = r.Now()
	if err := r.optOutCopy().Save(o); err != nil {
		r.log.Warn("no copy of the opt-out list is kept", "error", err)
	}
	r.log.Info("opt-out list read", "people", o.People())
	return o, nil
}

// explainOptOuts says what to do where Sinch's opt-out list cannot be read at a start.
func (r *runner) explainOptOuts(ctx context.Context, err error) error {
	var status *sinch.StatusError
	var stop *send.Stop
	isStatus := errors.As(err, &status)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case isStatus && (status.Status == http.StatusForbidden || status.Status == http.StatusNotFound):
		return accessErrorf("Sinch shows no opt-out list of app %s (%v), and the campaign leaves out who is on it. Nothing was sent now\n"+
			"    hint: set up consent management for the app at Sinch, and give the key the right to read it; sendoff doctor says whether app and region are right\n"+
			"    hint: where nobody opts out by way of Sinch, take {sinch: opt_outs} out of suppress", prose.Shorten(r.settings.destination.AppID), status)
	case isAccess(err) && (!isStatus || status.Status == http.StatusUnauthorized): // other answers are about this list, and nobody's access
		return r.settings.explainRefused(fmt.Errorf("%s cannot be read: %w. Nothing was sent now", suppress.SinchName, err))
	case errors.As(err, &stop):
		return inputErrorf("%s cannot be read: %s", suppress.SinchName, stop.Reason).hint("nobody can say who has opted out, so nothing is sent before it can be")
	}
	return inputErrorf("%s cannot be read: %v. Nothing was sent now", suppress.SinchName, err).hint("nobody can say who has opted out, so nothing is sent before it can be")
}

// pageTries is how often a page is asked for while sending. After that the whole list is tried again, with the next look at all lists.
const pageTries = 4

// keepOptOuts has Sinch's opt-out list read again while the run sends.
func (r *runner) keepOptOuts() {
	r.lists.AddOptOuts(r.optOuts)
	r.lists.KeepOptOuts(r.Now().Sub(r.optOuts.Read), func(ctx context.Context) (*suppress.OptOuts, error) {
		return r.readOptOuts(ctx, func(ask func() error) error {
			for failures := 1; ; failures++ {
				err := ask()
				if err == nil || isAccess(err) || failures == pageTries {
					return err
				}
				select {
				case <-time.After(pace.Backoff(failures, 500*time.Millisecond, 4*time.Second)):
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}, func(int) {})
	})
}

// keptOptOuts is Sinch's opt-out list as far as it is known without asking anybody; nil where the campaign does not name it.
func keptOptOuts(c *campaign.Campaign, kept consents.Copy) *suppress.OptOuts {
	if _, named := c.OptOuts(); !named {
		return nil
	}
	if o, ok := kept.Load(); ok {
		return o
	}
	return &suppress.OptOuts{Lists: c.OptOutLists()}
}

// plannedOptOuts is keptOptOuts for a plan of the run at a place: of the app that the profile or the environment names. A rehearsal has none.
func (s *session) plannedOptOuts(c *campaign.Campaign, p place, through *profile.Profile) *suppress.OptOuts {
	dir, err := p.dir(c, s.Now())
	if err != nil || p.sandbox {
		return keptOptOuts(c, consents.Copy{})
	}
	app, _ := s.oneOf("SINCH_APP_ID", "CONVERSATION_APP_ID") // where these differ no run begins
	d := sinch.Destination{AppID: app, Endpoint: s.Getenv("SINCH_ENDPOINT")}
	if through != nil {
		d.AppID, d.Endpoint = cmp.Or(through.AppID, d.AppID), cmp.Or(through.Endpoint, d.Endpoint)
	}
	return keptOptOuts(c, optOutCopy(dir, d, c))
}
