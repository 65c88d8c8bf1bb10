package render

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every placeholder leads to its column, by whichever name it goes, and where it stands is told once.
func TestUses(t *testing.T) {
	c := parse(t, `"${first_name}, ${FIRST NAME}: ${phone}"`,
		`params: {first_name: {column: First name, default: x}, unused: {column: Land}}`,
		`translations: {sv: "${customer_no} ${first_name}"}`,
		`metadata: {who: "${id}", where: "${latitude}"}`,
		`channel_properties: {SMS_SENDER: "${nobody}"}`)
	want := []Use{
		{Column: 4, Name: "first_name", In: []string{"message", "translations.sv"}},
		{Column: 0, Name: "phone", In: []string{"message"}},
		{Column: 1, Name: "CustomerNo", In: []string{"translations.sv"}},
		{Column: 1, Name: "id", In: []string{"metadata"}},
		{Column: 5, Name: "latitude", In: []string{"metadata"}},
	}
	if diff := cmp.Diff(want, Uses(c, testColumns())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
