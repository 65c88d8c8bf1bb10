package cli

import (
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/internal/hours"
	"sendoff/internal/phone"
)

func holidaysCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:  "holidays",
		Usage: "print the public holidays that a window leaves out, as a file of your own to edit",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "country", Usage: "only of these countries: `CODES`, such as GB,DE"},
			&cli.IntFlag{Name: "year", Usage: "only of this `YEAR`", DefaultText: "this one and the next"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return inputErrorf("holidays takes no arguments").hint("%s --help lists the flags", c.Command.HelpName)
			}
			countries, err := holidayCountries(c.String("country"))
			if err != nil {
				return err
			}
			this := s.Now().Year()
			years := []int{this, this + 1}
			if c.IsSet("year") {
				const first, last = 1970, 2100 // when Easter's rule holds, and nobody has to plan
				if year := c.Int("year"); year < first || year > last {
					return inputErrorf("--year: %d to %d are possible", first, last)
				}
				years = []int{c.Int("year")}
			}
			return s.printHolidays(countries, years)
		},
	}
}

// holidayCountries returns the countries that a flag names, or all of which anything is known.
func holidayCountries(codes string) ([]string, error) {
	known := hours.PublicCountries()
	if codes == "" {
		return known, nil
	}
	var countries []string
	for code := range strings.SplitSeq(strings.ToUpper(codes), ",") {
		code = strings.TrimSpace(code)
		if !slices.Contains(known, code) {
			return nil, inputErrorf("--country: no holidays are known of %s", phone.CountryName(code)).
				hint("they are known of %s; a file of your own may have any", strings.Join(known, ", "))
		}
		countries = append(countries, code)
	}
	return countries, nil
}

func (s *session) printHolidays(countries []string, years []int) error {
	w := csv.NewWriter(s.Stdout)
	_ = w.Write([]string{"country", "date", "name"}) // Error has what went wrong
	for _, country := range countries {
		for _, year := range years {
			for _, h := range hours.PublicHolidays(country, year) {
				_ = w.Write([]string{country, h.Date.Format(time.DateOnly), h.Name})
			}
		}
	}
	w.Flush()
	return w.Error()
}
