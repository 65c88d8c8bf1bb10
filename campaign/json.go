package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// readObject reads a JSON object of any shape. Its strings hold placeholders, its keys do not.
func readObject(n *node, label string) Value {
	if !n.is(mapNode, label, "") {
		return Value{}
	}
	return readAny(n, label)
}

func readAny(n *node, label string) Value {
	switch n.kind {
	case mapNode:
		v := Value{Kind: Object}
		for _, m := range n.members {
			if strings.Contains(m.key, "${") {
				n.doc.fail(m.pos, "put it into the value", "%s: placeholders do not stand in keys", label)
			}
			v.Fields = append(v.Fields, Field{m.key, readAny(m.value, discreet(m.key))})
		}
		return v
	case listNode:
		v := Value{Kind: List}
		for _, item := range n.items {
			v.List = append(v.List, readAny(item, label))
		}
		return v
	case scalarNode:
		return readAnyScalar(n, label)
	}
	return Value{}
}

func readAnyScalar(n *node, label string) Value {
	switch n.class {
	case numberClass:
		return Value{Kind: Number, Number: n.text}
	case boolClass:
		return Value{Kind: Bool, Bool: strings.EqualFold(n.text, "true")}
	case digitsClass, oddClass:
		n.fail(`put it in "quotes" to send it as a text`, "%s: this is not a number as JSON writes it", label)
		return Value{}
	}
	n.checkComment(label, true)
	return Value{Kind: String, Text: newTexts(n).text(label, n.text)}
}

// readDocumentString reads a JSON object that is sent inside a string. It is written as that string, or as the object that it holds.
func readDocumentString(n *node, label string) Value {
	if n.kind != scalarNode {
		inner := readObject(n, label)
		return Value{Kind: JSONString, Inner: &inner}
	}
	n.checkComment(label, true)
	inner, err := parseJSON(n.text, label, newTexts(n))
	if err != nil {
		n.fail(`it is one JSON object, with placeholders inside its "quotes"`, "%s: the string does not hold a JSON document: %v", label, err)
		return Value{}
	}
	return Value{Kind: JSONString, Inner: &inner}
}

// jsonParser reads a JSON document into a Value that keeps the order of its members and numbers as they are written.
type jsonParser struct {
	decoder *json.Decoder
	texts   *texts // nil: nobody is told what is wrong with placeholders
	label   string
}

// ReadValue makes a Value of a JSON object that is no part of a campaign, such as the message of a template. Its strings hold placeholders; what is
// wrong with one is taken for text. Errors quote nothing of the object.
func ReadValue(object []byte) (Value, error) { return parseJSON(string(object), "", nil) }

// parseJSON reads the object that a string holds. Its errors say where it breaks, and nothing of what it says.
func parseJSON(text, label string, t *texts) (Value, error) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal([]byte(text), new(json.RawMessage)); errors.As(err, &syntax) {
		return Value{}, fmt.Errorf("it breaks at its byte %d", syntax.Offset)
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return Value{}, errors.New(`it does not begin with "{"`)
	}
	p := jsonParser{json.NewDecoder(strings.NewReader(text)), t, label}
	p.decoder.UseNumber()
	return p.next(0)
}

func (p *jsonParser) next(depth int) (Value, error) {
	tk, err := p.decoder.Token()
	if err != nil {
		return Value{}, err
	}
	return p.value(tk, depth)
}

func (p *jsonParser) value(tk json.Token, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	switch tk := tk.(type) {
	case json.Delim:
		if tk == '{' {
			return p.object(depth + 1)
		}
		return p.list(depth + 1)
	case bool:
		return Value{Kind: Bool, Bool: tk}, nil
	case json.Number:
		return Value{Kind: Number, Number: tk.String()}, nil
	case string:
		if p.texts == nil {
			return Value{Kind: String, Text: readText(tk)}, nil
		}
		return Value{Kind: String, Text: p.texts.text(p.label, tk)}, nil
	}
	return Value{}, nil // null
}

func (p *jsonParser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	seen := make(map[string]bool)
	for p.decoder.More() {
		tk, err := p.decoder.Token()
		if err != nil {
			return Value{}, err
		}
		key, _ := tk.(string) // JSON has no other keys
		switch {
		case seen[key]:
			return Value{}, errors.New("an object has the same key twice")
		case strings.Contains(key, "${"):
			return Value{}, errors.New("a placeholder stands in a key")
		}
		seen[key] = true
		member, err := p.next(depth)
		if err != nil {
			return Value{}, err
		}
		v.Fields = append(v.Fields, Field{key, member})
	}
	_, err := p.decoder.Token()
	return v, err
}

func (p *jsonParser) list(depth int) (Value, error) {
	v := Value{Kind: List}
	for p.decoder.More() {
		element, err := p.next(depth)
		if err != nil {
			return Value{}, err
		}
		v.List = append(v.List, element)
	}
	_, err := p.decoder.Token()
	return v, err
}

// float returns a number's value.
func (v Value) float() float64 {
	f, _ := strconv.ParseFloat(v.Number, 64) // the text is a number, and one out of range is infinite, which is what comparisons need
	return f
}

// jsonLen counts the characters of a value as JSON without its placeholders: what is rendered is at least that long.
func (v Value) jsonLen() int {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v.plain()); err != nil {
		return 0 // unreachable: plain makes only what JSON has
	}
	return len([]rune(strings.TrimSuffix(b.String(), "\n")))
}

// plain makes what encoding/json encodes of a value, with nothing in the place of placeholders.
func (v Value) plain() any {
	switch v.Kind {
	case Bool:
		return v.Bool
	case Number:
		return json.Number(v.Number)
	case String, NumberString:
		var b strings.Builder
		for _, p := range v.Text {
			b.WriteString(p.Literal)
		}
		return b.String()
	case List:
		list := make([]any, len(v.List))
		for i, e := range v.List {
			list[i] = e.plain()
		}
		return list
	case Object:
		object := make(map[string]any, len(v.Fields))
		for _, f := range v.Fields {
			object[f.Name] = f.Value.plain()
		}
		return object
	}
	return nil
}
