package audience

import (
	"fmt"
	"strings"
	"testing"

	"sendoff/campaign"
)

func TestPropose(t *testing.T) {
	for _, tc := range []struct{ header, want string }{
		{"Kund nr,Förnamn,Mobilnr", "phone=2 id=0 first=1"},
		{"First name,Mobile,Telephone", "phone=1 id=-1 first=0"},
		{"Kund,Nummer", "phone=-1 id=-1 first=-1"},
		{"Kund,Kundens telefon", `phone=-1 id=-1 first=-1 perhaps "Kundens telefon"`},
		{"Mobil,GSM,Prénom", `phone=0 id=-1 first=2 phone: Mobil, GSM`},
		{"Phone,Langue,Lingua,messenger", "phone=0 id=-1 first=-1 messenger=3 language: Langue, Lingua"},
		{"Nombre,Name,Vorname ", "phone=-1 id=-1 first=2"},
		{"+46701740605,Anna", "phone=-1 id=-1 first=-1 person"},
		{"Phone,Points 2026-01-31", "phone=0 id=-1 first=-1"},
	} {
		p, err := Propose(strings.Split(tc.header, ","), []campaign.Channel{campaign.Messenger, campaign.SMS})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("phone=%d id=%d first=%d", p.Columns.Phone, p.Columns.ID, p.FirstName)
		if p.Phone != "" {
			got += fmt.Sprintf(" perhaps %q", p.Phone)
		}
		if p.IsPerson {
			got += " person"
		}
		for _, own := range p.Columns.Own {
			got += fmt.Sprintf(" %s=%d", own.Channel.Role(), own.Column)
		}
		for role, names := range p.Doubtful {
			got += " " + role + ": " + strings.Join(names, ", ")
		}
		if got != tc.want {
			t.Errorf("%s: %s, want %s", tc.header, got, tc.want)
		}
	}
}

// A name of first names is none of a role, and stands in the table of neither.
func TestFirstNamesAreNoRoles(t *testing.T) {
	all, err := readUsualNames()
	if err != nil {
		t.Fatal(err)
	}
	known := meanings(all)
	for _, name := range firstNames {
		if m, isUsual := known[campaign.FoldFurther(name)]; isUsual {
			t.Errorf("%q is a usual name of %s", name, m.role)
		}
	}
}
