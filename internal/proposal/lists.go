package proposal

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// Checked says who is left out in a line: opt-outs, and people of other runs. none is that the campaign says so: suppress: none.
func Checked(lists []runstore.List, none bool, now time.Time) string {
	var texts []string
	for _, l := range lists {
		switch {
		case l.Runs != "" || l.Only:
		case l.Sinch != nil:
			texts = append(texts, optOuts(l, now))
		case l.Folder != "":
			texts = append(texts, fmt.Sprintf("%s (%s), %s", nameOf(l), entries(l), obeyed))
		default:
			texts = append(texts, fmt.Sprintf("%s (%s, of %s)", l.File, entries(l), prose.Moment(l.Modified)))
		}
	}
	text := nobody(none)
	if len(texts) > 0 {
		text = "opt-outs: " + strings.Join(texts, ", ")
	}
	texts = nil
	for _, l := range lists {
		if l.Runs != "" {
			texts = append(texts, fmt.Sprintf("%s (%s, %s)", l.Runs, prose.Counted(len(l.Keys), "run", "runs"), prose.Counted(l.Entries, "address", "addresses")))
		}
	}
	if texts != nil {
		text += "; runs: " + strings.Join(texts, ", ")
	}
	return text
}

// nobody says that there is no list of opt-outs, and whether that is meant.
func nobody(isMeant bool) string {
	if isMeant {
		return "nobody is left out as opted out: suppress is none"
	}
	return "nobody is left out as opted out: no list is named under suppress"
}

// obeyed says of a list that it is asked though the campaign does not name it.
const obeyed = "which every marketing campaign below obeys"

// nameOf is what a list is called that is a file.
func nameOf(l runstore.List) string {
	if l.Folder != "" {
		return path.Base(l.File) + " in " + l.Folder
	}
	return l.File
}

func entries(l runstore.List) string {
	text := prose.Counted(l.Entries, "entry", "entries")
	if l.Ignored > 0 {
		text += ", " + prose.Counted(l.Ignored, "unreadable line", "unreadable lines") + " ignored"
	}
	return text
}

// optOuts says of Sinch's opt-out list how many people are on it, and how old that is.
func optOuts(l runstore.List, now time.Time) string {
	people, read := prose.Counted(l.Entries, "person", "people"), readAt(l, now)
	switch {
	case l.Read.IsZero():
		return sinchName(l) + ": " + read
	case now.Sub(l.Read) < time.Minute:
		return sinchName(l) + ": " + people + ", " + read
	}
	return sinchName(l) + " " + read + ": " + people
}

// readAt says when Sinch's opt-out list was read that planning has had.
func readAt(l runstore.List, now time.Time) string {
	age := now.Sub(l.Read)
	switch {
	case l.Read.IsZero():
		return "not asked now; sendoff run asks it"
	case age < time.Minute:
		return "read just now"
	case age < 24*time.Hour:
		return fmt.Sprintf("as of %s, %s ago", l.Read.Local().Format("15:04"), prose.Age(age))
	}
	return fmt.Sprintf("as of %s, %s ago", prose.Moment(l.Read), prose.Age(age))
}

// sinchName is what Sinch's list is called, and of which kind it is.
func sinchName(l runstore.List) string {
	return suppress.SinchName + " (" + strings.ToLower(strings.TrimPrefix(l.Sinch[len(l.Sinch)-1], "OPT_OUT_")) + ")"
}

// checked says in a line who is left out, and who alone is let out.
func (p *Proposal) checked() []Row {
	text := Checked(p.Run.Lists, p.Campaign.NoSuppress, p.Now)
	if p.Tested != "" {
		text = p.Tested + " · " + text
	}
	rows := []Row{{"checked", text}}
	for _, l := range p.Run.Lists {
		if l.Only {
			rows = append(rows, Row{"only to", fmt.Sprintf("%s (%s, of %s): it leaves out %s", l.File, prose.Counted(l.Entries, "entry", "entries"),
				prose.Moment(l.Modified), prose.Counted(l.Matches, "row", "rows"))})
		}
	}
	return rows
}

// list is what there is to know of one that leaves people out: what it holds, which version of it that is, and how many rows that left out.
type list struct{ Name, Holds, Version, Matches string }

func (l list) text() string {
	return l.Name + ": " + strings.Join(slices.DeleteFunc([]string{l.Holds, l.Version, l.Matches}, func(s string) bool { return s == "" }), ", ")
}

// noOptOuts says that there is no list of opt-outs; nothing where there is one.
func (p *Proposal) noOptOuts() string {
	if slices.ContainsFunc(p.Run.Lists, func(l runstore.List) bool { return l.Runs == "" && !l.Only }) {
		return ""
	}
	return nobody(p.Campaign.NoSuppress)
}

// lists returns all that leave people out.
func (p *Proposal) lists() []list {
	var all []list
	for _, l := range p.Run.Lists {
		matches := prose.Counted(l.Matches, "row", "rows") + " left out"
		switch {
		case l.Runs != "":
			all = append(all, list{"runs " + l.Runs, prose.Counted(l.Entries, "address", "addresses"), prose.Counted(len(l.Keys), "run", "runs"), matches})
		case l.Sinch != nil && l.Read.IsZero():
			all = append(all, list{sinchName(l), "", readAt(l, p.Now), ""})
		case l.Sinch != nil:
			all = append(all, list{sinchName(l), prose.Counted(l.Entries, "person", "people"), readAt(l, p.Now), matches})
		default:
			name := nameOf(l)
			if l.Folder != "" {
				name += " (" + obeyed + ")"
			}
			if l.Only {
				name = "only to " + name
			}
			all = append(all, list{name, entries(l), "of " + prose.Moment(l.Modified) + ", SHA-256 " + l.SHA256[:min(len(l.SHA256), 16)] + "…", matches})
		}
	}
	return all
}
