package audience

import (
	"fmt"
	"strings"

	"github.com/gocarina/gocsv"

	"sendoff/campaign"
)

// usualNamesTable says what a column is usually called for its role where the campaign does not say, as CRMs and spreadsheets write it. Names
// are compared by [campaign.FoldFurther] and only whole: "Mobile app user" is no mobile number.
//
// Where a file has several columns for a role, the first rank beats the second: a mobile number any telephone, a code for a language its name.
// The rank "not" is for names that look like the role, or like one that is spelt wrong, and are something else: they are not suggested either.
//
// In no row stand names that mean two things to different people: who has such a column names it in the campaign.
const usualNamesTable = `role,rank,language,names
phone,first,English,Mobile; Mobile number; Mobile no.; Mobile phone; Mobile phone number; Mobile telephone; Mobile telephone number; Mobile tel.; Phone (mobile); Phone mobile; Telephone (mobile); Tel. mobile; Cell; Cell number; Cell no.; Cellphone; Cell phone number; Cellular; Cellular phone; MSISDN; SMS number; SMS phone; SMS phone number
phone,first,Bulgarian,Мобилен; Мобилен телефон; Мобилен номер; GSM
phone,first,Catalan,Mòbil; Telèfon mòbil; Núm. de mòbil
phone,first,Croatian,Mobitel; Broj mobitela; Mobilni telefon; Mobilni broj; GSM
phone,first,Czech,Mobil; Mobilní telefon; Mobilní číslo; Číslo mobilu; Telefon mobil; Mobil. telefon
phone,first,Danish,Mobil; Mobilnummer; Mobilnr.; Mobiltelefon; Mobiltelefonnummer; Mobiltlf.; Mobil tlf.; Tlf. mobil; Telefon (mobil)
phone,first,Dutch,Mobiel; Mobiel nummer; Mobiel nr.; Mobiele nummer; Mobiele telefoon; Mobiel telefoonnummer; Tel. mobiel; Telefoon mobiel; Gsm; Gsm-nummer; Gsm-nr.; 06-nummer
phone,first,Estonian,Mobiil; Mobiiltelefon; Mobiilinumber; Mobiili number
phone,first,Finnish,Matkapuhelin; Matkapuhelinnumero; Matkapuhelinnro; Matkapuh.; Kännykkä; Kännykkänumero; Mobiili; Mobiilinumero; Puhelin (matkapuhelin); GSM; GSM-numero
phone,first,French,Mobile; Téléphone mobile; Tél. mobile; N° de mobile; N° mobile; Numéro de mobile; Numéro mobile; Numéro de téléphone mobile; N° de téléphone mobile; Portable; Téléphone portable; Tél. portable; N° de portable; N° portable; Numéro de portable; Numéro portable; Numéro de téléphone portable; Cellulaire; Tél. cellulaire; Téléphone cellulaire; Natel; GSM; N° GSM; N° de GSM; Numéro de GSM
phone,first,German,Handy; Handynummer; Handynr.; Handy-Telefon; Mobil; Mobilnummer; Mobilnr.; Mobiltelefon; Mobiltelefonnummer; Mobilfunk; Mobilfunknummer; Mobilfunknr.; Mobile Telefonnummer; Mobile Nummer; Mobile Rufnummer; Mobilrufnummer; Tel. mobil; Tel. Handy; Telefon mobil; Telefon Handy; Telefonnummer (mobil); Rufnummer mobil; Natel
phone,first,Greek,Κινητό; Κινητό τηλέφωνο; Τηλέφωνο κινητό; Αριθμός κινητού; Αρ. κινητού; Τηλ. κινητό
phone,first,Hungarian,Mobil; Mobilszám; Mobiltelefon; Mobiltelefonszám; Mobil telefonszám; Telefon (mobil)
phone,first,Icelandic,Farsími; Farsímanúmer; GSM; GSM-númer
phone,first,Italian,Cellulare; Cell.; N. cellulare; N° cellulare; Nr. cellulare; Numero cellulare; Numero di cellulare; Num. cellulare; Telefono cellulare; Tel. cellulare; Tel. cell.; Mobile; Telefono mobile; Numero mobile; Numero di telefono cellulare; Numero di telefono mobile; Telefonino
phone,first,Latvian,Mobilais; Mobilais tālrunis; Mobilais telefons; Mobilā tālruņa numurs; Mob. tālrunis
phone,first,Lithuanian,Mobilusis; Mobilusis telefonas; Mobilus telefonas; Mobilaus telefono numeris; Mob. telefonas; Mob. tel.
phone,first,Norwegian,Mobil; Mobilnummer; Mobilnr.; Mobiltelefon; Mobiltelefonnummer; Mobiltlf.; Mobil tlf.; Tlf. mobil; Telefon (mobil)
phone,first,Polish,Telefon komórkowy; Tel. komórkowy; Tel. kom.; Komórka; Nr komórki; Numer komórki; Numer komórkowy; Nr telefonu komórkowego; Numer telefonu komórkowego; Telefon (komórka)
phone,first,Portuguese,Telemóvel; N° de telemóvel; N° telemóvel; Número de telemóvel; Núm. telemóvel; Celular; N° de celular; N° celular; Número de celular; Número celular; Número do celular; Telefone celular; Tel. celular; Telefone móvel; Fone celular
phone,first,Romanian,Mobil; Telefon mobil; Tel. mobil; Număr mobil; Număr de mobil; Nr. mobil; Nr. de mobil; Număr de telefon mobil; Nr. telefon mobil; Celular
phone,first,Russian,Мобильный; Мобильный телефон; Мобильный номер; Номер мобильного; Номер мобильного телефона; Моб. телефон; Моб. тел.; Сотовый; Сотовый телефон
phone,first,Serbian,Mobilni; Mobilni telefon; Mobilni broj; Broj mobilnog; Broj mobilnog telefona; Мобилни; Мобилни телефон; Број мобилног телефона
phone,first,Slovak,Mobil; Mobilný telefón; Mobilné číslo; Číslo mobilu; Číslo mobilného telefónu; Telefón (mobil)
phone,first,Slovenian,Mobilni; Mobilni telefon; Mobilna številka; Številka mobilnega telefona; Mobitel; GSM; GSM številka
phone,first,Spanish,Móvil; Teléfono móvil; Tel. móvil; Tfno. móvil; Tlf. móvil; N° de móvil; N° móvil; Núm. móvil; Número de móvil; Número móvil; Número de teléfono móvil; Celular; Teléfono celular; Tel. celular; N° de celular; N° celular; Número de celular; Número celular
phone,first,Swedish,Mobil; Mobilnummer; Mobilnr.; Mobil nr; Mobiltelefon; Mobiltelefonnummer; Mobiltelefonnr; Telefon (mobil); Telefon mobil; Tel. mobil; Tfn mobil; Mobiltfn
phone,first,Turkish,Cep telefonu; Cep tel.; Cep no.; Cep numarası; Cep telefonu no.; Cep telefonu numarası; Mobil telefon; GSM; GSM no.; GSM numarası
phone,first,Ukrainian,Мобільний; Мобільний телефон; Мобільний номер; Номер мобільного; Номер мобільного телефону; Моб. телефон; Моб. тел.
phone,second,English,Phone; Phone number; Phone no.; Telephone; Telephone number; Telephone no.; Tel.; Tel. number; Tel. no.
phone,second,Bulgarian,Телефон; Телефонен номер; Тел.; Тел. номер
phone,second,Catalan,Telèfon; Núm. de telèfon; Número de telèfon
phone,second,Croatian,Telefon; Broj telefona; Telefonski broj; Tel. broj
phone,second,Czech,Telefon; Telefonní číslo; Číslo telefonu; Tel. číslo; Tel. č.
phone,second,Danish,Telefon; Telefonnummer; Telefonnr.; Tlf.; Tlf. nr.; Tlf. nummer
phone,second,Dutch,Telefoon; Telefoonnummer; Telefoonnr.; Tel. nr.; Tel. nummer; Telnr.
phone,second,Estonian,Telefon; Telefoninumber; Telefoni number; Telefoni nr.
phone,second,Finnish,Puhelin; Puhelinnumero; Puhelinnro; Puh.; Puh. nro; Puhnro
phone,second,French,Téléphone; Tél.; N° de téléphone; N° téléphone; N° de tél.; N° tél.; Numéro de téléphone; Numéro téléphone; Num. téléphone; Num. tél.
phone,second,German,Telefon; Telefonnummer; Telefonnr.; Tel.; Tel. Nr.; Rufnummer; Rufnr.
phone,second,Greek,Τηλέφωνο; Τηλ.; Αριθμός τηλεφώνου; Αρ. τηλεφώνου
phone,second,Hungarian,Telefon; Telefonszám; Tel. szám
phone,second,Icelandic,Sími; Símanúmer
phone,second,Italian,Telefono; Tel.; N. telefono; N° telefono; N. di telefono; N° di telefono; Nr. telefono; Num. telefono; Numero telefono; Numero di telefono; Recapito telefonico
phone,second,Latvian,Tālrunis; Tālruņa numurs; Tālr.; Telefons; Telefona numurs
phone,second,Lithuanian,Telefonas; Telefono numeris; Telefono nr.; Tel. nr.
phone,second,Norwegian,Telefon; Telefonnummer; Telefonnr.; Tlf.; Tlf. nr.; Tlf. nummer
phone,second,Polish,Telefon; Nr telefonu; Nr tel.; Numer telefonu
phone,second,Portuguese,Telefone; N° de telefone; N° telefone; Número de telefone; Número telefone; Núm. telefone; Contacto telefónico
phone,second,Romanian,Telefon; Nr. telefon; Nr. de telefon; Nr. tel.; Număr telefon; Număr de telefon
phone,second,Russian,Телефон; Номер телефона; Тел.; Тел. номер
phone,second,Serbian,Telefon; Broj telefona; Телефон; Број телефона
phone,second,Slovak,Telefón; Telefónne číslo; Číslo telefónu; Tel. číslo
phone,second,Slovenian,Telefon; Telefonska številka; Tel. številka
phone,second,Spanish,Teléfono; Tel.; Tfno.; Teléf.; N° de teléfono; N° teléfono; Núm. teléfono; Núm. de teléfono; Número de teléfono; Número teléfono
phone,second,Swedish,Telefon; Telefonnummer; Telefonnr.; Telnr.; Tel. nr.; Tfn.; Tfn. nr.; Tfnnr.
phone,second,Turkish,Telefon; Tel.; Telefon no.; Tel. no.; Telefon numarası
phone,second,Ukrainian,Телефон; Номер телефону; Тел.; Тел. номер
phone,not,English,Landline; Landline number; Landline phone; Fax; Fax number; Phone (fax); Telephone (landline); Telefax
phone,not,others,Telefon Festnetz; Festnetztelefon; Telefon (fast); Fasttelefon; Fastnet telefon; Hemtelefon; Téléphone fixe; Tél. fixe; Teléfono fijo; Telefone fixo; Telefono fisso; Vaste telefoon; Lankapuhelin; Telefon stacjonarny; Pevná linka; Sabit telefon; Telefon fix
id,first,English,ID; Customer ID; Customer no.; Customer nr.; Customer number; Customer #; Client ID; Client no.; Client number; External ID; External customer ID
id,first,Bulgarian,Клиентски номер; Номер на клиент; ID на клиент
id,first,Catalan,Núm. de client; Número de client; ID de client
id,first,Croatian,Broj kupca; Šifra kupca; ID kupca; Broj klijenta; ID klijenta
id,first,Czech,Číslo zákazníka; Zákaznické číslo; ID zákazníka; Kód zákazníka
id,first,Danish,Kundenummer; Kundenr.; Kunde-ID
id,first,Dutch,Klantnummer; Klantnr.; Klant-ID; Klantcode
id,first,Estonian,Kliendinumber; Kliendi number; Kliendi nr.; Kliendi ID
id,first,Finnish,Asiakasnumero; Asiakasnro; Asiakasnr.; Asiakastunnus; Asiakas-ID
id,first,French,N° client; N° de client; N° du client; Numéro client; Numéro de client; Num. client; Code client; ID client; Identifiant client
id,first,German,Kundennummer; Kundennr.; Kunden-ID; Kundenkennung; Kd.-Nr.; Kdnr.
id,first,Greek,Κωδικός πελάτη; Κωδ. πελάτη; Αριθμός πελάτη; Αρ. πελάτη
id,first,Hungarian,Ügyfélszám; Ügyfélkód; Ügyfél ID; Ügyfélazonosító; Vevőkód; Vevőszám; Vevőazonosító
id,first,Icelandic,Viðskiptavinanúmer
id,first,Italian,Codice cliente; Cod. cliente; ID cliente; Numero cliente; N. cliente; N° cliente; Nr. cliente; Num. cliente
id,first,Latvian,Klienta numurs; Klienta kods; Klienta ID; Klienta nr.
id,first,Lithuanian,Kliento numeris; Kliento kodas; Kliento ID; Kliento nr.
id,first,Norwegian,Kundenummer; Kundenr.; Kunde-ID
id,first,Polish,Numer klienta; Nr klienta; ID klienta; Kod klienta; Identyfikator klienta
id,first,Portuguese,N° de cliente; N° cliente; Número de cliente; Número do cliente; Núm. cliente; Código de cliente; Código do cliente; Código cliente; Cód. cliente; ID cliente; ID do cliente
id,first,Romanian,Cod client; ID client; Număr client; Nr. client
id,first,Russian,Номер клиента; Код клиента; ID клиента
id,first,Serbian,Broj kupca; Šifra kupca; ID kupca; Број купца; Шифра купца
id,first,Slovak,Číslo zákazníka; Zákaznícke číslo; ID zákazníka; Kód zákazníka
id,first,Slovenian,Številka kupca; Številka stranke; Šifra stranke; ID stranke
id,first,Spanish,N° de cliente; N° cliente; Núm. cliente; Núm. de cliente; Número de cliente; Número cliente; Código de cliente; Código cliente; Cód. cliente; ID cliente; ID de cliente
id,first,Swedish,Kundnummer; Kundnr.; Kund-ID; Kundid
id,first,Turkish,Müşteri no.; Müşteri numarası; Müşteri kodu; Müşteri ID
id,first,Ukrainian,Номер клієнта; Код клієнта; ID клієнта
language,first,English,Language code; Lang. code; Preferred language code
language,first,others,Sprachcode; Sprachkürzel; Sprachschlüssel; Sprachkennzeichen; Code langue; Código de idioma; Código do idioma; Cód. idioma; Codice lingua; Taalcode; Språkkod; Språkkode; Sprogkode; Kielikoodi; Kielitunnus; Kod języka; Kód jazyka; Nyelvkód; Cod limbă; Κωδικός γλώσσας; Dil kodu; Šifra jezika; Kod jezika
language,second,English,Language; Lang.; Locale; Preferred language; Language preference
language,second,Bulgarian,Език
language,second,Catalan,Idioma; Llengua
language,second,Croatian,Jezik
language,second,Czech,Jazyk
language,second,Danish,Sprog
language,second,Dutch,Taal; Voorkeurstaal
language,second,Estonian,Keel
language,second,Finnish,Kieli; Asiointikieli; Palvelukieli
language,second,French,Langue; Langue préférée; Langue de correspondance
language,second,German,Sprache; Bevorzugte Sprache; Korrespondenzsprache
language,second,Greek,Γλώσσα
language,second,Hungarian,Nyelv
language,second,Icelandic,Tungumál
language,second,Italian,Lingua; Lingua preferita
language,second,Latvian,Valoda
language,second,Lithuanian,Kalba
language,second,Norwegian,Språk; Foretrukket språk
language,second,Polish,Język; Preferowany język
language,second,Portuguese,Idioma; Língua; Idioma preferido
language,second,Romanian,Limbă; Limba; Limba preferată
language,second,Russian,Язык
language,second,Serbian,Jezik; Језик
language,second,Slovak,Jazyk
language,second,Slovenian,Jezik
language,second,Spanish,Idioma; Idioma preferido
language,second,Swedish,Språk; Önskat språk
language,second,Turkish,Dil; Tercih edilen dil
language,second,Ukrainian,Мова
country,first,English,Country; Country/region
country,first,Bulgarian,Държава; Страна
country,first,Catalan,País
country,first,Croatian,Država; Zemlja
country,first,Czech,Země
country,first,Danish,Land
country,first,Dutch,Land
country,first,Estonian,Riik
country,first,Finnish,Maa
country,first,French,Pays
country,first,German,Land
country,first,Greek,Χώρα
country,first,Hungarian,Ország
country,first,Icelandic,Land
country,first,Italian,Paese; Nazione
country,first,Latvian,Valsts
country,first,Lithuanian,Šalis
country,first,Norwegian,Land
country,first,Portuguese,País
country,first,Romanian,Țara; Țară
country,first,Russian,Страна
country,first,Serbian,Država; Држава; Земља
country,first,Slovak,Krajina
country,first,Slovenian,Država
country,first,Spanish,País
country,first,Swedish,Land
country,first,Turkish,Ülke
country,first,Ukrainian,Країна
country,second,English,Country code; Country name; Country ISO; Country ISO code; ISO country code
country,second,Polish,Kraj; Kod kraju
country,second,others,Ländercode; Laendercode; Länderkürzel; Länderkennzeichen; Ländercode (ISO); Landcode; Code pays; Código de país; Código do país; Código país; Cód. país; Codice paese; Codice nazione; Landkod; Landskod; Landkode; Landekode; Maakoodi; Maatunnus; Kód země; Kód krajiny; Országkód; Cod țară; Κωδικός χώρας; Ülke kodu; Šifra države; Oznaka države; Код страны; Код країни
country,not,English,County; Counties
time_zone,first,English,Time zone; Timezone name; Time zone ID
time_zone,first,others,Zeitzone; Fuseau horaire; Zona horaria; Huso horario; Fuso horário; Fuso orario; Tijdzone; Tidszon; Tidszone; Tidssone; Aikavyöhyke; Strefa czasowa; Časové pásmo; Időzóna; Fus orar; Ζώνη ώρας; Saat dilimi; Zaman dilimi; Vremenska zona; Časovni pas; Ajavöönd; Laika josla; Laiko juosta; Tímabelti; Zona horària; Часова зона; Часовой пояс; Часовий пояс
`

