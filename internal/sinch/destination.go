package sinch

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

const tokenURL = "https://auth.sinch.com/oauth2/token" // its tokens hold in every region

// Destination says through which app messages go, and where that app is.
type Destination struct {
	ProjectID string
	AppID     string // a ULID
	Region    string // us, eu or br: where the app was created. May be empty where Endpoint is given
	Endpoint  string // one base URL for every Sinch host: a sandbox, a proxy. Empty for the hosts of Region
}

// Validate returns everything that is wrong with d, one error a line, or nil. Nothing is asked over the network.
func (d Destination) Validate() error {
	return errors.Join(d.checkProject(), d.checkApp(), d.checkRegion(), d.checkEndpoint())
}

func (d Destination) checkProject() error {
	switch {
	case d.ProjectID == "":
		return errors.New("no project id (SINCH_PROJECT_ID)")
	case len(d.ProjectID) > 128 || !visible(d.ProjectID):
		return errors.New("the project id (SINCH_PROJECT_ID) holds characters that no project id has")
	}
	return nil
}

func (d Destination) checkApp() error {
	switch {
	case d.AppID == "":
		return errors.New("no app id (SINCH_APP_ID)")
	case !isULID(d.AppID):
		return errors.New("the app id (SINCH_APP_ID) is not that of a Conversation app: " +
			"want 26 letters and digits, as in 01HZX3V8N6J9T5QK2M4R7WBCDE")
	}
	return nil
}

func (d Destination) checkRegion() error {
	switch d.Region {
	case "us", "eu", "br":
		return nil
	case "":
		if d.Endpoint != "" {
			return nil
		}
		return errors.New("no region (SINCH_REGION): us, eu or br, the one in which the app was created")
	}
	return fmt.Errorf("unknown region %q (SINCH_REGION): want us, eu or br", Redact(d.Region))
}

// checkEndpoint lets plain HTTP through to this machine alone: anywhere else the token and people's numbers could be read on the way.
func (d Destination) checkEndpoint() error {
	if d.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(d.Endpoint)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the endpoint (SINCH_ENDPOINT) is not a URL: want https://host or http://127.0.0.1:port")
	case u.User != nil:
		return errors.New("the endpoint (SINCH_ENDPOINT) holds a user name: credentials go into SINCH_KEY_ID and SINCH_KEY_SECRET")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("the endpoint (SINCH_ENDPOINT) holds a query or a fragment: want a base URL alone")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("the endpoint (SINCH_ENDPOINT) is plain http: want https, except on this machine")
	}
	return nil
}

// token is where tokens come from.
func (d Destination) token() string {
	if d.Endpoint != "" {
		return strings.TrimRight(d.Endpoint, "/") + "/oauth2/token"
	}
	return tokenURL
}

// conversation is the URL of something below the project in the Conversation API. What comes from outside in path must be escaped.
func (d Destination) conversation(path string) string {
	return d.host("conversation") + "/v1/projects/" + url.PathEscape(d.ProjectID) + "/" + path
}

// template is the same in the Template API.
func (d Destination) template(path string) string {
	return d.host("template") + "/v2/projects/" + url.PathEscape(d.ProjectID) + "/" + path
}

// host is the base URL of an API of the region.
func (d Destination) host(api string) string {
	if d.Endpoint != "" {
		return strings.TrimRight(d.Endpoint, "/")
	}
	return "https://" + d.Region + "." + api + ".api.sinch.com"
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// isULID reports whether id is one in form: 26 characters of Crockford's base 32, the first at most 7 (128 bits), in either case.
func isULID(id string) bool {
	if len(id) != 26 || id[0] > '7' {
		return false
	}
	for _, c := range []byte(strings.ToUpper(id)) {
		if !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", rune(c)) {
			return false
		}
	}
	return true
}

// visible reports whether text is ASCII without white space and control characters.
func visible(text string) bool {
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
