package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

const (
	zipMagic = "PK\x03\x04"
	emptyZip = "PK\x05\x06"
	oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

const (
	// maxPart is how many bytes a sheet or the shared strings may have once unpacked: several times what a full sheet has. More is an
	// archive that was made to fill disks.
	maxPart = 4 << 30
	// maxSmallPart is the same for the parts that are read whole.
	maxSmallPart = 32 << 20
)

const asXLSX = `in Excel: Save As, "Excel Workbook (*.xlsx)"`

// archive is a workbook's parts: XML files in a zip archive (ECMA-376, part 2).
type archive struct {
	source   *source
	parts    map[string]*zip.File // by their paths in lower case: writers differ in it
	sheets   []sheet              // the worksheets, in their order
	date1904 bool                 // days are counted from 1904
	strings  string               // the part that holds the shared strings; empty: there are none
	styles   string
}

// sheet is a worksheet of a workbook.
type sheet struct {
	name     string
	isHidden bool
	part     string
}

// openArchive reads what a workbook consists of, and refuses other archives by the names that people know them by.
func openArchive(c *content) (*archive, error) {
	s := c.source
	file, size, err := c.spooled()
	if err != nil {
		return nil, err
	}
	files, err := zip.NewReader(io.NewSectionReader(file, 0, size), size)
	if err != nil {
		return nil, s.problem("is a workbook that is damaged or was cut off", "copy or export it again")
	}
	a := &archive{source: s, parts: make(map[string]*zip.File, len(files.File))}
	for _, f := range files.File {
		a.parts[partName(f.Name)] = f
	}
	if err := a.refuseOthers(); err != nil {
		return nil, err
	}
	root, err := a.relationships("")
	if err != nil {
		return nil, err
	}
	main := "xl/workbook.xml"
	for _, r := range root {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			main = r.Target
		}
	}
	return a, a.readMain(main)
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// refuseOthers refuses archives that are no XLSX workbook.
func (a *archive) refuseOthers() error {
	has := func(name string) bool { return a.parts[name] != nil }
	switch {
	case has("xl/workbook.bin"):
		return a.source.problem("is a binary workbook (.xlsb)", asXLSX)
	case has("content.xml") && has("mimetype"):
		return a.source.problem("is an OpenDocument file (.ods)", `save it as "Excel 2007-365 (.xlsx)"`)
	case has("index/document.iwa") || has("index.zip"):
		return a.source.problem("is a file of Apple Numbers", "in Numbers: File, Export To, Excel")
	case !has("xl/workbook.xml") && !has("_rels/.rels"):
		return a.source.problem("is a zip archive, and no workbook", "unpack it, and name the file that is in it")
	}
	return nil
}

// refuseOLE refuses files of the older Office format, which is also the envelope of workbooks with a password.
func (c *content) refuseOLE() error {
	file, size, err := c.spooled()
	if err != nil {
		return err
	}
	s := c.source
	const chunk = 1 << 20
	sought := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	buffer := make([]byte, chunk+len(sought))
	for at := int64(0); at < size; at += chunk {
		n, err := file.ReadAt(buffer, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read %s: %w", s.name, err)
		}
		if bytes.Contains(buffer[:n], sought) {
			return s.problem("is protected by a password", "in Excel: File, Info, Protect Workbook, Encrypt with Password; empty the password and save a copy")
		}
	}
	return s.problem("is a file of an old version of Office (.xls)", asXLSX)
}

// relationship is a reference from one part to another.
type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"` // as a path in the archive, once read
}

// relationships reads to which parts a part refers.
func (a *archive) relationships(part string) ([]relationship, error) {
	var list struct {
		Relationships []relationship `xml:"Relationship"`
	}
	dir, file := path.Split(part)
	if name := dir + "_rels/" + file + ".rels"; a.parts[partName(name)] != nil {
		if err := a.decode(name, &list); err != nil {
			return nil, err
		}
	}
	for i, r := range list.Relationships {
		if !strings.HasPrefix(r.Target, "/") {
			list.Relationships[i].Target = path.Join(dir, r.Target)
		}
	}
	return list.Relationships, nil
}

// readMain reads the part that names the sheets.
func (a *archive) readMain(main string) error {
	if a.parts[partName(main)] == nil {
		return a.source.problem("is a zip archive, and no workbook", "unpack it, and name the file that is in it")
	}
	var workbook struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"` // of the relationship; the other one is sheetId
		} `xml:"sheets>sheet"`
	}
	if err := a.decode(main, &workbook); err != nil {
		return err
	}
	a.date1904 = isTrue(workbook.Properties.Date1904)
	references, err := a.relationships(main)
	if err != nil {
		return err
	}
	worksheets := make(map[string]string)
	for _, r := range references {
		switch r.Type[strings.LastIndexByte(r.Type, '/')+1:] {
		case "worksheet":
			worksheets[r.ID] = r.Target
		case "sharedStrings":
			a.strings = r.Target
		case "styles":
			a.styles = r.Target
		}
	}
	for _, s := range workbook.Sheets {
		if part := worksheets[s.ID]; part != "" { // otherwise it is a chart, which has no rows
			a.sheets = append(a.sheets, sheet{name: s.Name, isHidden: s.State == "hidden" || s.State == "veryHidden", part: part})
		}
	}
	return nil
}

func isTrue(attribute string) bool { return attribute == "1" || attribute == "true" }

// decode reads a small part whole.
func (a *archive) decode(part string, v any) error {
	r, err := a.open(part, maxSmallPart)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	if err := xml.NewDecoder(r).Decode(v); err != nil {
		return a.damaged(part, err)
	}
	return nil
}

// open returns the unpacked bytes of a part of at most so many; more than the archive says there are come as an error.
func (a *archive) open(part string, most uint64) (io.ReadCloser, error) {
	f := a.parts[partName(part)]
	if f == nil {
		return nil, a.source.problem("is a damaged workbook: a part of it is missing", "open it in Excel and save it again")
	}
	if f.UncompressedSize64 > most {
		return nil, a.source.problem(fmt.Sprintf("is too large: a part of the workbook has more than %s once unpacked", prose.Bytes(int64(most))),
			"save the sheet as CSV")
	}
	r, err := f.Open()
	if err != nil {
		return nil, a.damaged(part, err)
	}
	return r, nil
}

// damaged is the error for a part that cannot be read to its end, or does not hold what it should.
func (a *archive) damaged(part string, err error) error {
	return a.damagedAt(0, fmt.Sprintf("is a damaged workbook: %s in it cannot be read", prose.Printable(path.Base(part))), err)
}

func (a *archive) damagedAt(line int, message string, err error) error {
	var system *fs.PathError
	if errors.As(err, &system) {
		return fmt.Errorf("read %s: %w", a.source.name, err)
	}
	if err := a.source.unchanged(); err != nil {
		return err
	}
	return campaign.Problems{{File: a.source.name, Line: line, Message: message, Hint: "open it in Excel and save it again; or export it again"}}
}
