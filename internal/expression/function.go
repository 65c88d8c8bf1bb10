package expression

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"golang.org/x/text/currency"
)

// function is what can be called.
type function struct {
	takes   []kind
	last    int    // so many of these can be left out
	words   string // what it takes, for people
	example string
	compile func(c *compiler, v value, arguments []value) value
}

const functionList = "lower, upper, title, trim, first, replace, urlencode, len, number, round, format, money, plural, date, today, day, column"

// functionNamed returns a function, but for those that do not take values.
func functionNamed(name string) (function, bool) {
	ofText := func(example string, compile func(c *compiler, v value, arguments []value) value) function {
		return function{[]kind{textKind}, 0, "a text", example, compile}
	}
	switch name {
	case "lower":
		return ofText("lower(country)", textFunction(strings.ToLower)), true
	case "upper":
		return ofText("upper(country)", textFunction(strings.ToUpper)), true
	case "trim":
		return ofText("trim(country)", textFunction(strings.TrimSpace)), true
	case "first":
		return ofText("first(full_name)", textFunction(first)), true
	case "urlencode":
		return ofText("urlencode(city)", textFunction(urlEncode)), true
	case "title":
		return ofText("title(full_name)", compileTitle), true
	case "len":
		return ofText("len(country)", compileLen), true
	case "number":
		return ofText("number(points)", compileNumber), true
	case "date":
		return ofText("date(last_order)", compileDate), true
	case "replace":
		return function{[]kind{textKind, textKind, textKind}, 0, "three texts", `replace(size, "XL", "extra large")`, compileReplace}, true
	case "round":
		return function{[]kind{numberKind, numberKind}, 0, "a number, and how many decimals are left", "round(amount, 2)", compileRound}, true
	case "format":
		return function{[]kind{numberKind, numberKind, textKind}, 1, "a number, how many decimals, and perhaps a language", "format(amount, 2)", compileFormat}, true
	case "money":
		return function{[]kind{numberKind, textKind, textKind}, 1, "a number, a currency, and perhaps a language", `money(amount, "GBP")`, compileMoney}, true
	case "plural":
		return function{[]kind{numberKind, textKind, textKind}, 0, "a number, the word for one, and the word for others", `plural(points, "point", "points")`, compilePlural}, true
	case "day":
		return function{[]kind{dateKind, textKind, textKind}, 1, "a date, a form, and perhaps a language", `day(date(last_order), "long")`, compileDay}, true
	}
	return function{}, false
}

// call compiles the call of a function.
func (c *compiler) call(n ast.Node, name string, nodes []ast.Node) value {
	switch name {
	case "column":
		return c.namedColumn(n, nodes)
	case "today":
		return c.today(n, nodes)
	}
	f, ok := functionNamed(name)
	if !ok {
		return c.fail(n, "the functions are "+functionList, "there is no function %s", Discreet(name))
	}
	if len(nodes) > len(f.takes) || len(nodes) < len(f.takes)-f.last {
		return c.fail(n, "such as "+f.example, "%s takes %s", name, f.words)
	}
	arguments := make([]value, len(nodes))
	for i, node := range nodes {
		arguments[i] = c.value(node)
	}
	for i, v := range arguments {
		switch {
		case v.kind == unknownKind:
			return value{node: n}
		case name == "number" && v.kind == numberKind:
			return v
		case v.kind != f.takes[i]:
			return c.fail(v.node, c.argumentHint(v, f.takes[i]), "%s is %s, and %s takes %s", v, v.kind, name, f.words)
		}
	}
	return f.compile(c, value{node: n}, arguments)
}

// argumentHint says how something becomes what a function takes.
func (c *compiler) argumentHint(v value, wanted kind) string {
	switch {
	case wanted == numberKind:
		return c.numberHint(v)
	case wanted == dateKind && v.kind == textKind:
		return fmt.Sprintf("date(%s) reads it as a date", v)
	case wanted == textKind && v.kind == numberKind:
		return fmt.Sprintf("format(%s, 0) writes a number as text", v)
	case wanted == textKind && v.kind == dateKind:
		return fmt.Sprintf(`day(%s, "long") writes a date as text`, v)
	}
	return ""
}

func (c *compiler) today(n ast.Node, nodes []ast.Node) value {
	if len(nodes) > 0 {
		return c.fail(n, "today()", "today takes nothing")
	}
	if c.noZone {
		return c.fail(n, "time_zone: Europe/London", "today() is a day, so the campaign's time_zone is wanted too")
	}
	c.usesToday = true
	today := c.day
	return value{kind: dateKind, node: n, date: func(*Row) Day { return today }}
}

// namedColumn compiles column("…"), for names that an expression cannot write.
func (c *compiler) namedColumn(n ast.Node, nodes []ast.Node) value {
	if len(nodes) == 1 {
		if literal, ok := nodes[0].(*ast.StringNode); ok {
			return c.column(n, literal.Value)
		}
	}
	return c.fail(n, `such as column("Points (2026)")`, "column takes the name of a column in quotes")
}

// textFunction compiles a function that makes a text of another.
func textFunction(of func(string) string) func(*compiler, value, []value) value {
	return func(_ *compiler, v value, arguments []value) value {
		text := arguments[0].text
		v.kind, v.text = textKind, func(r *Row) string { return of(text(r)) }
		return v
	}
}

func compileTitle(c *compiler, v value, arguments []value) value {
	text, locales := arguments[0].text, c.locales
	v.kind, v.text = textKind, func(r *Row) string { return title(text(r), locales.of(r)) }
	return v
}

