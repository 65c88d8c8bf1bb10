package phone

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// kind is what a numbering plan says of a national number.
type kind uint8

const (
	unassigned kind = iota
	sendable        // mobile, VoIP, or of a country where fixed lines look like mobiles
	landline
	service // toll-free, a company's one number, pager, voicemail
	refused // premium rate, shared cost, personal number
)

// numbering is what libphonenumber's metadata says of one calling code: the regions that share it, the main one first.
type numbering struct {
	prefix  string // the calling code with its plus sign: "+44"
	zero    bool   // mobile numbers are always written with a national zero where they have no calling code
	ids     []string
	regions []*region // in the order of ids
}

// region returns the region with an id, which has to be one of this calling code.
func (n *numbering) region(id string) *region { return n.regions[slices.Index(n.ids, id)] }

// region is one country's part of a numbering plan.
type region struct {
	types         *automaton // which of the patterns below a national number matches
	lengths       [patterns]lengthSet
	local         lengthSet      // lengths that can only be dialled from within the same area
	sameMobile    bool           // mobile numbers cannot be told from fixed lines
	leading       *automaton     // where set, alone decides that a number belongs to this region
	trunk         *automaton     // numbers that begin with something that Parse may cut off
	cut           *regexp.Regexp // what it cuts off; nil where it rewrites the number instead
	abroad        *automaton     // numbers that begin with what one dials for abroad
	hasNoMetadata bool
	mobileAreas   bool // mobile numbers have area codes
}

// The patterns that metadata has for a region's numbers, in the order in which libphonenumber asks for them.
const (
	general = iota
	premium
	tollFree
	sharedCost
	voip
	personal
	pager
	uan
	voicemail
	fixed
	mobile
	patterns
)

// lengthSet is a set of numbers of digits, 0 to 31.
type lengthSet uint32

func newLengthSet(lengths []int32) lengthSet {
	var s lengthSet
	for _, n := range lengths {
		if n > 0 { // -1 stands for a kind of number that the region does not have
			s |= 1 << n
		}
	}
	return s
}

func (s lengthSet) has(n int) bool { return s>>n&1 != 0 }

// newNumbering compiles the metadata of a calling code.
func newNumbering(code int, metadata map[string]*phonenumbers.PhoneMetadata) (*numbering, error) {
	n := &numbering{prefix: "+" + strconv.Itoa(code), ids: phonenumbers.GetRegionCodesForCountryCode(code)}
	n.zero = writesZero(metadata[metadataKey(n.ids[0], code)])
	for _, id := range n.ids {
		r, err := newRegion(metadata[metadataKey(id, code)])
		if err != nil {
			return nil, fmt.Errorf("compile numbering plan of %s (+%d): %w", id, code, err)
		}
		n.regions = append(n.regions, r)
	}
	return n, nil
}

// metadataKey names a region's metadata; codes that belong to no country (+800, +881, …) all have the region "001".
func metadataKey(region string, code int) string {
	if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return region + strconv.Itoa(code)
	}
	return region
}

// metadataByKey indexes the library's metadata. It is built from data inside the binary, once in the library.
func metadataByKey() (map[string]*phonenumbers.PhoneMetadata, error) {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, fmt.Errorf("read numbering plans: %w", err)
	}
	byKey := make(map[string]*phonenumbers.PhoneMetadata, len(all.GetMetadata()))
	for _, m := range all.GetMetadata() {
		byKey[metadataKey(m.GetId(), int(m.GetCountryCode()))] = m
	}
	return byKey, nil
}

