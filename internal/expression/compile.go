package expression

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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
	text   func(*Row) string
	number func(*Row) float64
	date   func(*Row) Day
	truth  func(*Row) bool

	node   ast.Node
	column string // the column's name where it is one
}

// String returns the value as it is written.
func (v value) String() string { return Discreet(v.node.String()) }

// literal returns the text that stands in the expression as it is.
func (v value) literal() (string, bool) {
	if n, ok := v.node.(*ast.StringNode); ok {
		return n.Value, true
	}
	return "", false
}

// name returns what the value is called in a finding: the column as the audience has it.
func (v value) name() string {
	if v.column != "" {
		return v.column
	}
	return v.String()
}

// compiler makes functions of an expression, and gathers what is wrong with it.
type compiler struct {
	*Scope
	key    string // under which the expression stands
	source campaign.Expression

	values      map[ast.Node]value
	usesToday   bool
	columns     []int // that the expression looks at
	comparisons []Comparison
	problems    campaign.Problems
	start       int    // of the term in the expression
	term        string // as people are shown it
}

func (s *Scope) compiler(key string, e campaign.Expression) *compiler {
	return &compiler{Scope: s, key: key, source: e, values: make(map[ast.Node]value)}
}

// fail notes a problem at a node.
func (c *compiler) fail(n ast.Node, hint, format string, args ...any) value {
	c.problems = append(c.problems, c.problem(c.placeOf(n), hint, c.key+": "+format, args...))
	return value{node: n}
}

// misread notes what the parser does not understand.
func (c *compiler) misread(e *syntaxError) {
	c.problems = append(c.problems, c.problem(c.source.At(e.at), e.hint, "%s: %s", c.key, e.message))
}

// placeOf returns where a node of the current term stands in the file.
func (c *compiler) placeOf(n ast.Node) campaign.Place {
	return c.source.At(c.start + n.Location().From)
}

// condition compiles a term, which is true or false.
func (c *compiler) condition(s source, n ast.Node) func(*Row) bool {
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
		return value{kind: textKind, node: n, text: func(*Row) string { return n.Value }}
	case *ast.IntegerNode:
		return value{kind: numberKind, node: n, number: func(*Row) float64 { return float64(n.Value) }}
	case *ast.FloatNode:
		return value{kind: numberKind, node: n, number: func(*Row) float64 { return n.Value }}
	case *ast.BoolNode:
		return value{kind: truthKind, node: n, truth: func(*Row) bool { return n.Value }}
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.choice(n)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.ArrayNode:
		return c.fail(n, `such as country in ["GB", "IE"]`, "a list is possible after in alone")
	case *ast.NilNode:
		return c.fail(n, emptyHint, "this is not possible in an expression")
	}
	return c.fail(n, exampleHint, "this is not possible in an expression")
}

func (c *compiler) column(n ast.Node, name string) value {
	i, ok := c.names.column(name)
	if !ok {
		return c.fail(n, c.names.textHint(name), "there is no column %s", Discreet(name))
	}
	c.columns = append(c.columns, i)
	v := value{kind: textKind, node: n, column: c.names.header[i], text: func(r *Row) string { return strings.TrimSpace(r.Field(i)) }}
	if slices.Contains(c.numbers, i) {
		v.kind, v.number = numberKind, func(r *Row) float64 {
			x, fault := c.Scope.number(r.Recipient, i)
			if !fault.IsZero() {
				r.fail(fault)
			}
			return x
		}
	}
	return v
}

