package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prices"
)

// digest is the digest of a plan while it is made. What it covers stands in the package's description.
type digest struct{ hash hash.Hash }

func newDigest(config Config, in *inputs) *digest {
	c, lists, columns, day := config.Campaign, in.lists.Lists(), in.audience.Columns(), in.day()
	d := &digest{sha256.New()}
	d.text("plan 1") // a new number when the encoding changes
	content := c.ContentDigest()
	d.text(string(content[:]))
	d.number(c.Limits.MinRecipients)
	d.number(config.mostRecipients())
	d.number(len(lists))
	for _, list := range lists {
		d.text(list.File)
		if list.Runs != "" { // no file is called ""
			d.text(list.Runs)
		}
		if list.Sinch != nil { // and no runs are either
			d.text("")
			d.number(len(list.Sinch))
			for _, name := range list.Sinch {
				d.text(name)
			}
		}
	}
	if only := config.Guard.OnlyTo; only != "" {
		d.text("only to")
		d.text(only)
	}
	if s := c.Seeds; s.InRun != "" {
		d.text("seeds")
		d.text(s.File)
		d.text(string(s.InRun))
	}
	d.money(c.Limits, in.prices)
	d.clock(c, in.holidays)
	if day != "" {
		d.text("day")
		d.text(day)
	}
	for _, t := range config.Templates {
		d.text("template")
		d.text(t.Digest())
	}
	d.number(len(columns.Header))
	for _, name := range columns.Header {
		d.text(name)
	}
	for _, column := range []int{columns.Phone, columns.ID, columns.Language, columns.Country, columns.TimeZone} {
		d.number(column)
	}
	for _, own := range columns.Own {
		d.text(own.Channel.Role())
		d.number(own.Column)
	}
	return d
}

// money adds what decides about the cost. A campaign that says nothing of it has the digest that it had before it could.
func (d *digest) money(limits campaign.Limits, list *prices.Table) {
	if most := limits.MaxCost; !most.IsZero() {
		d.text("max_cost")
		d.text(most.Amount.String())
		d.text(most.Currency)
	}
	if most := limits.MaxParts; most > 0 {
		d.text("max_parts")
		d.number(most)
	}
	if list != nil {
		d.text("prices")
		d.text(list.Currency)
		d.number(len(list.Prices))
		for _, p := range list.Prices {
			for _, s := range []string{p.Country, string(p.Channel), p.Amount.String(), string(p.Per)} {
				d.text(s)
			}
		}
	}
}

// clock adds what decides at which hours messages leave, and until when. A campaign that says nothing of it has the digest that it had before it
// could.
func (d *digest) clock(c *campaign.Campaign, holidays []byte) {
	for _, at := range []struct {
		key   string
		value campaign.Deadline
	}{{"not_before", c.NotBefore}, {"not_after", c.NotAfter}, {"expires", c.Expires.Until}} {
		if at.value != "" {
			d.text(at.key)
			d.text(string(at.value))
			d.zone(c.TimeZone)
		}
	}
	if after := c.Expires.After; after > 0 {
		d.text("expires after")
		d.number(int(after))
	}
	w := c.Window
	if w.Any {
		d.text("window any")
	}
	if !w.IsSet() {
		return
	}
	d.text("window")
	d.number(len(w.Hours))
	for _, h := range w.Hours {
		for day, isOpen := range h.Days {
			if isOpen {
				d.number(day)
			}
		}
		d.number(len(h.Days)) // no day is that
		d.number(h.From)
		d.number(h.To)
	}
	d.zone(w.Zone)
	d.text(w.Holidays)
	d.text(string(holidays))
}

// zone adds whose clock counts. Nil is not the UTC that its name would be.
func (d *digest) zone(zone *time.Location) {
	if zone == nil {
		d.text("")
		return
	}
	d.text(zone.String())
}

// What follows the beginning are entries of two kinds.
const (
	frameEntry   = 1
	invalidEntry = 2
)

// frame adds a frame of rows by the digest of what the snapshot has of them.
func (d *digest) frame(sum [sha256.Size]byte) {
	d.number(frameEntry)
	_, _ = d.hash.Write(sum[:]) // a hash never fails
}

// invalid adds a row that is left out as invalid before the suppression lists are asked. Whom these leave out is not covered, since they may
// grow; and which rows are filtered, without consent, duplicates, miss a value or fail in an expression of params follows from what is covered,
// but for rows that a list leaves out first.
func (d *digest) invalid(row uint32) {
	d.number(invalidEntry)
	d.number(int(row))
}

func (d *digest) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	_, _ = d.hash.Write(b[:])
}

func (d *digest) text(s string) {
	d.number(len(s))
	_, _ = io.WriteString(d.hash, s)
}

func (d *digest) sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }
