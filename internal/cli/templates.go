package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
	"sendoff/internal/template"
)

func offlineFlag() cli.Flag {
	return &cli.BoolFlag{Name: "offline", Usage: "ask Sinch nothing, neither about the app nor about templates"}
}

func templatesFlag() cli.Flag {
	return &cli.StringFlag{Name: "templates", Usage: "templates that the sandbox has, from `FILE`: JSON as the Template API answers it"}
}

// readTemplatesFile reads what --templates names; nothing where it names nothing.
func readTemplatesFile(path string) (sandbox.Config, error) {
	var cfg sandbox.Config
	if path == "" {
		return cfg, nil
	}
	data, err := os.ReadFile(path)
	if err == nil {
		cfg.Templates, err = sandbox.ReadTemplates(data)
	}
	if err != nil {
		return cfg, inputErrorf("--templates: %v", err).hint(`it holds what GET …/v2/projects/PROJECT/templates, or templates/ID, answers`)
	}
	return cfg, nil
}

// templates are those of a campaign, as far as they were read, and why the others were not.
type templates struct {
	read   template.Set
	unread string
}

// findTemplates reads the templates that the campaign refers to, or looks whether those with which the run was planned have changed.
func (r *runner) findTemplates(ctx context.Context) (err error) {
	if !r.run.Begun() && r.resume == "" {
		r.templates, err = r.readTemplates(ctx, template.IDs(r.campaign))
		return err
	}
	if r.templates, err = plan.Templates(r.run.Meta()); err != nil || r.settings.sandbox != nil {
		return err // a rehearsal's templates are gone with the process that had them
	}
	return r.compareTemplates(ctx)
}

func (r *runner) readTemplates(ctx context.Context, ids []string) (template.Set, error) {
	var set template.Set
	for _, id := range ids {
		t, err := r.readTemplate(ctx, id)
		switch {
		case err == nil:
		case isNotFound(err) && r.settings.sandbox != nil:
			t = r.suppose(id)
		case isNotFound(err):
			return nil, unknownTemplate(r.campaign, id)
		case isAccess(err):
			return nil, r.settings.explainRefused(fmt.Errorf("template %s cannot be read: %w", prose.Printable(id), err))
		default:
			return nil, err
		}
		set = append(set, t)
	}
	return set, nil
}

// readTemplate asks for a template as patiently as for everything before sending.
func (r *runner) readTemplate(ctx context.Context, id string) (t *template.Template, err error) {
	err = r.patiently(ctx, func() (err error) {
		t, err = askTemplate(ctx, r.client, r.campaign, id)
		return err
	})
	return t, err
}

