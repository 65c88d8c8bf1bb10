package audience

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/table"
)

// book is a workbook to be written: sheets as XML, and what they refer to.
type book struct {
	sheets  []bookSheet
	strings string            // items of the shared strings
	formats []string          // number formats: style 1 has the first, and so on
	date    string            // attributes of workbookPr
	parts   map[string]string // instead of, or beside, the usual ones; empty: without that one
}

type bookSheet struct {
	name, state string
	xml         string // all of the sheet; only its rows where it does not begin with "<?xml"
}

// one is a workbook with a single sheet of these rows.
func one(rows string) book { return book{sheets: []bookSheet{{name: "Kunder", xml: rows}}} }

// row writes a row of texts.
func row(number int, texts ...string) string {
	var b strings.Builder
	for i, text := range texts {
		if text != "" {
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, 'A'+i, number, text)
		}
	}
	return fmt.Sprintf(`<row r="%d">%s</row>`, number, b.String())
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	mainSpec = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relsSpec = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packSpec = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// bytes writes the workbook. It has the same bytes every time.
func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	relation := func(id, kind, target string) string {
		return fmt.Sprintf(`<Relationship Id="%s" Type="%s/%s" Target="%s"/>`, id, relsSpec, kind, target)
	}
	var sheets, relations, names []string
	parts := map[string]string{
		"[Content_Types].xml": xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         xmlHead + `<Relationships xmlns="` + packSpec + `">` + relation("r", "officeDocument", "xl/workbook.xml") + `</Relationships>`,
	}
	for i, s := range b.sheets {
		id, kind, name := fmt.Sprintf("rId%d", i+1), "worksheet", fmt.Sprintf("worksheets/sheet%d.xml", i+1)
		if s.state == "chart" {
			kind, name = "chartsheet", fmt.Sprintf("chartsheets/sheet%d.xml", i+1)
		}
		xml := s.xml
		if !strings.HasPrefix(xml, "<?xml") {
			xml = xmlHead + `<worksheet xmlns="` + mainSpec + `"><sheetData>` + xml + `</sheetData></worksheet>`
		}
		parts["xl/"+name] = xml
		sheets = append(sheets, fmt.Sprintf(`<sheet name="%s" sheetId="%d" state="%s" r:id="%s"/>`, s.name, i+1, s.state, id))
		relations = append(relations, relation(id, kind, name))
	}
	parts["xl/workbook.xml"] = xmlHead + `<workbook xmlns="` + mainSpec + `" xmlns:r="` + relsSpec + `"><workbookPr ` + b.date + `/><sheets>` +
		strings.Join(sheets, "") + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = xmlHead + `<Relationships xmlns="` + packSpec + `">` + strings.Join(relations, "") +
		relation("rS", "sharedStrings", "sharedStrings.xml") + relation("rF", "styles", "/xl/styles.xml") + `</Relationships>`
	parts["xl/sharedStrings.xml"] = xmlHead + `<sst xmlns="` + mainSpec + `">` + b.strings + `</sst>`
	codes, styles := "", `<xf numFmtId="0"/>`
	for i, code := range b.formats {
		codes += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, strings.ReplaceAll(code, `"`, "&quot;"))
		styles += fmt.Sprintf(`<xf numFmtId="%d"/>`, 164+i)
	}
	parts["xl/styles.xml"] = xmlHead + `<styleSheet xmlns="` + mainSpec + `"><numFmts>` + codes + `</numFmts><cellXfs>` + styles + `</cellXfs></styleSheet>`
	for name, content := range b.parts {
		parts[name] = content
	}
	for name, content := range parts {
		if content != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(parts[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const headerRow = `<row r="1"><c r="A1" t="inlineStr"><is><t>Mobile</t></is></c><c r="B1" t="inlineStr"><is><t>Name</t></is></c></row>`

// hiddenRows is a sheet in which three of four rows are hidden: by a filter, by hand, and by a height of nothing.
var hiddenRows = headerRow + row(2, "+447700900001", "Ann") +
	`<row r="3" hidden="1"><c r="A3"><v>447700900002</v></c></row><row r="4" hidden="true" outlineLevel="1"><c r="A4"><v>447700900003</v></c></row>` +
	`<row r="5" ht="0" customHeight="1"><c r="A5"><v>447700900004</v></c></row><row r="6" hidden="1"/>`

// twoSheets are sheets of which either could be meant.
var twoSheets = book{sheets: []bookSheet{
	{name: "Kunder", xml: xmlHead + `<worksheet xmlns="` + mainSpec + `"><dimension ref="A1:B12001"/><sheetData>` + headerRow + row(2, "+447700900001", "Ann") + `</sheetData></worksheet>`},
	{name: "Gamla kunder", xml: headerRow + row(2, "+447700900002", "Bea")},
	{name: "Blad3"}, {name: "Diagram", state: "chart"}, {name: "Arkiv", state: "hidden", xml: headerRow + row(2, "+447700900003", "Cia")},
}}

// workbooks are the workbooks of the corpus.
var workbooks = map[string]book{
	"plain-workbook": {
		sheets:  []bookSheet{{name: "Kunder", xml: `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row><row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" t="s"><v>4</v></c><c r="C2"><v>1204</v></c></row>`}},
		strings: `<si><t>Mobile</t></si><si><t>First name</t></si><si><t>Points</t></si><si><t>+447700900001</t></si><si><t>Zoë</t></si>`,
	},
	"number-cells": {
		sheets: []bookSheet{{name: "Kunder", xml: row(1, "Mobile", "CustomerNo", "Amount") +
			`<row r="2"><c r="A2"><v>447700900123</v></c><c r="B2"><v>0.1</v></c><c r="C2"><v>1.1000000000000001</v></c></row>` +
			`<row r="3"><c r="A3"><v>4.47700900123E+11</v></c><c r="B3" t="inlineStr"><is><t>00123</t></is></c><c r="C3"><v>-3</v></c></row>` +
			`<row r="4"><c r="A4" s="1"><v>447700900124</v></c><c r="B4" s="2"><v>123</v></c><c r="C4" s="2"><v>123</v></c></row>` +
			`<row r="5"><c r="A5" s="3"><v>7700900125</v></c><c r="B5" s="4"><v>46023</v></c><c r="C5"><v>1E-3</v></c></row>`}},
		formats: []string{"0.00E+00", "00000", `"+44"0`, "yyyy-mm-dd"},
	},
	"digits-lost": one(row(1, "Mobile", "CustomerNo", "Note") +
		`<row r="2"><c r="A2"><v>447700900001</v></c><c r="B2"><v>123456789012345</v></c><c r="C2"><v>1.23456789012345E+19</v></c></row>` +
		`<row r="3"><c r="A3"><v>447700900002</v></c><c r="B3"><v>1234567890123450</v></c></row>` +
		`<row r="4"><c r="A4"><v>447700900003</v></c><c r="B4"><v>1.23456789012345E+17</v></c></row>`),
	"number-formats": {
		sheets: []bookSheet{{name: "Kunder", xml: row(1, "Mobile", "A", "B", "C", "D", "E", "F") +
			`<row r="2"><c r="A2"><v>447700900001</v></c><c r="B2" s="1"><v>1234.5</v></c><c r="C2" s="2"><v>0.25</v></c><c r="D2" s="3"><v>99.9</v></c><c r="E2" s="4"><v>1.5</v></c><c r="F2" s="5"><v>7</v></c><c r="G2" s="6"><v>-5</v></c></row>` +
			`<row r="3"><c r="A3"><v>447700900002</v></c><c r="B3" s="1" t="n"><v>1234567</v></c><c r="C3" s="99"><v>5</v></c><c r="D3" t="b"><v>1</v></c><c r="E3" t="b"><v>0</v></c><c r="F3"><v>4915123456789</v></c><c r="G3"><v>0.30000000000000004</v></c></row>`}},
		formats: []string{"#,##0.00", "0%", `0.00 "kr"`, "[h]:mm", "00000", "0;[Red]-0"},
	},
	"dates": {
		sheets: []bookSheet{{name: "Kunder", xml: row(1, "Mobile", "Born", "Seen", "At", "Text") +
			`<row r="2"><c r="A2"><v>447700900001</v></c><c r="B2" s="1"><v>46053</v></c><c r="C2" s="2"><v>46053.5868055556</v></c><c r="D2" s="3"><v>0.5</v></c><c r="E2" t="d"><v>2026-01-31T14:05:00</v></c></row>` +
			`<row r="3"><c r="A3"><v>447700900002</v></c><c r="B3" s="4"><v>59</v></c><c r="C3" s="2"><v>46053</v></c><c r="D3" s="5"><v>46053</v></c><c r="E3" t="d"><v>2026-01-31</v></c></row>` +
			`<row r="4"><c r="A4"><v>447700900003</v></c><c r="B4" s="1"><v>-1</v></c><c r="C4" s="1"><v>99999999</v></c><c r="D4" s="1"><v>0.25</v></c></row>`}},
		formats: []string{`[$-41D]d\ mmmm\ yyyy`, "yyyy-mm-dd hh:mm", "hh:mm", "d/m/yy;@", "mmm"},
	},
	"dates-1904": {
		sheets:  []bookSheet{{name: "Kunder", xml: row(1, "Mobile", "Born") + `<row r="2"><c r="A2"><v>447700900001</v></c><c r="B2" s="1"><v>44591</v></c></row>`}},
		formats: []string{"yyyy-mm-dd"}, date: `date1904="1"`,
	},
	"formulas": one(row(1, "Mobile", "Name", "City") +
		`<row r="2"><c r="A2" t="str"><f>"+44"&amp;B9</f><v>+447700900001</v></c><c r="B2" t="str"><f>""</f><v></v></c><c r="C2"><f>1+1</f><v>2</v></c></row>` +
		`<row r="3"><c r="A3"><f>B9</f></c><c r="B3" t="inlineStr"><is><t>Ann</t></is></c></row>` +
		`<row r="4"><c r="A4"><v>447700900003</v></c><c r="C4" t="e"><f>VLOOKUP(1,A:A,1)</f><v>#N/A</v></c></row>` +
		`<row r="5"><c r="A5"><v>447700900004</v></c><c r="B5" t="inlineStr"><is><t>#N/A</t></is></c></row>` +
		`<row r="6"><c r="A6"><v>447700900005</v></c><c r="B6"><f>1/0</f><v></v></c></row>`),
	"formula-in-header": one(`<row r="1"><c r="A1" t="e"><f>X</f><v>#NAME?</v></c><c r="B1" t="inlineStr"><is><t>Name</t></is></c></row>`),
	"strings": {
		sheets: []bookSheet{{name: "Kunder", xml: headerRow +
			`<row r="2"><c r="A2"><v>447700900001</v></c><c r="B2" t="s"><v>0</v></c></row><row r="3"><c r="A3"><v>447700900002</v></c><c r="B3" t="s"><v>1</v></c></row>` +
			`<row r="4"><c r="A4"><v>447700900003</v></c><c r="B4" t="s"><v>2</v></c></row><row r="5"><c r="A5"><v>447700900004</v></c><c r="B5" t="s"><v>3</v></c></row>` +
			`<row r="6"><c r="A6"><v>447700900005</v></c><c r="B6" t="inlineStr"><is><r><t>In</t></r><r><rPr><b/></rPr><t>line</t></r><rPh sb="0" eb="1"><t>not this</t></rPh></is></c></row>` +
			`<row r="7"><c r="A7"><v>447700900006</v></c><c r="B7" t="s"><v>4</v></c></row>`}},
		strings: `<si><r><t>Rich</t></r><r><rPr><i/></rPr><t xml:space="preserve"> text</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>` +
			"<si><t>two\nlines_x000D__x005F_x0041_ &amp; &lt;b&gt;</t></si><si><t xml:space=\"preserve\">  kept  </t></si><si><t>_x00zz_ _x</t></si>",
	},
	"empty-rows": {sheets: []bookSheet{{name: "Kunder", xml: xmlHead + `<worksheet xmlns="` + mainSpec + `"><sheetData><row r="1"><c r="A1" s="1"/></row>` +
		row(3, "Mobile", "Name", "", " ") + row(4) + row(5, "+447700900001", "Ann", "", " ") + `<row r="6" spans="1:5"><c r="A6" s="2"/><c r="E6" s="2"/></row>` +
		row(7, " ", "\u00a0") + `<row><c t="inlineStr"><is><t>+447700900002</t></is></c></row><row r="1048576"/></sheetData></worksheet>`}}},
	"title-above":        one(row(1, "Kundlista 2026") + row(3, "", "uttag 1 mars") + row(5, "Mobile", "Name") + row(6, "+447700900001", "Ann")),
	"single-column":      one(row(1, "Mobile") + row(2, "+447700900001") + row(3, "+447700900002")),
	"header-again":       one(headerRow + row(2, "+447700900001", "Ann") + row(3, "Mobile", "Name ") + row(4, "+447700900002", "Bea")),
	"beyond-header":      one(headerRow + row(2, "+447700900001", "Ann", "", "ring efter tre") + row(3, "+447700900002", "Bea")),
	"sheet-header-twice": one(row(1, "Mobile", "name", "NAME")),
	"sheet-name-missing": one(row(1, "Mobile", "", "Name") + row(2, "+447700900001", "", "Ann")),
	"merged-and-hidden-columns": {sheets: []bookSheet{{name: "Kunder", xml: xmlHead + `<worksheet xmlns="` + mainSpec + `"><cols><col min="2" max="3" hidden="1"/><col min="9" max="16384" hidden="1"/></cols><sheetData>` +
		row(1, "Mobile", "Name", "City", "Note") + row(2, "+447700900001", "Ann", "Leeds") + row(3, "+447700900002", "Bea") +
		`</sheetData><mergeCells count="2"><mergeCell ref="C2:C3"/><mergeCell ref="A9:B9"/></mergeCells></worksheet>`}}},
	"hidden-ask":     one(hiddenRows),
	"hidden-skip":    one(hiddenRows),
	"hidden-include": one(hiddenRows),
	"hidden-sheet":   twoSheets,
	"sheet-named":    twoSheets,
	"sheet-unknown":  twoSheets,
	"several-sheets": twoSheets,
	"one-sheet-used": {sheets: []bookSheet{{name: "Blad1"}, {name: "Diagram", state: "chart"}, {name: "Kunder", xml: headerRow + row(2, "+447700900001", "Ann")}}},
	"prefixed": {sheets: []bookSheet{{name: "Kunder", xml: xmlHead + `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>` +
		`<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>Mobile</x:t></x:is></x:c></x:row><x:row r="2"><x:c r="A2"><x:v>447700900001</x:v></x:c></x:row></x:sheetData></x:worksheet>`}}},
	"sheet-cut":          one(xmlHead + `<worksheet xmlns="` + mainSpec + `"><sheetData>` + headerRow + row(2, "+447700900001", "Ann") + `<row r="3"><c r="A3"><v>4477`),
	"sheet-broken":       one(headerRow + row(2, "+447700900001", "Ann") + `<<row r="3"></row>` + row(4, "+447700900002", "Bea")),
	"sheet-ends-early":   one(xmlHead + `<worksheet xmlns="` + mainSpec + `"><sheetData>` + headerRow + row(2, "+447700900001", "Ann") + `</sheetData>`),
	"rows-out-of-order":  one(headerRow + row(5, "+447700900001", "Ann") + row(3, "+447700900002", "Bea")),
	"cell-twice":         one(headerRow + `<row r="2"><c r="A2"><v>447700900001</v></c><c r="A2"><v>447700900002</v></c></row>`),
	"string-missing":     one(headerRow + `<row r="2"><c r="A2" t="s"><v>7</v></c></row>`),
	"sheet-empty":        one(""),
	"sheet-header-only":  one(headerRow),
	"binary-workbook":    {parts: map[string]string{"xl/workbook.xml": "", "xl/workbook.bin": "x"}},
	"opendocument":       {parts: map[string]string{"xl/workbook.xml": "", "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}},
	"numbers-document":   {parts: map[string]string{"xl/workbook.xml": "", "Index/Document.iwa": "x"}},
	"zip-of-csv":         {parts: map[string]string{"xl/workbook.xml": "", "_rels/.rels": "", "kunder.csv": "Mobile\n"}},
	"workbook-part-lost": {sheets: []bookSheet{{name: "Kunder", xml: headerRow}}, parts: map[string]string{"xl/worksheets/sheet1.xml": ""}},
}

// writeWorkbooks writes the workbooks of the corpus.
func writeWorkbooks(t *testing.T) {
	t.Helper()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join("testdata/corpus", name+".xlsx"), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range workbooks {
		write(name, b.bytes(t))
	}
	whole := workbooks["plain-workbook"].bytes(t)
	write("workbook-cut", whole[:len(whole)/2])
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504)
	write("old-excel", []byte(ole+"W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"))
	write("password", []byte(ole+"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"))
}

// TestWorkbookLists reads workbooks as suppression lists and the like are read.
func TestWorkbookLists(t *testing.T) {
	for _, tc := range []struct {
		name, rows string
		options    table.Options
		want       []string
	}{
		{"plain", row(1, "# opted out") + `<row r="2"><c r="A2"><v>447700900001</v></c></row><row r="3" hidden="1"><c r="A3"><v>447700900002</v></c></row>`,
			table.Options{HiddenRows: table.IncludeHidden}, []string{"2 447700900001", "3 447700900002"}},
		{"with a header", row(1, "Date", "Phone") + `<row r="2"><c r="A2" t="inlineStr"><is><t>today</t></is></c><c r="B2"><v>4.47700900001E+11</v></c></row>`,
			table.Options{}, []string{"2 today 447700900001"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := OpenList(writeFile(t, string(one(tc.rows).bytes(t))), tc.options)
			if err != nil {
				t.Fatal(err)
			}
			defer closeReader(t, r)
			var got []string
			for row, err := range rows(r) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprint(row.Line, " ", strings.Join(row.Cells, " ")))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("rows %q, want %q", got, tc.want)
			}
		})
	}
}

// TestWorkbookOpenElsewhere wants to be told that Excel has the file open.
func TestWorkbookOpenElsewhere(t *testing.T) {
	for _, mark := range []string{"", "~$kunder.xlsx", ".~lock.kunder.xlsx#"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "kunder.xlsx")
		if err := os.WriteFile(path, workbooks["single-column"].bytes(t), 0o600); err != nil {
			t.Fatal(err)
		}
		if mark != "" {
			if err := os.WriteFile(filepath.Join(dir, mark), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r := mustOpen(t, path, campaign.Audience{})
		for _, err := range rows(r) {
			if err != nil {
				t.Fatal(err)
			}
		}
		notes := r.Info().Notes
		if found := len(notes) == 1 && strings.Contains(notes[0].Message, "not saved"); found != (mark != "") {
			t.Errorf("with %q: notes %+v", mark, notes)
		}
	}
}

// FuzzWorkbook wants of workbooks what FuzzReader wants of text. What is no zip archive becomes the sheet of one.
func FuzzWorkbook(f *testing.F) {
	for _, path := range corpus(f) {
		if filepath.Ext(path) != ".xlsx" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	for _, b := range workbooks {
		for _, s := range b.sheets {
			f.Add([]byte(s.xml))
		}
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		if !bytes.HasPrefix(content, []byte("PK")) {
			b := one(string(content))
			b.strings, b.formats = "<si><t>Mobile</t></si><si><t>Name</t></si>", []string{"yyyy-mm-dd hh:mm", "#,##0.0", "[h]:mm", `"+"00`}
			content = b.bytes(t)
		}
		checkReading(t, folder, content, nil)
	})
}
