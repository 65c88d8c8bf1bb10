package campaign

import (
	"fmt"
	"slices"
	"strings"
)

// read checks a node by its rule and makes a Value of it. Whatever is wrong is noted in the node's document; the label is the key that
// people look for. A nil rule takes nothing: its key has been refused.
func (r *rule) read(n *node, label string) Value {
	if n.kind == nullNode {
		n.fail(`write the value behind the colon, or remove the line`, "%s has no value", label)
		return Value{}
	}
	if n.kind == scalarNode && r.short != nil {
		n.wrap(r.short)
	}
	if n.kind == scalarNode && r.single {
		inner := *n
		*n = node{doc: n.doc, pos: n.pos, kind: listNode, items: []*node{&inner}}
	}
	v := r.readKind(n, label)
	if r.check != nil && v.Kind != Null {
		r.check(n, v, label)
	}
	return v
}

func (r *rule) readKind(n *node, label string) Value {
	switch r.kind {
	case textKind:
		return r.readText(n, label)
	case numberKind:
		return r.readNumber(n, label)
	case wholeKind:
		return r.readWhole(n, label)
	case anyKind:
		return readObject(n, label)
	case documentKind:
		return readDocumentString(n, label)
	case objectKind:
		return r.readObject(n, label)
	case mapKind:
		return r.readMap(n, label)
	}
	return r.readList(n, label)
}

// is reports whether a node is of the kind that is wanted, and notes it where it is not.
func (n *node) is(kind nodeKind, label, hint string) bool {
	if n.kind != kind {
		n.fail(hint, "%s: %v is wanted here, not %v", label, kind, n.kind)
	}
	return n.kind == kind
}

func (r *rule) readText(n *node, label string) Value {
	if !n.is(scalarNode, label, `a text that begins with [ or { must stand in "quotes"`) {
		return Value{}
	}
	n.checkComment(label, r.sent && r.enum == nil)
	if n.class == oddClass {
		n.fail(`put it in "quotes" to send it as it stands here`, "%s: YAML reads this as a number and would change it", label)
		return Value{}
	}
	v := Value{Kind: String}
	if r.sent {
		v.Text = newTexts(n).text(label, n.text)
	} else if n.text != "" {
		v.Text = Text{{Literal: n.text}}
	}
	r.checkText(n, v.Text, label)
	return v
}

func (r *rule) checkText(n *node, t Text, label string) {
	if length := t.literalLen(); r.maxChars > 0 && length > r.maxChars {
		n.fail("", "%s: %d characters are too many; at most %d are possible", label, length, r.maxChars)
	}
	literal, ok := t.literal()
	if !ok {
		return
	}
	if r.enum != nil && !slices.Contains(r.enum, literal) {
		n.fail(suggest(literal, r.enum), "%s: %s is not possible here", label, shown(literal))
	}
	if r.format != nil && !r.format.pattern.MatchString(literal) {
		n.fail(r.format.hint, "%s: %s", label, r.format.want)
	}
}

// checkComment refuses a comment behind a plain text that may well be the rest of the text. In a text that is sent that is any
// comment; elsewhere one that begins like a hashtag or a number.
func (n *node) checkComment(label string, strict bool) {
	if n.comment.line == 0 {
		return
	}
	next := n.doc.offsetOf(n.comment.line, n.comment.column) + 1
	if !strict && (next >= len(n.doc.runes) || n.doc.runes[next] == ' ' || n.doc.runes[next] == '\n') {
		return
	}
	words := strings.Fields(n.text)
	n.doc.fail(n.comment, commentHint, `%s: the text ends at %s: " #" begins a comment`, label, shown(words[len(words)-1]))
}

func (r *rule) readNumber(n *node, label string) Value {
	if !n.is(scalarNode, label, "") {
		return Value{}
	}
	if n.plain && n.class == numberClass {
		v := Value{Kind: Number, Number: n.text}
		if number := v.float(); r.low != r.high && (number < r.low || number > r.high) {
			n.fail("", "%s: a number from %v to %v is wanted", label, r.low, r.high)
		}
		return v
	}
	text := newTexts(n).text(label, n.text)
	if len(text) == 1 && text[0].Name != "" {
		return Value{Kind: NumberString, Text: text}
	}
	n.fail(`write it with a point and without quotes, such as 59.33; a placeholder stands alone: "${latitude}"`, "%s: a number is wanted", label)
	return Value{}
}

// readWhole reads a whole number of our own, from 1 to r.high where that is set.
func (r *rule) readWhole(n *node, label string) Value {
	const digits = 9
	ok := n.kind == scalarNode && n.class == numberClass && len(n.text) <= digits && strings.Trim(n.text, "0123456789") == ""
	v := Value{Kind: Number, Number: n.text}
	if ok = ok && v.float() >= 1 && (r.high == 0 || v.float() <= r.high); ok {
		return v
	}
	most := "999999999"
	if r.high > 0 {
		most = fmt.Sprint(r.high)
	}
	n.fail("", "%s: a whole number from 1 to %s is wanted", label, most)
	return Value{}
}

