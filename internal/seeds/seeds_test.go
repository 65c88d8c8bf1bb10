package seeds

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

func TestLoad(t *testing.T) {
	for _, tc := range []struct {
		name, file string
		channels   []campaign.Channel
		want       string // line and addresses of each, or what is wrong
	}{
		{"table", "who,phone,country\nme,07700 900101,GB\n,,\nyou,+447700900102,\n", nil, "2 [+447700900101], 4 [+447700900102]"},
		{"numbers alone", "# us\n07700 900101\n", nil, "2 [+447700900101]"},
		{"channels", "messenger,phone\n12345678,\n-,+447700900101\n", []campaign.Channel{campaign.Messenger, campaign.SMS}, "2 [12345678], 3 [+447700900101]"},
		{"twice", "phone\n+447700900101\n07700900101\n", nil, "2 [+447700900101]"},
		{"unreadable", "phone\n+447700900101\n0770\n4479E+11\n", nil,
			"seeds.csv:3: phone: is too short, seeds.csv:4: phone: a spreadsheet"},
		{"unreached", "messenger\n12345678\n", nil, "seeds.csv:2: this seed has no address on any channel of the campaign"},
		{"id", "phone,messenger\n+447700900101,1.2E+15\n", nil, "seeds.csv:2: messenger: a spreadsheet has replaced the id"},
		{"broken row", "phone,id\n+447700900101,1,2\n", nil, "seeds.csv:2: "},
		{"nobody", "phone\n", nil, "seeds.csv: names nobody, so there are no seeds"},
		{"audience", "phone\n" + numbers(most) + "+12025550100\n", nil, "seeds.csv: has more than 1000 rows: seeds are a few people of your own"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seeds.csv")
			if err := os.WriteFile(path, []byte(tc.file), 0o600); err != nil {
				t.Fatal(err)
			}
			c := &campaign.Campaign{Audience: campaign.Audience{Country: "GB"}, ChannelPriorityOrder: tc.channels}
			if tc.channels == nil {
				c.ChannelPriorityOrder = []campaign.Channel{campaign.SMS}
			}
			list, err := Load(path, "seeds.csv", campaign.Seeds{File: "seeds.csv"}, c)
			if err != nil {
				for want := range strings.SplitSeq(tc.want, ", seeds.csv") {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%v, want %q", err, want)
					}
				}
				return
			}
			var got []string
			for i, p := range list.People {
				var addresses []string
				for _, identity := range p.Identities() {
					addresses = append(addresses, identity.Reveal())
				}
				if p.Row != i {
					t.Errorf("row %d is called %d", i, p.Row)
				}
				got = append(got, fmt.Sprintf("%d %v", p.Line, addresses))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// numbers has those of the United Kingdom's range for fiction, a thousand at most.
func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+447700900%03d\n", i)
	}
	return b.String()
}
