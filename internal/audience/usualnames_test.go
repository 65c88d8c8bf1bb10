package audience

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// TestUsualNamesTable wants every name of the table to mean one thing, and rows in their order.
func TestUsualNamesTable(t *testing.T) {
	all, err := readUsualNames()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]usual)
	for i, row := range all {
		if row.Role != all[max(i-1, 0)].Role && row.Rank != first || row.Role == all[max(i-1, 0)].Role && row.Rank < all[max(i-1, 0)].Rank {
			t.Errorf("row %d (%s, %d) is not in its place", i+2, row.Role, row.Rank)
		}
		if (campaign.Columns{Phone: 1, ID: 1, Language: 1, Country: 1, TimeZone: 1}).Role(row.Role) < 0 {
			t.Errorf("row %d has the role %q", i+2, row.Role)
		}
		for _, name := range row.Names {
			folded, means := campaign.FoldFurther(name), usual{row.Role, row.Rank}
			if other, isKnown := found[folded]; isKnown && other != means || folded == "" || strings.ContainsAny(name, ";,") {
				t.Errorf("row %d: %q means %v and %v", i+2, name, means, other)
			}
			found[folded] = means
		}
	}
}

func TestUsualNames(t *testing.T) {
	for _, tc := range []struct{ header, want string }{
		{"Kundennummer;Vorname;Handynummer;Sprache;Land;Zeitzone", "id=Kundennummer phone=Handynummer language=Sprache country=Land time_zone=Zeitzone"},
		{"Kd.-Nr.;Tel. mobil", "id=Kd.-Nr. phone=Tel. mobil"},
		{"N° client;Prénom;Téléphone portable;Langue;Pays", "id=N° client phone=Téléphone portable language=Langue country=Pays"},
		{"NUMERO CLIENT;TEL. PORTABLE", "id=NUMERO CLIENT phone=TEL. PORTABLE"},
		{"Nº cliente;Móvil;Idioma;País;Zona horaria", "id=Nº cliente phone=Móvil language=Idioma country=País time_zone=Zona horaria"},
		{"Código do cliente;Telemóvel;Língua", "id=Código do cliente phone=Telemóvel language=Língua"},
		{"Codice cliente;Cellulare;Lingua;Paese", "id=Codice cliente phone=Cellulare language=Lingua country=Paese"},
		{"Klantnr.;Mobiel nummer;Taal;Tijdzone", "id=Klantnr. phone=Mobiel nummer language=Taal time_zone=Tijdzone"},
		{"Kundnr;Förnamn;Mobilnr;Språk;Land", "id=Kundnr phone=Mobilnr language=Språk country=Land"},
		{"Kunde-ID;Mobil tlf.;Sprog;Tidszone", "id=Kunde-ID phone=Mobil tlf. language=Sprog time_zone=Tidszone"},
		{"Asiakasnumero;Puhelinnumero;Kieli;Maa", "id=Asiakasnumero phone=Puhelinnumero language=Kieli country=Maa"},
		{"Nr klienta;Telefon komórkowy;Język;Kraj", "id=Nr klienta phone=Telefon komórkowy language=Język country=Kraj"},
		{"Číslo zákazníka;Mobil;Jazyk;Kraj;Země", `id=Číslo zákazníka phone=Mobil language=Jazyk country=Země unused "Kraj"`},
		{"Ügyfélszám;Mobilszám;Nyelv;Ország", "id=Ügyfélszám phone=Mobilszám language=Nyelv country=Ország"},
		{"Cod client;Telefon mobil;Limba;Țara", "id=Cod client phone=Telefon mobil language=Limba country=Țara"},
		{"Κωδικός πελάτη;ΚΙΝΗΤΟ;Γλώσσα;Χώρα", "id=Κωδικός πελάτη phone=ΚΙΝΗΤΟ language=Γλώσσα country=Χώρα"},
		{"MÜŞTERİ NO;CEP TELEFONU;Dil;Ülke", "id=MÜŞTERİ NO phone=CEP TELEFONU language=Dil country=Ülke"},
		{"Customer #;Phone (mobile);Country/Region", "id=Customer # phone=Phone (mobile) country=Country/Region"},
		{"Telefo\u0301n;Mo\u0301vil", "phone=Mo\u0301vil unused \"Telefo\u0301n\""}, // accents as characters of their own

		{"Mobile;Telephone", `phone=Mobile unused "Telephone"`},
		{"Telefon;Telefon privat;Festnetz;Fax;Mobil", `phone=Mobil unused "Telefon"`},
		{"Phone;Tel.;Cell no.", `phone=Cell no. unused "Phone" unused "Tel."`},
		{"Telephone;Landline;Fax number", "phone=Telephone"},
		{"Phone;Language;Language code;Country;Country code", `phone=Phone language=Language code country=Country unused "Language" unused "Country code"`},

		{"Phone;Langauge;Contry", "phone=Phone suggest Langauge suggest Contry"},
		{"Phone;Kundenumer", "phone=Phone suggest Kundenumer"},
		{"Phone;County;Customer;City;Name", "phone=Phone"},
		{"Phone;Telefonansagt samtycke;Mobile app user;E-Mail;Email phone;Work phone", "phone=Phone"},
		{"Phone;Language school;Land area;Zip code;Nummer;Stat;CEP;SMS;Contact;Band;Ad", "phone=Phone"},
	} {
		r := mustOpen(t, writeFile(t, tc.header+"\n"), campaign.Audience{})
		var got []string
		for _, role := range []string{"id", "phone", "language", "country", "time_zone"} {
			if i := r.Columns().Role(role); i >= 0 {
				got = append(got, role+"="+r.Columns().Header[i])
			}
		}
		for _, name := range r.Unused() {
			got = append(got, `unused "`+name+`"`)
		}
		for _, text := range r.Suggestions() {
			got = append(got, "suggest "+strings.Split(text, `"`)[1])
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.header, diff)
		}
	}
}

func TestMappedColumnIsNoChoice(t *testing.T) {
	r := mustOpen(t, writeFile(t, "Mobile,Telephone,Langauge\n"), campaign.Audience{Columns: map[string]string{"phone": "Telephone", "language": "langauge"}})
	if c := r.Columns(); c.Phone != 1 || c.Language != 2 || len(r.Unused()) > 0 || len(r.Suggestions()) > 0 {
		t.Errorf("phone %d, language %d, unused %q, suggestions %q", c.Phone, c.Language, r.Unused(), r.Suggestions())
	}
}
