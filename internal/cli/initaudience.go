package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/scaffold"
	"sendoff/internal/table"
)

// askAudience asks for the file and finds out what kind of file it is.
func (b *beginning) askAudience(ctx context.Context) error {
	return b.settle(ctx, question{flag: "audience", text: "File with your people: CSV, Excel or JSON", shown: "none yet: three examples", take: func(path string) error {
		path = strings.Trim(path, `"'`) // as terminals and file managers hand them over
		if path == "" {
			if example := filepath.Join(b.dir, scaffold.AudienceFile); fileExists(example) {
				return fmt.Errorf("%s is there already: name it, if it is the one", example)
			}
			return nil
		}
		if path == campaign.StandardInput {
			return errors.New("a file is wanted here; a campaign whose audience comes through standard input says so when it is run: --audience -")
		}
		return b.lookAt(ctx, path)
	}})
}

// lookAt reads the file once: its header, and how many rows it has.
func (b *beginning) lookAt(ctx context.Context, path string) error {
	a := &b.answers.Audience
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s, seen from the folder that you are in", path)
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder", path)
	}
	from, err := filepath.Abs(b.dir)
	if err != nil {
		return err
	}
	if a.File, err = filepath.Abs(path); err != nil {
		return err
	}
	if short, err := filepath.Rel(from, a.File); err == nil { // there may be no way, as from one disk of Windows to another
		a.File = filepath.ToSlash(short)
	}
	b.file = path
	if b.header, err = b.readHeader(); err != nil {
		return err
	}
	isHidden := false
	if a.Rows, isHidden, err = b.count(ctx); isHidden && b.isAsking {
		b.warn("  %s", reasons(err)[0])
		return b.settle(ctx, question{text: "Hidden rows: skip or include", value: table.SkipHidden, take: func(answer string) (err error) {
			if answer != table.SkipHidden && answer != table.IncludeHidden {
				return errors.New("skip or include is wanted")
			}
			a.HiddenRows = answer
			a.Rows, _, err = b.count(ctx)
			return err
		}})
	}
	return err
}

// tableOptions say how the audience is read.
func (b *beginning) tableOptions() (o table.Options, err error) {
	a := b.answers.Audience
	o = table.Options{Encoding: a.Encoding, Sheet: a.Sheet, HiddenRows: a.HiddenRows}
	if a.Delimiter != "" {
		o.Delimiter, err = feedFlags{delimiter: a.Delimiter}.char()
	}
	return o, err
}

// readHeader returns the names of the columns.
func (b *beginning) readHeader() ([]string, error) {
	options, err := b.tableOptions()
	if err != nil {
		return nil, err
	}
	r, err := table.Open(b.file, options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // nothing was written to it
	names, err := r.ReadHeader()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("the file has no columns")
	}
	header := make([]string, len(names))
	for i, name := range names {
		header[i] = name.Text
	}
	if proposal, err := audience.Propose(header, nil); err != nil || proposal.IsPerson {
		return nil, cmp.Or(err, errors.New("the first line looks like a person; put a line above it that names the columns"))
	}
	return header, nil
}

// open opens the audience with these columns named.
func (b *beginning) open(columns map[string]string) (*audience.Reader, error) {
	options, err := b.tableOptions()
	if err != nil {
		return nil, err
	}
	return audience.Open(b.file, campaign.Audience{
		File: b.file, Columns: columns, Channels: b.answers.Channels,
		Encoding: options.Encoding, Delimiter: options.Delimiter, Sheet: options.Sheet, HiddenRows: options.HiddenRows,
	})
}

// count reads the whole file, and finds out which columns have empty cells. isHidden tells that the error is about hidden rows, of which nobody has said what they mean.
func (b *beginning) count(ctx context.Context) (rows int, isHidden bool, err error) {
	proposal, err := audience.Propose(b.header, nil)
	if err != nil {
		return 0, false, err
	}
	anything := map[string]string{"phone": b.header[0]} // which columns are meant is asked later
	for role, names := range proposal.Doubtful {
		anything[role] = names[0]
	}
	r, err := b.open(anything)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = r.Close() }() // nothing was written to it
	empty := make([]bool, len(b.header))
	b.answers.Audience.Empty = nil
	var batch table.Batch
	for ctx.Err() == nil {
		if err := r.ReadBatch(&batch); errors.Is(err, io.EOF) {
			return rows, false, nil
		} else if err != nil {
			return 0, r.Info().Hidden > 0 && b.answers.Audience.HiddenRows == "", err
		}
		rows += len(batch.Rows)
		for _, row := range batch.Rows {
			for i, name := range b.header {
				if !empty[i] && i < len(row.Cells) && strings.TrimSpace(row.Cells[i]) == "" {
					empty[i] = true
					b.answers.Audience.Empty = append(b.answers.Audience.Empty, name)
				}
			}
		}
	}
	return 0, false, ctx.Err()
}

