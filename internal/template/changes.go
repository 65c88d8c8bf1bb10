package template

import (
	"bytes"
	"fmt"

	"sendoff/internal/prose"
)

// Changes says what is otherwise in now, the same template as it was read later, that those who were to get t may notice: a sentence for each language.
// Languages that have come do not count.
func (t *Template) Changes(now *Template) []string {
	var changes []string
	if t.Default != now.Default {
		changes = append(changes, fmt.Sprintf("its default language is %s, and was %s", prose.Printable(now.Default), prose.Printable(t.Default)))
	}
	for _, was := range t.Translations {
		newest, _ := t.Choose(was.Language, "")
		version := was.Version // which the campaign names
		if newest.Version == was.Version {
			version = ""
		}
		is, ok := now.Choose(was.Language, version)
		name := prose.Printable(was.Language)
		switch {
		case !ok:
			changes = append(changes, name+" is gone")
		case was.Version != is.Version:
			changes = append(changes, fmt.Sprintf("%s has version %s, and had %s", name, prose.Printable(is.Version), prose.Printable(was.Version)))
		case !bytes.Equal(was.content(), is.content()):
			changes = append(changes, name+" has another text, or takes other values")
		}
	}
	return changes
}
