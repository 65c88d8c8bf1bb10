package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// findProfiles returns where the user's profiles are, and all of them.
func (s *session) findProfiles() (path string, all []*profile.Profile, err error) {
	if path, err = profile.Path(s.Getenv); err != nil {
		return "", nil, inputErrorf("%v", err)
	}
	all, err = profile.Load(path)
	return path, all, err
}

// findProfile returns the profile of a name.
func (s *session) findProfile(name string) (*profile.Profile, error) {
	path, all, err := s.findProfiles()
	if err != nil {
		return nil, err
	}
	if p := profile.Find(all, name); p != nil {
		return p, nil
	}
	unknown := inputErrorf("there is no profile %q in %s", name, path)
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	if near := campaign.Nearest(name, names); near != "" {
		return nil, unknown.hint("did you mean %q?", near)
	}
	return nil, unknown.hint("sendoff profile list shows those that are there; sendoff profile add %s writes it", quote(name))
}

// agreedProfile returns the name of the profile that flag and campaign, which may be nil, name; nothing where neither does.
func agreedProfile(flag string, c *campaign.Campaign) (string, error) {
	if c == nil || c.Profile == "" {
		return flag, nil
	}
	if flag != "" && flag != c.Profile {
		return "", inputErrorf("--profile says %s, and the campaign says profile: %s. Nothing was sent", flag, c.Profile).
			hint("make them agree: which of them wins must not decide through what people get messages")
	}
	return c.Profile, nil
}

// profileName returns the name of the profile that is meant; nothing where none is.
func (r *runner) profileName() (string, error) {
	name, err := agreedProfile(r.flags.profile, r.campaign)
	if name == "" && r.run != nil { // what is gone on with goes through what it was begun through
		name = r.run.Meta().Destination.Profile
	}
	return name, err
}

// chosenProfile returns the profile that is meant, or nil where none is.
func (r *runner) chosenProfile() (*profile.Profile, error) {
	name, err := r.profileName()
	if name == "" || err != nil {
		return nil, err
	}
	return r.findProfile(name)
}

// rehearsalSettings are those of a simulator. Of the profile that is meant only whom and how many people it lets messages out to holds, where
// this machine knows it.
func (r *runner) rehearsalSettings() (*settings, error) {
	cfg, err := readTemplatesFile(r.flags.templates)
	if err != nil {
		return nil, err
	}
	if r.campaign.Audience.Columns[campaign.Contact.Role()] != "" { // whom only such an app can reach
		cfg.Mode = sandbox.Conversation
	}
	st := sandboxSettings(cfg)
	name, err := r.profileName()
	if err != nil {
		return nil, err
	}
	st.profile, err = r.knownProfile(name)
	return st, err
}

// chooseSettings reads what profile and environment say through what messages go. Either may leave out what the other one says, and what
// both say must be the same.
func (r *runner) chooseSettings(ctx context.Context) (*settings, error) {
	p, err := r.chosenProfile()
	if err != nil {
		return nil, err
	}
	st, err := r.environmentSettings()
	if err != nil || p == nil {
		return st, err
	}
	secret, err := p.Secret(ctx, r.Stdin, r.Stderr)
	if err != nil {
		return nil, err
	}
	return st, r.merge(st, p, secret)
}

// merge fills in what a profile says, and refuses what it says otherwise than the environment.
func (s *session) merge(st *settings, p *profile.Profile, secret string) error {
	envSecret := st.credentials.KeySecret.Reveal()
	st.profile = p
	var differ []string
	for _, v := range []struct {
		variable, alias string
		value           *string // as the environment says it
		own             string
		visible         bool
	}{
		{"SINCH_PROJECT_ID", "", &st.destination.ProjectID, p.ProjectID, true},
		{"SINCH_APP_ID", "CONVERSATION_APP_ID", &st.destination.AppID, p.AppID, true},
		{"SINCH_REGION", "SINCH_CONVERSATION_REGION", &st.destination.Region, p.Region, true},
		{"SINCH_ENDPOINT", "", &st.destination.Endpoint, p.Endpoint, false},
		{"SINCH_KEY_ID", "", &st.credentials.KeyID, p.KeyID, false},
		{"SINCH_KEY_SECRET", "SINCH_KEY_SECRET_FILE", &envSecret, secret, false},
	} {
		switch {
		case v.own == "":
		case *v.value == "" || *v.value == v.own:
			*v.value = v.own
		default:
			text := v.variable
			if s.Getenv(text) == "" {
				text = v.alias
			}
			if v.visible {
				text += " (" + prose.Shorten(*v.value) + ", and the profile says " + prose.Shorten(v.own) + ")"
			}
			differ = append(differ, text)
		}
	}
	if differ != nil {
		return inputErrorf("the environment says otherwise than profile %s: %s. Nothing was sent", p.Name, strings.Join(differ, ", ")).
			hint("unset what is not meant, or change %s: which of them wins must not decide through what people get messages", p.File)
	}
	st.credentials.KeySecret = sinch.NewSecret(envSecret)
	return nil
}

