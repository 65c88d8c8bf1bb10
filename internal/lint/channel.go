package lint

import (
	"path"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/view"
)

// lookAtChannel says what a channel cannot show as the campaign has it. That depends on the message's shape alone, so it is the same in every row.
func (b *builder) lookAtChannel(message campaign.Value, v view.View) {
	state := func(hint, format string, args ...any) {
		b.found.state(b.found.warning(hint, b.name+" on "+string(v.Channel)+": "+format, args...))
	}
	if own := message.Get("explicit_channel_omni_message").Get(string(v.Channel)); own.Kind != campaign.Null {
		message = own
	}
	kind, content := contentOf(message)
	switch {
	case v.Kind == view.NativeKind || content.Kind == campaign.Null:
		return
	case v.AsText && (kind == "media" || kind == "location"): // whose link says as much
		return
	case v.AsText:
		b.addTranscoded(kind, v)
		return
	}
	outer := content.Get("choices").List
	switch {
	case kind == "carousel" && len(outer) > 0 && len(v.Choices) == 0:
		state("put them on the cards", "the choices below the carousel are lost")
	case kind == "carousel" && v.Channel == campaign.RCS && len(v.Cards) == 1:
		state("a carousel has 2 to 10 cards there", "a carousel of one card is sent as a plain card")
	}
	if v.Channel == campaign.RCS && kind != "carousel" {
		n := len(v.Choices)
		for _, c := range v.Cards {
			n += len(c.Choices)
		}
		if n > 3 {
			state("some of Sinch's pages say 4", "%d choices; RCS takes at most 3", n)
		}
	}
	for i, c := range v.Cards {
		if v.Channel == campaign.RCS && kind == "carousel" && len(c.Choices) > 3 {
			state("some of Sinch's pages say 4", "card %d has %d choices; RCS takes at most 3", i+1, len(c.Choices))
		}
		if v.Channel == campaign.Instagram && c.Media == nil {
			state("give it a media_message", "card %d has no picture, and Instagram wants one", i+1)
		}
		b.lookAtMedia(v.Channel, c.Media, state)
	}
	b.lookAtMedia(v.Channel, v.Media, state)
	if kind == "card" || v.Channel != campaign.RCS {
		for _, c := range content.Get("choices").List {
			if mode := c.Get("display_mode"); kind != "carousel" && len(mode.Text) == 1 && mode.Text[0].Literal == "PERSISTENT" {
				state("", "display_mode has an effect on the choices of RCS choice messages alone")
				break
			}
		}
	}
}

// transcoded is a message of which Sinch makes the same text on several channels.
type transcoded struct {
	name, kind, text string
	channels         []string
}

// addTranscoded adds what is sent as text on a channel. Of a translation it says nothing that has been said of the message itself.
func (b *builder) addTranscoded(kind string, v view.View) {
	key := kind + " on " + string(v.Channel)
	if b.said[key] {
		return
	}
	b.said[key] = true
	first, _, more := strings.Cut(v.Text.String(), "\n")
	if more {
		first += " …"
	}
	t := transcoded{b.name, kind, prose.Printable(first), []string{string(v.Channel)}}
	for i, other := range b.transcoded {
		if other.name == t.name && other.kind == t.kind && other.text == t.text {
			b.transcoded[i].channels = append(other.channels, t.channels...)
			return
		}
	}
	b.transcoded = append(b.transcoded, t)
}

// finishTranscoded makes the findings, once the channels of each are known.
func (b *builder) finishTranscoded() {
	for _, t := range b.transcoded {
		b.found.state(b.found.warning("write what it should say there: explicit_channel_omni_message: {"+t.channels[0]+`: {text_message: {text: "…"}}}`,
			"%s on %s: the %s is sent as text: %s", t.name, strings.Join(t.channels, ", "), t.kind, t.text))
	}
}

// contentOf returns what kind a message is, as people say it, and its content.
func contentOf(message campaign.Value) (string, campaign.Value) {
	for _, f := range message.Fields {
		if kind, ok := strings.CutSuffix(f.Name, "_message"); ok && f.Value.Kind == campaign.Object && kind != "explicit_channel" && kind != "channel_specific" && kind != "explicit_channel_omni" {
			name := map[string]string{"contact_info": "contact", "choice": "message with choices"}[kind]
			if name == "" {
				name = kind
			}
			return name, f.Value
		}
	}
	return "", campaign.Value{}
}

// media are the kinds of file that a channel shows, by the ends of their names. Those of channels that are not here nobody has written down.
func media(c campaign.Channel) []string {
	switch c {
	case campaign.RCS:
		return []string{"jpg", "jpeg", "png", "gif", "mp4", "m4v", "mpeg", "mpg", "pdf", "webm"}
	case campaign.MMS:
		return []string{"jpg", "jpeg", "png", "gif", "bmp", "mp4", "3gp", "3gpp", "mp3", "wav", "amr", "vcf", "pdf"}
	case campaign.WhatsApp:
		return []string{"jpg", "jpeg", "png", "webp", "mp4", "3gp", "3gpp", "aac", "m4a", "amr", "mp3", "mpeg", "ogg", "opus",
			"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "vcf", "ics"}
	case campaign.ViberBM:
		return []string{"jpg", "jpeg", "png", "doc", "docx", "rtf", "dot", "dotx", "odt", "odf", "fodt", "txt", "info", "pdf", "xps", "pdax", "eps",
			"xls", "xlsx", "ods", "fods", "csv", "xlsm", "xltx"}
	case campaign.Instagram:
		return []string{"jpg", "jpeg", "png", "ico", "gif", "bmp", "webp"}
	}
	return nil
}

// lookAtMedia holds the end of a file's name against what the channel shows. A name that has no end, or one of a value, says nothing.
func (b *builder) lookAtMedia(c campaign.Channel, m *view.Media, state func(hint, format string, args ...any)) {
	if m == nil || len(m.URL) == 0 {
		return
	}
	parts := b.parts(m.URL...)
	last := parts[len(parts)-1]
	if last.value >= 0 || strings.ContainsAny(last.literal, "?#") {
		return
	}
	end := strings.ToLower(strings.TrimPrefix(path.Ext(last.literal), "."))
	if !files[end] {
		return
	}
	if known := media(c); known != nil && !slices.Contains(known, end) {
		state("it takes "+prose.Listed(known), "a file that ends in .%s may not be shown", end)
	}
}

// files are ends of names that say what a file is.
var files = func() map[string]bool {
	all := make(map[string]bool)
	for _, c := range campaign.Channels {
		for _, end := range media(c) {
			all[end] = true
		}
	}
	for _, end := range []string{"svg", "tif", "tiff", "heic", "avif", "mov", "avi", "mkv", "wmv", "flac", "zip", "html"} {
		all[end] = true
	}
	return all
}()
