package campaign

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Micros is an amount of money in millionths of its currency: prices, and what is made of them, are counted exactly.
type Micros int64

const unit Micros = 1_000_000

// Money is an amount in a currency. The zero Money is none.
type Money struct {
	Amount   Micros
	Currency string // ISO 4217: EUR
}

// IsZero reports whether there is no amount at all; 0 EUR is one.
func (m Money) IsZero() bool { return m.Currency == "" }

// Up writes the money for people, to the hundredth and never less than it is: EUR 2,110.40.
func (m Money) Up() string { return m.Currency + " " + m.Amount.Up() }

// Down writes the money for people, to the hundredth and never more than it is.
func (m Money) Down() string { return m.Currency + " " + m.Amount.Down() }

// Up writes an amount to the hundredth, and never less than it is: 2,110.40.
func (m Micros) Up() string { return m.hundredths(unit/100 - 1) }

// Down writes an amount to the hundredth, and never more than it is.
func (m Micros) Down() string { return m.hundredths(0) }

// hundredths writes an amount that is not negative, when something was added to it, without what is smaller than a hundredth.
func (m Micros) hundredths(more Micros) string {
	cents := uint64(m+more) / uint64(unit/100) // unsigned: what is added may go beyond the largest amount
	whole := strconv.FormatUint(cents/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s.%02d", whole, cents%100)
}

// String writes an amount exactly, as files have it: 0.07, 2110.4, 12.
func (m Micros) String() string {
	sign, n := "", uint64(m)
	if m < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%d.%06d", n/uint64(unit), n%uint64(unit))
	return sign + strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// MarshalText writes an amount exactly.
func (m Micros) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (m *Micros) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMicros(string(text))
	return err
}

// What may be wrong with the text of an amount.
var (
	ErrAmount   = errors.New("is not an amount")
	ErrTooExact = errors.New("has more than six decimal places")
	ErrTooMuch  = errors.New("is more than can be counted")
)

// ParseMicros reads an amount: digits, and behind a point at most six more. It returns one of the errors above.
func ParseMicros(text string) (Micros, error) {
	whole, fraction, hasPoint := strings.Cut(text, ".")
	if !onlyDigits(whole) || hasPoint && !onlyDigits(fraction) {
		return 0, ErrAmount
	}
	fraction = strings.TrimRight(fraction, "0")
	const places = 6
	if len(fraction) > places {
		return 0, ErrTooExact
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return 0, ErrTooMuch
	}
	return Micros(n), nil
}

// Plus adds two amounts, neither of which is negative. It returns false where their sum is more than can be counted.
func (m Micros) Plus(other Micros) (Micros, bool) {
	return m + other, m <= math.MaxInt64-other
}

// Times multiplies an amount that is not negative by a count that is none either. It returns false where that is more than can be counted.
func (m Micros) Times(n int) (Micros, bool) {
	high, low := bits.Mul64(uint64(m), uint64(n))
	return Micros(low), high == 0 && low <= math.MaxInt64
}

// ParseMoney reads an amount with its currency as campaign files have it: 2500 EUR, or 2500.50 EUR.
func ParseMoney(text string) (Money, error) {
	amount, currency, _ := strings.Cut(text, " ")
	currency = strings.TrimSpace(currency)
	n, err := ParseMicros(amount)
	if err != nil {
		return Money{}, err
	}
	if !moneyFormat().pattern.MatchString(text) {
		return Money{}, ErrAmount
	}
	return Money{n, currency}, nil
}
