package campaign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"
)

func TestSchemaNamesEveryKey(t *testing.T) {
	schema := Schema()
	if !bytes.Equal(schema, Schema()) {
		t.Error("Schema differs from call to call")
	}
	var document map[string]any
	if err := json.Unmarshal(schema, &document); err != nil {
		t.Fatal(err)
	}
	if got, want := document["$schema"], "https://json-schema.org/draft/2020-12/schema"; got != want {
		t.Errorf("$schema = %v, want %s", got, want)
	}
	names := make(map[string]bool)
	collectProperties(document, names)
	eachRule(fileRules(), func(r *rule) {
		for _, f := range r.fields {
			if !names[f.name] {
				t.Errorf("the schema does not have %s", f.name)
			}
		}
		for _, refused := range r.refused {
			if r.field(refused.name) != nil {
				t.Errorf("%s is both known and refused", refused.name)
			}
		}
	})
}

func collectProperties(schema any, names map[string]bool) {
	switch schema := schema.(type) {
	case map[string]any:
		if properties, ok := schema["properties"].(map[string]any); ok {
			for name := range properties {
				names[name] = true
			}
		}
		for _, v := range schema {
			collectProperties(v, names)
		}
	case []any:
		for _, v := range schema {
			collectProperties(v, names)
		}
	}
}

func eachRule(r *rule, visit func(*rule)) {
	if r == nil {
		return
	}
	visit(r)
	for _, f := range r.fields {
		eachRule(f.rule, visit)
	}
	eachRule(r.elem, visit)
	if r.variant != nil {
		eachRule(r.variant.rule, visit)
	}
}

// TestSchemaAgreesWithLoad holds the schema against files that Load takes, and against some that it refuses for their shape.
func TestSchemaAgreesWithLoad(t *testing.T) {
	var document map[string]any
	if err := json.Unmarshal(Schema(), &document); err != nil {
		t.Fatal(err)
	}
	v := validator{defs: document["$defs"].(map[string]any)}
	for _, path := range glob(t, good()...) {
		if err := v.validate(document, plainDocument(t, path), ""); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, name := range []string{"unknown_keys", "two_types", "no_message", "required", "wrong_kinds", "counts", "shapes", "overrides", "own_values", "not_supported", "pasted_request", "message_and_file"} {
		if err := v.validate(document, plainDocument(t, filepath.Join("testdata/err", name+".yaml")), ""); err == nil {
			t.Errorf("%s: the schema takes it, and Load refuses it", name)
		}
	}
}

// plainDocument reads a file as an editor does.
func plainDocument(t *testing.T, path string) any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return plainNode(readDocument(path, data).root)
}

func plainNode(n *node) any {
	switch n.kind {
	case mapNode:
		object := make(map[string]any)
		for _, m := range n.members {
			object[m.key] = plainNode(m.value)
		}
		return object
	case listNode:
		list := []any{}
		for _, item := range n.items {
			list = append(list, plainNode(item))
		}
		return list
	case scalarNode:
		switch n.class {
		case numberClass, digitsClass:
			f, err := strconv.ParseFloat(n.text, 64)
			if err != nil {
				return n.text
			}
			return f
		case boolClass:
			return n.text == "true"
		}
		return n.text
	}
	return nil
}

// validator checks a document by the part of JSON Schema that Schema uses.
type validator struct {
	defs map[string]any
}

func (v validator) validate(schema any, value any, at string) error {
	if allowed, ok := schema.(bool); ok {
		if !allowed {
			return fmt.Errorf("%s: not allowed", at)
		}
		return nil
	}
	s := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		if err := v.validate(v.defs[filepath.Base(ref)], value, at); err != nil {
			return err
		}
	}
	if types := list(s["type"]); types != nil && !slices.Contains(types, typeOf(value)) &&
		!(slices.Contains(types, any("integer")) && typeOf(value) == "number" && value == math.Trunc(value.(float64))) {
		return fmt.Errorf("%s: %v, want %v", at, typeOf(value), types)
	}
	if constant, ok := s["const"]; ok && constant != value {
		return fmt.Errorf("%s: want %v", at, constant)
	}
	if enum := list(s["enum"]); enum != nil && (typeOf(value) == "object" || typeOf(value) == "array" || !slices.Contains(enum, value)) {
		return fmt.Errorf("%s: not in %v", at, enum)
	}
	if err := v.alternatives(s, value, at); err != nil {
		return err
	}
	switch value := value.(type) {
	case string:
		if pattern, ok := s["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(value) {
			return fmt.Errorf("%s: %q does not match %s", at, value, pattern)
		}
	case float64:
		if low, ok := s["minimum"].(float64); ok && value < low {
			return fmt.Errorf("%s: less than %v", at, low)
		}
		if high, ok := s["maximum"].(float64); ok && value > high {
			return fmt.Errorf("%s: more than %v", at, high)
		}
	case []any:
		return v.array(s, value, at)
	case map[string]any:
		return v.object(s, value, at)
	}
	return nil
}

func (v validator) alternatives(s map[string]any, value any, at string) error {
	count := func(key string) int {
		n := 0
		for _, schema := range list(s[key]) {
			if v.validate(schema, value, at) == nil {
				n++
			}
		}
		return n
	}
	if s["anyOf"] != nil && count("anyOf") == 0 {
		return fmt.Errorf("%s: none of %d alternatives", at, len(list(s["anyOf"])))
	}
	if s["oneOf"] != nil && count("oneOf") != 1 {
		return fmt.Errorf("%s: not one of %d alternatives", at, len(list(s["oneOf"])))
	}
	if s["if"] != nil && v.validate(s["if"], value, at) == nil {
		return v.validate(s["then"], value, at)
	}
	return nil
}

func (v validator) array(s map[string]any, value []any, at string) error {
	if low, ok := s["minItems"].(float64); ok && float64(len(value)) < low {
		return fmt.Errorf("%s: too few", at)
	}
	if high, ok := s["maxItems"].(float64); ok && float64(len(value)) > high {
		return fmt.Errorf("%s: too many", at)
	}
	for i, e := range value {
		if items, ok := s["items"]; ok {
			if err := v.validate(items, e, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v validator) object(s map[string]any, value map[string]any, at string) error {
	for _, name := range list(s["required"]) {
		if _, ok := value[name.(string)]; !ok {
			return fmt.Errorf("%s: %s is missing", at, name)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, member := range value {
		schema, ok := properties[name]
		if !ok {
			if schema, ok = s["additionalProperties"]; !ok {
				continue
			}
		}
		if names, ok := s["propertyNames"]; ok {
			if err := v.validate(names, name, at); err != nil {
				return err
			}
		}
		if err := v.validate(schema, member, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func typeOf(v any) any {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// TestSchemaDescribes finds fields of ours without a word of explanation: editors show it.
func TestSchemaDescribes(t *testing.T) {
	for _, f := range fileRules().fields {
		if utf8.RuneCountInString(f.doc) < 10 {
			t.Errorf("%s has no description", f.name)
		}
	}
}
