package lint

import (
	"cmp"
	"fmt"
	"strconv"

	"sendoff/campaign"
	"sendoff/internal/render"
	"sendoff/internal/template"
	"sendoff/internal/view"
)

// Linter knows what is to be looked at in the messages of a campaign. It does not change, so that any number of judges can use it.
type Linter struct {
	campaign *campaign.Campaign
	renderer *render.Renderer
	found    findings
	known    template.Set
	pages    []page            // of the message, then of each translation
	spoken   map[spoken]int    // and of each in the languages of its templates
	said     map[string]bool   // what is sent as text on a channel
	origins  map[string]origin // of characters that force UCS-2, by what messages call them
	nothing  *Finding          // is in the message
	mostSMS  int               // SMS_MAX_NUMBER_OF_MESSAGE_PARTS; 0: no limit

	addresses bool // judges collect addresses
}

// spoken is a message whose template is in the language of the row.
type spoken struct {
	translation int
	language    string
}

// New prepares to look at a campaign's messages, which r renders, and at the words of those of their templates that are known.
func New(c *campaign.Campaign, r *render.Renderer, known template.Set) *Linter {
	l := &Linter{
		campaign: c, renderer: r, known: known, spoken: make(map[spoken]int), said: make(map[string]bool), origins: make(map[string]origin),
		found: findings{all: make(map[Finding]*Finding), stated: make(map[*Finding]bool)},
	}
	if most := c.ChannelProperties.Get("SMS_MAX_NUMBER_OF_MESSAGE_PARTS"); len(most.Text) == 1 && most.Text[0].Name == "" {
		l.mostSMS, _ = strconv.Atoi(most.Text[0].Literal) // its shape has been checked; a number too large for us is no limit
	}
	l.nothing = l.found.failure("give it words of its own, or leave these rows out: params: {name: {on_empty: skip}}", "the message has nothing in it, since all its placeholders are empty")
	l.addPage(c.Message, "message", c.MessageFile, "")
	for _, t := range c.Translations {
		l.addPage(t.Message, "translations."+t.Language, "", t.Language)
	}
	l.compareTranslations()
	for _, reference := range c.TemplateReferences {
		for _, language := range c.TemplateLanguages {
			s := spoken{reference.Translation, language}
			if _, added := l.spoken[s]; added {
				continue
			}
			l.spoken[s] = len(l.pages)
			original := &l.pages[s.translation+1]
			l.addPage(c.MessageFor(s.translation), original.name, original.file, language)
		}
	}
	return l
}

// page returns what is to be looked at in the message of a recipient.
func (l *Linter) page(r *campaign.Recipient) *page {
	language := l.renderer.Language(r)
	if i, ok := l.spoken[spoken{language.Translation, language.Tag}]; ok {
		return &l.pages[i]
	}
	return &l.pages[language.Translation+1]
}

// Static returns what is remarkable about the campaign's text itself, whoever gets it.
func (l *Linter) Static() []*Finding { return l.found.static }

// CollectAddresses has judges collect the addresses in what they look at.
func (l *Linter) CollectAddresses() { l.addresses = true }

// page is one message of the campaign, and what is to be looked at in every row that gets it.
type page struct {
	name   string
	file   string  // where the message is not in the campaign's own
	values []value // the placeholders in it
	places []*place

	gaps       []gap
	lengths    []length
	parameters []parameter
	links      []link
	empty      []empty
	sms        *smsText
	marketing  []marketing
}

// value is a placeholder of a page.
type value struct {
	name     string
	upper    bool
	line     render.Line
	fallback string // what stands in the place of an empty value; an author's own words are never a value that looks like none

	leftOver, nothing *Finding // nil where it is not read by people
	address           addressFindings
}

// part is a piece of a text: a literal, or the index of a value.
type part struct {
	literal string
	value   int // -1: the literal
}

// builder makes a page.
type builder struct {
	*Linter
	page
	transcoded []transcoded
	byText     map[*campaign.Part]*place
}

