package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/plan"
	"sendoff/internal/preview"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/template"
)

func previewCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "preview",
		Usage:     "show messages as people will see them, on each channel; sends nothing",
		ArgsUsage: "CAMPAIGN",
		Description: "Without a choice it shows the first message, one in which a default stands in, the longest, and one for each language: five at most, and\n" +
			"with --html one for every language. A row that would be left out is shown too where it is asked for, with the reason.\n" +
			"What a channel cannot show Sinch turns into a text: that is what is shown then, as far as Sinch's documents say what it looks like;\n" +
			"--transcode has Sinch itself say it.\n\n" +
			"Choices add up: --row 5 --row longest --language sv.",
		Flags: previewFlags(),
		Action: func(c *cli.Context) error {
			p, err := s.readPreview(c)
			if err != nil {
				return err
			}
			return p.preview(c.Context)
		},
	}
}

func previewFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "row", Usage: "`ROW` to show: first, longest, or a line of the audience such as 7 or line:7; may be repeated"},
		&cli.StringFlag{Name: "to", Usage: "people to show by address: a `FILE` of numbers or ids such as MESSENGER:1234567890, one a line, or - for standard input"},
		&cli.StringSliceFlag{Name: "id", Usage: "your own `ID` of somebody to show; may be repeated"},
		&cli.StringSliceFlag{Name: "language", Usage: "`TAG` of a language: the first to get that translation; may be repeated"},
		&cli.IntFlag{Name: "sample", Usage: "`N` rows, spread evenly over the audience; the same ones every time"},
		&cli.StringSliceFlag{Name: "channel", Usage: "`CHANNEL` to show, such as SMS; may be repeated", DefaultText: "those of the campaign"},
		&cli.StringFlag{Name: "html", Usage: "write a page into `FILE`; it holds people's data"},
		&cli.BoolFlag{Name: "transcode", Usage: "ask Sinch what it makes of each message, and say where that differs; the texts are sent to Sinch, to nobody else"},
		&cli.BoolFlag{Name: "sandbox", Usage: "ask a simulator in this process instead; no credentials are needed"},
		&cli.BoolFlag{Name: "json", Usage: "print the request of each row exactly as it would be posted, a line each; of a run whose ids are zeros"},
		&cli.BoolFlag{Name: "curl", Usage: "print the request of each row as a curl command, which sends it for real"},
		&cli.BoolFlag{Name: "no-color", Usage: "no bold text"},
		exceptFlag(), profileFlag(),
	}, feedFlagList())
}

func (s *session) readPreview(c *cli.Context) (p *previewer, err error) {
	p = &previewer{
		session: s, profile: c.String("profile"), html: c.String("html"), transcode: c.Bool("transcode"), sandbox: c.Bool("sandbox"),
		json: c.Bool("json"), curl: c.Bool("curl"), plain: c.Bool("no-color"), to: c.String("to"),
		choice: selection{languages: c.StringSlice("language"), ids: c.StringSlice("id"), sample: c.Int("sample")},
	}
	if p.path, err = oneArgument(c, "CAMPAIGN"); err != nil {
		return nil, err
	}
	if p.choice.rows, err = readRowChoices(c); err != nil {
		return nil, err
	}
	if p.feed, err = readFeedFlags(c); err != nil {
		return nil, err
	}
	if p.except, err = readExcept(c); err != nil {
		return nil, err
	}
	if p.channels, err = readChannels(c.StringSlice("channel")); err != nil {
		return nil, err
	}
	outputs := 0
	for _, is := range []bool{p.json, p.curl, p.html != ""} {
		if is {
			outputs++
		}
	}
	switch {
	case outputs > 1:
		return nil, inputErrorf("only one of --html, --json and --curl says what to make")
	case p.transcode && (p.json || p.curl):
		return nil, inputErrorf("--transcode is about what is shown, and --json and --curl show requests")
	case p.sandbox && !p.transcode:
		return nil, inputErrorf("--sandbox says whom --transcode asks, and goes with it")
	case c.IsSet("sample") && p.choice.sample < 1:
		return nil, inputErrorf("--sample must be 1 or more")
	case p.to == "-" && p.feed.audience == campaign.StandardInput:
		return nil, inputErrorf("--to and --audience cannot both be read from standard input")
	}
	return p, nil
}

