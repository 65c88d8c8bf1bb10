package campaign

import (
	"slices"
	"strings"
)

// Kind says what a [Value] is.
type Kind uint8

// The kinds of value. Those of JSON, and two that only a campaign has.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Object
	NumberString // a string that is exactly one placeholder, where the API wants a number: rendered as a JSON number
	JSONString   // a string that holds a JSON document (explicit_channel_message): Inner is rendered, then encoded as a string
)

// Value is a JSON value of a campaign whose strings hold placeholders.
type Value struct {
	Kind   Kind
	Bool   bool
	Number string  // source text of a number
	Text   Text    // String and NumberString
	List   []Value // List
	Fields []Field // Object, in the order of the file
	Inner  *Value  // JSONString
}

// Field is one member of an object.
type Field struct {
	Name  string
	Value Value
}

// Get returns the member called name, or a Null value.
func (v Value) Get(name string) Value {
	for _, f := range v.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return Value{}
}

// With returns v, an object, with another member of a name, or one more.
func (v Value) With(name string, member Value) Value {
	fields := slices.Clone(v.Fields)
	for i := range fields {
		if fields[i].Name == name {
			fields[i].Value = member
			v.Fields = fields
			return v
		}
	}
	v.Fields = append(fields, Field{name, member})
	return v
}

// Without returns v, an object, without the member called name.
func (v Value) Without(name string) Value {
	v.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f Field) bool { return f.Name == name })
	return v
}

// Literal returns a string without placeholders.
func Literal(s string) Value { return Value{Kind: String, Text: Text{{Literal: s}}} }

// Text is a string with placeholders: its parts stand one behind the other.
type Text []Part

// String returns the text with its placeholders as they were written. A literal "${" is not marked.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t {
		if p.Name != "" {
			b.WriteString("${" + p.Name + "}")
			continue
		}
		b.WriteString(p.Literal)
	}
	return b.String()
}

// Part is a literal, or a placeholder where Name is not empty.
type Part struct {
	Literal string
	Name    string // as written between "${" and "}"
	Line    int    // where the placeholder stands in the campaign file; of a literal, where its text begins
	Column  int
}

// Texts calls yield for every text below v, inner documents included.
func (v Value) Texts(yield func(Text) bool) bool {
	switch v.Kind {
	case String, NumberString:
		return yield(v.Text)
	case List:
		for _, e := range v.List {
			if !e.Texts(yield) {
				return false
			}
		}
	case Object:
		for _, f := range v.Fields {
			if !f.Value.Texts(yield) {
				return false
			}
		}
	case JSONString:
		return v.Inner.Texts(yield)
	}
	return true
}
