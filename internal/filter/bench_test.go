package filter

import (
	"fmt"
	"testing"

	"sendoff/campaign"
)

func BenchmarkJudge(b *testing.B) {
	rows := make([]campaign.Recipient, 1000)
	for i := range rows {
		rows[i].Fields = []string{
			"+447700900001", []string{"GB", "IE", "SE"}[i%3], fmt.Sprint(i * 7), []string{"Gold", " silver", ""}[i%3], fmt.Sprintf("C-%06d", i),
			"Åsa", fmt.Sprintf("2026-01-%02d", i%28+1), "1.204,50", "yes",
		}
	}
	for _, tc := range []struct {
		name     string
		campaign *campaign.Campaign
	}{
		{"nothing", &campaign.Campaign{}},
		{"text", meaning(`country == "GB"`)},
		{"sample", meaning(`country == "GB" and points >= 100`)},
		{"in", meaning(`country in ["GB", "IE", "DE", "FR", "ES"]`)},
		{"matches", meaning("kund_nr matches `^C-0*[1-5]`")},
		{"date", meaning(`today() - date(last_order) > 60`)},
		{"number", meaning(`number(points) / 7 > 100`)},
		{"lower", meaning(`lower(tier) == "gold"`)},
		{"consent", load(b, "consent: {column: in, date: Last order, max_age: 24mo}")},
	} {
		b.Run(tc.name, func(b *testing.B) {
			f := mustNew(b, tc.campaign)
			judge, tally := f.Judge(), f.NewTally()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if judge.Row(&rows[i%len(rows)], tally).Reason == campaign.Invalid {
					b.Fatal("a row is invalid")
				}
				i++
			}
		})
	}
}
