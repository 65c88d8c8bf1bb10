package expression

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	"golang.org/x/text/message"
)

// price is how a locale writes an amount of a currency.
type price struct {
	decimals       int
	signs          separators
	prefix, suffix string
}

// newPrice makes it of x/text's symbols and decimals.
func newPrice(of currency.Unit, l *locale) price {
	symbol := message.NewPrinter(l.tag).Sprint(currency.Symbol(of))
	if of == currency.EUR { // the data is of a time when some languages spelled it out
		symbol = "€"
	}
	symbol = plainly(symbol)
	p := price{signs: l.signs}
	p.decimals, _ = currency.Standard.Rounding(of)
	last, _ := utf8.DecodeLastRuneInString(symbol)
	switch {
	case l.symbol == behind:
		p.suffix = " " + symbol
	case l.symbol == apart || unicode.IsLetter(last): // SEK 14.45
		p.prefix = symbol + " "
	default:
		p.prefix = symbol
	}
	return p
}

// write writes an amount: -£1,204.50.
func (p *price) write(x float64) string {
	d := newDecimal(x)
	d.round(p.decimals)
	var buf [64]byte
	dst := buf[:0]
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(dst, p.prefix...)
	dst = d.append(dst, p.decimals, p.signs)
	return string(append(dst, p.suffix...))
}

// plainly makes spaces and apostrophes those of a typewriter, and leaves out the marks of direction of which CLDR is full in Hebrew and Arabic.
func plainly(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u202f', '\u2009':
			return ' '
		case '’':
			return '\''
		case '\u200e', '\u200f', '\u061c':
			return -1
		}
		return r
	}, text)
}

// prices are those of the currencies and locales that were asked for.
type prices struct {
	mu    sync.RWMutex
	known map[priceKey]*price
}

type priceKey struct {
	code   string
	locale *locale
}

// of returns how a locale writes a currency, or nil for a code that is none.
func (p *prices) of(code string, l *locale) *price {
	p.mu.RLock()
	found := p.known[priceKey{code, l}]
	p.mu.RUnlock()
	if found != nil {
		return found
	}
	unit, err := currency.ParseISO(code)
	if err != nil {
		return nil
	}
	made := newPrice(unit, l)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = make(map[priceKey]*price)
	}
	p.known[priceKey{strings.Clone(code), l}] = &made
	return &made
}
