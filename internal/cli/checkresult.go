package cli

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/survey"
)

// checkResult is what was found, for machines.
type checkResult struct {
	Schema    int               `json:"schema"`
	OK        bool              `json:"ok"` // it could be sent
	Problems  campaign.Problems `json:"problems"`
	Audience  *audienceResult   `json:"audience,omitempty"`
	Plan      any               `json:"plan,omitempty"`
	Skipped   *listResult       `json:"skipped,omitempty"`   // what --skipped has written
	Corrected *correctedResult  `json:"corrected,omitempty"` // what --fix has
}

// audienceResult is how the audience is understood.
type audienceResult struct {
	Name        string         `json:"name"`
	Format      string         `json:"format,omitempty"`
	Compression string         `json:"compression,omitempty"`
	Encoding    string         `json:"encoding,omitempty"`
	Confidence  int            `json:"confidence,omitempty"` // in the encoding, in percent
	Delimiter   string         `json:"delimiter,omitempty"`
	Sheet       string         `json:"sheet,omitempty"`
	Hidden      int            `json:"hidden_rows,omitempty"`
	Size        int64          `json:"bytes,omitempty"`
	Modified    time.Time      `json:"modified,omitzero"`
	Unused      []string       `json:"unused,omitempty"`      // columns that usually have a role which another one has here
	Suggestions []string       `json:"suggestions,omitempty"` // what to write for columns whose names are nearly those of a role
	Columns     []columnResult `json:"columns,omitempty"`     // of check
}

type columnResult struct {
	survey.Column
	Roles  []string     `json:"roles,omitempty"`
	Uses   []render.Use `json:"uses,omitempty"`
	Chosen []string     `json:"chosen_by,omitempty"`
}

type listResult struct {
	File string `json:"file"`
	Rows int    `json:"rows"`
}

type correctedResult struct {
	listResult
	Numbers int         `json:"numbers"` // that were written in another form
	LeftOut *listResult `json:"left_out,omitempty"`
}

// printResult prints what was found for machines.
func (k *checker) printResult() error {
	result := checkResult{Schema: 1, OK: k.Problems.Err() == nil, Problems: append(campaign.Problems{}, k.Problems...)}
	if k.Plan != nil {
		p := planJSON(k.Plan, k.meta)
		result.Audience, p.Audience = p.Audience, nil
		result.Audience.Columns, result.Plan = k.columnResults(), p
		if k.skipped != "" {
			result.Skipped = &listResult{k.skipped, k.left}
		}
		if k.fix != "" {
			result.Corrected = &correctedResult{listResult: listResult{k.fix, k.corrected.Rows}, Numbers: k.corrected.Numbers}
			if k.corrected.LeftOut > 0 {
				result.Corrected.LeftOut = &listResult{k.rest(), k.corrected.LeftOut}
			}
		}
	}
	return k.printJSON(result)
}

// describedAudience is how the audience of a plan is understood, but for its columns.
func describedAudience(p *plan.Plan, m runstore.Meta) *audienceResult {
	a := &audienceResult{
		Name: m.AudienceFile, Format: string(p.File.Format), Compression: p.File.Compression, Encoding: p.File.Encoding, Confidence: p.File.Confidence,
		Delimiter: campaign.DelimiterName(p.File.Delimiter), Sheet: p.File.Sheet, Hidden: p.File.Hidden, Size: p.File.Size, Modified: p.File.ModTime,
		Unused: p.Unused, Suggestions: p.Suggestions,
	}
	return a
}

func (k *checker) columnResults() []columnResult {
	columns := make([]columnResult, 0, len(k.Columns))
	for i, c := range k.Columns {
		column := columnResult{Column: c, Chosen: k.Chosen[i]}
		for _, role := range campaign.Roles {
			if k.Plan.Columns.Role(role) == i {
				column.Roles = append(column.Roles, role)
			}
		}
		for _, u := range k.Uses {
			if u.Column == i {
				column.Uses = append(column.Uses, u)
			}
		}
		columns = append(columns, column)
	}
	return columns
}
