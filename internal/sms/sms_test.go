package sms_test

import (
	"strings"
	"testing"

	"sendoff/internal/sms"
)

func TestMeasure(t *testing.T) {
	for _, tc := range []struct {
		text string
		want sms.Size
	}{
		{"", sms.Size{Encoding: sms.GSM7, Units: 0, Parts: 1}},
		{strings.Repeat("a", 160), sms.Size{Encoding: sms.GSM7, Units: 160, Parts: 1}},
		{strings.Repeat("a", 161), sms.Size{Encoding: sms.GSM7, Units: 161, Parts: 2}},
		{strings.Repeat("a", 306), sms.Size{Encoding: sms.GSM7, Units: 306, Parts: 2}},
		{strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), sms.Size{Encoding: sms.GSM7, Units: 306, Parts: 3}}, // € begins the second part
		{strings.Repeat("a", 69) + "’", sms.Size{Encoding: sms.UCS2, Units: 70, Parts: 1}},
		{strings.Repeat("a", 66) + "🙂" + strings.Repeat("a", 66), sms.Size{Encoding: sms.UCS2, Units: 134, Parts: 3}},
	} {
		if got := sms.Measure(tc.text); got != tc.want {
			t.Errorf("Measure(%q) = %+v, want %+v", tc.text, got, tc.want)
		}
	}
}
