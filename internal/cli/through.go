package cli

import (
	"context"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
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

// chosenProfile returns the profile that flag and campaign name, or nil where neither does.
func (r *runner) chosenProfile() (*profile.Profile, error) {
	name := r.flags.profile
	if r.campaign != nil && r.campaign.Profile != "" {
		if name != "" && name != r.campaign.Profile {
			return nil, inputErrorf("--profile says %s, and the campaign says profile: %s. Nothing was sent", name, r.campaign.Profile).
				hint("make them agree: which of them wins must not decide through what people get messages")
		}
		name = r.campaign.Profile
	}
	if name == "" && r.run != nil { // what is gone on with goes through what it was begun through
		name = r.run.Meta().Destination.Profile
	}
	if name == "" {
		return nil, nil
	}
	return r.findProfile(name)
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

// guard is what the profile that a campaign names holds against it, for commands that send nothing. Where it is not known on this machine, a
// word says that it was not asked.
func (s *session) guard(c *campaign.Campaign) (plan.Guard, error) {
	if c.Profile == "" {
		return plan.Guard{}, nil
	}
	path, all, err := s.findProfiles()
	if err != nil {
		return plan.Guard{}, err
	}
	p := profile.Find(all, c.Profile)
	if p == nil {
		s.warn("warning: there is no profile %q in %s, so nobody knows whom and how many it lets messages out to", c.Profile, path)
	}
	return guardOf(p), nil
}
