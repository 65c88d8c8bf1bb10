package hours

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// Holiday is a day off in a country.
type Holiday struct {
	Country string
	Date    time.Time // its midnight in UTC
	Name    string    // in a language of the country, mostly
}

// PublicCountries returns the countries whose public holidays are known, by their ISO 3166-1 alpha-2 codes, sorted.
func PublicCountries() []string { return slices.Sorted(maps.Keys(rulesByCountry())) }

// PublicHolidays returns the nationwide public holidays of a country in a year, in the order of the calendar: none where nobody knows.
func PublicHolidays(country string, year int) []Holiday {
	var all []Holiday
	add := func(midnight time.Time, name string) {
		// The midnight is one of this machine's zone, and may have become 23:00 where that zone has none.
		y, m, d := midnight.Add(6 * time.Hour).Date()
		if h := (Holiday{country, time.Date(y, m, d, 0, 0, 0, 0, time.UTC), name}); y == year {
			all = append(all, h)
		}
	}
	for _, rule := range rulesByCountry()[country] {
		for y := year - 1; y <= year+1; y++ { // a substitute may lie in another year
			actual, observed := rule.Calc(y)
			add(actual, rule.Name)
			if !observed.Equal(actual) {
				add(observed, rule.Name+" (substitute)")
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return all
}

// rulesByCountry returns what the public holidays of a country are. The library has more countries than these: Argentina moves feasts by decree,
// those of Malawi follow the moon, Ukraine has none while martial law holds, and nobody here has held the others against their law.
func rulesByCountry() map[string][]*cal.Holiday {
	return map[string][]*cal.Holiday{
		"AT": at.Holidays, "BE": be.Holidays, "BG": bg.Holidays, "BR": br.Holidays, "CZ": cz.Holidays, "DE": de.Holidays, "DK": dk.Holidays,
		"EE": ee.Holidays, "ES": es.Holidays, "FI": fi.Holidays, "FR": fr.Holidays, "GB": gb.Holidays, "GR": gr.Holidays, "HR": hr.Holidays,
		"IE": ie.Holidays, "JP": jp.Holidays, "LT": lt.Holidays, "LV": lv.Holidays, "NC": nc.Holidays, "PT": pt.Holidays, "RO": ro.Holidays,
		"SE": se.Holidays, "SI": si.Holidays, "SK": sk.Holidays, "US": us.Holidays, "ZA": za.Holidays,

		// The library has only those of the states, those of any canton, and some days on which not everybody is off.
		"AU": {au.NewYear, au.AustraliaDay, au.GoodFriday, au.EasterMonday, au.AnzacDay, au.ChristmasDay, au.BoxingDay},
		"CH": {ch.Neujahr, ch.Karfreitag, ch.Ostermontag, ch.Auffahrt, ch.Pfingstmontag, ch.Bundesfeiertag, ch.Weihnachtstag, ch.ZweiterWeihnachtsfeiertag},
		"CA": {ca.NewYear, ca.GoodFriday, ca.VictoriaDay, ca.CanadaDay, ca.LabourDay, ca.NationalDayForTruthAndReconciliation, ca.ThanksgivingDay,
			ca.RemembranceDay, ca.ChristmasDay, ca.BoxingDay},
		"NL": {nl.Nieuwjaar, aa.Easter, nl.TweedePaasdag, nl.Koningsdag, nl.BevrijdingsDag, nl.Hemelvaart, aa.Pentecost, nl.TweedePinksterDag,
			nl.EersteKerstdag, nl.TweedeKerstdag},

		// It does not have these feasts, which are always on a Sunday.
		"HU": append(sundays(), hu.Holidays...), "NO": append(sundays(), no.Holidays...), "PL": append(sundays(), pl.Holidays...),

		// It does not have these days yet.
		"IT": append(append(since(2026, days("10-04 San Francesco d'Assisi")), aa.Easter), it.Holidays...),
		"NZ": append(matariki(), nz.Holidays...),
		"RU": append(days("01-02 Новогодние каникулы", "01-03 Новогодние каникулы", "01-04 Новогодние каникулы", "01-05 Новогодние каникулы",
			"01-06 Новогодние каникулы", "01-08 Новогодние каникулы"), ru.Holidays...),
	}
}

// sundays are Easter and Pentecost.
func sundays() []*cal.Holiday { return []*cal.Holiday{aa.Easter, aa.Pentecost} }

// days makes rules of days of every year with their names.
func days(texts ...string) []*cal.Holiday {
	rules := make([]*cal.Holiday, len(texts))
	for i, text := range texts {
		date, name, _ := strings.Cut(text, " ")
		day, _ := readDay(date) // a test reads them all
		rules[i] = &cal.Holiday{Name: name, Month: day.month, Day: day.day, Func: cal.CalcDayOfMonth}
	}
	return rules
}

// since lets rules hold from a year on.
func since(year int, rules []*cal.Holiday) []*cal.Holiday {
	for _, rule := range rules {
		rule.StartYear = year
	}
	return rules
}

// matariki returns the rules of a feast that follows the moon: its days are in the law, up to 2052.
func matariki() []*cal.Holiday {
	var rules []*cal.Holiday
	for _, date := range []string{"2025-06-20", "2026-07-10", "2027-06-25", "2028-07-14", "2029-07-06", "2030-06-21"} {
		rule := days(date + " Matariki")[0]
		day, _ := readDay(date)
		rule.StartYear, rule.EndYear = day.year, day.year
		rules = append(rules, rule)
	}
	return rules
}
