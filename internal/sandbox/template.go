package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// template is a template of the Template API. Its translations are kept as they were given.
type template struct {
	ID           string            `json:"id"`
	Description  string            `json:"description"`
	Version      int               `json:"version"` // one more with every change
	Default      string            `json:"default_translation"`
	Translations []json.RawMessage `json:"translations"`
	Created      time.Time         `json:"create_time"`
	Updated      time.Time         `json:"update_time"`
}

// translation is what the sandbox reads of a translation.
type translation struct {
	Language  string `json:"language_code"`
	Version   string `json:"version"`
	Variables []struct {
		Key string `json:"key"`
	} `json:"variables"`
}

// templateBody is the body of POST templates and PUT templates/{template_id}.
var templateBody = object{
	required: []string{"default_translation", "translations"},
	fields: fields{
		"id": text{}, "description": text{}, "version": number{whole: true}, "default_translation": text{},
		"translations": list{min: 1, of: translationBody},
		"create_time":  text{}, "update_time": text{}, // so that what GET answers can be changed and put back
	},
	also: checkTranslations,
}

var translationBody = object{
	required: []string{"language_code"},
	exactly1: slices.Sorted(maps.Keys(without(messageTypes, "template_message"))),
	fields: with(without(messageTypes, "template_message"), fields{
		"language_code": text{},
		"version":       text{},
		"create_time":   text{},
		"update_time":   text{},
		"variables": list{of: object{
			required: []string{"key"},
			fields:   fields{"key": text{}, "preview_value": text{}},
		}},
		"channel_template_overrides": mapping{keys: []string{"WHATSAPP", "KAKAOTALK"}, of: object{
			required: []string{"template_reference"},
			fields:   fields{"template_reference": templateReference(), "parameter_mappings": mapping{of: text{}}},
		}},
	}),
}

// checkTranslations checks that the default translation is among the translations, and each is there once.
func checkTranslations(c *checker, o map[string]any) {
	var languages []string
	translations, _ := o["translations"].([]any)
	for _, tr := range translations {
		if language := textAt(tr, "language_code"); slices.Contains(languages, language) {
			c.report("translations", "Every language_code once")
		} else {
			languages = append(languages, language)
		}
	}
	if language := textAt(o, "default_translation"); language != "" && !slices.Contains(languages, language) {
		c.report("default_translation", "Must be the language_code of a translation")
	}
}

// ReadTemplates reads templates as the Template API writes them: one, a list of them, or the answer to GET templates. The error says what the API
// would not have taken.
func ReadTemplates(data []byte) ([]json.RawMessage, error) {
	var answer struct {
		Templates []json.RawMessage `json:"templates"`
	}
	var all []json.RawMessage
	switch {
	case json.Unmarshal(data, &all) == nil:
	case json.Unmarshal(data, &answer) == nil && answer.Templates != nil:
		all = answer.Templates
	case json.Valid(data):
		all = []json.RawMessage{data}
	default:
		return nil, errors.New("it is not JSON")
	}
	for i, raw := range all {
		var t any
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, err // unreachable: it is a part of valid JSON
		}
		found := violations(t, templateBody)
		if id := textAt(t, "id"); id == "" {
			found = append(found, violation{"id", "Field is mandatory"})
		}
		if len(found) > 0 {
			return nil, fmt.Errorf("template %d: %s: %s", i+1, found[0].Field, found[0].Description)
		}
		if err := json.Unmarshal(raw, new(template)); err != nil {
			return nil, fmt.Errorf("template %d: a time or a number is wrong", i+1)
		}
	}
	return all, nil
}

// addTemplates adds those of a configuration that are not there.
func (s *Server) addTemplates(all []json.RawMessage) {
	for _, raw := range all {
		var t template
		if json.Unmarshal(raw, &t) != nil || s.templateAt(t.ID) >= 0 {
			continue // it never fails of what ReadTemplates has read
		}
		t.Version = max(t.Version, 1)
		if t.Created.IsZero() {
			t.Created, t.Updated = s.now(), s.now()
		}
		s.resources.Templates = append(s.resources.Templates, t)
	}
}

// templates answers GET templates.
func (s *Server) templates() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return jsonAnswer(http.StatusOK, struct {
		Templates []template `json:"templates"`
	}{append([]template{}, s.resources.Templates...)})
}