// guardOf is what a profile holds against every campaign. No profile lets everybody out.
func guardOf(p *profile.Profile) plan.Guard {
	if p == nil {
		return plan.Guard{}
	}
	return plan.Guard{Name: "profile " + p.Name, File: p.File, OnlyTo: p.OnlyTo, MaxRecipients: p.MaxRecipients}
}

// planningProfile returns the profile that flag and campaign name, for commands that send nothing, or nil. One that the campaign alone names
// need not be known on this machine.
func (s *session) planningProfile(flag string, c *campaign.Campaign) (*profile.Profile, error) {
	name, err := agreedProfile(flag, c)
	switch {
	case err != nil:
		return nil, err
	case flag != "":
		return s.findProfile(flag)
	}
	return s.knownProfile(name)
}

// knownProfile returns the profile of a name, or nil where there is no name. Where it is not known on this machine either, a word says that it
// was not asked.
func (s *session) knownProfile(name string) (*profile.Profile, error) {
	if name == "" {
		return nil, nil
	}
	path, err := profile.Path(s.Getenv)
	if err != nil {
		s.warn("warning: %v; so nobody knows whom and how many profile %q lets messages out to", err, name)
		return nil, nil
	}
	all, err := profile.Load(path)
	if err != nil {
		return nil, err
	}
	p := profile.Find(all, name)
	if p == nil {
		s.warn("warning: there is no profile %q in %s, so nobody knows whom and how many it lets messages out to", name, path)
	}
	return p, nil
}

// checkEnvironment refuses what the environment says otherwise than a profile, as the start of a real run does. The secret is asked for only
// where the environment has one too: a safe need not be unlocked for a rehearsal.
func (s *session) checkEnvironment(ctx context.Context, p *profile.Profile) error {
	st, err := s.environmentSettings()
	if err != nil {
		return err
	}
	secret := ""
	if st.credentials.KeySecret.Reveal() != "" {
		if secret, err = p.Secret(ctx, s.Stdin, s.Stderr); err != nil {
			return err
		}
	}
	return s.merge(st, p, secret)
}

// explainOnlyTo says of a list that is not there where it is looked for: others of a plan are looked for from the campaign's folder.
func explainOnlyTo(err error, g plan.Guard) error {
	var problems campaign.Problems
	if g.OnlyTo == "" || !errors.As(err, &problems) || fileExists(g.OnlyTo) {
		return err
	}
	problems = slices.Clone(problems)
	for i := range problems {
		if problems[i].File == g.OnlyTo {
			problems[i].Hint = fmt.Sprintf("only_to of %s is a path as it is seen from %s", g.Name, filepath.Dir(g.File))
		}
	}
	return problems
}

// worded is an error in other words.
type worded struct {
	error
	text string
}

func (w worded) Error() string { return w.text }
func (w worded) Unwrap() error { return w.error }

// explainRefused says what to mend when the API refuses us, and where.
func (st *settings) explainRefused(err error) error {
	p := st.profile
	if p == nil {
		return explainAccess(err)
	}
	return fmt.Errorf("%w\n    hint: profile %s stands in %s, line %d", explainInWordsOf(p, err), p.Name, p.File, p.Line)
}

// explainInWordsOf says what to mend when the API refuses us, in a profile's own words where that gives it.
func explainInWordsOf(p *profile.Profile, err error) error {
	err = explainAccess(err)
	var words []string
	for _, v := range [][3]string{
		{"SINCH_PROJECT_ID", "project_id", p.ProjectID}, {"SINCH_APP_ID", "app_id", p.AppID}, {"SINCH_REGION", "region", p.Region},
		{"SINCH_ENDPOINT", "endpoint", p.Endpoint}, {"SINCH_KEY_ID", "key_id", p.KeyID}, {"SINCH_KEY_SECRET", p.SecretKey(), p.SecretKey()},
	} {
		if v[2] != "" {
			words = append(words, v[0], v[1])
		}
	}
	return worded{err, strings.NewReplacer(words...).Replace(err.Error())}
}
