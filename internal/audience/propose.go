package audience

import (
	"slices"

	"sendoff/campaign"
)

// Proposal is what the columns of a header mean by their usual names.
type Proposal struct {
	Columns   campaign.Columns    // of several that could have a role the first one
	Doubtful  map[string][]string // by role, the names of several columns that could each have it
	FirstName int                 // the column of first names, which is no role; -1: none is known
	IsPerson  bool                // the names look rather like a person's data: do not show them
	Phone     string              // where no column is known to hold phone numbers: the name of one that probably does, or ""
}

// Propose says what the columns of a header probably mean, for an audience on these channels.
func Propose(names []string, channels []campaign.Channel) (Proposal, error) {
	h := &header{names: names, at: make([]campaign.Problem, len(names)), places: make([]string, len(names))}
	for _, name := range names {
		h.folded = append(h.folded, campaign.Fold(name))
	}
	columns, err := h.columns(nil, ownNames(campaign.Audience{Channels: channels}))
	if err != nil {
		return Proposal{}, err
	}
	p := Proposal{Columns: columns, Doubtful: make(map[string][]string), FirstName: slices.IndexFunc(names, isFirstName)}
	for role, answers := range h.answers() {
		best := slices.IndexFunc(answers[:], func(columns []int) bool { return len(columns) > 0 })
		if best < 0 || len(answers[best]) < 2 {
			continue
		}
		for _, i := range answers[best] {
			p.Doubtful[role] = append(p.Doubtful[role], names[i])
		}
	}
	isKnown := slices.ContainsFunc(campaign.Roles[:], func(role string) bool { return columns.Role(role) >= 0 })
	p.IsPerson = !isKnown && p.FirstName < 0 && h.isData()
	if columns.Phone < 0 && !h.isData() {
		p.Phone = h.likelyPhone()
	}
	return p, nil
}

// isFirstName reports whether a column is called by one of the usual names for people's first names. Names that may be those of whole names, such
// as Nombre, are none of them.
func isFirstName(name string) bool {
	return slices.ContainsFunc(firstNames[:], func(usual string) bool { return campaign.FoldFurther(usual) == campaign.FoldFurther(name) })
}

var firstNames = [...]string{
	"First name", "Firstname", "Given name", "Forename", "Christian name", "Contact first name", "Vorname", "Rufname", "Förnamn", "Tilltalsnamn", "Fornavn",
	"Etunimi", "Kutsumanimi", "Eesnimi", "Prénom", "Voornaam", "Roepnaam", "Nombre de pila", "Primer nombre", "Primeiro nome", "Nome próprio",
	"Nome di battesimo", "Imię", "Jméno", "Křestní jméno", "Krstné meno", "Keresztnév", "Utónév", "Prenume", "Имя", "Ім'я", "Собствено име", "Όνομα",
	"Vardas", "Vārds", "Eiginnafn", "Osobno ime", "Adı",
}
