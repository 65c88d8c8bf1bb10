package report

import (
	"regexp"
	"strings"

	"sendoff/internal/runstore"
)

// unnamed stands in texts where a name or an id stood.
const unnamed = "…"

// Redact takes out of a report what an outsider need not have: ids, of the run and of projects and apps; names of accounts, machines, files and profiles, and digests
// of files; labels; and what texts hold of such. The numbers, and the names of the campaign and of its languages, stay. Redacting twice changes nothing.
func (r *Report) Redact() {
	r.Redacted = true
	r.RunID, r.Reason = "", withoutNames(r.Reason)
	to := runstore.Destination{Region: r.Destination.Region}
	if r.Destination.Endpoint != "" {
		to.Endpoint = unnamed // nobody is to take it for a run through Sinch's own hosts
	}
	r.Destination = to
	r.AudienceFile, r.AudienceSheet, r.AudienceDigest, r.CampaignDigest, r.Labels = "", "", "", "", nil
	r.Approval = runstore.Approval{Code: r.Approval.Code, Time: r.Approval.Time, Version: r.Approval.Version}
	r.Starts = redacted(r.Starts, func(s *runstore.Start) { *s = runstore.Start{Time: s.Time, Version: s.Version} })
	r.Settled = redacted(r.Settled, func(s *runstore.Settlement) { s.By = unnamed })
	r.Halted = redacted(r.Halted, func(h *runstore.Halt) { h.Reason = withoutNames(h.Reason) })
	r.Lists = redacted(r.Lists, redactList)
	if r.Costs != nil {
		r.Costs.PriceList = "price list"
	}
	if r.CostSettled != nil {
		r.CostSettled.PriceList = "price list"
	}
	if r.Results != nil {
		r.Results.Reasons = redacted(r.Results.Reasons, func(f *FailureReason) {
			if f.Rejected {
				f.Words = withoutNames(f.Words)
			}
		})
	}
}

// redacted returns a changed copy: the values may be somebody else's too.
func redacted[T any](all []T, change func(*T)) []T {
	if all == nil {
		return nil
	}
	changed := make([]T, len(all))
	for i := range all {
		changed[i] = all[i]
		change(&changed[i])
	}
	return changed
}

// redactList leaves of a list what kind it is, how old, and what it did.
func redactList(l *runstore.List) {
	l.SHA256, l.Keys = "", nil
	if l.File != "" {
		l.File = "a file"
	}
	if l.Runs != "" {
		l.Runs = "other runs"
	}
	if len(l.Sinch) > 0 {
		l.Sinch = []string{"Sinch's own"}
	}
}

var (
	// named are paths, addresses, and files with an extension, in a text for people.
	named = regexp.MustCompile(`\S*(?:[/\\@]|\.[A-Za-z]{1,5}\b)\S*|"[^"]*"`)
	word  = regexp.MustCompile(`[0-9A-Za-z_-]+`)
)

// withoutNames returns a text without what may be the name of a file or of a place, without what stands in quotes, and without ids.
func withoutNames(text string) string {
	text = named.ReplaceAllString(text, unnamed)
	return word.ReplaceAllStringFunc(text, func(w string) string {
		const shortestID = 8
		if len(w) >= shortestID && strings.ContainsAny(w, "0123456789") {
			return unnamed
		}
		return w
	})
}
