package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/report"
)

// selection says which rows of an audience somebody wants to see. The zero selection leaves it to us.
type selection struct {
	rows      []rowChoice
	languages []string
	ids       []string
	people    *persons // nil: nobody was named
	sample    int
}

func (c *selection) isDefault() bool {
	return len(c.rows)+len(c.languages)+len(c.ids)+c.sample == 0 && c.people == nil
}

// shownRow is a row that was chosen.
type shownRow struct {
	*campaign.Recipient        // nil: nobody is meant, and the message is shown as it was written
	translation         int    // index of the message, as [render.Renderer.Translation] gives it
	note                string // why it is shown
	fate                string // what becomes of it instead of being sent; empty where it would be
	size                int
}

// slot is a place for one row: the first that matches and would be sent, or the longest of these.
type slot struct {
	note        string
	match       func(*plan.Looked) bool
	line        int  // which row it must be; 0: it may be any
	anyRow      bool // one that would not be sent will do where there is no other
	longest     bool
	translation int  // of which the message is shown where no row matches,
	unfilled    bool // if that is to be
	usual       bool // it is for the translation alone, and needs no row of its own where another has that
	missing     string

	got  *shownRow
	done bool // no other row can take its place
}

// finder finds the rows that are chosen.
type finder struct {
	campaign *campaign.Campaign
	renderer *render.Renderer
	slots    []*slot
	sampler  sampler
}

func newFinder(c *campaign.Campaign, look *plan.Look, choice selection) (*finder, error) {
	f := &finder{campaign: c, renderer: look.Renderer(), sampler: sampler{most: choice.sample, step: 1}}
	if choice.isDefault() {
		f.addUsual()
	}
	for _, row := range choice.rows {
		f.addRow(row)
	}
	for _, language := range choice.languages {
		i := c.TranslationFor(language)
		if i < 0 {
			return nil, noTranslation(c, language)
		}
		f.addLanguage(i, false)
	}
	id := look.Columns().ID
	if len(choice.ids) > 0 && id < 0 {
		return nil, inputErrorf("--id: no column of the audience is known to hold ids").hint("say which one does: audience: {columns: {id: …}}")
	}
	for _, wanted := range choice.ids {
		f.addPerson("the id of --id", func(l *plan.Looked) bool { return strings.TrimSpace(l.Field(id)) == wanted })
	}
	return f, f.addPeople(choice.people, id)
}

// addUsual adds what is worth a look: somebody for every language, somebody for whom a default stands in, and the longest message.
func (f *finder) addUsual() {
	f.add(&slot{note: "the first", anyRow: true, unfilled: true, translation: -1})
	f.add(&slot{note: "a default stands in", match: func(l *plan.Looked) bool { return f.renderer.UsesDefault(l.Recipient) }})
	f.add(&slot{note: "the longest", longest: true})
	if len(f.campaign.Translations) > 0 {
		f.addLanguage(-1, true)
	}
	for i := range f.campaign.Translations {
		f.addLanguage(i, true)
	}
}

func (f *finder) addRow(row rowChoice) {
	if row.line > 0 {
		f.add(&slot{line: row.line, anyRow: true, missing: noRow(row.line)})
		return
	}
	f.add(&slot{note: "the " + row.name, longest: row.name == "longest", missing: "nobody in the audience would get a message"})
}

func (f *finder) addLanguage(translation int, usual bool) {
	match := func(l *plan.Looked) bool { return f.renderer.Translation(l.Recipient) == translation }
	f.add(&slot{match: match, unfilled: true, translation: translation, usual: usual})
}

func (f *finder) addPerson(what string, match func(*plan.Looked) bool) {
	f.add(&slot{match: match, anyRow: true, missing: "no row has " + what})
}

// addPeople adds the people that were named, who may be nil.
func (f *finder) addPeople(p *persons, id int) error {
	if p == nil {
		return nil
	}
	all, err := p.each()
	for _, s := range all {
		f.addPerson("an address that is wanted", func(l *plan.Looked) bool { return s.has(l.Recipient) })
	}
	for _, wanted := range slices.Sorted(maps.Keys(p.ids)) {
		f.addPerson("an id that is wanted", func(l *plan.Looked) bool { return strings.TrimSpace(l.Field(id)) == wanted })
	}
	return err
}

func (f *finder) add(s *slot) { f.slots = append(f.slots, s) }

func noTranslation(c *campaign.Campaign, language string) error {
	if len(c.Translations) == 0 {
		return inputErrorf("--language: the campaign has no translations")
	}
	names := make([]string, len(c.Translations))
	for i, t := range c.Translations {
		names[i] = t.Language
	}
	return inputErrorf("--language: there is no translation %q", language).hint("the campaign has %s", prose.Listed(names))
}