func (c *compiler) unary(n *ast.UnaryNode) value {
	v := c.value(n.Node)
	switch {
	case v.kind == unknownKind:
		return v
	case (n.Operator == "not" || n.Operator == "!") && v.kind == truthKind:
		return value{kind: truthKind, node: n, truth: func(r *Row) bool { return !v.truth(r) }}
	case n.Operator == "not" || n.Operator == "!":
		hint := fmt.Sprintf("put what is denied in brackets: not (%s == %s)", v, example(v.kind))
		return c.fail(n, hint, "%s is %s, and not takes true or false", v, v.kind)
	case v.kind != numberKind:
		return c.fail(n, c.numberHint(v), "%s is %s, and %s takes a number", v, v.kind, n.Operator)
	case n.Operator == "-":
		return value{kind: numberKind, node: n, number: func(r *Row) float64 { return -v.number(r) }}
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
		if n.Operator == "+" && l.kind == textKind && r.kind == textKind {
			return value{kind: textKind, node: n, text: func(row *Row) string { return l.text(row) + r.text(row) }}
		}
		v.kind = numberKind
		v.number = c.arithmetic(n, l, r)
	default:
		return c.fail(n, exampleHint, "%s is not possible in an expression", n.Operator)
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
	v := value{kind: truthKind, node: n, truth: func(row *Row) bool { return l.truth(row) && r.truth(row) }}
	if n.Operator == "or" || n.Operator == "||" {
		v.truth = func(row *Row) bool { return l.truth(row) || r.truth(row) }
	}
	return v
}

func (c *compiler) arithmetic(n *ast.BinaryNode, l, r value) func(*Row) float64 {
	if l.kind == dateKind && r.kind == dateKind && n.Operator == "-" {
		return func(row *Row) float64 { return float64(l.date(row) - r.date(row)) }
	}
	for i, v := range []value{l, r} {
		if v.kind == numberKind {
			continue
		}
		hint := c.numberHint(v)
		switch other := [...]value{r, l}[i]; {
		case v.kind == dateKind:
			hint = "one date - another is a number of days: today() - date(last_order) > 30"
		case v.kind == textKind && n.Operator == "+" && other.kind == numberKind:
			join := fmt.Sprintf("to join texts, write the number as one: format(%s, 0)", other)
			if hint += "; " + join; v.column == "" {
				hint = join
			}
		}
		c.fail(v.node, hint, "%s is %s, and %s takes numbers", v, v.kind, n.Operator)
		return nil
	}
	zero, large := Fault{kind: divisionByZero, what: cmp.Or(r.column, c.term)}, Fault{kind: tooLarge, what: c.term}
	divides := n.Operator == "/" || n.Operator == "%"
	operation := operations(n.Operator)
	return func(row *Row) float64 {
		x, y := l.number(row), r.number(row)
		if divides && y == 0 {
			row.fail(zero)
			return 0
		}
		z := operation(x, y)
		if math.IsInf(z, 0) || math.IsNaN(z) {
			row.fail(large)
			return 0 // no number is infinite
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

// choice compiles a ? b : c.
func (c *compiler) choice(n *ast.ConditionalNode) value {
	if !n.Ternary {
		return c.fail(n, `such as points >= 100 ? "gold" : "silver"`, "if is not possible in an expression")
	}
	of, yes, no := c.value(n.Cond), c.value(n.Exp1), c.value(n.Exp2)
	switch {
	case of.kind == unknownKind || yes.kind == unknownKind || no.kind == unknownKind:
		return value{node: n}
	case of.kind != truthKind:
		return c.fail(of.node, compareHint(of), "%s is %s, and ? takes true or false", of, of.kind)
	case yes.kind != no.kind:
		return c.fail(no.node, c.choiceHint(yes, no), "%s is %s, and %s is %s", yes, yes.kind, no, no.kind)
	}
	v := value{kind: yes.kind, node: n}
	switch v.kind {
	case textKind:
		v.text = func(r *Row) string {
			if of.truth(r) {
				return yes.text(r)
			}
			return no.text(r)
		}
	case numberKind:
		v.number = func(r *Row) float64 {
			if of.truth(r) {
				return yes.number(r)
			}
			return no.number(r)
		}
	case dateKind:
		v.date = func(r *Row) Day {
			if of.truth(r) {
				return yes.date(r)
			}
			return no.date(r)
		}
	case truthKind:
		v.truth = func(r *Row) bool {
			if of.truth(r) {
				return yes.truth(r)
			}
			return no.truth(r)
		}
	}
	return v
}

// choiceHint says how both sides of a choice become the same.
func (c *compiler) choiceHint(yes, no value) string {
	switch {
	case yes.kind == textKind:
		return c.argumentHint(no, textKind)
	case no.kind == textKind:
		return c.argumentHint(yes, textKind)
	}
	return ""
}
