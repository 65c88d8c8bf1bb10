package template

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sendoff/campaign"
)

// Template is a template as it was read.
type Template struct {
	ID           string
	Version      int           // of the whole; one more with every change
	Default      string        // the language of those who name none
	Translations []Translation // of a language the newest one first

	// Supposed says that nobody has read it: it stands in for one, and is in whatever language somebody asks for.
	Supposed bool
}

// Translation is a template in one language.
type Translation struct {
	Language  string // BCP 47
	Version   string // its own; empty where the API does not say
	Variables []Variable
	Message   campaign.Value // of one of the message types, its placeholders naming the variables
	Overrides []Override

	raw json.RawMessage
}

// Variable is a value that the template takes.
type Variable struct {
	Key     string `json:"key"`
	Preview string `json:"preview_value"` // what stands for it where there is nobody yet
}

// Override is a template approved on a channel that goes out there instead.
type Override struct {
	Channel   campaign.Channel
	Reference campaign.Value    // template_id, version, language_code, parameters
	Mappings  map[string]string // from the channel's parameters to variables
}

// written is a template as the Template API writes it.
type written struct {
	ID           string            `json:"id"`
	Version      int               `json:"version"`
	Default      string            `json:"default_translation"`
	Translations []json.RawMessage `json:"translations"`
	Supposed     bool              `json:"supposed,omitempty"` // ours
}

type writtenTranslation struct {
	Language  string     `json:"language_code"`
	Version   string     `json:"version"`
	Variables []Variable `json:"variables"`
	Overrides map[campaign.Channel]struct {
		Reference json.RawMessage   `json:"template_reference"`
		Mappings  map[string]string `json:"parameter_mappings"`
	} `json:"channel_template_overrides"`
}

// Parse reads a template as the Template API writes it, and as [Template.MarshalJSON] does.
func Parse(data []byte) (*Template, error) {
	t := new(Template)
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// UnmarshalJSON is [Parse].
func (t *Template) UnmarshalJSON(data []byte) error {
	var w written
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.ID == "" || len(w.Translations) == 0 {
		return errors.New("it has no id, or no translations")
	}
	*t = Template{ID: w.ID, Version: w.Version, Default: w.Default, Supposed: w.Supposed}
	for _, raw := range w.Translations {
		tr, err := readTranslation(raw)
		if err != nil {
			return err
		}
		t.Translations = append(t.Translations, tr)
	}
	return nil
}

func readTranslation(raw json.RawMessage) (Translation, error) {
	var w writtenTranslation
	if err := json.Unmarshal(raw, &w); err != nil {
		return Translation{}, err
	}
	all, err := campaign.ReadValue(raw)
	if err != nil {
		return Translation{}, err
	}
	tr := Translation{Language: w.Language, Version: w.Version, Variables: w.Variables, raw: raw, Message: campaign.Value{Kind: campaign.Object}}
	for _, f := range all.Fields {
		if strings.HasSuffix(f.Name, "_message") {
			tr.Message.Fields = append(tr.Message.Fields, f)
		}
	}
	for _, channel := range slices.Sorted(maps.Keys(w.Overrides)) {
		o := Override{Channel: channel, Mappings: w.Overrides[channel].Mappings}
		o.Reference = all.Get("channel_template_overrides").Get(string(channel)).Get("template_reference")
		tr.Overrides = append(tr.Overrides, o)
	}
	return tr, nil
}

// MarshalJSON writes the template as the Template API does, so that it can be kept, and read again by [Parse].
func (t *Template) MarshalJSON() ([]byte, error) {
	w := written{ID: t.ID, Version: t.Version, Default: t.Default, Supposed: t.Supposed}
	for _, tr := range t.Translations {
		w.Translations = append(w.Translations, tr.raw)
	}
	return json.Marshal(w)
}

// Add adds a translation of another version, as the Template API writes it. One that is there already is not added.
func (t *Template) Add(translation []byte) error {
	tr, err := readTranslation(translation)
	if err != nil {
		return fmt.Errorf("read translation: %w", err)
	}
	if _, known := t.Choose(tr.Language, tr.Version); !known {
		t.Translations = append(t.Translations, tr)
	}
	return nil
}

// Choose returns the translation for a language code and a version, as a message names them. Without a language it is the default one; without a
// version, or with "latest", the newest. Languages are compared as the API does, which takes en-US and en_US.
func (t *Template) Choose(language, version string) (Translation, bool) {
	if t.Supposed {
		return t.Translations[0], true
	}
	if language == "" {
		language = t.Default
	}
	for _, tr := range t.Translations {
		isVersion := version == "" || version == Latest || version == tr.Version
		if isVersion && sameLanguage(tr.Language, language) {
			return tr, true
		}
	}
	return Translation{}, false
}

// Latest is the version that stands for the newest one.
const Latest = "latest"

func sameLanguage(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, "_", "-"), strings.ReplaceAll(b, "_", "-"))
}

// Languages returns the languages that the template is in.
func (t *Template) Languages() []string {
	var languages []string
	for _, tr := range t.Translations {
		if !slices.Contains(languages, tr.Language) {
			languages = append(languages, tr.Language)
		}
	}
	return languages
}

// Digest identifies what a template sends: its translations with their variables and overrides, not when they were written.
func (t *Template) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "template 1\n%q\n%q\n", t.ID, t.Default)
	for _, tr := range slices.SortedFunc(slices.Values(t.Translations), func(a, b Translation) int {
		return cmp.Or(strings.Compare(a.Language, b.Language), strings.Compare(a.Version, b.Version))
	}) {
		h.Write(tr.content())
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// content is a translation in a form in which two that send the same are the same bytes.
func (tr Translation) content() []byte {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(tr.raw))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		return tr.raw // unreachable: it was read before
	}
	delete(fields, "create_time")
	delete(fields, "update_time")
	b, err := json.Marshal(fields)
	if err != nil {
		return tr.raw // unreachable: it came from JSON
	}
	return b
}
