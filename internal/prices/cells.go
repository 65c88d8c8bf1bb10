package prices

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"sendoff/campaign"
)

// country reads a country; "" stands for every other one.
func (r *reader) country(l line) string {
	cell := l.cells[country]
	if cell == "" || cell == "*" {
		return ""
	}
	code := r.countries.CountryIn(cell)
	switch {
	case strings.EqualFold(code, cell):
	case code == "":
		r.problem(l.number, "a two-letter code such as GB or SE; * stands for every other country", "country: no country has this code")
	default:
		r.problem(l.number, "write its code: "+code, "country: the two-letter code of the country is wanted")
	}
	return code
}

func (r *reader) channel(l line) campaign.Channel {
	c := campaign.Channel(strings.ToUpper(l.cells[channel]))
	if c.Index() < 0 {
		names := make([]string, len(campaign.Channels))
		for i, known := range campaign.Channels {
			names[i] = string(known)
		}
		hint := "one of " + strings.Join(names, ", ")
		if near := campaign.Nearest(string(c), names); near != "" {
			hint = "did you mean " + near + "?"
		}
		r.problem(l.number, hint, "channel: there is no such channel")
	}
	return c
}

// per reads what a price is of. Only SMS have parts.
func (r *reader) per(l line, c campaign.Channel) Per {
	p := Per(strings.ToLower(l.cells[per]))
	switch {
	case p == "" && c == campaign.SMS:
		return Part
	case p == "":
		return Message
	case p != Part && p != Message:
		r.problem(l.number, "", "per: part or message is wanted")
	case p == Part && c != campaign.SMS:
		r.problem(l.number, "write message", "per: only an SMS has parts")
	}
	return p
}

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// currency reads the currency, which is the same in all lines.
func (r *reader) currency(t *Table, l line) {
	c := strings.ToUpper(l.cells[currency])
	switch {
	case !currencyForm.MatchString(c):
		r.problem(l.number, "three letters, such as EUR or GBP", "currency: the code of a currency is wanted")
	case t.Currency == "":
		t.Currency = c
	case t.Currency != c:
		r.problem(l.number, "all prices of a list have one currency: nothing is converted here", "currency: the lines above are in %s", t.Currency)
	}
}

// date reads the day from which a price holds; "" stands for always.
func (r *reader) date(l line) string {
	cell, _, _ := strings.Cut(l.cells[validFrom], " ") // a workbook's may have a time
	if cell == "" {
		return ""
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if day, err := time.Parse(layout, cell); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	r.problem(l.number, "such as 2026-01-31 or 31.01.2026", "valid_from: a date is wanted")
	return ""
}

// amount reads a price by the list's decimal sign.
func (r *reader) amount(l line) campaign.Micros {
	cell := l.cells[price]
	if r.decimal == "," {
		if strings.Contains(cell, ".") {
			cell = "" // it groups digits, or is another list's decimal sign
		}
		cell = strings.Replace(cell, ",", ".", 1)
	}
	n, err := campaign.ParseMicros(cell)
	switch {
	case l.cells[price] == "":
		r.problem(l.number, "a channel that costs nothing has the price 0; one that is not used needs no line", "price: there is none")
	case errors.Is(err, campaign.ErrTooExact), errors.Is(err, campaign.ErrTooMuch):
		r.problem(l.number, "", "price: %v", err)
	case err != nil:
		r.problem(l.number, "such as 0.07 or 0,07, without a currency, a sign or separators of thousands; one decimal sign in the whole list", "price: a number is wanted")
	}
	return n
}

// chooseDecimal finds out which sign the prices have. 1,250 may be one and a quarter, or more than a thousand: that has to be said, unless
// another price shows it, such as 0,07 or 12,5. Where numbers are stored as such a point is no question.
func (r *reader) chooseDecimal(stored bool) {
	if r.decimal != "" {
		return
	}
	doubtful, doubtfulSign := 0, "" // the first line of such a price
	for _, l := range r.lines {
		at := strings.IndexAny(l.cells[price], ".,")
		if at < 0 {
			continue
		}
		sign, whole, fraction := l.cells[price][at:at+1], l.cells[price][:at], l.cells[price][at+1:]
		isGroup := len(fraction) == 3 && len(whole) <= 3 && strings.TrimLeft(whole, "0") != "" && !(stored && sign == ".")
		switch {
		case isGroup && doubtful == 0:
			doubtful, doubtfulSign = l.number, sign
		case !isGroup && r.decimal == "":
			r.decimal = sign // any price with another one is refused
		}
	}
	if r.decimal == "" && doubtful > 0 {
		r.decimal = doubtfulSign // so that it is said once
		r.problem(doubtful, `say it: prices: {file: …, decimal: ","}, or decimal: "."`, "price: the sign in it may be a decimal sign, or one of thousands, and no other price tells")
	}
}
