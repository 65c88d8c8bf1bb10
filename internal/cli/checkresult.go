package cli

import (
	"sendoff/campaign"
	"sendoff/internal/proposal"
	"sendoff/internal/render"
	"sendoff/internal/survey"
)

// checkResult is what was found, for machines.
type checkResult struct {
	Schema    int               `json:"schema"`
	OK        bool              `json:"ok"` // it could be sent
	Problems  campaign.Problems `json:"problems"`
	Audience  *audienceResult   `json:"audience,omitempty"`
	Plan      *proposal.Result  `json:"plan,omitempty"`
	Skipped   *listResult       `json:"skipped,omitempty"`   // what --skipped has written
	Corrected *correctedResult  `json:"corrected,omitempty"` // what --fix has
}

// audienceResult is how the audience is understood.
type audienceResult struct {
	proposal.Audience
	Columns []columnResult `json:"columns,omitempty"`
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
		result.Audience = &audienceResult{proposal.Understood(k.Plan, k.meta), k.columnResults()}
		counted := proposal.Counted(k.Plan, k.meta)
		result.Plan = &counted
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