// settleColumns finds out which columns the campaign has to name: those whose names do not say what they are, and those that a flag names.
func (b *beginning) settleColumns(ctx context.Context) error {
	a := &b.answers
	named, err := b.readColumns()
	if err != nil || b.file == "" {
		return err
	}
	proposal, err := audience.Propose(b.header, a.Channels)
	if err != nil {
		return err
	}
	if proposal.FirstName >= 0 {
		a.Audience.FirstName = b.header[proposal.FirstName]
	}
	for _, role := range campaign.Roles {
		if named[role] != "" || !b.isWanted(role, proposal, named) {
			continue
		}
		preset := ""
		switch {
		case len(proposal.Doubtful[role]) > 0:
			preset = proposal.Doubtful[role][0]
		case role == "phone":
			preset = proposal.Phone
		}
		if !b.isAsking {
			return inputErrorf("which column of %s holds %s? Nothing was written", b.file, roleWords(role)).
				hint("say it: --column %s; the columns are %s", quote(role+"=NAME"), prose.Quoted(b.header))
		}
		b.say("  The columns are %s.", prose.Quoted(b.header))
		err := b.settle(ctx, question{text: "Column of " + roleWords(role), value: preset, demand: true, take: func(answer string) (err error) {
			named[role], err = b.column(answer)
			return err
		}})
		if err != nil {
			return err
		}
	}
	if len(named) > 0 { // then columns of addresses are no longer known by their names
		for _, own := range proposal.Columns.Own {
			if role := own.Channel.Role(); named[role] == "" {
				named[role] = b.header[own.Column]
			}
		}
	}
	r, err := b.open(named)
	if err != nil {
		return refuseAnswers(err)
	}
	a.Audience.Columns, a.Audience.Header = named, r.Columns()
	b.sayColumns()
	return r.Close()
}

// roleWords says what a column of a role holds.
func roleWords(role string) string {
	switch role {
	case "phone":
		return "the phone numbers"
	case "id":
		return "your own numbers of the customers"
	case "language", "country", "time_zone":
		return "the " + strings.ReplaceAll(role, "_", " ")
	}
	return "the addresses on " + strings.ToUpper(role)
}

// readColumns reads the flags that name columns, and refuses those about a file where there is none.
func (b *beginning) readColumns() (map[string]string, error) {
	for _, flag := range []string{"column", "sheet", "hidden-rows", "encoding", "delimiter"} {
		if b.flags.IsSet(flag) && b.file == "" {
			return nil, inputErrorf("--%s goes with --audience. Nothing was written", flag)
		}
	}
	named := make(map[string]string)
	for _, pair := range b.flags.StringSlice("column") {
		role, name, isPair := strings.Cut(pair, "=")
		switch {
		case !isPair:
			return nil, inputErrorf("--column wants ROLE=NAME, such as phone=Mobilnr")
		case !slices.Contains(campaign.Roles[:], role):
			return nil, inputErrorf("--column: there is no role %q", role).hint("roles are %s", strings.Join(campaign.Roles[:], ", "))
		}
		var err error
		if named[role], err = b.column(name); err != nil {
			return nil, inputErrorf("--column: %v", err)
		}
	}
	return named, nil
}

// column returns a column's name as the file has it.
func (b *beginning) column(name string) (string, error) {
	for _, known := range b.header {
		if campaign.Fold(known) == campaign.Fold(name) {
			return known, nil
		}
	}
	if near := campaign.Nearest(name, b.header); near != "" {
		return "", fmt.Errorf("there is no such column; perhaps %q is meant", near)
	}
	return "", fmt.Errorf("there is no such column; the columns are %s", prose.Quoted(b.header))
}

// isWanted reports whether somebody has to say which column has a role: several could have it, or none that the channels need.
func (b *beginning) isWanted(role string, p audience.Proposal, named map[string]string) bool {
	channels := b.answers.Channels
	if len(p.Doubtful[role]) > 0 {
		return true
	}
	if role == "phone" {
		return p.Columns.Phone < 0 && campaign.Audience{Columns: named, Channels: channels}.NeedsPhone()
	}
	isOwn := slices.ContainsFunc(channels, func(c campaign.Channel) bool { return !c.ByPhone() && c.Role() == role })
	return isOwn && p.Columns.Role(role) < 0 && named[campaign.Contact.Role()] == ""
}

// sayColumns says how the audience is understood.
func (b *beginning) sayColumns() {
	a := b.answers.Audience
	var parts []string
	for _, role := range campaign.Roles {
		if i := a.Header.Role(role); i >= 0 {
			parts = append(parts, fmt.Sprintf("%s is %q", role, a.Header.Header[i]))
		}
	}
	if a.FirstName != "" {
		parts = append(parts, fmt.Sprintf("first name is %q", a.FirstName))
	}
	b.say("%s: %s; %s", filepath.Base(b.file), prose.Counted(a.Rows, "row", "rows"), prose.Listed(parts))
}

// askCountry asks in which country numbers are at home that do not say it, if there are such numbers among the first.
func (b *beginning) askCountry(ctx context.Context) error {
	a := &b.answers.Audience
	take := func(country string) error {
		names, err := phone.New("")
		if err == nil {
			a.Country = cmp.Or(names.CountryIn(country), strings.ToUpper(country))
			_, err = phone.New(a.Country)
		}
		return err
	}
	if b.flags.IsSet("country") {
		return b.settle(ctx, question{flag: "country", take: take})
	}
	isNational, err := b.hasNational()
	if err != nil || !isNational {
		return err
	}
	if !b.isAsking {
		return inputErrorf("numbers in %s are written without their country. Nothing was written", b.file).
			hint("say how they are to be read: --country GB")
	}
	return b.settle(ctx, question{text: "Some numbers have no + and calling code. The country of these, such as GB or SE", demand: true, take: take})
}

// hasNational reports whether one of the first rows has a number that cannot be read without its country.
func (b *beginning) hasNational() (bool, error) {
	if b.file == "" {
		return false, nil
	}
	numbers, err := phone.New("")
	if err != nil {
		return false, err
	}
	r, err := b.open(b.answers.Audience.Columns)
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }() // nothing was written to it
	columns := r.Columns()
	var batch table.Batch
	if err := r.ReadBatch(&batch); err != nil {
		return false, nil // it was read to its end before
	}
	return slices.ContainsFunc(batch.Rows, func(row table.Row) bool {
		person := campaign.Recipient{Fields: row.Cells}
		_, finding := numbers.Read(person.Field(columns.Phone), person.Field(columns.Country))
		return finding == phone.National || finding == phone.NoPlus
	}), nil
}
