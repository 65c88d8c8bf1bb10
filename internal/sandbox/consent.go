package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// The lists of people who do not want to be written to.
const (
	optOutAll          = "OPT_OUT_ALL"
	optOutMarketing    = "OPT_OUT_MARKETING"
	optOutNotification = "OPT_OUT_NOTIFICATION"
)

var optOutLists = []string{optOutAll, optOutMarketing, optOutNotification}

// maxConsentPage is the largest page of a list of consents.
const maxConsentPage = 50

// consent is somebody's place on a list.
type consent struct {
	Identity string    `json:"identity"` // a phone number without its plus sign
	List     string    `json:"list_type"`
	Since    time.Time `json:"datetime"`
}

// newConsents is the body of POST consents.
var newConsents = object{
	required: []string{"app_id", "consent_records"},
	fields: fields{
		"app_id": text{form: ulidForm},
		"consent_records": list{min: 1, max: maxBatch, of: object{
			required: []string{"identification", "consent_type"},
			fields:   fields{"identification": text{}, "consent_type": text{enum: optOutLists}},
		}},
	},
}

// insertConsents answers POST consents of the batch host.
func (s *Server) insertConsents(r *http.Request) answer {
	var request struct {
		AppID   string `json:"app_id"`
		Records []struct {
			Identity string `json:"identification"`
			List     string `json:"consent_type"`
		} `json:"consent_records"`
	}
	if a, ok := s.readInto(r, newConsents, &request); !ok {
		return a
	}
	if request.AppID != s.cfg.AppID {
		return s.notFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range request.Records {
		s.insertConsent(record.Identity, record.List)
	}
	return jsonAnswer(http.StatusOK, struct {
		BatchID string `json:"batch_id"`
	}{ulid.MustNewDefault(s.now()).String()})
}

// insertConsent puts an identity on a list, unless it is there. The caller holds s.mu.
func (s *Server) insertConsent(identity, list string) {
	c := consent{Identity: strings.TrimPrefix(identity, "+"), List: list, Since: s.now()}
	if !s.resources.optedOut(c.Identity, c.List) {
		s.resources.Consents = append(s.resources.Consents, c)
	}
}

// optOut puts an identity on the list of those who get no messages at all. Whoever has none, being a contact, is on no list.
func (s *Server) optOut(identity string) {
	if identity == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.insertConsent(identity, optOutAll)
}

// optedOut reports whether an identity is on a list.
func (all *resources) optedOut(identity, list string) bool {
	return slices.ContainsFunc(all.Consents, func(c consent) bool { return c.Identity == identity && c.List == list })
}

// blocks reports whether an identity gets no messages of a content type. One whose content nobody knows is held against the list
// of all messages only.
func (all *resources) blocks(identity, contentType string) bool {
	return all.optedOut(identity, optOutAll) ||
		contentType == "CONTENT_MARKETING" && all.optedOut(identity, optOutMarketing) ||
		contentType == "CONTENT_NOTIFICATION" && all.optedOut(identity, optOutNotification)
}

type consentIdentity struct {
	Identity string `json:"identity"`
}

// consents answers GET apps/{app_id}/consents/{list_type}.
func (s *Server) consents(list string, values url.Values) answer {
	p := parameters{values: values}
	p.only("page_size", "page_token")
	size := p.size("page_size")
	if size > maxConsentPage {
		p.report("page_size", "At most 50")
	}
	if !slices.Contains(optOutLists, list) {
		p.report("list_type", mustBeOneOf(optOutLists))
	}
	if p.wrong != nil {
		return s.refuseFields(p.wrong...)
	}
	page := struct {
		Identities    []consentIdentity `json:"identities"`
		NextPageToken string            `json:"next_page_token"`
	}{Identities: []consentIdentity{}}
	after := values.Get("page_token") // the last identity of the page before
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.resources.Consents {
		switch {
		case c.List != list:
		case after != "":
			if c.Identity == after {
				after = ""
			}
		case len(page.Identities) == size:
			page.NextPageToken = page.Identities[size-1].Identity
			return jsonAnswer(http.StatusOK, page)
		default:
			page.Identities = append(page.Identities, consentIdentity{c.Identity})
		}
	}
	return jsonAnswer(http.StatusOK, page)
}

// isConsentList reports whether a call is for a page of such a list.
func isConsentList(method, resource string) bool {
	path := strings.Split(resource, "/")
	return method == http.MethodGet && len(path) == 4 && path[0] == "apps" && path[2] == "consents"
}

// auditRecord says when and how an identity came on a list.
type auditRecord struct {
	Origin    string    `json:"origin"`
	Operation string    `json:"operation"`
	List      string    `json:"list_type"`
	ProjectID string    `json:"project_id"`
	AppID     string    `json:"app_id"`
	Time      time.Time `json:"datetime"`
}

// consentsOf answers GET apps/{app_id}/consents/identities/{identity}.
func (s *Server) consentsOf(identity string) answer {
	identity = strings.TrimPrefix(identity, "+")
	records := []auditRecord{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.resources.Consents {
		if c.Identity == identity {
			records = append(records, auditRecord{"ORIGIN_API", "OPERATION_INSERT", c.List, s.cfg.ProjectID, s.cfg.AppID, c.Since})
		}
	}
	if len(records) == 0 {
		return s.notFound()
	}
	return jsonAnswer(http.StatusOK, struct {
		Identity consentIdentity `json:"identity"`
		Records  []auditRecord   `json:"audit_records"`
	}{consentIdentity{identity}, records})
}
