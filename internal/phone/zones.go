package phone

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// ZonesOf returns the country of a number, as [Reader.CountryOf] does, and the names of the time zones in which it may be: those of its area
// code where it has one, else all of its country. There are none where nobody knows. Some names are old ones, such as Asia/Calcutta. The slice is shared.
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
	switch zones = n.CountryZones(country); {
	case country == "" || len(zones) == 1:
		return country, zones
	case len(zones) > 0 && !plan.region(country).hasArea(national):
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

// newCountryZones reads the table by country.
func newCountryZones() map[string][]string {
	zones := make(map[string][]string)
	for line := range strings.Lines(zoneTable) {
		if names := strings.Fields(line); len(names) > 1 {
			zones[names[0]] = names[1:]
		}
	}
	return zones
}

// hasArea reports whether a national number belongs to a place within its country, so that its first digits tell where that is.
func (r *region) hasArea(digits string) bool {
	if kind := r.kind(digits); kind != sendable && kind != landline {
		return false
	}
	matched := r.types.match(digits)
	has := func(pattern int) bool { return matched>>pattern&1 != 0 && r.lengths[pattern].has(len(digits)) }
	return !has(voip) && (has(fixed) || r.mobileAreas && has(mobile))
}

// hasMobileAreas reports whether a country gives area codes to mobile numbers too. Where it does not tell mobile numbers from fixed lines, as in
// North America, they are fixed lines here. Indonesia, which libphonenumber adds, does so for a few alone.
func hasMobileAreas(callingCode int32) bool {
	const indonesia = 62
	return phonenumbers.GEO_MOBILE_COUNTRIES[callingCode] && callingCode != indonesia
}
