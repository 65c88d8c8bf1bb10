package campaign

import "regexp"

// kind says what may stand in a place of the file.
type kind uint8

const (
	textKind     kind = iota
	numberKind        // a JSON number, or a placeholder that becomes one
	wholeKind         // a whole number of our own, above 0
	anyKind           // a JSON object of any shape
	documentKind      // a JSON object inside a string
	objectKind        // known keys
	mapKind           // keys that the author names
	listKind
)

// rule says what may stand in one place of the file. The rules form one tree, made by [fileRules]: the checks, the suggestions and the
// JSON Schema are all derived from it.
type rule struct {
	kind kind
	name string // of a shape that stands in several places, for the schema

	// A text.
	sent     bool // it goes to Sinch: placeholders stand in it, and a comment behind it is taken for a part of it that is lost
	format   *format
	enum     []string
	maxChars int

	low, high float64 // of a number; both 0: any

	// An object.
	fields     []field
	refused    []refusal
	other      *rule    // what an unknown key holds, where one is only a warning
	exactlyOne []string // of these keys there is one
	atLeastOne []string
	short      []string // where a plain text is short for the object: the keys under which the text belongs
	variant    *variant

	// A map or a list.
	keys     *rule // a text
	elem     *rule
	min, max int
	single   bool // an element may stand in the list's place

	word   string // a text that may stand in the place of a list or an object
	sample string // an object, for whoever writes something else

	check func(n *node, v Value, label string) // what the tree cannot say
}

// field is a key that an object knows.
type field struct {
	name     string
	doc      string // for the schema
	rule     *rule
	required bool
}

// refusal is a key that is known and cannot be used: one whose effect this version does not have, or one that stands elsewhere.
type refusal struct {
	name, message, hint string
}

// variant gives a member another rule where a key has a certain value.
type variant struct {
	key, value string
	member     string
	rule       *rule
}

// format is a pattern that a text without placeholders has to match, and how to say so.
type format struct {
	pattern *regexp.Regexp
	want    string // completes "…: …"
	hint    string
}

func newFormat(pattern, want, hint string) *format {
	return &format{regexp.MustCompile(pattern), want, hint}
}

func required(name, doc string, r *rule) field { return field{name, doc, r, true} }

func optional(name, doc string, r *rule) field { return field{name, doc, r, false} }

func object(fields ...field) *rule { return &rule{kind: objectKind, fields: fields} }

// mapOf makes a rule of a map; its keys are texts with a rule of their own.
func mapOf(keys, elem *rule) *rule { return &rule{kind: mapKind, keys: keys, elem: elem} }

// listOf makes a rule of a list. A max of 0 sets no limit.
func listOf(elem *rule, min, max int) *rule {
	return &rule{kind: listKind, elem: elem, min: min, max: max}
}

// sent makes a rule of a text that goes to Sinch. A maxChars of 0 sets no limit.
func sent(maxChars int) *rule { return &rule{kind: textKind, sent: true, maxChars: maxChars} }

func sentAs(f *format) *rule { return &rule{kind: textKind, sent: true, format: f} }

func sentOneOf(values ...string) *rule { return &rule{kind: textKind, sent: true, enum: values} }

// plain makes a rule of a text of our own.
func plain(f *format) *rule { return &rule{kind: textKind, format: f} }

func oneOf(values ...string) *rule { return &rule{kind: textKind, enum: values} }

func (r rule) checked(check func(n *node, v Value, label string)) *rule {
	r.check = check
	return &r
}

func (r rule) named(name string) *rule {
	r.name = name
	return &r
}

// shortFor lets a plain text stand for the object that has it under these keys.
func (r rule) shortFor(path ...string) *rule {
	r.short = path
	return &r
}

// atMost limits a text to so many characters.
func (r rule) atMost(maxChars int) *rule {
	r.maxChars = maxChars
	return &r
}

// orOne lets a plain text stand for a list of one.
func (r rule) orOne() *rule {
	r.single = true
	return &r
}

func (r rule) exactly(keys ...string) *rule {
	r.exactlyOne = keys
	return &r
}

// needing asks for at least one of some keys.
func (r rule) needing(keys ...string) *rule {
	r.atLeastOne = keys
	return &r
}

func (r rule) refusing(refused ...refusal) *rule {
	r.refused = refused
	return &r
}

// notYet lists keys whose effect this version does not have.
func notYet(names ...string) []refusal {
	refused := make([]refusal, len(names))
	for i, name := range names {
		refused[i] = refusal{name: name, message: "not supported by this version", hint: "remove it: it would have no effect"}
	}
	return refused
}

func (r *rule) field(name string) *field {
	for i := range r.fields {
		if r.fields[i].name == name {
			return &r.fields[i]
		}
	}
	return nil
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func (r *rule) refusal(name string) *refusal {
	for i := range r.refused {
		if r.refused[i].name == name {
			return &r.refused[i]
		}
	}
	return nil
}
