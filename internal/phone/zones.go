package phone

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// ZonesOf returns the country of a number, as [Reader.CountryOf] does, and the names of the time zones in which it may be: those of its area
// code where it has one, else all of its country; of a number that could be of any country with its calling code, such as a toll-free one of North
// America, those of all of them. There are none where nobody knows. Some names are old ones, such as Asia/Calcutta. The slice is shared.
func (n *Reader) ZonesOf(number campaign.Address) (country string, zones []string) {
	text := number.Reveal()
	if text == "" {
		return "", nil
	}
	digits := text[1:]
	plan, national := n.split(digits)
	if plan == nil {
		return "", nil
	}
	country = plan.country(national)
	zones = n.CountryZones(country)
	if country == "" || len(zones) == 1 && len(plan.ids) == 1 {
		return country, zones
	}
	isOf, hasArea := plan.region(country).standing(national)
	switch {
	case len(plan.ids) > 1 && !isOf:
		return country, n.zones()[plan.prefix]
	case len(zones) == 1 || len(zones) > 0 && !hasArea:
		return country, zones
	}
	// Like libphonenumber's own mapper, which the library has without this distinction: for mobile numbers without an area code its table has the
	// country's largest city.
	if area, err := phonenumbers.GetTimezonesForPrefix(digits); err == nil && !slices.Contains(area, phonenumbers.UNKNOWN_TIMEZONE) {
		return country, area
	}
	return country, zones
}

// CountryZones returns the names of a country's time zones, by its ISO 3166-1 alpha-2 code; nil where nobody knows. The slice is shared.
func (n *Reader) CountryZones(code string) []string { return n.zones()[code] }

// AllZones returns the names of the time zones of all countries, each once, sorted.
func (n *Reader) AllZones() []string {
	var all []string
	for _, zones := range n.zones() {
		all = append(all, zones...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// newCountryZones reads the table by country. Those of all countries that share a calling code stand under that code, with its plus sign.
func newCountryZones() map[string][]string {
	zones := make(map[string][]string)
	for line := range strings.Lines(zoneTable) {
		if names := strings.Fields(line); len(names) > 1 {
			zones[names[0]] = names[1:]
		}
	}
	for code := range phonenumbers.GetSupportedCallingCodes() {
		if ids := phonenumbers.GetRegionCodesForCountryCode(code); len(ids) > 1 {
			var all []string
			for _, id := range ids {
				all = append(all, zones[id]...)
			}
			zones["+"+strconv.Itoa(code)] = all
		}
	}
	return zones
}

// standing reports whether a national number is of this region and no other with its calling code, as those of people are; and whether it belongs to a
// place within its country, so that its first digits tell where that is.
func (r *region) standing(digits string) (isOf, hasArea bool) {
	kind := r.kind(digits)
	isPersonal := kind == sendable || kind == landline
	isOf = isPersonal
	if r.leading != nil {
		isOf = r.leading.match(digits) != 0
	}
	if !isPersonal {
		return isOf, false
	}
	matched := r.types.match(digits)
	has := func(pattern int) bool { return matched>>pattern&1 != 0 && r.lengths[pattern].has(len(digits)) }
	if has(mobile) { // as numbers of Chile do that may be fixed lines too
		return isOf, r.mobileAreas && !has(voip)
	}
	return isOf, has(fixed) && !has(voip)
}

// hasMobileAreas reports whether a country gives area codes to mobile numbers too, as North America does. Indonesia, which libphonenumber adds, does so for
// a few alone.
func hasMobileAreas(callingCode int32) bool {
	const northAmerica, indonesia = 1, 62
	return callingCode == northAmerica || phonenumbers.GEO_MOBILE_COUNTRIES[callingCode] && callingCode != indonesia
}
