package expression

import (
	"testing"
)

func BenchmarkText(b *testing.B) {
	for _, tc := range []struct{ name, text string }{
		{"column", `tier`},
		{"number", `points * 1.2`},
		{"money", `money(points * 1.2, "GBP")`},
		{"money-dynamic", `money(points, upper(country) == "GB" ? "GBP" : "EUR", country)`},
		{"choice", `points >= 100 and tier == "Gold" ? "a" : "b"`},
		{"day", `day(date(last_order), "long")`},
		{"title", `title(förnamn)`},
	} {
		b.Run(tc.name, func(b *testing.B) {
			compiled, problems := testScope(b).Text("x", written(tc.text))
			if problems != nil {
				b.Fatal(problems)
			}
			r := testRow()
			b.ReportAllocs()
			for b.Loop() {
				if _, fault := compiled.Of(r, "sv-SE", "sv"); !fault.IsZero() {
					b.Fatal(fault)
				}
			}
		})
	}
}
