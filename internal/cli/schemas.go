package cli

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"sendoff/internal/notify"
	"sendoff/internal/report"
)

// output is what commands print for machines, or what is told to others, of which there is a JSON Schema.
type output struct {
	name  string
	what  string
	types []reflect.Type // one of these
}

// outputs are all of them.
func outputs() []output {
	return []output{
		{"report", "what sendoff report --json prints", []reflect.Type{reflect.TypeFor[reportResult]()}},
		{"run", "what sendoff run, resume, reconcile and cancel print with --json, and report.json", []reflect.Type{reflect.TypeFor[report.Report]()}},
		{"retry", "what sendoff retry --json prints: the report of the retry, and the run with all its retries together", []reflect.Type{reflect.TypeFor[withTotals]()}},
		{"why", "what sendoff why --json prints", []reflect.Type{reflect.TypeFor[whyAnswer]()}},
		{"import", "what sendoff receipts import --json prints", []reflect.Type{reflect.TypeFor[importResult]()}},
		{"fetch", "what sendoff receipts fetch --json prints", []reflect.Type{reflect.TypeFor[fetched]()}},
		{"status", "what sendoff status RUN --json prints: a report, or while a process holds the run what that says (live is true)",
			[]reflect.Type{reflect.TypeFor[report.Report](), reflect.TypeFor[status]()}},
		{"list", "what sendoff status DIR --json prints", []reflect.Type{reflect.TypeFor[runList]()}},
		{"check", "what sendoff check --json prints", []reflect.Type{reflect.TypeFor[checkResult]()}},
		{"plan", "what sendoff plan and run --dry-run print with --json", []reflect.Type{reflect.TypeFor[planResult]()}},
		{"test", "what sendoff test --json prints", []reflect.Type{reflect.TypeFor[testResult]()}},
		{"error", "what every command prints with --json that has failed before it had a result", []reflect.Type{reflect.TypeFor[errorResult]()}},
		{"notification", "what webhooks of notify are sent when a run ends", []reflect.Type{reflect.TypeFor[notify.Message]()}},
	}
}

// outputNames are the names of all outputs.
func outputNames() []string {
	var names []string
	for _, o := range outputs() {
		names = append(names, o.name)
	}
	return names
}

// schema returns the output's schema. One that is strict allows nothing that this version does not print; a published one does, since a later version
// may say more under the same number of the schema.
func (o output) schema(strict bool) (*jsonschema.Schema, error) {
	var all []*jsonschema.Schema
	for _, t := range o.types {
		known := map[reflect.Type]*jsonschema.Schema{reflect.TypeFor[time.Time](): {Type: "string", Format: "date-time"}}
		writeThemselves(t, known)
		s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: known})
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", o.name, err)
		}
		relax(t, s, strict)
		all = append(all, s)
	}
	whole := all[0]
	if len(all) > 1 {
		whole = &jsonschema.Schema{AnyOf: all}
	}
	whole.Schema = "https://json-schema.org/draft/2020-12/schema"
	whole.Title, whole.Description = "sendoff "+o.name, o.what
	return whole, nil
}

// writeThemselves finds the types within t whose JSON form is their own affair: texts, and what may be anything.
func writeThemselves(t reflect.Type, known map[reflect.Type]*jsonschema.Schema) {
	if known[t] != nil {
		return
	}
	switch {
	case t.Implements(reflect.TypeFor[json.Marshaler]()):
		known[t] = &jsonschema.Schema{}
		return
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		known[t] = &jsonschema.Schema{Type: "string"}
		return
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		writeThemselves(t.Elem(), known)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				writeThemselves(f.Type, known)
			}
		}
	}
}

// relax has the schema of t allow what the fields of an embedded pointer say to be missing, and unless it is strict, what is not there yet.
func relax(t reflect.Type, s *jsonschema.Schema, strict bool) {
	if s == nil {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		relax(t.Elem(), s, strict)
	case reflect.Slice, reflect.Array:
		relax(t.Elem(), s.Items, strict)
	case reflect.Map:
		relax(t.Elem(), s.AdditionalProperties, strict)
	case reflect.Struct:
		if !strict && s.AdditionalProperties != nil {
			s.AdditionalProperties = nil
		}
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || !f.IsExported() || s.Properties[name] == nil {
				continue
			}
			relax(f.Type, s.Properties[name], strict)
			if isBehindPointer(t, f) {
				s.Required = slices.DeleteFunc(s.Required, func(r string) bool { return r == name })
			}
		}
	}
}

// isBehindPointer reports whether a field of t is one of an embedded struct that may be nil.
func isBehindPointer(t reflect.Type, f reflect.StructField) bool {
	for _, i := range f.Index[:len(f.Index)-1] {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer && t != reflect.TypeFor[*report.Report]() { // which no result is without
			return true
		}
	}
	return false
}
