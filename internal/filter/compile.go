package filter

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// kind is what a part of an expression is.
type kind uint8

const (
	unknownKind kind = iota // it has a problem, which has been noted
	textKind
	numberKind
	dateKind
	truthKind
)

func (k kind) String() string {
	return [...]string{"", "text", "a number", "a date", "true or false"}[k]
}

// value is a part of an expression that can be evaluated: the function of its kind is there.
type value struct {
	kind   kind
	text   func(*row) string
	number func(*row) float64
	date   func(*row) day
	truth  func(*row) bool

	node   ast.Node
	column string // the column's name where it is one
}

// String returns the value as it is written.
func (v value) String() string { return discreet(v.node.String()) }

// name returns what the value is called in a finding: the column as the audience has it.
func (v value) name() string {
	if v.column != "" {
		return v.column
	}
	return v.String()
}

// compiler makes functions of expressions, and gathers what is wrong with them.
type compiler struct {
	names   names
	numbers map[int]int // column → its place in row.numbers
	decimal byte
	today   day
	noZone  bool // nobody could say which day it is
	where   campaign.Expression

	values      map[ast.Node]value
	usesToday   bool
	used        map[int]bool // columns that where looks at
	comparisons []comparison
	problems    campaign.Problems
	file        string
	start       int    // of the term in where
	term        string // as people are shown it
}

// fail notes a problem at a node.
func (c *compiler) fail(n ast.Node, hint, format string, args ...any) value {
	c.problemAt(c.placeOf(n), hint, "where: "+format, args...)
	return value{node: n}
}

// placeOf returns where a node of the current term stands in the file.
func (c *compiler) placeOf(n ast.Node) campaign.Place { return c.where.At(c.start + n.Location().From) }

// condition compiles a term, which is true or false.
func (c *compiler) condition(s source, n ast.Node) func(*row) bool {
	c.start, c.term = s.start, s.String()
	v := c.value(n)
	if v.kind != unknownKind && v.kind != truthKind {
		c.fail(n, compareHint(v), "%s is %s, and neither true nor false", v, v.kind)
	}
	return v.truth
}

func compareHint(v value) string {
	return fmt.Sprintf("compare it with something, such as %s == %s", v, example(v.kind))
}

// example returns what something of a kind may be compared with.
func example(k kind) string {
	switch k {
	case numberKind:
		return "100"
	case dateKind:
		return "today()"
	}
	return `"yes"`
}

// value compiles a node once: the parser makes a < b and b < c of a < b < c, with one b in both.
func (c *compiler) value(n ast.Node) value {
	v, ok := c.values[n]
	if !ok {
		v = c.newValue(n)
		c.values[n] = v
	}
	return v
}

func (c *compiler) newValue(n ast.Node) value {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return c.column(n, n.Value)
	case *ast.StringNode:
		return value{kind: textKind, node: n, text: func(*row) string { return n.Value }}
	case *ast.IntegerNode:
		return value{kind: numberKind, node: n, number: func(*row) float64 { return float64(n.Value) }}
	case *ast.FloatNode:
		return value{kind: numberKind, node: n, number: func(*row) float64 { return n.Value }}
	case *ast.BoolNode:
		return value{kind: truthKind, node: n, truth: func(*row) bool { return n.Value }}
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.ArrayNode:
		return c.fail(n, `such as country in ["GB", "IE"]`, "a list is possible after in alone")
	case *ast.NilNode:
		return c.fail(n, emptyHint, "this is not possible in where")
	}
	return c.fail(n, exampleHint, "this is not possible in where")
}

func (c *compiler) column(n ast.Node, name string) value {
	i, ok := c.names.column(name)
	if !ok {
		return c.fail(n, c.names.textHint(name), "there is no column %s", discreet(name))
	}
	c.used[i] = true
	v := value{kind: textKind, node: n, column: c.names.header[i], text: func(r *row) string { return strings.TrimSpace(r.Field(i)) }}
	if place, ok := c.numbers[i]; ok {
		v.kind, v.number = numberKind, func(r *row) float64 { return r.numbers[place] }
	}
	return v
}

