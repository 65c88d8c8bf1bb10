package preview

import (
	"bytes"
	"encoding/json"
	"strings"

	"sendoff/campaign"
)

// nativeJSON writes a document of a channel's own, an element or a member on each line.
func nativeJSON(v campaign.Value) string {
	if v.Kind == campaign.JSONString {
		v = *v.Inner
	}
	var b strings.Builder
	writeJSON(&b, v, "\n")
	return b.String()
}

// writeJSON writes a value; newline is a line end and the spaces with which lines begin there.
func writeJSON(b *strings.Builder, v campaign.Value, newline string) {
	switch v.Kind {
	case campaign.Null:
		b.WriteString("null")
	case campaign.Bool:
		b.WriteString(map[bool]string{true: "true", false: "false"}[v.Bool])
	case campaign.Number:
		b.WriteString(v.Number)
	case campaign.String, campaign.NumberString:
		b.WriteString(quoted(v.Text.String()))
	case campaign.JSONString:
		var inner strings.Builder
		writeJSON(&inner, *v.Inner, "")
		b.WriteString(quoted(inner.String()))
	case campaign.List:
		writeMembers(b, "[]", len(v.List), newline, func(i int) { writeJSON(b, v.List[i], newline+"  ") })
	case campaign.Object:
		writeMembers(b, "{}", len(v.Fields), newline, func(i int) {
			b.WriteString(quoted(v.Fields[i].Name) + ": ")
			writeJSON(b, v.Fields[i].Value, newline+"  ")
		})
	}
}

func writeMembers(b *strings.Builder, brackets string, n int, newline string, member func(i int)) {
	b.WriteString(brackets[:1])
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(newline + "  ")
		member(i)
	}
	if n > 0 {
		b.WriteString(newline)
	}
	b.WriteString(brackets[1:])
}

func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into memory
	return strings.TrimSuffix(b.String(), "\n")
}
