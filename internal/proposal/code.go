package proposal

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"

	"sendoff/internal/runstore"
)

// Code is the short name of a proposal, as in K7QF-2M9P. The package's description says what it covers.
type Code string

// crockford are the digits of Crockford's base 32: without I, L and O, which look like others, and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// CodeOf returns the code of a plan, by its digest, under a run key and through a destination; the zero destination where nobody says.
func CodeOf(planDigest, runKey string, through runstore.Destination) Code {
	hash := sha256.New()
	for _, text := range []string{
		"plan code 1", // a new number when what follows changes
		planDigest, runKey, through.ProjectID, through.AppID, through.Region, through.Endpoint,
	} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		_, _ = hash.Write(length[:]) // a hash never fails
		_, _ = hash.Write([]byte(text))
	}
	return written(base32.NewEncoding(crockford).EncodeToString(hash.Sum(nil)[:5]))
}

func written(digits string) Code { return Code(digits[:4] + "-" + digits[4:]) }

// errCode says what a code looks like.
var errCode = errors.New("a code has eight letters and digits, as in K7QF-2M9P")

// ParseCode reads a code as people type it: in either case, with or without dashes, and with the letters that a digit is taken for.
func ParseCode(text string) (Code, error) {
	digits := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(digits) != 8 || strings.Trim(digits, crockford) != "" {
		return "", errCode
	}
	return written(digits), nil
}
