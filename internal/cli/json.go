package cli

import (
	"encoding/json"
	"io"

	"sendoff/internal/filter"
	"sendoff/internal/plan"
	"sendoff/internal/runstore"
)

// printJSON prints a result for machines.
func (s *session) printJSON(v any) error {
	return encoder(s.Stdout).Encode(v)
}

// encoder writes JSON as all results are written.
func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc
}

// planResult is a plan for machines. It holds no text of a message: samples would be people's data.
type planResult struct {
	Schema     int             `json:"schema"`
	RunKey     string          `json:"run_key"`
	Rows       int             `json:"rows"`
	Recipients int             `json:"recipients"`
	Skipped    map[string]int  `json:"skipped"`
	Findings   []plan.Finding  `json:"findings"`
	Lists      []runstore.List `json:"suppression_lists"`
	Where      []filter.Count  `json:"where,omitempty"`
	// Languages count rows, duplicates included.
	Languages []plan.LanguageCount `json:"languages,omitempty"`
	Templates []runstore.Template  `json:"templates,omitempty"`
	Audience  *audienceResult      `json:"audience,omitempty"` // without its columns; not in what check prints, which has it beside the plan
	Campaign  string               `json:"campaign_sha256"`
	People    string               `json:"audience_sha256"`
	Sheet     string               `json:"audience_sheet,omitempty"` // of a workbook
	Digest    string               `json:"plan_sha256"`
}

func planJSON(p *plan.Plan, m runstore.Meta) planResult {
	return planResult{
		Schema: 1, RunKey: m.Key, Rows: m.Rows, Recipients: m.Eligible, Skipped: p.SkippedByName(), Findings: p.Findings, Lists: m.Lists, Where: p.Where, Languages: p.Languages, Templates: m.Templates,
		Audience: describedAudience(p, m), Campaign: m.CampaignDigest, People: m.AudienceDigest, Sheet: p.File.Sheet, Digest: m.PlanDigest,
	}
}
