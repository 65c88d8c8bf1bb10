package expression

import (
	"math"
	"strconv"
)

// significant is to how many digits numbers are written. Each of a cell's has at most as many before its decimal sign, and what a product of
// floats has behind them is noise: 1.1 * 3 is 3.3000000000000003.
const significant = 15

// decimal is a number in digits: 0.d₁d₂d₃… × 10^point.
type decimal struct {
	negative bool
	point    int
	n        int // so many digits
	digits   [significant]byte
}

func newDecimal(x float64) decimal {
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], math.Abs(x), 'e', significant-1, 64) // 1.20450000000000e+03
	d := decimal{negative: x < 0, n: significant}
	d.digits[0] = text[0]
	copy(d.digits[1:], text[2:])
	for _, c := range text[significant+3:] {
		d.point = d.point*10 + int(c-'0')
	}
	if text[significant+2] == '-' {
		d.point = -d.point
	}
	d.point++
	d.trim()
	return d
}

// trim drops zeros at the end.
func (d *decimal) trim() {
	for d.n > 0 && d.digits[d.n-1] == '0' {
		d.n--
	}
	if d.n == 0 {
		d.negative, d.point = false, 1
	}
}

// round leaves so many decimals. A half is rounded away from zero, as people have learnt it.
func (d *decimal) round(decimals int) {
	keep := d.point + decimals
	switch {
	case keep >= d.n:
		return
	case keep < 0:
		d.n = 0
		d.trim()
		return
	}
	up := d.digits[keep] >= '5'
	d.n = keep
	for ; up && d.n > 0; d.n-- {
		if last := &d.digits[d.n-1]; *last < '9' {
			*last++
			return
		}
	}
	if up { // 9.99, or 0.5
		d.digits[0], d.n, d.point = '1', 1, d.point+1
	}
	d.trim()
}

// decimals returns how many decimals the number has.
func (d *decimal) decimals() int { return max(0, d.n-d.point) }

// append writes the number with so many decimals, which are not fewer than it has.
func (d *decimal) append(dst []byte, decimals int, signs separators) []byte {
	digit := func(i int) byte {
		if i < 0 || i >= d.n {
			return '0'
		}
		return d.digits[i]
	}
	whole := max(d.point, 1)
	for i := range whole {
		if left := whole - i; i > 0 && signs.groups(left) {
			dst = append(dst, signs.group...)
		}
		dst = append(dst, digit(d.point-whole+i))
	}
	if decimals > 0 {
		dst = append(dst, signs.decimal...)
	}
	for i := range decimals {
		dst = append(dst, digit(d.point+i))
	}
	return dst
}

// separators stand between the digits of a number.
type separators struct {
	decimal, group string
	lakhs          bool // above a thousand, groups have two digits
}

// groups reports whether a group ends before the last so many digits.
func (s separators) groups(left int) bool {
	if s.lakhs && left > 3 {
		return left%2 == 1
	}
	return left%3 == 0
}

// plain writes a number as a program would: without separators, and with no more decimals than it has.
func plain(x float64) string {
	d := newDecimal(x)
	var buf [64]byte
	dst := buf[:0]
	if d.negative {
		dst = append(dst, '-')
	}
	return string(d.append(dst, d.decimals(), separators{decimal: "."}))
}

// rounded returns the number that is nearest to x with so many decimals.
func rounded(x float64, decimals int) float64 {
	d := newDecimal(x)
	d.round(decimals)
	var buf [64]byte
	y, _ := strconv.ParseFloat(string(d.append(buf[:0], d.decimals(), separators{decimal: "."})), 64) // it is one
	if d.negative {
		return -y
	}
	return y
}
