package render

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
)

// program renders one message for anybody: its operations append to the body one behind the other.
type program struct {
	ops      []op
	routes   *routes
	language language
	// defaulted are the sources in it that have a default.
	defaulted []*source
}

type opKind uint8

const (
	literalOp   opKind = iota // text
	valueOp                   // source's value, escaped for depth strings
	numberOp                  // source's value as a JSON number, at most limit from 0 where that is set
	addressOp                 // the phone number
	rowOp                     // the row's ordinal
	epochOp                   // the epoch
	ttlOp                     // for how many seconds the message is worth getting
	markOp                    // where the field begins that the next limitOp measures
	limitOp                   // at most limit characters since the mark; text is the field
	recipientOp               // the recipient, by the routes that the row has
	orderOp                   // the channels of these routes
)

type op struct {
	kind        opKind
	inString    bool // limitOp: the field is what stands in a string
	underscores bool // valueOp: with "_" for "-"
	depth       int
	limit       int
	text        string
	source      *source
}

// append renders the body for a recipient, with the values of a person who mostly is the same. Where it fails, what it returns is of no use.
func (p *program) append(dst []byte, to, of *campaign.Recipient, epoch string, ttl time.Duration) ([]byte, *RowError) {
	mark := 0
	for i := range p.ops {
		o := &p.ops[i]
		switch o.kind {
		case literalOp:
			dst = append(dst, o.text...)
		case valueOp:
			value, err := o.source.value(of, p.language)
			if err != nil {
				return dst, err
			}
			if o.underscores {
				value = underscored(value)
			}
			dst = appendEscaped(dst, value, o.depth)
		case numberOp:
			number, err := o.number(of, p.language)
			if err != nil {
				return dst, err
			}
			dst = append(dst, number...)
		case addressOp:
			dst = append(dst, to.Address.Reveal()...)
		case rowOp:
			dst = strconv.AppendInt(dst, int64(to.Row), 10)
		case epochOp:
			dst = append(dst, epoch...)
		case ttlOp:
			dst = strconv.AppendInt(dst, int64(ttl/time.Second), 10)
		case markOp:
			mark = len(dst)
		case limitOp:
			// A character has a byte at least, so most fields need no counting.
			if field := dst[mark:]; len(field) > o.limit && characters(field, o.inString) > o.limit {
				return dst, &RowError{Reason: TooLong, Name: o.text, Limit: o.limit}
			}
		case recipientOp:
			if dst = p.routes.appendRecipient(dst, to); p.routes.first(to) == "" {
				return dst, &RowError{Reason: NoAddress, Name: "recipient"}
			}
		case orderOp:
			dst = p.routes.appendOrder(dst, to)
		}
	}
	return dst, nil
}

// underscored returns a language tag as WhatsApp takes it.
func underscored(tag string) string { return strings.ReplaceAll(tag, "-", "_") }

func (o *op) number(r *campaign.Recipient, language language) (string, *RowError) {
	value, err := o.source.value(r, language)
	if err != nil {
		return "", err
	}
	value = strings.TrimSpace(value)
	if !isNumber(value) {
		return "", &RowError{Reason: NotANumber, Name: o.source.name}
	}
	if o.limit > 0 {
		// What is out of range for a float64 is infinite, and so beyond the limit too.
		if f, _ := strconv.ParseFloat(value, 64); math.Abs(f) > float64(o.limit) {
			return "", &RowError{Reason: OutOfRange, Name: o.source.name, Limit: o.limit}
		}
	}
	return value, nil
}

// isNumber reports whether s is a number as JSON writes it (RFC 8259, section 6): the only JSON that begins like one.
func isNumber(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && json.Valid([]byte(s))
}