func compileLen(_ *compiler, v value, arguments []value) value {
	text := arguments[0].text
	v.kind, v.number = numberKind, func(r *Row) float64 { return float64(utf8.RuneCountInString(text(r))) }
	return v
}

func compileNumber(c *compiler, v value, arguments []value) value {
	of, decimal := arguments[0], c.decimal
	if literal, ok := of.literal(); ok {
		if _, ok := readNumber(literal, decimal); !ok {
			return c.fail(v.node, "", "this text is no number")
		}
	}
	bad := Fault{badNumber, of.name(), decimal}
	v.kind, v.number = numberKind, func(r *Row) float64 {
		x, ok := readNumber(of.text(r), decimal)
		if !ok {
			r.fail(bad)
		}
		return x
	}
	return v
}

func compileDate(c *compiler, v value, arguments []value) value {
	of := arguments[0]
	if literal, ok := of.literal(); ok {
		if _, ok := ReadDay(literal); !ok {
			return c.fail(v.node, "", "this text is no date")
		}
	}
	bad := BadDate(of.name())
	v.kind, v.date = dateKind, func(r *Row) Day {
		d, ok := ReadDay(of.text(r))
		if !ok {
			r.fail(bad)
		}
		return d
	}
	return v
}

func compileReplace(c *compiler, v value, arguments []value) value {
	text, old, by := arguments[0].text, arguments[1].text, arguments[2].text
	if literal, ok := arguments[1].literal(); ok && literal == "" {
		return c.fail(arguments[1].node, "such as "+`replace(size, "XL", "extra large")`, "replace wants to know what is replaced")
	}
	large := Fault{kind: tooLong, what: c.term}
	v.kind, v.text = textKind, func(r *Row) string {
		whole, part, other := text(r), old(r), by(r)
		if part == "" { // which stands between all characters
			return whole
		}
		if len(whole)+strings.Count(whole, part)*(len(other)-len(part)) > mostText {
			r.fail(large)
			return ""
		}
		return strings.ReplaceAll(whole, part, other)
	}
	return v
}

// mostText is how many bytes a text may have after something was replaced in it: a few that stand in one another double it every time.
const mostText = 1 << 20

func compileRound(c *compiler, v value, arguments []value) value {
	decimals, ok := c.decimals(arguments[1])
	if !ok {
		return v
	}
	number := arguments[0].number
	v.kind, v.number = numberKind, func(r *Row) float64 { return rounded(number(r), decimals) }
	return v
}

func compileFormat(c *compiler, v value, arguments []value) value {
	decimals, ok := c.decimals(arguments[1])
	locale := c.locale(arguments[2:])
	if !ok || locale == nil {
		return v
	}
	number := arguments[0].number
	v.kind, v.text = textKind, func(r *Row) string {
		p := price{decimals: decimals, signs: locale(r).signs}
		return p.write(number(r))
	}
	return v
}

func compileMoney(c *compiler, v value, arguments []value) value {
	code, isLiteral := arguments[1].literal()
	if _, err := currency.ParseISO(code); isLiteral && err != nil {
		c.fail(arguments[1].node, "a currency has a code of three letters, such as GBP, EUR or SEK", "there is no currency %s", arguments[1])
		return v
	}
	locale := c.locale(arguments[2:])
	if locale == nil {
		return v
	}
	number, of, prices, bad := arguments[0].number, arguments[1].text, &c.prices, Fault{kind: badCurrency, what: arguments[1].name()}
	v.kind, v.text = textKind, func(r *Row) string {
		p := prices.of(of(r), locale(r))
		if p == nil {
			r.fail(bad)
			return ""
		}
		return p.write(number(r))
	}
	return v
}

func compilePlural(_ *compiler, v value, arguments []value) value {
	number, one, others := arguments[0].number, arguments[1].text, arguments[2].text
	v.kind, v.text = textKind, func(r *Row) string {
		if number(r) == 1 {
			return one(r)
		}
		return others(r)
	}
	return v
}

func compileDay(c *compiler, v value, arguments []value) value {
	form, _ := arguments[1].literal()
	write := dayForm(form)
	if write == nil {
		c.fail(arguments[1].node, `such as day(date(last_order), "long")`, `day writes a date "short", "medium", "long" or "full"`)
	}
	locale := c.locale(arguments[2:])
	if write == nil || locale == nil {
		return v
	}
	date := arguments[0].date
	v.kind, v.text = textKind, func(r *Row) string { return write(locale(r), date(r)) }
	return v
}

// decimals returns the number of decimals that an expression asks for.
func (c *compiler) decimals(v value) (int, bool) {
	if literal, ok := v.node.(*ast.IntegerNode); ok && literal.Value >= 0 && literal.Value <= mostDecimals {
		return literal.Value, true
	}
	c.fail(v.node, "such as 2", "a number of decimals from 0 to %d is wanted", mostDecimals)
	return 0, false
}

const mostDecimals = 10

// locale returns which locale a row is written with: the one that the expression names, or the row's own. Where it names none that there is it
// is nil.
func (c *compiler) locale(named []value) func(*Row) *locale {
	locales := c.locales
	if len(named) == 0 {
		return func(r *Row) *locale { return locales.of(r) }
	}
	tag, isLiteral := named[0].literal()
	if !isLiteral {
		return func(r *Row) *locale { return locales.or(named[0].text(r)) }
	}
	found := locales.find(tag)
	if found == nil {
		c.fail(named[0].node, "languages are named as en-GB, de or sv; those that there are: "+locales.String(), "there is no language %s here", named[0])
		return nil
	}
	return func(*Row) *locale { return found }
}