// readChannels reads names of channels, whatever case they are written in.
func readChannels(names []string) ([]campaign.Channel, error) {
	var all []campaign.Channel
	for _, name := range names {
		c := campaign.Channel(strings.ToUpper(name))
		if c.Index() < 0 {
			known := make([]string, len(campaign.Channels))
			for i, c := range campaign.Channels {
				known[i] = string(c)
			}
			return nil, inputErrorf("--channel: there is no channel %q", name).hint("the channels are %s", prose.Listed(known))
		}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all, nil
}

// previewer is one call of preview.
type previewer struct {
	*session
	path       string
	feed       feedFlags
	except     []string
	profile    string
	to         string // who is meant, as --to says it
	choice     selection
	channels   []campaign.Channel
	html       string
	json, curl bool
	transcode  bool
	sandbox    bool
	plain      bool

	campaign  *campaign.Campaign
	sent      *campaign.Campaign // with what it leaves to its templates
	templates template.Set
	renderer  *render.Renderer // of a run whose ids are zeros
	appID     string
}

// previewRunID is the id of the run that a previewed request seems to be of.
const previewRunID = "00000000000000000000000000"

func (p *previewer) preview(ctx context.Context) (err error) {
	if p.campaign, err = p.loadCampaign(p.path); err != nil {
		return err
	}
	if err := p.feed.apply(p.campaign); err != nil {
		return err
	}
	if err := p.refuseOverwriting(); err != nil {
		return err
	}
	if err := p.readPeople(); err != nil {
		return err
	}
	if p.channels == nil {
		p.channels = p.campaign.ChannelPriorityOrder
	}
	rows, err := p.find(ctx)
	if err != nil {
		return err
	}
	switch {
	case p.json:
		p.answered = true
		err = p.printRequests(rows)
	case p.curl:
		err = p.printCommands(rows)
	default:
		err = p.show(ctx, rows)
	}
	if err != nil {
		return err
	}
	next := "sendoff test %s"
	if p.campaign.Seeds.File == "" {
		next = "sendoff run --sandbox %s"
	}
	p.say("next: "+next, quote(p.path)+p.feed.arguments()+flagArgument(p.campaign, p.profile)+exceptArguments(p.except))
	return nil
}

// readPeople reads who is meant by --to.
func (p *previewer) readPeople() (err error) {
	if p.to == "" {
		return nil
	}
	if p.choice.people, err = newPersons(p.campaign.Audience.Country); err != nil {
		return err
	}
	p.choice.people.noFlag = true
	switch {
	case p.to == "-" && isStandardInput(p.campaign):
		return inputErrorf("the audience comes through standard input, so --to cannot")
	case p.to == "-":
		return p.choice.people.addLines(p.Stdin)
	case fileExists(p.to):
		return p.choice.people.addFile(p.to)
	}
	if err := p.choice.people.addText(p.to, "--to"); err != nil {
		return err
	}
	p.warn("warning: this address is now in your shell's history; --to - reads it from standard input")
	return nil
}

// find finds the rows that are to be shown.
func (p *previewer) find(ctx context.Context) (rows []*shownRow, err error) {
	through, err := p.planningProfile(p.profile, p.campaign)
	if err != nil {
		return nil, err
	}
	appID := ""
	if !p.curl { // whose commands name the variable
		appID, _ = p.oneOf("SINCH_APP_ID", "CONVERSATION_APP_ID") // where these differ no run begins
		if through != nil {
			appID = cmp.Or(through.AppID, appID)
		}
	}
	key := place{}.key(p.campaign, p.Now())
	err = p.aside(ctx, p.campaign, key, func(ctx context.Context, run *runstore.Run) error {
		shown := p.watchPlanning()
		defer shown.end()
		o, guard := p.others(p.campaign, run, place{}), guardOf(through)
		if o.templates, err = p.plannedTemplates(ctx, p.campaign, through, false); err != nil {
			return err
		}
		config := p.planConfig(o, appID, guard, shown)
		config.OptOuts = p.plannedOptOuts(p.campaign, place{}, through)
		if err := o.openAudience(ctx, &config); err != nil {
			return err
		}
		defer closeAudience(&config)
		var problems campaign.Problems
		if config.Sent, err = o.sent(ctx, p.except, p.say); !problems.Collect(err) {
			return err
		}
		look, more, err := plan.OpenLook(config)
		if err != nil {
			return explainOnlyTo(err, guard)
		}
		defer look.Close()
		p.warnAbout(append(problems, more...))
		f, err := newFinder(p.campaign, look, p.choice)
		if err != nil {
			return err
		}
		again := func() error { // what comes through standard input is read from its beginning
			if !isStandardInput(p.campaign) {
				return nil
			}
			return o.findAudience(ctx, &config)
		}
		if rows, err = f.find(ctx, look, again); err != nil {
			return err
		}
		p.sent, p.templates = look.Campaign(), o.templates.read
		p.renderer, err = render.New(p.sent, look.Columns(),
			render.Identity{AppID: config.AppID, RunID: previewRunID, RunKey: key, Day: look.Day(), TTL: sampleTTL(p.campaign, p.Now(), p.Now())})
		p.appID = config.AppID
		return err
	})
	return rows, err
}

// warnAbout says what keeps anything from being sent, which a preview does not mind.
func (p *previewer) warnAbout(problems campaign.Problems) {
	if len(problems) > 0 {
		p.warn("warning: sendoff run would send nothing, and who is left out is not known for sure:\n%v", problems)
	}
}

// mostShown is how many messages are shown where nobody has chosen.
const mostShown = 5

// show shows the rows.
func (p *previewer) show(ctx context.Context, rows []*shownRow) error {
	if more := len(rows) - mostShown; more > 0 && p.choice.isDefault() && p.html == "" {
		rows = rows[:mostShown]
		defer p.say("and %s: --language shows one of them, --html all", prose.Counted(more, "language more", "languages more"))
	}
	shown := make([]preview.Row, len(rows))
	for i, r := range rows {
		shown[i] = p.row(r)
	}
	if p.transcode {
		if err := p.askSinch(ctx, rows, shown); err != nil {
			return err
		}
	}
	if p.html == "" {
		return p.terminal().Print(p.Stdout, shown)
	}
	err := durable.WriteFile(p.html, func(w io.Writer) error { return preview.WritePage(w, p.campaign.Name, shown) })
	if err != nil {
		return inputErrorf("%v", err)
	}
	fmt.Fprintf(p.Stdout, "%s: %s on %s; it holds people's data, and only you can read it\n", p.html,
		prose.Counted(len(shown), "message", "messages"), prose.Counted(len(p.channels), "channel", "channels"))
	return nil
}

// row makes what is shown of a row.
func (p *previewer) row(r *shownRow) preview.Row {
	message, row := p.sent.MessageFor(r.translation), preview.Row{Title: "message", Note: r.note, Fate: r.fate}
	if r.translation >= 0 {
		row.Language = p.campaign.Translations[r.translation].Language
	}
	if r.Recipient == nil {
		row.Screens = preview.Unfilled(message, p.templates, p.channels)
		return row
	}
	row.Title, row.To = fmt.Sprintf("line %d", r.Line), r.Masked()
	row.Screens = preview.Screens(message, p.templates, p.renderer, r.Recipient, p.channels)
	return row
}

// terminal is what standard output is: 80 cells wide where it is no terminal.
func (p *previewer) terminal() preview.Terminal {
	t := preview.Terminal{Width: 80}
	if f, ok := p.Stdout.(*os.File); ok && isTerminal(f) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			t.Width = width
		}
		t.Bold = !p.plain && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
	}
	return t
}

// refuseOverwriting refuses to write a page over a file that is no page of ours.
func (p *previewer) refuseOverwriting() error {
	if p.html == "" {
		return nil
	}
	f, err := os.Open(p.html)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return inputErrorf("--html: %v", err)
	}
	defer f.Close()
	head := make([]byte, 300)
	n, _ := io.ReadFull(f, head) // what cannot be read is no page of ours
	if !bytes.Contains(head[:n], []byte(preview.Marker)) {
		return inputErrorf("%s is there already, and no preview", p.html).hint("name another file, or take that one away")
	}
	return nil
}
