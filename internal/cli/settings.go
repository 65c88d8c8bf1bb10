package cli

import (
	"os"
	"strings"

	"sendoff/internal/profile"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// settings say through what messages go.
type settings struct {
	profile     *profile.Profile // that names it, or a part of it; nil: none
	destination sinch.Destination
	credentials sinch.Credentials
	sandbox     *sandbox.Server // plays the API within this process; nil: the destination is asked
}

// sandboxDrain is how many messages a second the sandbox of --sandbox hands on: fast enough to watch, slow enough to interrupt.
const sandboxDrain = 500

// inProcess is the endpoint of a sandbox within this process. Nobody listens there.
const inProcess = "http://localhost"

func sandboxSettings(cfg sandbox.Config) *settings {
	cfg.Drain = sandboxDrain
	cfg.AnyTemplate = true // whoever rehearses was told
	server := sandbox.New(cfg)
	c := server.Config()
	return &settings{
		destination: sinch.Destination{ProjectID: c.ProjectID, AppID: c.AppID, Region: c.Region, Endpoint: inProcess},
		credentials: sinch.Credentials{KeyID: c.KeyID, KeySecret: sinch.NewSecret(c.KeySecret)},
		sandbox:     server,
	}
}

// environmentSettings reads the SINCH_* variables; the names are those of Sinch's own samples.
func (s *session) environmentSettings() (*settings, error) {
	region, err := s.oneOf("SINCH_REGION", "SINCH_CONVERSATION_REGION")
	if err != nil {
		return nil, err
	}
	app, err := s.oneOf("SINCH_APP_ID", "CONVERSATION_APP_ID")
	if err != nil {
		return nil, err
	}
	secret, err := s.keySecret()
	if err != nil {
		return nil, err
	}
	auth := s.Getenv("SINCH_AUTH")
	if auth != "" && auth != "basic" && auth != "oauth2" {
		return nil, inputErrorf("SINCH_AUTH is neither oauth2 nor basic")
	}
	if auth == "basic" {
		s.warn("warning: SINCH_AUTH=basic is for tests: Sinch limits its rate heavily")
	}
	return &settings{
		destination: sinch.Destination{
			ProjectID: s.Getenv("SINCH_PROJECT_ID"), AppID: app, Region: region, Endpoint: s.Getenv("SINCH_ENDPOINT"),
		},
		credentials: sinch.Credentials{KeyID: s.Getenv("SINCH_KEY_ID"), KeySecret: sinch.NewSecret(secret), Basic: auth == "basic"},
	}, nil
}

// oneOf reads a variable that has two names. Precedence never decides through what people get messages.
func (s *session) oneOf(name, alias string) (string, error) {
	value, other := s.Getenv(name), s.Getenv(alias)
	if value != "" && other != "" && value != other {
		return "", inputErrorf("%s and %s differ", name, alias).hint("unset one of them")
	}
	if value == "" {
		return other, nil
	}
	return value, nil
}

func (s *session) keySecret() (string, error) { return s.secretIn("SINCH_KEY_SECRET") }

// secretIn reads a secret from a variable, or from the file that the variable NAME_FILE names; "" where neither is set.
func (s *session) secretIn(name string) (string, error) {
	path := s.Getenv(name + "_FILE")
	secret := s.Getenv(name)
	switch {
	case path == "":
		return secret, nil
	case secret != "":
		return "", inputErrorf("%s and %s_FILE are both set", name, name).hint("unset one of them")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", inputErrorf("%s_FILE cannot be read: %v", name, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// client returns a client of the API that the settings name.
func (st *settings) client(f tuning) (*sinch.Client, error) {
	o := sinch.Options{
		Destination: st.destination, Credentials: st.credentials,
		Timeout: f.httpTimeout, MaxConns: f.maxInFlight, UserAgent: "sendoff/" + version(),
	}
	if st.sandbox != nil {
		o.Transport = st.sandbox
	}
	client, err := sinch.New(o)
	if err != nil {
		problem := inputErrorf("the settings do not say through what to send:\n    %s", strings.ReplaceAll(err.Error(), "\n", "\n    "))
		if p := st.profile; p != nil {
			return nil, problem.hint("what SINCH_* leave out comes from profile %s in %s, line %d", p.Name, p.File, p.Line)
		}
		return nil, problem.
			hint("a profile keeps them: sendoff profile add NAME, then --profile NAME").
			hint("to try it without an account: sendoff run --sandbox CAMPAIGN")
	}
	return client, nil
}

// pinned is the destination in the form in which a run keeps it.
func (st *settings) pinned(appName string) runstore.Destination {
	d := st.destination
	pinned := runstore.Destination{ProjectID: d.ProjectID, AppID: d.AppID, AppName: appName, Region: d.Region, Endpoint: d.Endpoint}
	if st.profile != nil {
		pinned.Profile = st.profile.Name
	}
	return pinned
}