// usualNames are the columns' usual names for one role, of one rank and mostly of one language.
type usualNames struct {
	Role  string    `csv:"role"`
	Rank  rank      `csv:"rank"`
	Names nameTable `csv:"names"`
}

// rank says how well a name answers to its role: the lower the better.
type rank uint8

const (
	first rank = iota
	second
	ranks
	not = ranks
)

// UnmarshalCSV reads a rank.
func (r *rank) UnmarshalCSV(cell string) error {
	known := map[string]rank{"first": first, "second": second, "not": not}
	var isKnown bool
	if *r, isKnown = known[cell]; !isKnown {
		return fmt.Errorf("unknown rank %q", cell)
	}
	return nil
}

// nameTable is a list of names.
type nameTable []string

// UnmarshalCSV reads names with semicolons between them.
func (n *nameTable) UnmarshalCSV(cell string) error {
	*n = strings.Split(cell, "; ")
	return nil
}

// readUsualNames reads the table, which is short enough to be read anew for every file.
func readUsualNames() ([]usualNames, error) {
	var all []usualNames
	if err := gocsv.UnmarshalString(usualNamesTable, &all); err != nil {
		return nil, fmt.Errorf("read usual names of columns: %w", err)
	}
	return all, nil
}

// usual is what a name usually means.
type usual struct {
	role string
	rank rank
}

// meanings returns what each name of the table means, by its [campaign.FoldFurther].
func meanings(all []usualNames) map[string]usual {
	found := make(map[string]usual)
	for _, row := range all {
		for _, name := range row.Names {
			found[campaign.FoldFurther(name)] = usual{row.Role, row.Rank}
		}
	}
	return found
}
