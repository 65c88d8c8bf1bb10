package preview

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"sendoff/internal/view"
)

// Terminal says how text is laid out.
type Terminal struct {
	Width int  // in cells
	Bold  bool // what stands out may be bold; nothing else of a terminal is used
}

// How wide frames are.
const (
	phoneWidth = 46 // of one message
	cardWidth  = 30 // of each card beside others
	margin     = 2  // left of frames
	minWidth   = 24 // narrower terminals wrap
)

// Print writes the messages of some people, a frame for each channel.
func (t Terminal) Print(to io.Writer, rows []Row) error {
	w := bufio.NewWriter(to)
	for i, row := range rows {
		if i > 0 {
			fmt.Fprintln(w)
		}
		t.row(w, &row)
	}
	return w.Flush()
}

func (t Terminal) row(w io.Writer, r *Row) {
	width := max(t.Width, minWidth)
	for i, line := range wrap(heading(r.Title, r.Note, r.To, r.Language), width) {
		fmt.Fprintln(w, t.styled(line, i == 0))
	}
	if r.Fate != "" {
		t.say(w, Visible(r.Fate))
	}
	for _, s := range r.Screens {
		fmt.Fprintln(w)
		t.say(w, heading(append([]string{s.Name(), s.Tried}, s.Remarks()...)...))
		t.print(w, t.screen(&s.View))
		if s.Theirs != nil {
			t.theirs(w, s.Theirs)
		}
	}
}

// heading joins what there is.
func heading(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, Visible(p))
		}
	}
	return strings.Join(all, " · ")
}

// say prints a line of our own, left of which stands the margin.
func (t Terminal) say(w io.Writer, text string) {
	for _, line := range wrap(text, t.inner()) {
		fmt.Fprintf(w, "%*s%s\n", margin, "", line)
	}
}

// inner is how wide what stands beside the margin can be.
func (t Terminal) inner() int { return max(t.Width, minWidth) - margin }

func (t Terminal) print(w io.Writer, lines []line) {
	for _, l := range lines {
		fmt.Fprintf(w, "%*s%s\n", margin, "", t.render(l))
	}
}

// screen draws a message.
func (t Terminal) screen(v *view.View) []line {
	most := t.inner()
	single := min(most, phoneWidth)
	if v.Kind != view.CarouselKind {
		return frame(body(v, single-framing), single)
	}
	var drawn []line
	each := min(most, cardWidth)
	for cards := v.Cards; len(cards) > 0; {
		n := min(len(cards), max(1, (most+1)/(each+1)))
		drawn = append(drawn, beside(cards[:n], each)...)
		cards = cards[n:]
	}
	return append(drawn, choices(v.Choices, most)...)
}

// body draws what stands in the frame of a message other than a carousel.
func body(v *view.View, width int) []line {
	p := page{width: width}
	p.bold(v.Header)
	switch v.Kind {
	case view.MediaKind:
		p.media(v.Media)
	case view.CardKind:
		for i := range v.Cards {
			p.card(&v.Cards[i])
		}
	case view.LocationKind:
		p.plain("◉ " + v.Place.Title.String())
		p.indented(v.Place.Label.String())
		p.indented(v.Place.Latitude.String() + ", " + v.Place.Longitude.String())
		p.indented(v.Place.Link().String())
	case view.ListKind:
		p.list(v)
	case view.ContactKind:
		p.plain("☺ " + v.Contact.Name.String())
		for _, text := range v.Contact.Lines {
			p.indented(text.String())
		}
	case view.TemplateKind:
		p.template(v.Template)
	case view.NativeKind:
		p.plain(nativeJSON(v.Native))
	default:
		p.text(v.Text)
	}
	if len(v.Choices) > 0 {
		p.gap()
		p.lines = append(p.lines, choices(v.Choices, width)...)
	}
	if v.Footer != nil {
		p.gap()
		p.text(v.Footer)
	}
	return p.lines
}

// page is what is being drawn, line by line.
type page struct {
	width int
	lines []line
}

func (p *page) plain(text string) { p.add(text, 0, false) }

func (p *page) indented(text string) { p.add(text, 2, false) }

func (p *page) text(t view.Text) { p.add(t.String(), 0, false) }

func (p *page) bold(t view.Text) { p.add(t.String(), 0, true) }

// add adds a text, which may be empty: then it adds nothing.
func (p *page) add(text string, indent int, bold bool) {
	if text == "" {
		return
	}
	for _, part := range wrap(Visible(text), p.width-indent) {
		p.lines = append(p.lines, line{{text: strings.Repeat(" ", indent)}, {part, bold}})
	}
}

// gap adds an empty line between what stands above and below.
func (p *page) gap() {
	if len(p.lines) > 0 {
		p.lines = append(p.lines, line{})
	}
}

func (p *page) media(m *view.Media) {
	p.plain("▣ " + mediaKind(m) + ": " + fileName(m))
	p.indented(m.URL.String())
}

func (p *page) card(c *view.Card) {
	if c.Media != nil {
		p.media(c.Media)
		p.gap()
	}
	p.bold(c.Title)
	p.text(c.Description)
	if len(c.Choices) > 0 {
		p.gap()
		p.lines = append(p.lines, choices(c.Choices, p.width)...)
	}
}

func (p *page) list(v *view.View) {
	if v.Media != nil {
		p.media(v.Media)
	}
	p.text(v.Text)
	p.gap()
	if v.Button != nil {
		p.plain("[ ≡ " + v.Button.String() + " ]")
	}
	for _, s := range v.Sections {
		p.bold(s.Title)
		for _, item := range s.Items {
			if item.IsProduct {
				p.plain("○ product " + item.Title.String())
				continue
			}
			p.plain("○ " + item.Title.String())
			p.indented(item.Description.String())
		}
	}
}

func (p *page) template(t *view.Template) {
	p.plain(templateName(t))
	for _, parameter := range t.Parameters {
		p.indented(parameter.Name + " = " + parameter.Value.String())
	}
	p.plain(templateWords(t))
}

// templateName says which template it is.
func templateName(t *view.Template) string {
	name := "template " + t.ID.String()
	if t.Version != nil {
		name += ", version " + t.Version.String()
	}
	if t.Language != nil {
		name += ", " + t.Language.String()
	}
	return name
}

// templateWords says where the words of a template are.
func templateWords(t *view.Template) string {
	if t.Omni {
		return "(its words are at Sinch)"
	}
	return "(its words are those that the channel has approved)"
}

// choices draws buttons, below each where it leads.
func choices(all []view.Choice, width int) []line {
	p := page{width: width}
	for _, c := range all {
		p.plain("[ " + c.Label.String() + " ]")
		if where := doing(c.Kind); where != "" {
			p.indented(where + " " + c.Target.String())
		}
	}
	return p.lines
}

// theirs prints what Sinch makes of the message.
func (t Terminal) theirs(w io.Writer, theirs *Theirs) {
	t.say(w, theirs.Verdict())
	if theirs.Same {
		return
	}
	width := min(t.inner(), phoneWidth)
	p := page{width: width - framing}
	p.plain(theirs.Text)
	t.print(w, frame(p.lines, width))
}
