package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/scaffold"
)

// question is something that init wants to know, and the flag that says it.
type question struct {
	flag   string
	text   string
	value  string             // what it is where nobody says otherwise
	shown  string             // what stands in brackets, where that is not the value
	demand bool               // there is no such value: without a flag, and where nobody can be asked, it is missing
	take   func(string) error // keeps an answer, or says why it cannot be
}

// settle has a question answered: by its flag, by a person, or by what it is otherwise. Whoever is asked is asked until the answer can be taken.
func (b *beginning) settle(ctx context.Context, q question) error {
	switch {
	case q.flag != "" && b.flags.IsSet(q.flag):
		return b.refuse(q, q.take(b.flags.String(q.flag)))
	case !b.isAsking && q.demand:
		return inputErrorf("%s: nobody can be asked, since this is no terminal. Nothing was written", q.text)
	case !b.isAsking:
		return b.refuse(q, q.take(q.value))
	}
	prompt := q.text + ": "
	if shown := cmp.Or(q.shown, q.value); shown != "" {
		prompt = fmt.Sprintf("%s [%s]: ", q.text, shown)
	}
	for {
		line, err := b.ask(ctx, prompt)
		if err != nil {
			return err
		}
		if line == "" { // the input has ended, without even a line break
			b.warn("")
			return context.Canceled
		}
		answer := strings.TrimSpace(line)
		if answer == "" {
			answer = q.value
		}
		if answer == "" && q.demand {
			continue
		}
		if err = q.take(answer); err == nil {
			return nil
		}
		for _, line := range reasons(err) {
			b.warn("  %s", line)
		}
	}
}

// refuse makes an answer that cannot be taken an error of its own.
func (b *beginning) refuse(q question, err error) error {
	if err == nil {
		return nil
	}
	why := reasons(err)
	name := q.text
	if q.flag != "" && b.flags.IsSet(q.flag) {
		name = "--" + q.flag
	}
	e := inputErrorf("%s: %s. Nothing was written", name, why[0])
	for _, line := range why[1:] {
		e.hint("%s", line)
	}
	return e
}

// reasons says why an answer cannot be, with what to do about it, a line each. Where in a file that is not written a problem would stand says nothing.
func reasons(err error) []string {
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		return []string{prose.Printable(err.Error())}
	}
	var lines []string
	for _, p := range problems[:min(len(problems), 3)] {
		lines = append(lines, prose.Printable(p.Message))
		if p.Hint != "" {
			lines = append(lines, prose.Printable(p.Hint))
		}
	}
	return lines
}

// gather asks its questions in the order in which people think of them.
func (b *beginning) gather(ctx context.Context) error {
	for _, next := range []func(context.Context) error{
		b.askName, b.askType, b.askAudience, b.askChannels, b.settleColumns, b.askCountry, b.askSender, b.askText, b.settleParams,
	} {
		if err := next(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *beginning) askName(ctx context.Context) error {
	name := "campaign"
	if path, err := filepath.Abs(b.dir); err == nil && campaign.CheckRunKey(filepath.Base(path)) == nil && filepath.Base(path) != string(filepath.Separator) {
		name = filepath.Base(path)
	}
	return b.settle(ctx, question{flag: "name", text: "Name of the campaign", value: name, take: func(name string) error {
		b.answers.Name = name
		return campaign.CheckRunKey(name)
	}})
}

func (b *beginning) askType(ctx context.Context) error {
	value := "offer"
	if r := b.answers.Request; r != nil && r.ContentType != "" {
		b.answers.ContentType = r.ContentType
		if !b.flags.IsSet("type") {
			return nil
		}
	}
	return b.settle(ctx, question{flag: "type", text: "Is it an offer, or a service message such as a reminder? (offer or service)", value: value, take: func(answer string) error {
		switch strings.TrimPrefix(strings.ToLower(answer), "content_") {
		case "offer", "marketing":
			b.answers.ContentType = scaffold.Marketing
		case "service", "notification":
			b.answers.ContentType = "CONTENT_NOTIFICATION"
		default:
			return errors.New("offer (marketing) or service (notification) is wanted")
		}
		return nil
	}})
}

func (b *beginning) askChannels(ctx context.Context) error {
	a := &b.answers
	preset := a.DefaultChannels()
	if r := a.Request; r != nil && r.Channels != nil {
		if preset = r.Channels; !b.flags.IsSet("channels") {
			a.Channels = preset
			return nil
		}
	}
	names := make([]string, len(preset))
	for i, c := range preset {
		names[i] = string(c)
	}
	return b.settle(ctx, question{flag: "channels", text: "Channels, the best first", value: strings.Join(names, ","), take: func(answer string) (err error) {
		if a.Channels, err = scaffold.ParseChannels(answer); err != nil || a.Request != nil {
			return err
		}
		probe := *a // how the kind goes with these channels does not depend on the audience
		probe.Audience, probe.Params, probe.Text, probe.Sender = scaffold.Audience{}, nil, probe.DefaultText(), ""
		_, err = probe.Files()
		return err
	}})
}

func (b *beginning) askSender(ctx context.Context) error {
	if !b.answers.WantsSender() && !b.flags.IsSet("sender") {
		return nil
	}
	return b.settle(ctx, question{flag: "sender", text: "Sender: a number of yours, or a name of up to 11 letters", shown: "the app's own", take: func(sender string) error {
		b.answers.Sender = sender
		if sender != "" && !slices.ContainsFunc(b.answers.Channels, scaffold.HasSender) {
			return errors.New("none of the channels has a sender that could be chosen: it is the app's own")
		}
		return scaffold.CheckSender(sender)
	}})
}

func (b *beginning) askText(ctx context.Context) error {
	a := &b.answers
	if a.Request != nil {
		return nil
	}
	return b.settle(ctx, question{flag: "text", text: a.Kind.Question(), value: a.DefaultText(), take: func(answer string) error {
		if a.Text = answer; answer == "" {
			a.Text = a.DefaultText()
		}
		_, err := a.Files()
		return err
	}})
}

// settleParams finds a column for every placeholder of a request that has none of its name.
func (b *beginning) settleParams(ctx context.Context) error {
	a := &b.answers
	if a.Request == nil || b.file == "" {
		return nil
	}
	names, err := a.Unanswered()
	if err != nil {
		return refuseAnswers(err)
	}
	if len(names) > 0 && !b.isAsking {
		return inputErrorf("%s has no column for %s. Nothing was written", b.file, prose.Quoted(names)).
			hint("say which it is: --param %s; the columns are %s", quote(names[0]+"=COLUMN"), prose.Quoted(b.header))
	}
	for _, name := range names {
		err := b.settle(ctx, question{text: "Column for ${" + prose.Printable(name) + "}", value: campaign.Nearest(name, b.header), demand: true, take: func(answer string) error {
			column, err := b.column(answer)
			if err == nil {
				a.Params = append(a.Params, scaffold.Param{Name: name, Column: column})
			}
			return err
		}})
		if err != nil {
			return err
		}
	}
	return nil
}