func newRegion(m *phonenumbers.PhoneMetadata) (*region, error) {
	descriptions := [patterns]*phonenumbers.PhoneNumberDesc{
		general: m.GetGeneralDesc(), premium: m.GetPremiumRate(), tollFree: m.GetTollFree(), sharedCost: m.GetSharedCost(),
		voip: m.GetVoip(), personal: m.GetPersonalNumber(), pager: m.GetPager(), uan: m.GetUan(), voicemail: m.GetVoicemail(),
		fixed: m.GetFixedLine(), mobile: m.GetMobile(),
	}
	r := &region{
		sameMobile:    m.GetSameMobileAndFixedLinePattern(),
		local:         newLengthSet(m.GetGeneralDesc().GetPossibleLengthLocalOnly()),
		hasNoMetadata: m.GetGeneralDesc().GetNationalNumberPattern() == "",
		mobileAreas:   hasMobileAreas(m.GetCountryCode()),
	}
	var expressions [patterns]string
	for i, d := range descriptions {
		expressions[i] = d.GetNationalNumberPattern()
		r.lengths[i] = ^lengthSet(0) // a description without lengths has those of the general one, which every number has to match
		if len(d.GetPossibleLength()) > 0 {
			r.lengths[i] = newLengthSet(d.GetPossibleLength())
		}
	}
	var err error
	if r.types, err = newAutomaton(expressions[:]...); err != nil {
		return nil, err
	}
	if r.leading, err = newPrefixAutomaton(m.GetLeadingDigits()); err != nil {
		return nil, err
	}
	if r.trunk, err = newPrefixAutomaton(m.GetNationalPrefixForParsing()); err != nil {
		return nil, err
	}
	if r.trunk != nil && m.GetNationalPrefixTransformRule() == "" {
		r.cut = regexp.MustCompile("^(?:" + m.GetNationalPrefixForParsing() + ")") // it has just been parsed
	}
	r.abroad, err = newPrefixAutomaton(m.GetInternationalPrefix())
	return r, err
}

// writesZero reports whether a country's mobile numbers are written with a zero before them wherever they stand without calling code, as in
// GB and SE, and unlike those of CN and IN. The rule is that of the first format that fits the example number.
func writesZero(m *phonenumbers.PhoneMetadata) bool {
	example := m.GetMobile().GetExampleNumber()
	if m.GetNationalPrefix() != "0" || example == "" {
		return false
	}
	for _, f := range m.GetNumberFormat() {
		if leading := f.GetLeadingDigitsPattern(); len(leading) > 0 && !matchesFrom(leading[len(leading)-1], example, "") {
			continue
		}
		if matchesFrom(f.GetPattern(), example, "$") {
			return strings.HasPrefix(strings.TrimPrefix(f.GetNationalPrefixFormattingRule(), "("), "0") && !f.GetNationalPrefixOptionalWhenFormatting()
		}
	}
	return false
}

// matchesFrom reports whether digits begin with the expression, and with what ends it.
func matchesFrom(expression, digits, end string) bool {
	return regexp.MustCompile("^(?:" + expression + ")" + end).MatchString(digits) // of the metadata, all of which a test compiles
}

// kind says what a national number is: the answers of libphonenumber's IsValidNumber and GetNumberType in one.
func (n *numbering) kind(digits string) kind {
	if len(n.regions) == 1 {
		return n.regions[0].kind(digits)
	}
	for _, r := range n.regions {
		if r.leading != nil {
			if r.leading.match(digits) != 0 {
				return r.kind(digits)
			}
		} else if k := r.kind(digits); k != unassigned {
			return k
		}
	}
	return unassigned
}

// kind follows getNumberTypeHelper of libphonenumber, whose order decides where a number matches several patterns.
func (r *region) kind(digits string) kind {
	matched := r.types.match(digits)
	has := func(pattern int) bool { return matched>>pattern&1 != 0 && r.lengths[pattern].has(len(digits)) }
	switch {
	case !has(general):
		return unassigned
	case has(premium):
		return refused
	case has(tollFree):
		return service
	case has(sharedCost):
		return refused
	case has(voip):
		return sendable
	case has(personal):
		return refused
	case has(pager), has(uan), has(voicemail):
		return service
	case has(fixed) && !r.sameMobile && !has(mobile):
		return landline
	case has(fixed), !r.sameMobile && has(mobile):
		return sendable
	}
	return unassigned
}

// viable reports whether digits have the general form of the region's numbers, whatever their kind.
func (r *region) viable(digits string) bool { return r.types.match(digits)>>general&1 != 0 }

// possible says whether a national number has a length that its country uses: OK, or what is wrong with it.
// A number that works only from within its own area is too short, since nobody sends from there.
func (r *region) possible(digits string) Finding {
	lengths := r.lengths[general]
	if r.hasNoMetadata {
		lengths = 1<<(phonenumbers.MAX_LENGTH_FOR_NSN+1) - 1<<phonenumbers.MIN_LENGTH_FOR_NSN
	}
	switch n := len(digits); {
	case n > phonenumbers.MAX_LENGTH_FOR_NSN:
		return TooLong
	case lengths.has(n):
		return OK
	case r.local.has(n), n == 0, lengths&(1<<n-1) == 0: // nothing is shorter
		return TooShort
	case lengths>>n == 0: // nothing is longer
		return TooLong
	}
	return Length
}
