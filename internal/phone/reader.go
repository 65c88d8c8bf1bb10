package phone

import (
	"errors"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// ErrCountry is returned for a country that is not an ISO 3166-1 alpha-2 code of a place with telephone numbers.
var ErrCountry = errors.New("country is not a two-letter code such as GB or SE")

// Reader reads numbers. It is safe for concurrent use; one is enough for all goroutines.
type Reader struct {
	country  string // how national numbers are read where a row has no country of its own; may be empty
	metadata map[string]*phonenumbers.PhoneMetadata
	codes    [1000]callingCode // by calling code
	names    func() countryNames
	zones    func() map[string][]string // by country
}

// callingCode holds the numbering plan of a calling code, compiled when it is first needed: a few ms for the largest.
type callingCode struct {
	assigned bool
	once     sync.Once
	plan     *numbering
}

// New returns a Reader. The country, in either case, says how numbers without calling code are read where a row has no country of
// its own; empty: such numbers are refused. It returns ErrCountry for a country that has no numbering plan.
func New(country string) (*Reader, error) {
	metadata, err := metadataByKey()
	if err != nil {
		return nil, err
	}
	n := &Reader{metadata: metadata, names: sync.OnceValue(func() countryNames { return newCountryNames(metadata) }), zones: sync.OnceValue(newCountryZones)}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		n.codes[code].assigned = true
	}
	if country != "" {
		if n.country = n.alpha2(country); n.country == "" {
			return nil, ErrCountry
		}
	}
	return n, nil
}

// Read reads a number as people and spreadsheets write it. The country is the row's own, a code or a name, empty for the Reader's; it
// matters only where the number has no calling code. The address is zero where the finding is a problem, except that a number
// whose kind is refused ([Kind]) is returned with its finding, so that lists can be compared.
func (n *Reader) Read(cell, country string) (campaign.Address, Finding) {
	var w written
	if finding := w.read(cell); finding != OK {
		return campaign.Address{}, finding
	}
	var number e164
	if w.international {
		number = n.international(w.digits())
	} else {
		number = n.national(w.digits(), country)
	}
	if number.finding != OK {
		return campaign.Address{}, number.finding
	}
	address, finding := number.address(cell)
	switch {
	case finding != OK:
	case number.bare:
		finding = NoZero
	case w.decimal:
		finding = Decimal
	}
	return address, finding
}

// e164 is a number split into its calling code and the rest, or the finding that there is none.
type e164 struct {
	plan     *numbering
	national string
	bare     bool // it was written without the national zero that it should have
	finding  Finding
}

// address judges the number and joins it. Where the cell is the address already, its text is shared.
func (e e164) address(cell string) (campaign.Address, Finding) {
	if finding := e.plan.regions[0].possible(e.national); finding != OK {
		return campaign.Address{}, finding
	}
	text := cell
	if number, hasPrefix := strings.CutPrefix(cell, e.plan.prefix); !hasPrefix || number != e.national {
		text = e.plan.prefix + e.national
	}
	address := campaign.PhoneAddress(text)
	if address.IsZero() {
		return address, outsideE164(text)
	}
	switch e.plan.kind(e.national) {
	case landline:
		return address, Landline
	case service:
		return address, Service
	case refused:
		return address, Kind
	case unassigned:
		// A national zero that could not be cut off, since too little would be left: nobody has written the number that stands here.
		if trunk := e.plan.regions[0].trunk; e.national[0] == '0' && trunk != nil && trunk.match(e.national) != 0 {
			return campaign.Address{}, TooShort
		}
		return address, Unassigned
	}
	return address, OK
}

// outsideE164 says why a number that its country's metadata holds possible cannot be an address:
// ITU-T E.164 allows 15 digits, and our addresses have at least 8.
func outsideE164(text string) Finding {
	if len(text) > 15 {
		return TooLong
	}
	return TooShort
}

// international reads the digits that follow a plus sign.
func (n *Reader) international(digits string) e164 {
	plan, national := n.split(digits)
	if plan == nil {
		return e164{finding: CallingCode}
	}
	if main := plan.regions[0]; main.trunk == nil || main.trunk.match(national) == 0 {
		return e164{plan: plan, national: national}
	}
	return n.parse("+"+digits, phonenumbers.UNKNOWN_REGION)
}

