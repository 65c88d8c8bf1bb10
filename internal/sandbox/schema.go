package sandbox

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// rule says what a value of a request may be. The rules are the types of this file; tables of them are in request.go.
type rule interface {
	check(c *checker, v any)
}

// checker walks a decoded request along its rules, and gathers what is wrong.
type checker struct {
	path  []step // to the value that is being checked
	found []violation
}

// step is one step of a path: a key, or the index where the key is empty.
type step struct {
	key   string
	index int
}

// maxViolations bounds the answer to a request that is wrong everywhere.
const maxViolations = 20

// violations returns what is wrong with v, in the order of the fields' names.
func violations(v any, r rule) []violation {
	var c checker
	r.check(&c, v)
	slices.SortFunc(c.found, byField)
	return c.found[:min(len(c.found), maxViolations)]
}

// byField orders violations, which are found in the random order of maps.
func byField(a, b violation) int {
	return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Description, b.Description))
}

// mustBeOneOf says which values there are.
func mustBeOneOf(known []string) string { return "Must be one of " + strings.Join(known, ", ") }

// key checks the value of a key.
func (c *checker) key(key string, v any, r rule) {
	c.path = append(c.path, step{key: key})
	r.check(c, v)
	c.path = c.path[:len(c.path)-1]
}

// index checks an element of a list.
func (c *checker) index(i int, v any, r rule) {
	c.path = append(c.path, step{index: i})
	r.check(c, v)
	c.path = c.path[:len(c.path)-1]
}

// report notes that the value at the path, or below it at key, is wrong.
func (c *checker) report(key, format string, args ...any) {
	var field strings.Builder
	for _, s := range c.path {
		if s.key == "" {
			field.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		dot(&field)
		field.WriteString(s.key)
	}
	if key != "" {
		dot(&field)
		field.WriteString(key)
	}
	c.found = append(c.found, violation{Field: field.String(), Description: fmt.Sprintf(format, args...)})
}

// dot separates what follows from what b holds.
func dot(b *strings.Builder) {
	if b.Len() > 0 {
		b.WriteByte('.')
	}
}

// text is a string.
type text struct {
	max  int                 // characters; 0: any number
	enum []string            // nil: anything
	form func(string) string // what is wrong with its form, or ""; nil: nothing can be
}

func (t text) check(c *checker, v any) {
	s, ok := v.(string)
	if !ok {
		c.report("", "Must be a string")
		return
	}
	// A string of n bytes has no more than n characters, so few are ever counted.
	if t.max > 0 && len(s) > t.max && utf8.RuneCountInString(s) > t.max {
		c.report("", "At most %d characters", t.max)
	}
	if t.enum != nil && !slices.Contains(t.enum, s) {
		c.report("", "%s", mustBeOneOf(t.enum))
	}
	if t.form == nil {
		return
	}
	if wrong := t.form(s); wrong != "" {
		c.report("", "%s", wrong)
	}
}

// number is a number. A string that holds one is none.
type number struct {
	whole    bool
	min, max float64 // a max of 0: any number
}

func (n number) check(c *checker, v any) {
	f, ok := v.(float64)
	switch {
	case !ok:
		c.report("", "Must be a number")
	case n.whole && f != math.Trunc(f):
		c.report("", "Must be a whole number")
	case n.max > 0 && (f < n.min || f > n.max):
		c.report("", "Must be %g to %g", n.min, n.max)
	}
}

// truth is true or false.
type truth struct{}

func (truth) check(c *checker, v any) {
	if _, ok := v.(bool); !ok {
		c.report("", "Must be true or false")
	}
}

// list is an array.
type list struct {
	of       rule
	min, max int // how many; a max of 0: any number
}

func (l list) check(c *checker, v any) {
	elements, ok := v.([]any)
	if !ok {
		c.report("", "Must be an array")
		return
	}
	if len(elements) < l.min {
		c.report("", "At least %d", l.min)
	}
	if l.max > 0 && len(elements) > l.max {
		c.report("", "At most %d", l.max)
	}
	for i, element := range elements {
		c.index(i, element, l.of)
	}
}

// mapping is an object whose keys are data.
type mapping struct {
	keys []string // nil: any
	of   rule
}

func (m mapping) check(c *checker, v any) {
	entries, ok := v.(map[string]any)
	if !ok {
		c.report("", "Must be an object")
		return
	}
	for key, value := range entries {
		if m.keys != nil && !slices.Contains(m.keys, key) {
			c.report("", "Keys must be one of %s", strings.Join(m.keys, ", "))
		}
		c.key(key, value, m.of)
	}
}

// object is an object with fields. A field that is null is not there, as in the JSON form of protocol buffers.
type object struct {
	fields   fields
	required []string // must be there, and not be an empty string
	exactly1 []string // one of these must be there, and no other
	atLeast1 []string // one of these must be there
	also     func(c *checker, o map[string]any)
}

type fields map[string]rule

func (o object) check(c *checker, v any) {
	values, ok := v.(map[string]any)
	if !ok {
		c.report("", "Must be an object")
		return
	}
	for key, value := range values {
		field, ok := o.fields[key]
		switch {
		case !ok:
			c.report(key, "Unknown field")
		case value != nil:
			c.key(key, value, field)
		}
	}
	for _, key := range o.required {
		if v := values[key]; v == nil || v == "" {
			c.report(key, "Field is mandatory")
		}
	}
	if o.exactly1 != nil && present(values, o.exactly1) != 1 {
		c.report("", "Exactly one of %s", strings.Join(o.exactly1, ", "))
	}
	if o.atLeast1 != nil && present(values, o.atLeast1) == 0 {
		c.report("", "At least one of %s", strings.Join(o.atLeast1, ", "))
	}
	if o.also != nil {
		o.also(c, values)
	}
}

// present returns how many of keys are there.
func present(values map[string]any, keys []string) (n int) {
	for _, key := range keys {
		if values[key] != nil {
			n++
		}
	}
	return n
}

// document is JSON of the sender's own, or a string that holds it.
type document struct {
	max int // characters
}

func (d document) check(c *checker, v any) {
	n, ok := documentLength(v)
	switch {
	case !ok:
		c.report("", "Must be an object")
	case n > d.max:
		c.report("", "At most %d characters", d.max)
	}
}

// anything is an object whose contents are looked at behind the API.
type anything struct{}

func (anything) check(c *checker, v any) {
	if _, ok := v.(map[string]any); !ok {
		c.report("", "Must be an object")
	}
}