func (r *rule) readObject(n *node, label string) Value {
	if n.kind == scalarNode && r.word != "" && n.text == r.word {
		return Value{Kind: String, Text: Text{{Literal: r.word}}}
	}
	hint := ""
	switch {
	case n.kind == listNode:
		hint = `remove the "-" or the [ ]`
	case r.word != "":
		hint = "such as " + r.sample + `, or "` + r.word + `"`
	}
	if !n.is(mapNode, label, hint) {
		return Value{}
	}
	v := Value{Kind: Object}
	for _, m := range n.members {
		if rule := r.memberRule(n, m); rule != nil {
			v.Fields = append(v.Fields, Field{m.key, rule.read(m.value, discreet(m.key))})
		}
	}
	r.checkPresence(n, v, label)
	return v
}

// memberRule returns the rule of a member, or nil where it cannot stand there.
func (r *rule) memberRule(n *node, m member) *rule {
	if refused := r.refusal(m.key); refused != nil {
		n.doc.fail(m.pos, refused.hint, "%s: %s", m.key, refused.message)
		return nil
	}
	if f := r.field(m.key); f != nil {
		if v := r.variant; v != nil && v.member == m.key && n.get(v.key).string() == v.value {
			return v.rule
		}
		return f.rule
	}
	hint := suggest(m.key, fieldNames(r.fields))
	if r.other != nil {
		n.doc.warn(m.pos, hint, "%s is not documented by Sinch, and may be refused", shown(m.key))
		return r.other
	}
	if n.flow && m.value.kind == nullNode {
		hint = `inside { }, a text with a comma must stand in "quotes"`
	}
	n.doc.fail(m.pos, hint, "unknown key %s", shown(m.key))
	return nil
}

// checkPresence looks for what has to be there. What stands there under a misspelt name has been noted already.
func (r *rule) checkPresence(n *node, v Value, label string) {
	present := r.meant(n)
	for _, f := range r.fields {
		if !f.required {
			continue
		}
		if !present[f.name] {
			n.fail("", "%s: %s is missing", label, f.name)
		} else if field := v.Get(f.name); field.Kind == String && len(field.Text) == 0 && f.rule.format == nil && f.rule.enum == nil {
			n.get(f.name).fail("", "%s is empty", f.name)
		}
	}
	among := func(key string) bool { return present[key] }
	if r.exactlyOne != nil && !slices.ContainsFunc(r.exactlyOne, among) && !r.refusesAny(n) {
		n.fail(strings.Join(r.exactlyOne, ", "), "%s: one of these keys is wanted", label)
	}
	if r.exactlyOne != nil {
		checkOnlyOne(n, r.exactlyOne, label)
	}
	if r.atLeastOne != nil && !slices.ContainsFunc(r.atLeastOne, among) {
		n.fail(strings.Join(r.atLeastOne, ", "), "%s: one of these keys is wanted", label)
	}
}

// meant returns the keys that an object has, and those that its unknown ones are probably meant to be.
func (r *rule) meant(n *node) map[string]bool {
	keys := make(map[string]bool, len(n.members))
	for _, m := range n.members {
		keys[m.key] = true
		if r.field(m.key) == nil {
			keys[Nearest(m.key, fieldNames(r.fields))] = true
		}
	}
	return keys
}

// refusesAny reports whether an object has a key that is refused: then it is something else than it should be.
func (r *rule) refusesAny(n *node) bool {
	return slices.ContainsFunc(n.members, func(m member) bool { return r.refusal(m.key) != nil })
}

func checkOnlyOne(n *node, keys []string, label string) {
	first := ""
	for _, m := range n.members {
		switch {
		case !slices.Contains(keys, m.key):
		case first == "":
			first = m.key
		default:
			n.doc.fail(m.pos, "keep one of the two", "%s has both %s and %s", label, first, m.key)
			return
		}
	}
}

func (r *rule) readMap(n *node, label string) Value {
	if !n.is(mapNode, label, "") {
		return Value{}
	}
	v := Value{Kind: Object}
	for _, m := range n.members {
		if refused := r.refusal(m.key); refused != nil {
			n.doc.fail(m.pos, refused.hint, "%s: %s", m.key, refused.message)
			continue
		}
		key := node{doc: n.doc, pos: m.pos, kind: scalarNode, text: m.key}
		r.keys.readText(&key, label)
		v.Fields = append(v.Fields, Field{m.key, r.elem.read(m.value, discreet(m.key))})
	}
	return v
}

func (r *rule) readList(n *node, label string) Value {
	if n.kind == scalarNode && r.word != "" && n.text == r.word {
		return Value{Kind: String, Text: Text{{Literal: r.word}}}
	}
	hint := `begin every line of the list with "- "`
	if r.word != "" {
		hint += `, or write "` + r.word + `"`
	}
	if !n.is(listNode, label, hint) {
		return Value{}
	}
	switch {
	case len(n.items) < r.min:
		n.fail("", "%s is empty", label)
	case r.max > 0 && len(n.items) > r.max:
		n.items[r.max].fail("", "%s: %d are too many; at most %d are possible", label, len(n.items), r.max)
	}
	v := Value{Kind: List}
	for _, item := range n.items {
		v.List = append(v.List, r.elem.read(item, label))
	}
	return v
}
