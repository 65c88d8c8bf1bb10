package campaign

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const secretFile = `name: birthday
message_content_type: CONTENT_MARKETING
audience: a.csv
channel_priority_order: [SMS]
message: "Hi, see https://example.com/secret"
`

// Of addresses nothing is left but what makes them addresses, everything else stays where it was, and the same campaign is made of it.
func TestWithoutSecrets(t *testing.T) {
	for name, test := range map[string]struct{ notify, want, shown string }{
		"plain":        {"notify: https://a.example/S3 # ours\n", "notify: https://xxxxxxxxxxxx # ours\n", "notify: …\n"},
		"quoted":       {"notify: 'slack:http://a.example/S3'\n", "notify: 'slack:http://xxxxxxxxxxxx'\n", "notify: …\n"},
		"list":         {"notify:\n  - https://a/S3\n  # and\n  - \"https://b/S3\"\nkeep: 90d\n", "notify:\n  - https://xxxx\n  # and\n  - \"https://xxxx\"\nkeep: 90d\n", "notify: …\nnotify: …\nnotify: …\nnotify: …\nkeep: 90d\n"},
		"flow":         {"notify: [https://a/S3, https://b/S3]\n", "notify: [https://xxxx, https://xxxx]\n", "notify: …\n"},
		"block":        {"notify: >-\n  https://a/S3\nkeep: 90d\n", "notify: >-\n  https://xxxx\nkeep: 90d\n", "notify: …\nnotify: …\nkeep: 90d\n"},
		"block at end": {"notify: |\n  https://a/S3\n", "notify: |\n  https://xxxx\n", "notify: …\nnotify: …\n"},
		"escapes":      {`notify: "https:\/\/a\/S3"` + "\n", `notify: "https:\/\/xxxxx"` + "\n", "notify: …\n"},
		"odd escapes":  {`notify: "\x68ttps://a/S3"` + "\n", `notify: "https://xxxxxxx"` + "\n", "notify: …\n"},
		"joined lines": {"notify: \"https://a\\\n  /S3\"\n", "notify: \"https://x\\\n  xxx\"\n", "notify: …\nnotify: …\n"},
		"letters":      {"notify: https://å.example/S3\n", "notify: https://xxxxxxxxxxxx\n", "notify: …\n"},
		"line ends":    {"notify: https://a/S3\r\nkeep: 90d\r\n", "notify: https://xxxx\r\nkeep: 90d\r\n", "notify: …\nkeep: 90d\n"},
		"none":         {"keep: 90d\n", "keep: 90d\n", "keep: 90d\n"},
	} {
		t.Run(name, func(t *testing.T) {
			sources := []Source{{Name: "c.yaml", Data: []byte("\ufeff" + secretFile + test.notify)}}
			before, err := Parse("c.yaml", sources)
			if err != nil {
				t.Fatal(err)
			}
			blank := WithoutSecrets(sources)
			if diff := cmp.Diff("\ufeff"+secretFile+test.want, string(blank[0].Data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(secretFile+test.shown, string(Shown(sources[0]))); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			after, err := Parse("c.yaml", blank)
			if err != nil {
				t.Fatal(err)
			}
			if name != "none" && (len(before.Notify) == 0 || strings.Contains(string(sources[0].Data), "xxx")) {
				t.Errorf("the campaign itself has lost %q", before.Notify)
			}
			if len(after.Notify) > 0 || after.ContentDigest() != before.ContentDigest() {
				t.Errorf("another campaign, which notifies %q", after.Notify)
			}
		})
	}
}

func TestWithoutSecretsOfJSON(t *testing.T) {
	const file = `{"name": "a", "notify": ["https://a/S3", "https://b/S3"], "message_content_type": "CONTENT_NOTIFICATION", "audience": "a.csv",
 "channel_priority_order": ["SMS"], "message": "Hi"}`
	sources := []Source{{Name: "c.json", Data: []byte(file)}}
	if want, got := strings.NewReplacer("a/S3", "xxxx", "b/S3", "xxxx").Replace(file), string(WithoutSecrets(sources)[0].Data); got != want {
		t.Errorf("got %s", got)
	}
	if want, got := strings.NewReplacer("https://a/S3", "…", "https://b/S3", "…").Replace(file)+"\n", string(Shown(sources[0])); got != want {
		t.Errorf("shown: %s", got)
	}
}

// What is not UTF-8 is, once it was read.
func TestWithoutSecretsOfOtherEncodings(t *testing.T) {
	sources := []Source{{Name: "c.yaml", Data: []byte(strings.Replace(secretFile, "Hi", "Hej d\xe5", 1) + "notify: https://a/S3\n")}}
	want := strings.Replace(secretFile, "Hi", "Hej då", 1) + "notify: https://xxxx\n"
	if got := string(WithoutSecrets(sources)[0].Data); got != want {
		t.Errorf("got %s", got)
	}
}
