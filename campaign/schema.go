package campaign

import (
	"bytes"
	"encoding/json"
)

// Schema returns the JSON Schema (draft 2020-12) of the file format, for editors. It is made of the same rules as the checks of
// [Load], and says less than they do: it is silent on keys that this version refuses, and on what depends on several keys.
func Schema() []byte {
	s := schemaWriter{defs: make(map[string]any)}
	root := s.rule(fileRules())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "sendoff campaign"
	root["$defs"] = s.defs
	var b bytes.Buffer
	encoder := json.NewEncoder(&b) // sorts keys, so that the result is always the same
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		panic("campaign: schema: " + err.Error()) // unreachable: it consists of maps, lists, strings and numbers
	}
	return b.Bytes()
}

// schemaWriter makes schemas of rules. Named shapes are written once, under $defs.
type schemaWriter struct {
	defs map[string]any
}

func (s schemaWriter) rule(r *rule) map[string]any {
	if r.name == "" {
		return s.shape(r)
	}
	if _, ok := s.defs[r.name]; !ok {
		s.defs[r.name] = s.shape(r)
	}
	return map[string]any{"$ref": "#/$defs/" + r.name}
}

// placeholderPattern matches a text with a placeholder, of which nothing more can be said.
const placeholderPattern = `\$\{[^}]+\}`

func (s schemaWriter) shape(r *rule) map[string]any {
	switch r.kind {
	case textKind:
		return s.text(r)
	case numberKind:
		number := map[string]any{"type": "number"}
		if r.low != r.high {
			number["minimum"], number["maximum"] = r.low, r.high
		}
		return anyOf(number, map[string]any{"type": "string", "pattern": "^" + placeholderPattern + "$"})
	case wholeKind:
		whole := map[string]any{"type": "integer", "minimum": 1}
		if r.high > 0 {
			whole["maximum"] = r.high
		}
		return whole
	case anyKind:
		return map[string]any{"type": "object"}
	case documentKind:
		return map[string]any{"type": []string{"object", "string"}}
	case mapKind:
		return map[string]any{"type": "object", "propertyNames": s.rule(r.keys), "additionalProperties": s.rule(r.elem)}
	case listKind:
		return s.list(r)
	}
	object := s.object(r)
	switch {
	case r.short != nil:
		return anyOf(map[string]any{"type": "string"}, object)
	case r.word != "":
		return anyOf(object, map[string]any{"const": r.word})
	}
	return object
}

func anyOf(schemas ...any) map[string]any { return map[string]any{"anyOf": schemas} }

// text makes the schema of a text. An editor takes unquoted digits and true for what YAML does, and Load for the text that they are.
func (s schemaWriter) text(r *rule) map[string]any {
	if r.enum != nil {
		enum := map[string]any{"enum": enumValues(r.enum)}
		if r.sent {
			return anyOf(enum, map[string]any{"type": "string", "pattern": placeholderPattern})
		}
		return enum
	}
	text := map[string]any{"type": []string{"string", "number", "boolean"}}
	if r.format == nil {
		return text
	}
	text["pattern"] = r.format.pattern.String()
	if r.sent {
		return anyOf(text, map[string]any{"type": "string", "pattern": placeholderPattern})
	}
	return text
}

// enumValues returns texts, and beside those that look like something else to YAML what they look like.
func enumValues(texts []string) []any {
	var values []any
	for _, text := range texts {
		values = append(values, text)
		var other any
		if json.Unmarshal([]byte(text), &other) == nil {
			values = append(values, other)
		}
	}
	return values
}

func (s schemaWriter) list(r *rule) map[string]any {
	list := map[string]any{"type": "array", "items": s.rule(r.elem)}
	if r.min > 0 {
		list["minItems"] = r.min
	}
	if r.max > 0 {
		list["maxItems"] = r.max
	}
	if r.word != "" {
		return anyOf(list, map[string]any{"const": r.word})
	}
	if r.single {
		return anyOf(s.rule(r.elem), list)
	}
	return list
}

func (s schemaWriter) object(r *rule) map[string]any {
	properties := make(map[string]any, len(r.fields))
	required := []string{}
	for _, f := range r.fields {
		properties[f.name] = s.described(f)
		if f.required {
			required = append(required, f.name)
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["required"] = required
	}
	if r.other != nil {
		object["additionalProperties"] = s.rule(r.other)
	}
	if r.exactlyOne != nil {
		object["oneOf"] = requiring(r.exactlyOne)
	}
	if r.atLeastOne != nil {
		object["anyOf"] = requiring(r.atLeastOne)
	}
	if v := r.variant; v != nil {
		object["if"] = map[string]any{"properties": map[string]any{v.key: map[string]any{"const": v.value}}, "required": []string{v.key}}
		object["then"] = map[string]any{"properties": map[string]any{v.member: s.rule(v.rule)}}
	}
	return object
}

// described is a field's schema with its description. Beside a $ref that is allowed from draft 2019-09 on.
func (s schemaWriter) described(f field) map[string]any {
	schema := s.rule(f.rule)
	if f.doc != "" {
		schema["description"] = f.doc
	}
	return schema
}

// requiring makes one schema for each key, which asks for that key.
func requiring(keys []string) []any {
	schemas := make([]any, len(keys))
	for i, key := range keys {
		schemas[i] = map[string]any{"required": []string{key}}
	}
	return schemas
}