// askTemplate asks for a template, with those older versions of it that the campaign names.
func askTemplate(ctx context.Context, client *sinch.Client, c *campaign.Campaign, id string) (*template.Template, error) {
	answer, err := client.Template(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := template.Parse(answer.JSON)
	if err != nil {
		return nil, err
	}
	for _, version := range template.Versions(c, t) {
		translations, err := client.Translations(ctx, id, version)
		if err != nil {
			return nil, err
		}
		for _, raw := range translations {
			if err := t.Add(raw); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// complete returns the campaign with what it leaves to its templates.
func (r *runner) complete() *campaign.Campaign {
	return r.templates.Apply(r.campaign, r.run.Meta().Columns).Campaign
}

// suppose stands in for a template that the sandbox of a rehearsal does not know.
func (r *runner) suppose(id string) *template.Template {
	r.say("SANDBOX: template %s is not known here: it is taken to fit, with the campaign's params where it leaves parameters out", prose.Printable(id))
	r.say("    hint: --templates FILE gives it to the sandbox; sendoff check, plan and doctor ask Sinch about it")
	return template.Suppose(r.campaign, id)
}

func isNotFound(err error) bool {
	var status *sinch.StatusError
	return errors.As(err, &status) && status.Status == http.StatusNotFound
}

// unknownTemplate is the problem of every reference to a template that Sinch does not have.
func unknownTemplate(c *campaign.Campaign, id string) campaign.Problems {
	var problems campaign.Problems
	for _, r := range template.References(c, id) {
		problems = append(problems, campaign.Problem{
			File: r.File, Line: r.Line, Column: r.Column,
			Message: fmt.Sprintf("%s: Sinch has no template %s in this project and region", r, prose.Printable(id)),
			Hint:    "templates that WhatsApp has approved cannot be seen from here: those go under channel_template: {WHATSAPP: …}",
		})
	}
	return problems
}

// compareTemplates stops a run whose templates have changed since it was planned: the others would get something else.
func (r *runner) compareTemplates(ctx context.Context) error {
	var changes []string
	for _, was := range r.templates {
		if was.Supposed {
			continue
		}
		now, err := r.readTemplate(ctx, was.ID)
		switch {
		case isNotFound(err):
			changes = append(changes, fmt.Sprintf("  template %s is gone", prose.Printable(was.ID)))
		case isAccess(err):
			return r.settings.explainRefused(fmt.Errorf("template %s cannot be read: %w", prose.Printable(was.ID), err))
		case err != nil:
			return err
		default:
			for _, change := range was.Changes(now) {
				changes = append(changes, fmt.Sprintf("  template %s: %s", prose.Printable(was.ID), change))
			}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	m := r.run.Meta()
	return inputErrorf("%s was planned with templates that have changed at Sinch since:\n%s\nNothing was sent now", m.Key, strings.Join(changes, "\n")).
		hint("put them back as they were, and run the same command again").
		hint("or send what they are now to those whom it has not reached: sendoff cancel %s; then sendoff run %s%s",
			quote(r.run.Dir), r.flags.withKey(r.freeKey(m, 'b')).arguments(r.campaignArgument())+r.flags.feed.arguments(), exceptArguments(r.kin(m)))
}

// campaignArgument is how a command names the campaign, also where its run was named.
func (r *runner) campaignArgument() string {
	if r.resume != "" {
		return r.campaign.Path
	}
	return r.path
}

// changedTemplates returns the ids of templates that are not the same in two plans.
func changedTemplates(old, now runstore.Meta) []string {
	var changed []string
	for _, t := range now.Templates {
		if !slices.ContainsFunc(old.Templates, func(o runstore.Template) bool { return o.ID == t.ID && o.SHA256 == t.SHA256 }) {
			changed = append(changed, prose.Printable(t.ID))
		}
	}
	return changed
}

// plannedTemplates reads the templates for a plan that is only looked at. Nobody is asked for a secret, or waits: what cannot be read is said. The
// error is of templates that Sinch does not have.
func (s *session) plannedTemplates(ctx context.Context, c *campaign.Campaign, through *profile.Profile, offline bool) (templates, error) {
	ids := template.IDs(c)
	if len(ids) == 0 {
		return templates{}, nil
	}
	if offline {
		return templates{unread: "--offline"}, nil
	}
	client, why := s.lookingClient(ctx, through)
	if client == nil {
		return templates{unread: why}, nil
	}
	defer client.Close()
	var all templates
	var unknown campaign.Problems
	for _, id := range ids {
		t, err := askTemplate(ctx, client, c, id)
		switch {
		case isNotFound(err):
			unknown = append(unknown, unknownTemplate(c, id)...)
		case ctx.Err() != nil:
			return all, ctx.Err()
		case err != nil:
			all.unread = err.Error()
		default:
			all.read = append(all.read, t)
		}
	}
	return all, unknown.Err()
}

// lookingClient returns a client for who only looks, of environment and profile, or why there is none.
func (s *session) lookingClient(ctx context.Context, p *profile.Profile) (client *sinch.Client, why string) {
	st, err := s.environmentSettings()
	if err != nil {
		return nil, firstLine(err)
	}
	if p != nil {
		secret := st.credentials.KeySecret.Reveal()
		switch {
		case secret != "":
		case p.RunsCommand():
			return nil, "the secret of profile " + p.Name + " comes from a command; sendoff doctor runs it"
		default:
			if secret, err = p.Secret(ctx, s.Stdin, s.Stderr); err != nil {
				return nil, firstLine(err)
			}
		}
		if err := s.merge(st, p, secret); err != nil {
			return nil, firstLine(err)
		}
	}
	client, err = st.client(tuning{httpTimeout: defaultTimeout / 2, maxInFlight: 1})
	if err != nil {
		return nil, "no credentials"
	}
	return client, ""
}

// whatsAppNote says what nobody can know before the first receipts.
const whatsAppNote = "whether WhatsApp has approved the template cannot be seen from here: the receipts of the first messages are the only proof"

// examineTemplates looks at the templates that the campaign refers to.
func (r *runner) examineTemplates(ctx context.Context) error {
	var failed error
	var set template.Set
	for _, id := range template.IDs(r.campaign) {
		t, err := askTemplate(ctx, r.client, r.campaign, id)
		switch {
		case isNotFound(err):
			r.finding("bad", "template", "%s: Sinch has no such template in this project and region", prose.Printable(id))
			failed = unknownTemplate(r.campaign, id)
		case err != nil:
			r.finding("bad", "template", "%s: %v", prose.Printable(id), err)
			failed = accessErrorf("template %s cannot be read", prose.Printable(id))
		default:
			set = append(set, t)
			r.finding("ok", "template", "%s", proposal.Template(plan.Kept(t)))
		}
	}
	if set.WhatsApp(r.campaign) {
		r.finding("note", "", "%s", whatsAppNote)
	}
	return failed
}
