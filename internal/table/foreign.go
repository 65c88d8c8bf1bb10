package table

import (
	"bytes"
	"strings"
)

const (
	saveAsCSV = `save the sheet as CSV: in Excel Save As, "CSV UTF-8 (comma delimited)"`
	exportCSV = "export the rows as CSV, in UTF-8"
)

// foreign are kinds of files that hold no rows of text, each by how it begins.
var foreign = [...]struct {
	begins string
	is     string
	hint   string
}{
	{"BZh", "is compressed with bzip2", "uncompress it, or use gzip or zstd"},
	{"\xfd7zXZ\x00", "is compressed with xz", "uncompress it, or use gzip or zstd"},
	{"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", "unpack it, and name the file that was in it"},
	{"Rar!\x1a\x07", "is a RAR archive", "unpack it, and name the file that was in it"},
	{"%PDF-", "is a PDF document, not a table", exportCSV},
	{"{\\rtf", "is an RTF document, not a table", exportCSV},
	{"PAR1", "is a Parquet file", exportCSV},
	{"SQLite format 3\x00", "is an SQLite database", exportCSV},
	{"\x09\x08\x10\x00", "is an old Excel workbook (.xls)", saveAsCSV},
	{"\x09\x08\x08\x00", "is an old Excel workbook (.xls)", saveAsCSV},
	{"\x09\x04\x06\x00", "is an old Excel workbook (.xls)", saveAsCSV},
	{"\x09\x02\x06\x00", "is an old Excel workbook (.xls)", saveAsCSV},
	{"\x09\x00\x04\x00", "is an old Excel workbook (.xls)", saveAsCSV},
	{"-----BEGIN PGP", "is encrypted with PGP", "decrypt it"},
	{"BEGIN:VCARD", "is a vCard file, not a table", exportCSV},
}

// foreignText are the same in text, in lower case, with white space before them.
var foreignText = [...]struct{ begins, is, hint string }{
	{"<!doctype html", "is a web page, whatever its name says", htmlHint},
	{"<html", "is a web page, whatever its name says", htmlHint},
	{"<head", "is a web page, whatever its name says", htmlHint},
	{"<meta", "is a web page, whatever its name says", htmlHint},
	{"<style", "is a web page, whatever its name says", htmlHint},
	{"<table", "is a web page, whatever its name says", htmlHint},
	{"<div", "is a web page, whatever its name says", htmlHint},
	{"<?xml", "is XML, not a table", "open it in Excel and " + saveAsCSV},
}

const htmlHint = "exports named .xls often are; a page that asks to sign in may have been downloaded in its place. Open it in Excel and " + saveAsCSV

// refuseForeign refuses content that is not text by the name that people know it by, and says what to do.
func (c *content) refuseForeign(head []byte) error {
	for _, f := range foreign {
		if strings.HasPrefix(string(head[:min(len(head), len(f.begins))]), f.begins) {
			return c.source.problem(f.is, f.hint)
		}
	}
	return nil
}

// refuseForeignText refuses text that holds no rows.
func refuseForeignText(s *source, head []byte) error {
	head = bytes.TrimSpace(head)
	for _, f := range foreignText {
		if len(head) >= len(f.begins) && strings.EqualFold(string(head[:len(f.begins)]), f.begins) {
			return s.problem(f.is, f.hint)
		}
	}
	return nil
}

// hasAny reports whether a file that begins with head begins with any of these.
func hasAny(head []byte, beginnings ...string) bool {
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b)) {
			return true
		}
	}
	return false
}
