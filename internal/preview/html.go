package preview

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Style is what [Phones] looks like: the style sheet of a page that places them.
//
//go:embed style.css
var Style string

//go:embed page.css
var pageStyle string

//go:embed phones.html
var templates string

// pages has the templates "phones", of a [numbered] row, and "page".
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"visible": Visible, "href": href, "fileName": fileName, "mediaKind": mediaKind, "doing": doing, "native": nativeJSON,
	"templateName": templateName, "templateWords": templateWords,
}).Parse(templates))

// numbered is a row that anchors lead to.
type numbered struct {
	Row
	ID string
}

// Heading says which row it is.
func (n numbered) Heading() string { return heading(n.Title, n.Note, n.To, n.Language) }

// Marker stands near the beginning of every page.
const Marker = `<meta name="generator" content="sendoff preview">`

// WritePage writes a page of HTML that shows some people's messages of a campaign. It needs nothing beside it.
func WritePage(w io.Writer, campaign string, rows []Row) error {
	page := struct {
		Campaign string
		Style    template.CSS
		Rows     []numbered
	}{Campaign: campaign, Style: template.CSS(pageStyle + Style)}
	for i, row := range rows {
		page.Rows = append(page.Rows, numbered{row, fmt.Sprintf("row-%d", i+1)})
	}
	return pages.ExecuteTemplate(w, "page", page)
}

// Phones returns a row's messages as HTML, a phone for each channel, for a page that has [Style]. The id, unlike any other on the page,
// begins those of the phones.
func Phones(row Row, id string) (template.HTML, error) {
	var b bytes.Buffer
	err := pages.ExecuteTemplate(&b, "phones", numbered{row, id})
	return template.HTML(b.String()), err
}

// placeholder is one in text that html/template has escaped.
var placeholder = regexp.MustCompile(`\$\{([^{}<>]+)\}`)

// MarkedPhones is [Phones] of messages with their placeholders, which stand there as mark elements, by their names.
func MarkedPhones(row Row, id string) (template.HTML, error) {
	row.Screens = slices.Clone(row.Screens)
	for i := range row.Screens {
		row.Screens[i].Unfilled = true
	}
	phones, err := Phones(row, id)
	var b strings.Builder
	for rest := string(phones); rest != ""; { // text and tags take turns: html/template escapes every < and > of a value, also within a tag
		text, tag, _ := strings.Cut(rest, "<")
		b.WriteString(placeholder.ReplaceAllString(text, "<mark>$1</mark>"))
		if tag == "" {
			break
		}
		tag, rest, _ = strings.Cut(tag, ">")
		b.WriteString("<" + tag + ">")
	}
	return template.HTML(b.String()), err
}

// href returns an address that a link may lead to, which is one of the web, or nothing.
func href(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return address
}