// createTemplate answers POST templates.
func (s *Server) createTemplate(r *http.Request) answer {
	var t template
	if a, ok := s.readInto(r, templateBody, &t); !ok {
		return a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if t.ID == "" {
		t.ID = ulid.MustNewDefault(now).String()
	}
	if s.templateAt(t.ID) >= 0 {
		return s.refuseFields(violation{"id", "Another template of the project has this id"})
	}
	t.Version, t.Created, t.Updated = 1, now, now
	s.resources.Templates = append(s.resources.Templates, t)
	return jsonAnswer(http.StatusOK, t)
}

// templateAt returns the place of a template, or -1. The caller holds s.mu.
func (s *Server) templateAt(id string) int {
	return slices.IndexFunc(s.resources.Templates, func(t template) bool { return t.ID == id })
}

// template answers GET, PUT and DELETE templates/{template_id}.
func (s *Server) template(id string, r *http.Request) answer {
	var change template
	if r.Method == http.MethodPut {
		if a, ok := s.readInto(r, templateBody, &change); !ok {
			return a
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.templateAt(id)
	if i < 0 {
		return s.notFound()
	}
	t := s.resources.Templates[i]
	switch r.Method {
	case http.MethodDelete:
		s.resources.Templates = slices.Delete(s.resources.Templates, i, i+1)
		return jsonAnswer(http.StatusOK, struct{}{})
	case http.MethodPut:
		if change.Version != t.Version {
			return s.refuseFields(violation{"version", "Must be the latest version of the template"})
		}
		change.ID, change.Created, change.Updated, change.Version = id, t.Created, s.now(), t.Version+1
		t, s.resources.Templates[i] = change, change
	}
	return jsonAnswer(http.StatusOK, t)
}

// translations answers GET templates/{template_id}/translations.
func (s *Server) translations(id string, values url.Values) answer {
	p := parameters{values: values}
	p.only("language_code", "translation_version")
	if p.wrong != nil {
		return s.refuseFields(p.wrong...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.templateAt(id)
	if i < 0 {
		return s.notFound()
	}
	found := s.resources.Templates[i].translations(values.Get("language_code"), values.Get("translation_version"))
	return jsonAnswer(http.StatusOK, struct {
		Translations []json.RawMessage `json:"translations"`
	}{append([]json.RawMessage{}, found...)})
}

// translations returns the translations of a language and a version; of any, where it is empty, and of the latest, which is all there
// is. Languages are compared as the API does, which takes en-US and en_US.
func (t template) translations(language, version string) (found []json.RawMessage) {
	for _, raw := range t.Translations {
		tr := readTranslation(raw)
		if (language == "" || strings.EqualFold(tr.Language, strings.ReplaceAll(language, "_", "-"))) &&
			(version == "" || version == "latest" || version == tr.Version) {
			found = append(found, raw)
		}
	}
	return found
}

// readTranslation returns what the sandbox reads of a translation.
func readTranslation(raw json.RawMessage) (tr translation) {
	if err := json.Unmarshal(raw, &tr); err != nil {
		panic("sandbox: translation: " + err.Error()) // unreachable: it was checked when it was given
	}
	if tr.Version == "" {
		tr.Version = "1"
	}
	return tr
}

// templateRefusal returns the code of the reason for which a message on a channel fails for its template; "" where it does not.
// Templates of the channels themselves are not known here, and always hold. The caller holds s.mu.
func (s *Server) templateRefusal(message any, channel string) string {
	templates := at(message, "template_message")
	reference := at(templates, "omni_template")
	if own := at(at(message, "explicit_channel_omni_message"), channel); own != nil {
		reference = at(own, "template_reference")
	} else if at(at(templates, "channel_template"), channel) != nil {
		return ""
	}
	if reference == nil {
		return ""
	}
	i := s.templateAt(textAt(reference, "template_id"))
	if i < 0 && s.cfg.AnyTemplate {
		return ""
	}
	if i < 0 {
		return "TEMPLATE_NOT_FOUND"
	}
	t := s.resources.Templates[i]
	language := textAt(reference, "language_code")
	if language == "" {
		language = t.Default
	}
	found := t.translations(language, textAt(reference, "version"))
	if len(found) == 0 {
		return "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION"
	}
	for _, variable := range readTranslation(found[0]).Variables {
		if at(at(reference, "parameters"), variable.Key) == nil {
			return "TEMPLATE_INSUFFICIENT_PARAMETERS"
		}
	}
	return ""
}
