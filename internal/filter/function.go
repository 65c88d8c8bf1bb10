package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// call compiles the call of a function.
func (c *compiler) call(n ast.Node, name string, arguments []ast.Node) value {
	switch name {
	case "column":
		return c.namedColumn(n, arguments)
	case "today":
		if len(arguments) > 0 {
			return c.fail(n, "today()", "today takes nothing")
		}
		if c.noZone {
			return c.fail(n, "time_zone: Europe/London", "today() is a day, so the campaign's time_zone is wanted too")
		}
		c.usesToday = true
		today := c.today
		return value{kind: dateKind, node: n, date: func(*row) day { return today }}
	case "lower", "upper", "trim", "len", "number", "date":
	default:
		return c.fail(n, "the functions are "+functionList, "there is no function %s", discreet(name))
	}
	if len(arguments) != 1 {
		return c.fail(n, fmt.Sprintf("such as %s(country)", name), "%s takes one text", name)
	}
	of := c.value(arguments[0])
	switch {
	case of.kind == unknownKind:
		return of
	case of.kind == numberKind && name == "number":
		return of
	case of.kind != textKind:
		return c.fail(arguments[0], "", "%s is %s, and %s takes a text", of, of.kind, name)
	}
	return c.ofText(n, name, of)
}

const functionList = "lower, upper, trim, len, number, date, today, column"

// ofText compiles a function of one text.
func (c *compiler) ofText(n ast.Node, name string, of value) value {
	if literal, ok := of.node.(*ast.StringNode); ok {
		_, isNumber := readNumber(literal.Value, c.decimal)
		_, isDate := readDay(literal.Value)
		if name == "number" && !isNumber || name == "date" && !isDate {
			return c.fail(n, "", "this text is no %s", name)
		}
	}
	v := value{kind: textKind, node: n}
	switch name {
	case "lower":
		v.text = func(row *row) string { return strings.ToLower(of.text(row)) }
	case "upper":
		v.text = func(row *row) string { return strings.ToUpper(of.text(row)) }
	case "trim":
		v.text = func(row *row) string { return strings.TrimSpace(of.text(row)) }
	case "len":
		v.kind, v.number = numberKind, func(row *row) float64 { return float64(utf8.RuneCountInString(of.text(row))) }
	case "number":
		decimal, bad := c.decimal, Fault{badNumber, of.name(), c.decimal}
		v.kind, v.number = numberKind, func(row *row) float64 {
			x, ok := readNumber(of.text(row), decimal)
			if !ok {
				row.fail(bad)
			}
			return x
		}
	case "date":
		bad := Fault{kind: badDate, what: of.name()}
		v.kind, v.date = dateKind, func(row *row) day {
			d, ok := readDay(of.text(row))
			if !ok {
				row.fail(bad)
			}
			return d
		}
	}
	return v
}

// namedColumn compiles column("…"), for names that an expression cannot write.
func (c *compiler) namedColumn(n ast.Node, arguments []ast.Node) value {
	if len(arguments) == 1 {
		if literal, ok := arguments[0].(*ast.StringNode); ok {
			return c.column(n, literal.Value)
		}
	}
	return c.fail(n, `such as column("Points (2026)")`, "column takes the name of a column in quotes")
}
