package campaign

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeeds(t *testing.T) {
	c, err := Load("testdata/ok/seeds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := Seeds{File: "seeds.xlsx", InRun: SeedsFirstAndLast, Sheet: "Us", Line: 4, Column: 8}
	if diff := cmp.Diff(want, c.Seeds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	short := parse(t, "message: Hi\nseeds: seeds.csv")
	if short.Seeds.File != "seeds.csv" || short.Seeds.InRun != "" {
		t.Errorf("seeds = %+v", short.Seeds)
	}
	if short.ContentDigest() != parse(t, "message: Hi").ContentDigest() {
		t.Error("seeds are none of the content")
	}
}

func TestPrefixed(t *testing.T) {
	for _, tc := range []struct{ message, want string }{
		{"message: Hi ${a}", "message: TEST Hi ${a}"},
		{"message: Hi\ntranslations: {sv: Hej}", "message: TEST Hi\ntranslations: {sv: TEST Hej}"},
		{"message: {card_message: {title: A, description: B}}", "message: {card_message: {title: TEST A, description: B}}"},
		{"message: {card_message: {description: B}}", "message: {card_message: {description: TEST B}}"},
		{"message: {location_message: {title: A, coordinates: {latitude: 1, longitude: 2}}}", "message: {location_message: {title: TEST A, coordinates: {latitude: 1, longitude: 2}}}"},
		{"message: {choice_message: {text_message: {text: A}, choices: [{text_message: {text: B}}]}}",
			"message: {choice_message: {text_message: {text: TEST A}, choices: [{text_message: {text: B}}]}}"},
		{"message: {text_message: {text: A}, explicit_channel_omni_message: {SMS: B}}", "message: {text_message: {text: TEST A}, explicit_channel_omni_message: {SMS: TEST B}}"},
		{"message: {media_message: {url: 'https://example.com/a.jpg'}}", ""},
	} {
		c := parse(t, tc.message)
		before := c.ContentDigest()
		prefixed, err := c.Prefixed("TEST ")
		switch {
		case tc.want == "":
			if err == nil || !strings.Contains(err.Error(), "media_message has no words") {
				t.Errorf("%s: %v", tc.message, err)
			}
		case err != nil:
			t.Errorf("%s: %v", tc.message, err)
		case !cmp.Equal(wordsOf(prefixed), wordsOf(parse(t, tc.want))):
			t.Errorf("%s: %q, want %s", tc.message, wordsOf(prefixed), tc.want)
		}
		if c.ContentDigest() != before {
			t.Errorf("%s has changed itself", tc.message)
		}
	}
}

// wordsOf are all texts of a campaign's messages.
func wordsOf(c *Campaign) (all []string) {
	add := func(t Text) bool {
		all = append(all, t.String())
		return true
	}
	c.Message.Texts(add)
	for _, t := range c.Translations {
		t.Message.Texts(add)
	}
	return all
}
