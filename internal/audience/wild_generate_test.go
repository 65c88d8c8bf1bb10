package audience

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// TestGenerateWild makes the files of [wildFolder] that no editor can write, where -update says so. It makes the same bytes every time.
func TestGenerateWild(t *testing.T) {
	if !*update {
		t.Skip("the files are there; -update makes them again")
	}
	g := generator{t}
	for _, files := range []map[string][]byte{g.encoded(), g.compressed(), g.foreign(), g.workbooks()} {
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(wildFolder, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type generator struct{ *testing.T }

func (g generator) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// five returns the cells of five.csv, the names that an encoding lacks replaced: pairs of old and new.
func (g generator) five(replace ...string) [][]string {
	g.Helper()
	content, err := os.ReadFile(filepath.Join(wildFolder, "five.csv"))
	g.must(err)
	cells, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	g.must(err)
	for _, row := range cells {
		for i := range row {
			row[i] = strings.NewReplacer(replace...).Replace(row[i])
		}
	}
	return cells
}

// separated writes cells as programs do that end lines in CRLF.
func (g generator) separated(comma rune, cells [][]string) string {
	g.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = comma, true
	g.must(w.WriteAll(cells))
	return b.String()
}

func (g generator) in(code *charmap.Charmap, text string) []byte {
	g.Helper()
	encoded, err := code.NewEncoder().String(text)
	g.must(err)
	return []byte(encoded)
}

func inUTF16(order binary.AppendByteOrder, text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

const mark = "\ufeff"

// western are the names that Windows-1252 lacks, latin those that ISO-8859-1 does.
var (
	western = []string{"Ł", "L", "🐎", "horse"}
	latin   = append([]string{"’", "'", "“", `"`, "”", `"`, "€", "EUR"}, western...)
)

func (g generator) encoded() map[string][]byte {
	commas := g.separated(',', g.five())
	allQuoted := `"` + strings.NewReplacer("\r\n", "\"\r\n\"", ",", `","`).Replace("phone,First name,Last name,Note\r\n+447700900001,Zoë,O’Brien,“smart quotes”") +
		"\"\r\n" + strings.Join(strings.SplitAfter(commas, "\r\n")[2:], "")
	full := inUTF16(binary.LittleEndian, mark+commas)
	var utf32 []byte
	for _, r := range mark + commas {
		utf32 = binary.LittleEndian.AppendUint32(utf32, uint32(r))
	}
	windows := func(comma rune) []byte { return g.in(charmap.Windows1252, g.separated(comma, g.five(western...))) }
	euro := g.five(latin...)
	euro[2][3] = "€ 10"
	poles := "Telefon;Imię\r\n+447700900001;Łukasz\r\n+447700900002;Żaneta\r\n+447700900003;Małgorzata\r\n+447700900004;Świętosław\r\n+447700900005;Grażyna\r\n"
	dos := "phone,Name\r\n+447700900001,Zoë\r\n+447700900002,Åsa\r\n+447700900003,Jürgen\r\n+447700900004,Françoise\r\n+447700900005,Ärlig\r\n"
	outlook := "\"Title\",\"First Name\",\"Last Name\",\"Business Phone\",\"Home Phone\",\"Mobile Phone\",\"E-mail Address\",\"Notes\"\r\n" +
		"\"\",\"Zoë\",\"O’Brien\",\"+442079460123\",\"\",\"+447700900001\",\"zoe@example.com\",\"Rang\r\ntwice\"\r\n" +
		"\"\",\"Åsa\",\"Öberg\",\"\",\"\",\"+447700900002\",\"\",\"\"\r\n"
	return map[string][]byte{
		"utf8-mark.csv":               []byte(mark + commas),
		"utf8-mark-twice.csv":         []byte(mark + mark + commas),
		"utf8-mark-quoted-header.csv": []byte(mark + allQuoted),
		"utf16-le-mark.txt":           inUTF16(binary.LittleEndian, mark+g.separated('\t', g.five())),
		"utf16-be-mark.csv":           inUTF16(binary.BigEndian, mark+commas),
		"utf16-le-bare.csv":           inUTF16(binary.LittleEndian, commas),
		"utf16-be-bare.csv":           inUTF16(binary.BigEndian, commas),
		"utf16-sep.csv":               inUTF16(binary.LittleEndian, mark+"sep=;\r\n"+g.separated(';', g.five())),
		"utf16-cut.csv":               full[:len(full)/2|1],
		"utf32.csv":                   utf32,
		"windows-1252.csv":            windows(';'),
		"windows-1252-commas.csv":     windows(','),
		"windows-1252-told.csv":       windows(','),
		"latin1.csv":                  g.in(charmap.ISO8859_1, g.separated(',', g.five(latin...))),
		"latin9-told.csv":             g.in(charmap.ISO8859_15, g.separated(',', euro)),
		"windows-1250.csv":            g.in(charmap.Windows1250, poles),
		"windows-1250-told.csv":       g.in(charmap.Windows1250, poles),
		"mac-roman.csv":               g.in(charmap.Macintosh, strings.ReplaceAll(g.separated(';', g.five(western...)), "\r\n", "\r")),
		"cp850.csv":                   g.in(charmap.CodePage850, dos),
		"told-against-the-mark.csv":   []byte(mark + commas),
		"told-utf8-but-1252.csv":      windows(','),
		"outlook.csv":                 g.in(charmap.Windows1252, outlook),
	}
}

func (g generator) gzip(content []byte) []byte {
	g.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	g.must(err)
	g.must(w.Close())
	return b.Bytes()
}

func (g generator) zstd(content []byte) []byte {
	g.Helper()
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	g.must(err)
	return w.EncodeAll(content, nil)
}

func (g generator) compressed() map[string][]byte {
	commas := g.separated(',', g.five())
	first, second := []byte(commas[:len(commas)/2]), []byte(commas[len(commas)/2:])
	zipped, frame := g.gzip([]byte(commas)), g.zstd([]byte(commas))
	damaged := bytes.Clone(zipped)
	damaged[len(damaged)-8] ^= 0xff // the checksum
	part := func(rows string) []byte { return g.gzip([]byte("phone,First name\n" + rows)) }
	return map[string][]byte{
		"gzip.csv.gz":                 zipped,
		"gzip-named-csv.csv":          zipped,
		"gzip-utf16.csv.gz":           g.gzip(inUTF16(binary.LittleEndian, mark+g.separated('\t', g.five()))),
		"gzip-windows-1252.csv.gz":    g.gzip(g.in(charmap.Windows1252, g.separated(';', g.five(western...)))),
		"gzip-cut.csv.gz":             zipped[:len(zipped)-20],
		"gzip-damaged.csv.gz":         damaged,
		"gzip-members.csv.gz":         append(g.gzip(first), g.gzip(second)...),
		"gzip-members-headers.csv.gz": append(part("+447700900001,Zoë\n"), part("+447700900002,Åsa\n")...),
		"gzip-trailing-zeros.csv.gz":  append(part("+447700900001,Zoë\n+447700900002,Åsa\n"), make([]byte, 512)...),
		"gzip-empty.csv.gz":           g.gzip(nil),
		"gzip-twice.csv.gz":           g.gzip(zipped),
		"gzip-workbook.xlsx.gz":       g.gzip(g.workbook(nil, [][]any{{"phone", "First name"}, {"+447700900001", "Zoë"}, {"+447700900002", "Åsa"}})),
		"gzip-json-lines.jsonl.gz": g.gzip([]byte(`{"phone":"+447700900001","First name":"Zoë"}` + "\n" +
			`{"phone":"+447700900002","First name":"Åsa"}` + "\n")),
		"zstd.csv.zst":        frame,
		"zstd-frames.csv.zst": append(g.zstd(first), g.zstd(second)...),
		"zstd-cut.csv.zst":    frame[:len(frame)-20],
	}
}

// zipped writes a zip of parts: names and contents in turn.
func (g generator) zipped(parts ...string) []byte {
	g.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		part, err := w.Create(parts[i])
		g.must(err)
		_, err = io.WriteString(part, parts[i+1])
		g.must(err)
	}
	g.must(w.Close())
	return b.Bytes()
}

// compound returns the beginning of an OLE file whose folder has streams of these names.
func compound(streams ...string) []byte {
	b := make([]byte, 3*512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	copy(b[24:], "\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00") // version, byte order, sizes of sectors
	b[44] = 1                                                // sectors of the allocation table
	copy(b[48:], "\x01\x00\x00\x00")                         // the folder's first
	copy(b[56:], "\x00\x10\x00\x00\xfe\xff\xff\xff")
	copy(b[68:], "\xfe\xff\xff\xff")
	for i := 80; i < 1024; i++ {
		b[i] = 0xff
	}
	copy(b[512:], "\xfd\xff\xff\xff\xfe\xff\xff\xff")
	for i, name := range append([]string{"Root Entry"}, streams...) {
		entry := b[1024+128*i:]
		encoded := inUTF16(binary.LittleEndian, name+"\x00")
		copy(entry, encoded)
		entry[64] = byte(len(encoded))
		entry[66], entry[67] = 2, 1
		if i == 0 {
			entry[66] = 5
		}
		copy(entry[68:80], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	}
	return b
}

func (g generator) foreign() map[string][]byte {
	return map[string][]byte{
		"xls.xls":                 compound("Workbook"),
		"encrypted-workbook.xlsx": compound("EncryptionInfo", "EncryptedPackage"),
		"xlsb.xlsb":               g.zipped("[Content_Types].xml", "<Types/>", "xl/workbook.bin", "\x83\x01\x00"),
		"ods.ods":                 g.zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<office:document-content/>"),
		"docx.docx":               g.zipped("[Content_Types].xml", "<Types/>", "word/document.xml", "<w:document/>"),
		"numbers.csv":             g.zipped("Index/Document.iwa", "\x00\x01", "Metadata/DocumentIdentifier", "x"),
		"zip-with-csv.csv":        g.zipped("subscribed_members.csv", "phone,First name\n+447700900001,Zoë\n"),
	}
}

// workbook writes a workbook whose first sheet holds the rows, changed by change where there is one.
func (g generator) workbook(change func(*excelize.File), rows [][]any) []byte {
	g.Helper()
	f := excelize.NewFile()
	g.must(f.SetSheetName("Sheet1", "Kunder"))
	g.fill(f, "Kunder", rows)
	if change != nil {
		change(f)
	}
	b, err := f.WriteToBuffer()
	g.must(err)
	g.must(f.Close())
	return b.Bytes()
}

func (g generator) fill(f *excelize.File, sheet string, rows [][]any) {
	g.Helper()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		g.must(err)
		g.must(f.SetSheetRow(sheet, cell, &row))
	}
}

var sheetData = regexp.MustCompile(`(?s)<sheetData>.*</sheetData>|<sheetData\s*/>`)

// written returns a workbook whose only sheet has these rows, in the words of its XML: as other programs write it.
func (g generator) written(rows ...string) []byte {
	g.Helper()
	return g.rewritten(g.workbook(nil, nil), "xl/worksheets/sheet1.xml", sheetData, "<sheetData>"+strings.Join(rows, "")+"</sheetData>")
}

// rewritten returns a zip in one of whose parts something is replaced.
func (g generator) rewritten(content []byte, name string, old *regexp.Regexp, replacement string) []byte {
	g.Helper()
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	g.must(err)
	var parts []string
	for _, part := range r.File {
		opened, err := part.Open()
		g.must(err)
		text, err := io.ReadAll(opened)
		g.must(err)
		if part.Name == name {
			text = old.ReplaceAllLiteral(text, []byte(replacement))
		}
		parts = append(parts, part.Name, string(text))
	}
	return g.zipped(parts...)
}

// inline is a cell that holds its text itself.
func inline(at, text string) string {
	return `<c r="` + at + `" t="inlineStr"><is><t xml:space="preserve">` + text + `</t></is></c>`
}

func (g generator) workbooks() map[string][]byte {
	var five [][]any
	for _, row := range g.five() {
		five = append(five, []any{row[0], row[1], row[2], row[3]})
	}
	header := `<row r="1">` + inline("A1", "phone") + inline("B1", "First name") + `</row>`
	two := [][]any{{"phone", "First name"}, {"+447700900001", "Zoë"}, {"+447700900002", "Åsa"}}
	filtered := g.workbook(func(f *excelize.File) {
		g.must(f.AutoFilter("Kunder", "A1:D6", nil))
		g.must(f.SetRowVisible("Kunder", 3, false))
		g.must(f.SetRowVisible("Kunder", 5, false))
	}, five)
	leads := g.workbook(func(f *excelize.File) {
		_, err := f.NewSheet("Leads")
		g.must(err)
		g.fill(f, "Leads", [][]any{{"Mobile", "Name"}, {"+447700900002", "Åsa"}, {"+447700900003", "Ann"}})
	}, [][]any{{"phone", "Name"}, {"+447700900001", "Zoë"}})
	lookup := g.workbook(func(f *excelize.File) {
		_, err := f.NewSheet("Lookup")
		g.must(err)
		g.fill(f, "Lookup", [][]any{{"phone"}, {"+447700900003"}})
		g.must(f.SetSheetVisible("Lookup", false))
	}, two)
	plain := g.workbook(nil, five)
	files := map[string][]byte{
		"workbook.xlsx":          plain,
		"workbook-named-csv.csv": plain,
		"workbook-open.xlsx":     plain,
		"~$workbook-open.xlsx":   append([]byte("\x03Ann"), bytes.Repeat([]byte{' '}, 161)...),
		"workbook-cut.xlsx":      plain[:len(plain)*2/3],
		"workbook-macros.xlsm": g.rewritten(plain, "[Content_Types].xml",
			regexp.MustCompile(`application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\.main\+xml`),
			"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
		"workbook-hidden.xlsx":            filtered,
		"workbook-hidden-skip.xlsx":       filtered,
		"workbook-hidden-include.xlsx":    filtered,
		"workbook-two-sheets.xlsx":        leads,
		"workbook-two-sheets-told.xlsx":   leads,
		"workbook-no-such-sheet.xlsx":     leads,
		"workbook-hidden-sheet.xlsx":      lookup,
		"workbook-hidden-sheet-told.xlsx": lookup,
		"workbook-empty.xlsx":             g.workbook(nil, nil),
		"workbook-header-only.xlsx":       g.workbook(nil, two[:1]),
		"workbook-same-name.xlsx":         g.workbook(nil, [][]any{{"phone", "Name", "Name"}, {"+447700900001", "Zoë", "Lee"}}),
		"workbook-total.xlsx":             g.workbook(nil, append(two[:3:3], []any{}, []any{"Total", 2})),
		"workbook-repeated-header.xlsx":   g.workbook(nil, [][]any{two[0], two[1], {"Phone", "first name"}, two[2]}),
		"workbook-beside.xlsx": g.workbook(nil, [][]any{two[0], two[1], {"+447700900002", "Åsa", nil, nil, "do not write to her!"},
			{"+447700900003", "Ann"}}),
		"workbook-java.xlsx": g.written(header,
			`<row r="2"><c r="A2"><v>4.47700900001E11</v></c>`+inline("B2", "Zoë")+`</row>`,
			`<row r="3"><c r="A3"><v>447700900002.0</v></c>`+inline("B3", "Åsa")+`</row>`),
		"workbook-rounded.xlsx": g.written(header,
			`<row r="2"><c r="A2"><v>4.4770090000212346E+17</v></c>`+inline("B2", "Zoë")+`</row>`,
			`<row r="3">`+inline("A3", "+447700900001")+inline("B3", "Åsa")+`</row>`),
		"workbook-formulas.xlsx": g.written(header,
			`<row r="2"><c r="A2" t="str"><f>CONCATENATE("+44",7700900001)</f><v>+447700900001</v></c>`+inline("B2", "Zoë")+`</row>`,
			`<row r="3">`+inline("A3", "+447700900002")+`<c r="B3" t="str"><f>PROPER("åsa")</f><v>Åsa</v></c></row>`),
		"workbook-no-result.xlsx": g.written(header,
			`<row r="2"><c r="A2"><f>CONCATENATE("+44",7700900001)</f></c>`+inline("B2", "Zoë")+`</row>`,
			`<row r="3">`+inline("A3", "+447700900002")+inline("B3", "Åsa")+`</row>`),
		"workbook-errors.xlsx": g.written(header,
			`<row r="2"><c r="A2" t="e"><f>VLOOKUP("Zoë",D:E,2,0)</f><v>#N/A</v></c>`+inline("B2", "Zoë")+`</row>`,
			`<row r="3">`+inline("A3", "+447700900002")+`<c r="B3" t="e"><f>D1</f><v>#REF!</v></c></row>`,
			`<row r="4">`+inline("A4", "+447700900003")+inline("B4", "Ann")+`</row>`),
		"workbook-grouped.xlsx": g.written(header,
			`<row r="2" outlineLevel="1" hidden="1">`+inline("A2", "+447700900001")+inline("B2", "Zoë")+`</row>`,
			`<row r="3" collapsed="1">`+inline("A3", "+447700900002")+inline("B3", "Åsa")+`</row>`,
			`<row r="4" ht="0" customHeight="1">`+inline("A4", "+447700900003")+inline("B4", "Ann")+`</row>`),
		"workbook-texts.xlsx": g.written(`<row r="1">`+inline("A1", "phone")+inline("B1", "Note")+`</row>`,
			`<row r="2">`+inline("A2", "+447700900001")+`<c r="B2" t="inlineStr"><is><r><t>half </t></r><r><rPr><b/></rPr><t>bold</t></r></is></c></row>`,
			`<row r="3">`+inline("A3", "+447700900002")+inline("B3", "two\nlines")+`</row>`,
			`<row r="4">`+inline("A4", "+447700900003")+inline("B4", "=1+1")+`</row>`,
			`<row r="5">`+inline("A5", "+447700900004")+inline("B5", " spaces ")+`</row>`,
			`<row r="6">`+inline("A6", "+447700900005")+inline("B6", "inline 🐎")+`</row>`,
			`<row r="7">`+inline("A7", "+447700900006")+
				`<c r="B7" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c></row>`),
	}
	for name, content := range g.formatted(two) {
		files[name] = content
	}
	return files
}

// formatted are the workbooks whose cells or columns look otherwise than what they hold.
func (g generator) formatted(two [][]any) map[string][]byte {
	style := func(f *excelize.File, from, to string, s excelize.Style) {
		id, err := f.NewStyle(&s)
		g.must(err)
		g.must(f.SetCellStyle("Kunder", from, to, id))
	}
	shown := func(format string) excelize.Style { return excelize.Style{CustomNumFmt: &format} }
	colour := excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}}
	day := time.Date(2026, time.January, 31, 0, 0, 0, 0, time.UTC)
	seen := time.Date(2026, time.January, 31, 14, 5, 0, 0, time.UTC)
	return map[string][]byte{
		"workbook-numbers.xlsx": g.workbook(func(f *excelize.File) {
			style(f, "A2", "A4", shown("0.00E+00"))
			style(f, "D2", "D4", shown("#,##0.00"))
		}, [][]any{{"phone", "Points", "Share", "Price"}, {447700900001, 1204, 0.1, 1204.5}, {447700900002, -3, 12.5, 0.1}, {447700900003, 0, 1, 0}}),
		"workbook-zeros.xlsx": g.workbook(func(f *excelize.File) {
			style(f, "A3", "B3", excelize.Style{NumFmt: 49})
			style(f, "A4", "A4", shown("00000000000"))
		}, [][]any{{"phone", "Code"}, {"07700900001", "0012"}, {"07700900002", "0013"}, {7700900003, ""}}),
		"workbook-hidden-column.xlsx": g.workbook(func(f *excelize.File) { g.must(f.SetColVisible("Kunder", "C", false)) },
			[][]any{{"phone", "First name", "Town"}, {"+447700900001", "Zoë", "Leeds"}, {"+447700900002", "Åsa", "York"}}),
		"workbook-title.xlsx": g.workbook(func(f *excelize.File) { g.must(f.MergeCell("Kunder", "A1", "C1")) },
			[][]any{{"Kundlista 2026"}, {}, {"phone", "First name", "Town"}, {"+447700900001", "Zoë", "Leeds"}, {"+447700900002", "Åsa", "York"}}),
		"workbook-gaps.xlsx": g.workbook(func(f *excelize.File) {
			style(f, "A7", "A400", colour)
			style(f, "C1", "F20", colour)
		}, [][]any{two[0], {}, two[1], {}, {}, two[2]}),
		"workbook-dates.xlsx": g.workbook(func(f *excelize.File) {
			style(f, "B2", "B2", excelize.Style{NumFmt: 14})
			style(f, "C2", "C2", excelize.Style{NumFmt: 22})
		}, [][]any{{"phone", "Born", "Seen", "Vip"}, {"+447700900001", day, seen, true}, {"+447700900002", "31 Jan", nil, false}}),
		"workbook-dates-1904.xlsx": g.workbook(func(f *excelize.File) {
			since1904 := true
			g.must(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &since1904}))
			g.must(f.SetCellInt("Kunder", "B2", 44591)) // days from the first of 1904 to the last of January 2026
			style(f, "B2", "B2", excelize.Style{NumFmt: 14})
		}, [][]any{{"phone", "Born"}, {"+447700900001"}}),
		"workbook-dynamics.xlsx": g.workbook(func(f *excelize.File) {
			g.must(f.SetColVisible("Kunder", "A:C", false))
			_, err := f.NewSheet("hiddenSheet")
			g.must(err)
			g.fill(f, "hiddenSheet", [][]any{{"contact:101", "checksum", "crc"}})
			g.must(f.SetSheetVisible("hiddenSheet", false, true))
		}, [][]any{
			{"(Do Not Modify) Contact", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On", "First Name", "Mobile Phone", "Business Phone"},
			{"a1", "b1", day, "Zoë", "+447700900001", "+442079460123"}, {"a2", "b2", day, "Åsa", "+447700900002", ""},
		}),
	}
}
