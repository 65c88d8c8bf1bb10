// Package preview shows messages as people will see them, channel by channel: as blocks of text for a terminal, and as a page of HTML.
//
// What it is given is filled already: the texts of a view hold one person's own values. So they are people's data, and they come from
// spreadsheets: whatever stands in them is shown and obeyed by nobody. In a terminal no character of a value has an effect ([Visible]); in HTML
// html/template escapes every one of them, the page forbids all scripts and all loading, and a link leads somewhere only where it is http or https.
//
// Nothing is fetched. In the place of a picture stands its name.
package preview

import (
	"cmp"
	"net/url"
	"path"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/sms"
	"sendoff/internal/view"
)

// Row is the message of one person.
type Row struct {
	Title    string // which one: line 5
	Note     string // why it is shown; may be empty
	To       string // the masked address; empty where nobody gets this
	Language string // of the texts, in BCP 47; empty where it is not known
	Fate     string // what becomes of it instead of being sent; empty where it would be
	Screens  []Screen
}

// Screen is the message on one channel. The texts of the view are one person's.
type Screen struct {
	View   view.View
	Tried  string // when the channel is: "tried first", "tried next", or that it is not; empty where there is no person
	Theirs *Theirs

	Unfilled bool // its placeholders stand as they were written
}

// channelNames are the names that people know, where they are not those of the API.
var channelNames = map[campaign.Channel]string{
	campaign.WhatsApp: "WhatsApp", campaign.ViberBM: "Viber", campaign.Viber: "Viber (bot)", campaign.Messenger: "Messenger", campaign.Instagram: "Instagram",
	campaign.Telegram: "Telegram", campaign.KakaoTalk: "KakaoTalk", campaign.KakaoTalkChat: "KakaoTalk (chat)", campaign.Line: "LINE",
	campaign.WeChat: "WeChat", campaign.AppleBC: "Apple Messages",
}

// Name is what people call the channel.
func (s Screen) Name() string {
	return cmp.Or(channelNames[s.View.Channel], string(s.View.Channel))
}

// Remarks says what there is to know about the screen beside what it shows.
func (s Screen) Remarks() []string {
	var all []string
	if s.View.Own {
		all = append(all, "written for "+s.Name())
	}
	if s.View.AsText {
		all = append(all, "as text: "+s.View.Why(s.Name()))
	}
	if s.View.Kind == view.TextKind && s.View.Channel == campaign.SMS && !s.Unfilled { // nobody knows how long its values are
		all = append(all, smsSize(s.View.Text.String()))
	}
	return all
}

// smsSize says what an SMS takes.
func smsSize(text string) string {
	size := sms.Measure(text)
	unit := "septet"
	if size.Encoding == sms.UCS2 {
		unit = "unit"
	}
	return prose.Counted(size.Parts, "part", "parts") + ", " + prose.Counted(size.Units, unit, unit+"s") + " of " + size.Encoding.String()
}

// fileName is what a picture or a document is called: the last part of its address, where it has no name of its own.
func fileName(m *view.Media) string {
	if name := m.Filename.String(); name != "" {
		return name
	}
	address := m.URL.String()
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if name := path.Base(u.Path); name != "." && name != "/" {
		return name
	}
	return cmp.Or(u.Host, address)
}

// mediaKind says what a file is, by its name.
func mediaKind(m *view.Media) string {
	switch strings.ToLower(path.Ext(fileName(m))) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic":
		return "picture"
	case ".mp4", ".3gp", ".3gpp", ".mov", ".webm":
		return "video"
	case ".mp3", ".ogg", ".aac", ".amr", ".m4a", ".wav", ".opus":
		return "sound"
	case ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".txt", ".csv", ".vcf", ".ics":
		return "document"
	}
	return "file"
}

// doing says what a button does, where it is more than to answer.
func doing(k view.ChoiceKind) string {
	switch k {
	case view.URLChoice:
		return "opens"
	case view.CallChoice:
		return "calls"
	case view.LocationChoice:
		return "shows the map"
	case view.CalendarChoice:
		return "adds to the calendar, else opens"
	case view.ShareLocationChoice:
		return "asks where you are, else opens"
	}
	return ""
}
