package phone

import (
	"cmp"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"sendoff/campaign"
)

// alpha2 returns an ISO 3166-1 alpha-2 code as the metadata has it, or "" for what is not one of a place with telephone numbers.
func (n *Reader) alpha2(code string) string {
	if len(code) != 2 {
		return ""
	}
	id := strings.ToUpper(code)
	if n.metadata[id] == nil {
		return ""
	}
	return id
}

// regionOf returns the code of the country that a cell names by its code or its name, or "" where it names none, or several.
func (n *Reader) regionOf(cell string) string {
	if id := n.alpha2(cell); id != "" {
		return id
	}
	return n.names()[campaign.FoldFurther(cell)]
}

// CountryName returns what a country is called in English, by its ISO 3166-1 alpha-2 code; the code where nobody knows.
func CountryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return cmp.Or(display.English.Regions().Name(region), code)
}

// countryNames says which region's code has a name, in the form of [campaign.FoldFurther].
type countryNames map[string]string

// newCountryNames collects ISO 3166-1 alpha-3 codes, the names that countries have at home and in the languages in which customers are mostly
// kept, and what people write besides. A name that two countries have in different languages is left out.
func newCountryNames(metadata map[string]*phonenumbers.PhoneMetadata) countryNames {
	names := make(countryNames)
	add := func(name, id string) {
		name = campaign.FoldFurther(name)
		if other, isNamed := names[name]; isNamed && other != id {
			id = "" // stays in the map, so that a third does not get it
		}
		names[name] = id
	}
	languages := nameLanguages()
	for id := range metadata {
		region, err := language.ParseRegion(id)
		if err != nil || len(id) != 2 {
			continue
		}
		if code := region.ISO3(); code != "ZZZ" {
			add(code, id)
		}
		home, _ := language.Make("und-" + id).Base()
		for _, namer := range append(languages[:len(languages):len(languages)], display.Regions(language.Make(home.String()))) {
			if namer == nil {
				continue
			}
			name := namer.Name(region)
			add(name, id)
			add(strings.ReplaceAll(name, "&", "and"), id)
		}
	}
	for name, id := range otherNames() {
		names[campaign.FoldFurther(name)] = id
	}
	delete(names, "")
	return names
}

// nameLanguages returns the languages whose names for countries are known.
func nameLanguages() []display.Namer {
	var namers []display.Namer
	for _, tag := range [...]string{
		"en", "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "is", "it", "lt", "lv", "nl", "no", "pl", "pt", "pt-PT", "ro", "ru",
		"sk", "sl", "sr", "sr-Latn", "sv", "tr", "uk",
	} {
		namers = append(namers, display.Regions(language.Make(tag)))
	}
	return namers
}

// otherNames returns names that CLDR does not have, or not yet, and codes that are no alpha-2 codes of ISO 3166-1.
func otherNames() map[string]string {
	return map[string]string{
		"UK": "GB", "U.K.": "GB", "Great Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB",
		"Großbritannien": "GB", "Grande-Bretagne": "GB", "Gran Bretaña": "GB", "Gran Bretagna": "GB", "Grã-Bretanha": "GB", "Groot-Brittannië": "GB",
		"U.S.": "US", "United States of America": "US", "USA": "US", "Etats-Unis d'Amérique": "US", "Stati Uniti d'America": "US",
		"EL": "GR", "Hellas": "GR", "Éire": "IE", "Republic of Ireland": "IE", "Holland": "NL", "The Netherlands": "NL",
		"Czech Republic": "CZ", "Tschechische Republik": "CZ", "République tchèque": "CZ", "República Checa": "CZ", "Repubblica Ceca": "CZ", "Česká republika": "CZ",
		"Slovak Republic": "SK", "Russian Federation": "RU", "Republic of Moldova": "MD", "Turkey": "TR", "Türkiye": "TR",
		"North Macedonia": "MK", "Nordmazedonien": "MK", "Nordmakedonien": "MK", "Eswatini": "SZ", "UAE": "AE", "Ivory Coast": "CI",
		"South Korea": "KR", "Republic of Korea": "KR", "Viet Nam": "VN",
	}
}