func (c *compiler) unary(n *ast.UnaryNode) value {
	v := c.value(n.Node)
	switch {
	case v.kind == unknownKind:
		return v
	case (n.Operator == "not" || n.Operator == "!") && v.kind == truthKind:
		return value{kind: truthKind, node: n, truth: func(r *row) bool { return !v.truth(r) }}
	case n.Operator == "not" || n.Operator == "!":
		hint := fmt.Sprintf("put what is denied in brackets: not (%s == %s)", v, example(v.kind))
		return c.fail(n, hint, "%s is %s, and not takes true or false", v, v.kind)
	case v.kind != numberKind:
		return c.fail(n, c.numberHint(v), "%s is %s, and %s takes a number", v, v.kind, n.Operator)
	case n.Operator == "-":
		return value{kind: numberKind, node: n, number: func(r *row) float64 { return -v.number(r) }}
	}
	return v
}

// numberHint says how something becomes a number.
func (c *compiler) numberHint(v value) string {
	switch {
	case v.kind == textKind && v.column != "":
		return fmt.Sprintf("add it to audience.numbers: [%s]", prose.Printable(v.column))
	case v.kind == textKind:
		return fmt.Sprintf("number(%s) reads a text as a number", v)
	}
	return ""
}

func (c *compiler) binary(n *ast.BinaryNode) value {
	if n.Operator == "in" {
		return c.in(n)
	}
	l, r := c.value(n.Left), c.value(n.Right)
	if l.kind == unknownKind || r.kind == unknownKind {
		return value{node: n}
	}
	v := value{kind: truthKind, node: n}
	switch n.Operator {
	case "and", "&&", "or", "||":
		return c.logic(n, l, r)
	case "==", "!=":
		v.truth = c.equality(n, l, r)
	case "<", "<=", ">", ">=":
		v.truth = c.order(n, l, r)
	case "contains", "startsWith", "endsWith", "matches":
		v.truth = c.search(n, l, r)
	case "+", "-", "*", "/", "%":
		v.kind = numberKind
		v.number = c.arithmetic(n, l, r)
	default:
		return c.fail(n, exampleHint, "%s is not possible in where", n.Operator)
	}
	if v.truth == nil && v.number == nil {
		v.kind = unknownKind
	}
	return v
}

func (c *compiler) logic(n *ast.BinaryNode, l, r value) value {
	for _, v := range []value{l, r} {
		if v.kind != truthKind {
			return c.fail(v.node, compareHint(v), "%s is %s, and %s takes true or false", v, v.kind, n.Operator)
		}
	}
	v := value{kind: truthKind, node: n, truth: func(row *row) bool { return l.truth(row) && r.truth(row) }}
	if n.Operator == "or" || n.Operator == "||" {
		v.truth = func(row *row) bool { return l.truth(row) || r.truth(row) }
	}
	return v
}

func (c *compiler) arithmetic(n *ast.BinaryNode, l, r value) func(*row) float64 {
	if l.kind == dateKind && r.kind == dateKind && n.Operator == "-" {
		return func(row *row) float64 { return float64(l.date(row) - r.date(row)) }
	}
	for _, v := range []value{l, r} {
		if v.kind == numberKind {
			continue
		}
		hint := c.numberHint(v)
		if v.kind == dateKind {
			hint = "one date - another is a number of days: today() - date(last_order) > 30"
		}
		c.fail(v.node, hint, "%s is %s, and %s takes numbers", v, v.kind, n.Operator)
		return nil
	}
	zero, large := Fault{kind: divisionByZero, what: cmp.Or(r.column, c.term)}, Fault{kind: tooLarge, what: c.term}
	divides := n.Operator == "/" || n.Operator == "%"
	operation := operations(n.Operator)
	return func(row *row) float64 {
		x, y := l.number(row), r.number(row)
		if divides && y == 0 {
			row.fail(zero)
			return 0
		}
		z := operation(x, y)
		if math.IsInf(z, 0) || math.IsNaN(z) {
			row.fail(large)
		}
		return z
	}
}

func operations(operator string) func(x, y float64) float64 {
	switch operator {
	case "+":
		return func(x, y float64) float64 { return x + y }
	case "-":
		return func(x, y float64) float64 { return x - y }
	case "*":
		return func(x, y float64) float64 { return x * y }
	case "/":
		return func(x, y float64) float64 { return x / y }
	}
	return math.Mod
}
