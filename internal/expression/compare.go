package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// mismatch notes that two values cannot be compared.
func (c *compiler) mismatch(n *ast.BinaryNode, l, r value) {
	c.fail(n, c.mismatchHint(n, l, r), "%s is %s, and %s is %s", l, l.kind, r, r.kind)
}

func (c *compiler) mismatchHint(n *ast.BinaryNode, l, r value) string {
	of, with := l, r // text, and what it is compared with
	if l.kind != textKind {
		of, with = r, l
	}
	_, isLiteral := of.node.(*ast.StringNode)
	switch {
	case of.kind != textKind:
		return ""
	case with.kind == dateKind:
		return fmt.Sprintf("date(%s) reads it as a date", of)
	case with.kind == truthKind:
		return fmt.Sprintf(`compare it with a text, such as %s == "yes"`, of)
	case isLiteral:
		return "numbers stand without quotes"
	case isNumber(with.node) && (n.Operator == "==" || n.Operator == "!="):
		return fmt.Sprintf(`%s, or compare texts: "%s"`, c.numberHint(of), with)
	}
	return c.numberHint(of)
}

func (c *compiler) equality(n *ast.BinaryNode, l, r value) func(*Row) bool {
	if l.kind != r.kind {
		c.mismatch(n, l, r)
		return nil
	}
	var equal func(*Row) bool
	switch l.kind {
	case textKind:
		equal = c.sameText(n, l, r)
	case numberKind:
		equal = func(row *Row) bool { return l.number(row) == r.number(row) }
	case dateKind:
		equal = func(row *Row) bool { return l.date(row) == r.date(row) }
	case truthKind:
		equal = func(row *Row) bool { return l.truth(row) == r.truth(row) }
	}
	if n.Operator == "!=" {
		return func(row *Row) bool { return !equal(row) }
	}
	return equal
}

func (c *compiler) sameText(n *ast.BinaryNode, l, r value) func(*Row) bool {
	if _, ok := l.node.(*ast.StringNode); ok {
		l, r = r, l
	}
	if literal, ok := r.node.(*ast.StringNode); ok {
		return c.compare(n, l, literal.Value)
	}
	return func(row *Row) bool { return l.text(row) == r.text(row) }
}

// order compares two numbers or two dates. Each operator is one of < with its sides exchanged or its answer denied; no number is NaN.
func (c *compiler) order(n *ast.BinaryNode, l, r value) func(*Row) bool {
	switch {
	case l.kind == textKind && r.kind == textKind:
		hint := fmt.Sprintf("%s; a day is compared as date(%s)", c.numberHint(l), l)
		if _, ok := l.node.(*ast.StringNode); ok {
			hint = fmt.Sprintf("%s; a day is compared as date(%s)", c.numberHint(r), r)
		}
		c.fail(n, hint, "%s and %s are text, which has no order", l, r)
		return nil
	case l.kind != r.kind || l.kind == truthKind:
		c.mismatch(n, l, r)
		return nil
	}
	if n.Operator == ">" || n.Operator == "<=" {
		l, r = r, l
	}
	less := func(row *Row) bool { return l.date(row) < r.date(row) }
	if l.kind == numberKind {
		less = func(row *Row) bool { return l.number(row) < r.number(row) }
	}
	if n.Operator == "<=" || n.Operator == ">=" {
		return func(row *Row) bool { return !less(row) }
	}
	return less
}

func (c *compiler) search(n *ast.BinaryNode, l, r value) func(*Row) bool {
	for _, v := range []value{l, r} {
		if v.kind != textKind {
			c.fail(v.node, "", "%s is %s, and %s takes texts", v, v.kind, n.Operator)
			return nil
		}
	}
	switch n.Operator {
	case "contains":
		return func(row *Row) bool { return strings.Contains(l.text(row), r.text(row)) }
	case "startsWith":
		return func(row *Row) bool { return strings.HasPrefix(l.text(row), r.text(row)) }
	case "endsWith":
		return func(row *Row) bool { return strings.HasSuffix(l.text(row), r.text(row)) }
	}
	literal, ok := r.node.(*ast.StringNode)
	if !ok {
		c.fail(r.node, "such as `^[A-Z]{2}[0-9]+$`", "matches wants a regular expression in quotes")
		return nil
	}
	pattern, err := regexp.Compile(literal.Value)
	if err != nil {
		c.fail(r.node, "the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax", "this is no regular expression")
		return nil
	}
	return func(row *Row) bool { return pattern.MatchString(l.text(row)) }
}

// in compiles a value and the list of those that it may be.
func (c *compiler) in(n *ast.BinaryNode) value {
	v := c.value(n.Left)
	list, ok := n.Right.(*ast.ArrayNode)
	switch {
	case v.kind == unknownKind:
		return v
	case !ok:
		return c.fail(n.Right, `such as country in ["GB", "IE"]; for a part of a text there is contains`, "in wants a list")
	case len(list.Nodes) == 0:
		return c.fail(list, `such as country in ["GB", "IE"]`, "the list is empty")
	case v.kind != textKind && v.kind != numberKind:
		return c.fail(n.Left, "", "%s is %s, and in takes a text or a number", v, v.kind)
	}
	var texts []string
	var numbers []float64
	for _, node := range list.Nodes {
		item := c.value(node)
		literal, isText := item.node.(*ast.StringNode)
		switch {
		case item.kind == unknownKind:
			return item
		case isText && v.kind == textKind:
			texts = append(texts, literal.Value)
		case isNumber(node) && v.kind == numberKind:
			numbers = append(numbers, item.number(nil))
		case isNumber(node):
			return c.fail(node, fmt.Sprintf(`put it in quotes: "%s"`, item), "%s is text, and %s is a number", v, item)
		case isText:
			return c.fail(node, "numbers stand without quotes", "%s is a number, and %s is text", v, item)
		default:
			return c.fail(node, `such as ["GB", "IE"]`, "a list holds texts or numbers as they are")
		}
	}
	if v.kind == textKind {
		return value{kind: truthKind, node: n, truth: c.compare(n, v, texts...)}
	}
	set := make(map[float64]bool, len(numbers))
	for _, number := range numbers {
		set[number] = true
	}
	return value{kind: truthKind, node: n, truth: func(row *Row) bool { return set[v.number(row)] }}
}

// isNumber reports whether a node is a number as it stands, perhaps with a sign.
func isNumber(n ast.Node) bool {
	if unary, ok := n.(*ast.UnaryNode); ok {
		n = unary.Node
	}
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return true
	}
	return false
}

// compare makes the function that says whether a value is one of some texts.
func (c *compiler) compare(n ast.Node, v value, texts ...string) func(*Row) bool {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	number := len(c.comparisons)
	find := func(text string) int {
		if text == texts[0] {
			return 0
		}
		return none
	}
	if len(texts) > 1 {
		places := make(map[string]int, len(texts))
		for i, text := range texts {
			places[text] = i
		}
		find = func(text string) int {
			if i, ok := places[text]; ok {
				return i
			}
			return none
		}
	}
	c.comparisons = append(c.comparisons, Comparison{c.placeOf(n), v.String(), texts, find, v.text})
	return func(r *Row) bool {
		if r.found != nil && r.found[number] != failed {
			return r.found[number] >= 0
		}
		return find(v.text(r)) >= 0
	}
}