// national reads digits without a calling code as its country writes them. The steps are those of libphonenumber's Parse;
// wherever one of them needs more than a table, Parse itself is asked.
func (n *Reader) national(digits, country string) e164 {
	id := n.country
	if country = strings.TrimSpace(country); country != "" {
		if id = n.regionOf(country); id == "" {
			return e164{finding: CountryUnknown}
		}
	}
	if id == "" {
		return e164{finding: n.withoutCountry(digits)}
	}
	code := int(n.metadata[id].GetCountryCode())
	plan := n.plan(code)
	r := plan.region(id)
	if strings.HasPrefix(digits, plan.prefix[1:]) || r.abroad != nil && r.abroad.match(digits) != 0 {
		return n.parse(digits, id)
	}
	hasTrunk := r.trunk != nil && r.trunk.match(digits) != 0
	if hasTrunk {
		if r.cut == nil {
			return n.parse(digits, id)
		}
		digits = r.withoutTrunk(digits)
	}
	return n.settled(e164{plan: plan, national: digits, bare: plan.zero && !hasTrunk})
}

// withoutCountry says what is wrong with a number that nothing tells the country of: perhaps no more than that its plus sign is lost.
func (n *Reader) withoutCountry(digits string) Finding {
	const shortest = 11 // hardly any national number is as long without its zero
	if plan, national := n.split(digits); len(digits) >= shortest && plan != nil && plan.regions[0].possible(national) == OK {
		return NoPlus
	}
	return National
}

// withoutTrunk cuts off the digits that are dialled before a number within the country, unless the number is one only with them.
func (r *region) withoutTrunk(digits string) string {
	bare := digits[r.cut.FindStringIndex(digits)[1]:]
	if r.viable(digits) && !r.viable(bare) {
		return digits
	}
	if finding := r.possible(bare); finding != OK && finding != TooLong {
		return digits
	}
	return bare
}

// parse reads a number through libphonenumber, which knows carrier codes, mobile tokens and the national zero that people leave
// in brackets behind the calling code.
func (n *Reader) parse(number, region string) e164 {
	parsed, err := phonenumbers.Parse(number, region)
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return e164{finding: CallingCode}
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return e164{finding: TooLong}
	case err != nil: // the digits are digits: all that is left is that there are too few of them
		return e164{finding: TooShort}
	}
	return n.settled(e164{plan: n.plan(int(parsed.GetCountryCode())), national: phonenumbers.GetNationalSignificantNumber(parsed)})
}

// settled refuses a number that would be read as another one when it is read again in international form: a second national
// zero could be cut off, and nobody has written the number that would then be left.
func (n *Reader) settled(number e164) e164 {
	main := number.plan.regions[0]
	if finding := main.possible(number.national); finding != OK {
		return e164{finding: finding}
	}
	if main.trunk == nil || main.trunk.match(number.national) == 0 {
		return number
	}
	again, err := phonenumbers.Parse(number.plan.prefix+number.national, phonenumbers.UNKNOWN_REGION)
	if err != nil || phonenumbers.GetNationalSignificantNumber(again) != number.national {
		return e164{finding: Ambiguous}
	}
	return number
}

// split takes the calling code off. No calling code begins with another one (ITU-T E.164), so the shortest is the one.
func (n *Reader) split(digits string) (*numbering, string) {
	code := 0
	for i := 0; i < 3 && i < len(digits); i++ {
		if code = code*10 + int(digits[i]-'0'); n.codes[code].assigned && digits[0] != '0' {
			return n.plan(code), digits[i+1:]
		}
	}
	return nil, ""
}

// plan returns the numbering plan of an assigned calling code.
func (n *Reader) plan(code int) *numbering {
	c := &n.codes[code]
	c.once.Do(func() {
		plan, err := newNumbering(code, n.metadata)
		if err != nil {
			panic(err) // unreachable: the metadata is part of the binary, and a test compiles all of it
		}
		c.plan = plan
	})
	return c.plan
}
