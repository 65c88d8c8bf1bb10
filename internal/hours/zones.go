package hours

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"time"

	"sendoff/internal/phone"
)

// zones are the time zones that were asked for by their names.
type zones struct {
	numbers   *phone.Reader
	canonical map[string]bool // the names that the time zone database has today

	mu     sync.RWMutex
	byName map[string]*zone // nil: there is none of that name
}

// zone is a time zone, and how its clock goes, which is the same for all zones whose clocks agree.
type zone struct {
	location *time.Location
	course   string
}

func newZones(numbers *phone.Reader) *zones {
	z := &zones{numbers: numbers, canonical: map[string]bool{}, byName: map[string]*zone{}}
	for _, name := range numbers.AllZones() {
		z.canonical[name] = true
	}
	return z
}

// find returns the zone of a name, or nil where there is none.
func (z *zones) find(name string) *zone {
	z.mu.RLock()
	found, isKnown := z.byName[name]
	z.mu.RUnlock()
	if isKnown {
		return found
	}
	if mayBeZone(name) {
		if location, err := time.LoadLocation(name); err == nil {
			found = &zone{location, course(location)}
		}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if found != nil || len(z.byName) < mostCells {
		z.byName[strings.Clone(name)] = found // a cell shares its memory with a whole batch of rows
	}
	return found
}

// mayBeZone keeps what is no zone of the database from being looked for on the disk: Local and localtime are the zone of this machine, and right/ and
// posix/ hold the zones as other programs want them.
func mayBeZone(name string) bool {
	const longest = 40
	return name != "" && len(name) <= longest && name[0] >= 'A' && name[0] <= 'Z' && name != "Local" && name != "Factory"
}

// course writes down how the clock of a zone goes from 2025 to 2045: from when on it has which offset.
func course(location *time.Location) string {
	at, end := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	var b []byte
	last := int64(-1) // no zone's
	for at < end {
		offset, until := steady(location, at)
		if offset != last {
			b = binary.AppendVarint(binary.AppendVarint(b, at), offset)
			last = offset
		}
		at = until
	}
	return string(b)
}

// distinct returns the zones of these names whose clocks differ, by the names that they have in a country today where it has them; nil where one of them is unknown.
func (z *zones) distinct(names []string, country string) []*time.Location {
	var locations []*time.Location
	seen := make(map[string]bool)
	for _, name := range names {
		found := z.find(name)
		if found == nil {
			return nil
		}
		if !seen[found.course] {
			seen[found.course] = true
			locations = append(locations, z.named(found, country))
		}
	}
	return locations
}

// areOf reports whether zones are all of a country. Of some area codes libphonenumber's table has those of another, such as Europe/Bucharest for parts of
// Russia.
func (z *zones) areOf(locations []*time.Location, country string) bool {
	own := make(map[string]bool)
	for _, name := range z.numbers.CountryZones(country) {
		if found := z.find(name); found != nil {
			own[found.course] = true
		}
	}
	return !slices.ContainsFunc(locations, func(l *time.Location) bool { return !own[z.find(l.String()).course] })
}

// named returns a zone by the name that it has in a country today: Asia/Kolkata for Asia/Calcutta.
func (z *zones) named(found *zone, country string) *time.Location {
	for _, name := range z.numbers.CountryZones(country) {
		if own := z.find(name); own != nil && own.course == found.course {
			return own.location
		}
	}
	return found.location
}

// shown returns a zone that somebody has named, by another name only where that is an old one.
func (z *zones) shown(found *zone, country string) *time.Location {
	if z.canonical[found.location.String()] {
		return found.location
	}
	return z.named(found, country)
}

// world returns all zones.
func (z *zones) world() []*time.Location { return z.distinct(z.numbers.AllZones(), "") }
