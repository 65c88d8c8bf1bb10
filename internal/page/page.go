// Package page has the look that the program's HTML pages share: colours for light and dark, type, tables, and how it all prints. A page is one
// file that asks nothing of the network, on which values are escaped by html/template.
package page

import (
	_ "embed"
	"html/template"
)

//go:embed style.css
var style string

// Style is what stands in the style element of every page, before what is its own.
func Style() template.CSS { return template.CSS(style) }

// Policy is the Content-Security-Policy of every page: whatever should get into one, no browser runs it or fetches anything for it.
const Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
