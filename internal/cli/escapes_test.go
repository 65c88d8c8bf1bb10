package cli

import (
	"fmt"
	"path/filepath"
	"testing"
	"unicode"
)

// Whatever stands in the file of an audience, a terminal that shows what is said of it obeys nothing of that.
func TestNamesCannotControlTheTerminal(t *testing.T) {
	const wild = "\x1b[2J\x1b]0;x\x07\n\u009b1m"
	b := newBench(t, 1)
	writeFile(t, filepath.Join(b.dir, "audience.csv"), fmt.Sprintf(
		"\"phone\"\"%[1]s\",\"id%[1]s\",\"points%[1]s\",\"ok%[1]s\",\"since%[1]s\",\"psid%[1]s\",\"name%[1]s\"\n"+
			"+447700900001,a,1,yes,2026-01-31,1000000001,\"Ann%[1]s\"\n+447700900002,b,x,yes,2026-01-31,10 01,Ben\n"+
			"+447700900003,c,,yes,soon,,Cid\n+447700900004,d,1,yes,2999-01-01,,Dan\n+447700900005,e,1,no%[1]s,2026-01-31,,Eve\n", wild))
	column := func(name string) string { return fmt.Sprintf("%q", name+wild) }
	campaign := func(name, more, message string) string {
		path := filepath.Join(b.dir, name+".yaml")
		writeFile(t, path, "name: "+name+"\nmessage_content_type: CONTENT_NOTIFICATION\ntime_zone: UTC\nsuppress: none\nchannel_priority_order: [MESSENGER, SMS]\n"+
			"audience: {file: audience.csv, max_bad_rows: 5, columns: {phone: "+column(`phone"`)+", messenger: "+column("psid")+
			", id: "+column("id")+"}"+more+"}\nmessage: \""+message+"\"\n")
		return path
	}
	chosen := ", numbers: [" + column("points") + "], consent: {column: " + column("ok") + ", date: " + column("since") + ", max_age: 240mo}"
	fine, unknown, doubtful := campaign("fine", chosen, "Hi"), campaign("unknown", "", "Hi ${qqqqqqqq}"), campaign("doubtful", ", where: pionts > 1 and date(x) > today()", "Hi")
	for _, args := range [][]string{
		{"check", fine}, {"plan", fine}, {"plan", "--rows", fine}, {"preview", fine}, {"preview", unknown}, {"run", "--sandbox", fine},
		{"check", unknown}, {"plan", unknown}, {"check", doubtful}, {"plan", doubtful}, {"plan", "--rows", campaign("all", "", "Hi")},
	} {
		out, _ := b.command(args...).CombinedOutput() // some end with other codes than 0
		if len(out) == 0 {
			t.Errorf("%v says nothing", args)
		}
		for _, r := range string(out) {
			if unicode.IsControl(r) && r != '\n' {
				t.Errorf("%v prints %q in\n%q", args, r, out)
				break
			}
		}
	}
}
