package cli

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf16"

	"sendoff/internal/prose"
	"sendoff/internal/render"
)

// requests calls use with the request of every row that has one, and says of the others why they have none.
func (p *previewer) requests(rows []*shownRow, use func(r *shownRow, body []byte) error) error {
	made := 0
	for _, r := range rows {
		if r.Recipient == nil {
			continue
		}
		body, err := p.renderer.Body(nil, r.Recipient, render.SampleEpoch)
		if err != nil {
			p.warn("line %s has no request: %v", prose.Thousands(r.Line), err)
			continue
		}
		if r.fate != "" {
			p.warn("note: line %s %s", prose.Thousands(r.Line), r.fate)
		}
		made++
		if err := use(r, body); err != nil {
			return err
		}
	}
	if made == 0 {
		return inputErrorf("none of these rows has a request")
	}
	return nil
}

// printRequests prints the request of each row on a line of its own.
func (p *previewer) printRequests(rows []*shownRow) error {
	return p.requests(rows, func(_ *shownRow, body []byte) error {
		_, err := fmt.Fprintf(p.Stdout, "%s\n", body)
		return err
	})
}

// printCommands prints the request of each row as a command.
func (p *previewer) printCommands(rows []*shownRow) error {
	p.warn("warning: each command sends a real message, of which sendoff will know nothing. SINCH_PROJECT_ID, SINCH_APP_ID, SINCH_REGION and TOKEN must be set:\n" +
		`    curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" -d grant_type=client_credentials https://auth.sinch.com/oauth2/token   prints the access_token`)
	command := shCommand
	if runtime.GOOS == "windows" {
		command = powerShellCommand
	}
	return p.requests(rows, func(_ *shownRow, body []byte) error {
		_, rest, _ := strings.Cut(string(body), p.appID)
		_, err := fmt.Fprintln(p.Stdout, command(rest))
		return err
	})
}

// shCommand is a curl command that posts a request for a shell of Unix. The request begins with the id of the app, behind which rest stands.
func shCommand(rest string) string {
	return `curl -sS -X POST "${SINCH_ENDPOINT:-https://$SINCH_REGION.conversation.api.sinch.com}/v1/projects/$SINCH_PROJECT_ID/messages:send" \
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
  --data-binary '{"app_id":"'"$SINCH_APP_ID"'` + strings.ReplaceAll(rest, "'", `'\''`) + `'`
}

// powerShellCommand is the same for PowerShell, which may hand other than ASCII on in another encoding: so nothing else is in it.
func powerShellCommand(rest string) string {
	return `'{"app_id":"' + $env:SINCH_APP_ID + '` + strings.ReplaceAll(inASCII(rest), "'", "''") + "' |\n" +
		`  curl.exe -sS -X POST "https://$($env:SINCH_REGION).conversation.api.sinch.com/v1/projects/$($env:SINCH_PROJECT_ID)/messages:send"` + " `\n" +
		`  -H "Authorization: Bearer $env:TOKEN" -H "Content-Type: application/json" --data-binary '@-'`
}

// inASCII writes every other character of JSON as its escapes (RFC 8259, section 7).
func inASCII(document string) string {
	var b strings.Builder
	for _, r := range document {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
