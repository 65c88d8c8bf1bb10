package lint

import (
	"fmt"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// mediaLimit is how large a kind of file may be on a channel.
type mediaLimit struct {
	channel campaign.Channel
	prefix  string // of the media type
	most    int64  // bytes
	note    string
}

func mediaLimits() []mediaLimit {
	const MB = 1_000_000
	return []mediaLimit{
		{campaign.MMS, "", 1 * MB, " (carriers)"},
		{campaign.RCS, "", 100 * MB, ""},
		{campaign.WhatsApp, "image/webp", 100_000, ""},
		{campaign.WhatsApp, "image/", 5 * MB, ""},
		{campaign.WhatsApp, "video/", 16 * MB, ""},
		{campaign.WhatsApp, "audio/", 16 * MB, ""},
		{campaign.WhatsApp, "", 100 * MB, ""},
	}
}

// mediaTypes are the beginnings of the media types that a channel shows; nil where nobody has written them down, or any is taken.
func mediaTypes(c campaign.Channel) []string {
	switch c {
	case campaign.RCS:
		return []string{"image/jpeg", "image/png", "image/gif", "video/", "application/pdf"}
	case campaign.MMS:
		return []string{"image/jpeg", "image/png", "image/gif", "image/bmp", "video/mp4", "video/3gpp", "audio/", "text/vcard", "text/x-vcard", "application/pdf"}
	case campaign.ViberBM:
		return []string{"image/jpeg", "image/png", "application/", "text/"}
	case campaign.Instagram:
		return []string{"image/"}
	}
	return nil
}

// JudgeMedia says what is wrong with a file that was found where a message has one: its media type, or its size in bytes, where that is known.
// An empty type is one that the server does not say.
func JudgeMedia(order []campaign.Channel, mediaType string, size int64) []string {
	if mediaType == "" || mediaType == "application/octet-stream" || mediaType == "text/html" {
		named := "no type"
		if mediaType != "" {
			named = "the type " + prose.Printable(mediaType)
		}
		return []string{named + ": channels want to be told which picture, video or document it is"}
	}
	var problems []string
	for _, c := range order {
		if types := mediaTypes(c); types != nil && !hasPrefix(mediaType, types) {
			problems = append(problems, fmt.Sprintf("the type %s, which %s may not show", prose.Printable(mediaType), c))
		}
		for _, l := range mediaLimits() {
			if l.channel == c && strings.HasPrefix(mediaType, l.prefix) {
				if size > l.most {
					problems = append(problems, fmt.Sprintf("%s, and %s takes %s%s", prose.Bytes(size), c, prose.Bytes(l.most), l.note))
				}
				break
			}
		}
	}
	return problems
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