// addPage adds a message; where its templates are in the language of the row, that is the language.
func (l *Linter) addPage(message campaign.Value, name, file, language string) {
	b := &builder{Linter: l, page: page{name: name, file: file}, byText: make(map[*campaign.Part]*place)}
	b.places = places(message, name, file, l.campaign.ChannelPriorityOrder)
	b.lookAtPlaces(b.places)
	b.lookAtPlaces(l.beside())
	for _, channel := range l.campaign.ChannelPriorityOrder {
		words, template := l.known.Named(message, channel, func(t campaign.Text) string { return l.inLanguage(t, language) })
		b.name = cmp.Or(template, name)
		if template != "" {
			b.lookAtPlaces(templatePlaces(words, template, channel))
		}
		v := view.New(words, channel)
		b.lookAtChannel(words, v)
		b.addLengths(v)
		b.addParameters(v)
		b.addEmpty(v)
		b.addMarketing(v)
		if channel == campaign.SMS {
			b.addSMS(v)
		}
	}
	b.name = name
	b.finishLengths()
	b.finishTranscoded()
	l.pages = append(l.pages, b.page)
}

// inLanguage returns what stands for a text of a reference in a message in this language; what else depends on rows is no language.
func (l *Linter) inLanguage(t campaign.Text, language string) string {
	if len(t) != 1 || campaign.Fold(t[0].Name) != "language" {
		return t.String()
	}
	for _, p := range l.campaign.Params {
		switch {
		case campaign.Fold(p.Name) != "language":
		case campaign.Fold(p.Column) != "language": // of another column, or an expression
			return t.String()
		case language == "":
			return p.Default
		}
	}
	return language
}

func (b *builder) lookAtPlaces(all []*place) {
	for _, p := range all {
		b.byText[&p.text[0]] = p
		b.lookAtPlace(p)
	}
}

// beside are the addresses that stand beside the message.
func (l *Linter) beside() []*place {
	var all []*place
	add := func(path string, kind placeKind, v campaign.Value) {
		if v.Kind == campaign.String && len(v.Text) > 0 {
			all = append(all, &place{path: path, line: v.Text[0].Line, kind: kind, text: v.Text})
		}
	}
	add("callback_url", linkPlace, l.campaign.CallbackURL)
	add("channel_properties.VIBER_SENDER_AVATAR", mediaPlace, l.campaign.ChannelProperties.Get("VIBER_SENDER_AVATAR"))
	return all
}

// parts returns the parts of texts that stand one behind the other.
func (b *builder) parts(pieces ...render.Piece) []part {
	var all []part
	for _, piece := range pieces {
		for _, p := range piece.Text {
			if p.Name != "" {
				all = append(all, part{value: b.valueOf(p, piece.Upper)})
				continue
			}
			text, _ := b.renderer.Line([]render.Piece{{Text: campaign.Text{p}, Upper: piece.Upper}}).Literal()
			if n := len(all); n > 0 && all[n-1].value < 0 {
				all[n-1].literal += text
			} else {
				all = append(all, part{literal: text, value: -1})
			}
		}
	}
	return all
}

// valueOf returns the index of a placeholder's value.
func (b *builder) valueOf(p campaign.Part, upper bool) int {
	for i, v := range b.values {
		if v.upper == upper && campaign.Fold(v.name) == campaign.Fold(p.Name) {
			return i
		}
	}
	v := value{name: p.Name, upper: upper, line: b.renderer.Line([]render.Piece{{Text: campaign.Text{{Name: p.Name}}, Upper: upper}})}
	for _, param := range b.campaign.Params {
		if campaign.Fold(param.Name) == campaign.Fold(p.Name) {
			v.fallback = param.Default
		}
	}
	b.values = append(b.values, v)
	return len(b.values) - 1
}

// placeOf says where a text stands that a channel shows: at one place, or put together of the message.
func (b *builder) placeOf(v view.View, s shown) string {
	if len(s.text) == 1 && len(s.text[0].Text) > 0 {
		if p := b.byText[&s.text[0].Text[0]]; p != nil {
			return p.String()
		}
	}
	if v.AsText {
		return b.name + ", as text"
	}
	return fmt.Sprintf("%s, its %v", b.name, s.role)
}

// reads notes that people read a value.
func (b *builder) reads(i int) {
	v := &b.values[i]
	name := printableName(v.name)
	v.leftOver = b.found.warning("the file was made for another system: fill its placeholders in there, or leave these rows out by where",
		"%s: the value has a placeholder of another system in it, such as {{name}}, which is sent as it stands", name)
	v.nothing = b.found.warning("empty these cells, so that the param's default or on_empty holds; or leave the rows out by where",
		"%s: the value is a word for nothing, such as NULL, N/A, #REF!, test or -, and is sent as it stands", name)
}
