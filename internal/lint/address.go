package lint

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// addressFault is what is remarkable about an address.
type addressFault uint8

const (
	noAddress      addressFault = 1 << iota // it cannot be opened
	notEncrypted                            // http
	notPublic                               // its host is known in one place alone
	unknownScheme                           // what it opens depends on the phone
	otherApp                                // it opens no page: a call, a mail, a map. That is as it should be
	noAddressFault addressFault = 0
)

// judgeAddress looks at an address as it would be opened.
func judgeAddress(s string) addressFault {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7F || r == '<' || r == '>' || r == '"' }) {
		return noAddress
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme == "" || u.Scheme == "http" && u.Host == "" || u.Scheme == "https" && u.Host == "":
		return noAddress
	case slices.Contains([]string{"javascript", "vbscript", "data", "file", "about", "blob"}, u.Scheme):
		return noAddress
	case slices.Contains([]string{"tel", "mailto", "sms", "geo"}, u.Scheme):
		return otherApp
	case u.Scheme != "http" && u.Scheme != "https":
		return unknownScheme
	}
	fault := judgeHost(strings.ToLower(u.Hostname()))
	if u.Scheme == "http" && fault != noAddress {
		fault |= notEncrypted
	}
	return fault
}

func judgeHost(host string) addressFault {
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()):
		return notPublic
	case err == nil:
		return noAddressFault
	case host == "localhost", strings.HasSuffix(host, ".localhost"), strings.HasSuffix(host, ".local"), strings.HasSuffix(host, ".internal"), strings.HasSuffix(host, ".lan"):
		return notPublic
	case !strings.Contains(strings.Trim(host, "."), ".") || strings.Contains(host, ".."):
		return noAddress
	}
	return noAddressFault
}

// addressFindings are the findings about an address, one for each fault.
type addressFindings struct{ none, unknownScheme, notEncrypted, notPublic *Finding }

// newAddressFindings makes the findings about an address that where names. One that the API asks for, and that is none, keeps a message from being sent.
func (f *findings) newAddressFindings(where string, refuses bool) addressFindings {
	return addressFindings{
		none: f.make(where+": no address that can be opened", "it begins with https:// and a host with a dot in it, such as https://example.com/sale, and has no spaces", refuses),
		unknownScheme: f.warning("write https://, if a page is meant",
			"%s: begins neither with https:// nor http://: what that opens depends on the phone, and media cannot be fetched", where),
		notEncrypted: f.warning("write https://, if the page has that", "%s: http, not https: phones warn of such pages, and channels may refuse them", where),
		notPublic:    f.warning("people cannot open it: name the public host", "%s: the host is known inside your network alone", where),
	}
}

// of returns the findings for faults.
func (a addressFindings) of(fault addressFault, found func(*Finding)) {
	if a.none == nil {
		return
	}
	if fault&noAddress != 0 {
		found(a.none)
	}
	if fault&unknownScheme != 0 {
		found(a.unknownScheme)
	}
	if fault&notEncrypted != 0 {
		found(a.notEncrypted)
	}
	if fault&notPublic != 0 {
		found(a.notPublic)
	}
}