// find reads the audience as far as it has to. again is called before a part of it is read once more.
func (f *finder) find(ctx context.Context, look *plan.Look, again func() error) ([]*shownRow, error) {
	for l, err := range look.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		f.sampler.take(f, l)
		for _, s := range f.slots {
			f.offer(s, l)
		}
		if f.sampler.most == 0 && !slices.ContainsFunc(f.slots, func(s *slot) bool { return !s.done }) {
			break
		}
	}
	rows, err := f.chosen()
	if err != nil {
		return nil, err
	}
	if err := again(); err != nil {
		return nil, err
	}
	var people []*campaign.Recipient
	for _, r := range rows {
		if r.Recipient != nil {
			people = append(people, r.Recipient)
		}
	}
	before, err := look.Before(ctx, people)
	for _, r := range rows {
		if r.Recipient == nil || before[r.Row] == 0 {
			continue
		}
		r.fate = fateOf(ledger.Skip{Reason: uint8(campaign.Duplicate), Number: uint32(before[r.Row])})
	}
	return rows, err
}

// offer gives a slot a row, which takes it if it is better than what it has.
func (f *finder) offer(s *slot, l *plan.Looked) {
	switch {
	case s.done:
	case s.line > 0:
		if l.Line == s.line {
			s.got = f.shown(l, s.note)
		}
		s.done = l.Line >= s.line
	case s.match != nil && !s.match(l):
	case s.longest:
		if l.Sent() && (s.got == nil || l.Size > s.got.size) {
			s.got = f.shown(l, s.note)
		}
	case l.Sent():
		s.got, s.done = f.shown(l, s.note), true
	case s.anyRow && s.got == nil:
		s.got = f.shown(l, s.note)
	}
}

// shown keeps a row, whose memory will be used again.
func (f *finder) shown(l *plan.Looked, note string) *shownRow {
	r := *l.Recipient
	r.Fields, r.Others = slices.Clone(r.Fields), slices.Clone(r.Others)
	row := &shownRow{Recipient: &r, translation: f.renderer.Translation(&r), note: note, size: l.Size}
	switch {
	case l.Stops != nil:
		row.fate = "nothing would be sent to anybody: " + l.Stops.Error()
	case l.Skip.Reason != 0:
		row.fate = fateOf(l.Skip)
	}
	return row
}

// fateOf says that a row is left out, and why.
func fateOf(s ledger.Skip) string {
	text := "would be left out: " + strings.ReplaceAll(campaign.SkipReason(s.Reason).String(), "_", " ")
	if why := report.Why(&ledger.Entry{State: ledger.Skipped, Reason: s.Reason, Detail: s.Detail, Number: s.Number}); why != "" {
		text += " (" + why + ")"
	}
	return text
}

// chosen returns what the slots have got, each row once, and then the sample.
func (f *finder) chosen() ([]*shownRow, error) {
	var rows []*shownRow
	at := map[int]*shownRow{}
	add := func(r *shownRow) {
		if known := at[r.Row]; known != nil {
			known.note = strings.Join(slices.DeleteFunc([]string{known.note, r.note}, func(s string) bool { return s == "" }), ", ")
			return
		}
		at[r.Row] = r
		rows = append(rows, r)
	}
	for _, s := range f.slots {
		isShown := slices.ContainsFunc(rows, func(r *shownRow) bool { return r.translation == s.translation })
		switch {
		case s.usual && isShown:
		case s.got != nil:
			add(s.got)
		case s.missing != "":
			return nil, inputErrorf("%s", s.missing)
		case s.unfilled && !isShown:
			rows = append(rows, &shownRow{translation: s.translation, note: "nobody gets it: shown as it was written"})
		}
	}
	for _, r := range f.sampler.sample() {
		add(r)
	}
	return rows, nil
}

// sampler takes rows that lie evenly over an audience of which nobody knows how long it is: every step-th, and whenever there are twice as
// many as are wanted, it lets every second one go.
type sampler struct {
	most, step, seen int
	rows             []*shownRow
}

func (s *sampler) take(f *finder, l *plan.Looked) {
	if s.most == 0 || !l.Sent() {
		return
	}
	if s.seen%s.step == 0 {
		s.rows = append(s.rows, f.shown(l, ""))
	}
	if s.seen++; len(s.rows) == 2*s.most {
		for i := range s.most {
			s.rows[i] = s.rows[2*i]
		}
		s.rows, s.step = s.rows[:s.most], 2*s.step
	}
}

// sample returns as many as are wanted, if there are.
func (s *sampler) sample() []*shownRow {
	n := min(s.most, len(s.rows))
	rows := make([]*shownRow, n)
	for i := range rows {
		rows[i] = s.rows[i*len(s.rows)/n]
	}
	return rows
}

// each returns the addresses, each for itself, as they stand in an audience whose numbers are read as ours are.
func (p *persons) each() ([]*sought, error) {
	reader, err := p.reader(p.country)
	if err != nil {
		return nil, err
	}
	var all []*sought
	add := func(i campaign.Identity) {
		s := &sought{keys: map[uint64]bool{}, ids: map[string]bool{}}
		s.add(i)
		all = append(all, s)
	}
	for _, n := range p.numbers {
		address, _ := reader.Read(n.cell, n.country)
		if address.IsZero() {
			return nil, inputErrorf("a number is written without its country").hint("write it with + and the calling code")
		}
		add(campaign.NumberIdentity("", address))
	}
	for _, other := range p.others {
		add(other)
	}
	return all, nil
}
