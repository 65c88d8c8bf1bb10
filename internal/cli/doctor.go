package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/plan"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
	"sendoff/internal/volume"
)

// tolerableSkew is how far the clock may be off before somebody should set it.
const tolerableSkew = 30 * time.Second

func doctorCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "look at the settings, the app, its queue and what it keeps, the clock and the disk; sends nothing",
		ArgsUsage: "[CAMPAIGN]",
		Description: "Without a campaign it looks at what SINCH_* and --profile name, and at the folder at hand.\n" +
			"Every line begins with ok, note or bad; with a bad one the exit code is 4, or 2 where the settings are incomplete.",
		Flags: []cli.Flag{profileFlag(), timeoutFlag()},
		Action: func(c *cli.Context) error {
			path, err := atMostOneArgument(c, "CAMPAIGN")
			if err != nil {
				return err
			}
			return s.runDoctor(c, path, c.String("profile"))
		},
	}
}

// runDoctor looks at a campaign and a profile, either of which may be empty.
func (s *session) runDoctor(c *cli.Context, path, profile string) error {
	if c.Duration("http-timeout") <= 0 {
		return inputErrorf("--http-timeout must be more than 0")
	}
	r := &runner{session: s, path: path, flags: runFlags{profile: profile, tuning: tuning{httpTimeout: c.Duration("http-timeout"), maxInFlight: 1}}}
	return r.doctor(c.Context)
}

// doctor prints what it finds, a line each.
func (r *runner) doctor(ctx context.Context) (err error) {
	folder := "."
	if r.path != "" {
		if r.campaign, err = r.loadCampaign(r.path); err != nil {
			return err
		}
		folder = r.campaign.Dir()
		r.finding("ok", "campaign", "%s", r.campaign.Name)
	}
	r.examineDisk(folder)
	if r.settings, err = r.chooseSettings(ctx); err != nil {
		return err
	}
	if err := r.examineProfile(); err != nil {
		return err
	}
	if r.client, err = r.settings.client(r.flags.tuning); err != nil {
		return err
	}
	defer r.client.Close()
	if r.app, err = r.client.App(ctx); err != nil {
		r.finding("bad", "app", "%v", err)
		if isAccess(err) {
			return r.settings.explainRefused(err)
		}
		return accessErrorf("Sinch could not be reached\n    hint: look at the network, a proxy (HTTPS_PROXY), SINCH_REGION and SINCH_ENDPOINT")
	}
	r.finding("ok", "access", "the key is good, and the app is there")
	if err := r.examineApp(ctx); err != nil || r.campaign == nil {
		return err
	}
	return r.examineTemplates(ctx)
}

func (r *runner) examineProfile() error {
	p := r.settings.profile
	if p == nil {
		return nil
	}
	r.finding("ok", "profile", "%s; the secret comes from %s", p.Name, p.SecretFrom())
	if p.MaxRecipients > 0 {
		r.finding("note", "", "a run has at most %s", prose.Counted(p.MaxRecipients, "recipient", "recipients"))
	}
	if p.OnlyTo == "" {
		return nil
	}
	country := ""
	if r.campaign != nil {
		country = r.campaign.Audience.Country
	}
	isNational, err := readOnlyTo(guardOf(p), country, r.campaign != nil)
	if err != nil {
		r.finding("bad", "", "nobody gets anything at all: %s cannot be used", p.OnlyTo)
		return err
	}
	r.finding("note", "", "nobody gets anything but who is on %s", p.OnlyTo)
	if isNational {
		r.finding("note", "", "numbers on it are written without their country: each campaign's audience must say country")
	}
	return nil
}

// readOnlyTo reads the list outside of which nobody gets a message, as a run does. Numbers without their country can be read with a campaign
// alone; isNational says that nothing else was wrong.
func readOnlyTo(g plan.Guard, country string, hasCampaign bool) (isNational bool, err error) {
	_, err = suppress.Load("", nil, country, nil, time.Now(), g.OnlyTo)
	var problems campaign.Problems
	if err == nil || !errors.As(err, &problems) || hasCampaign || len(problems) < 2 { // the first one counts those behind it
		return false, explainOnlyTo(err, g)
	}
	for _, p := range problems[1:] {
		if p.Message != phone.National.String() {
			return false, err
		}
	}
	return true, nil
}

func (r *runner) finding(verdict, what, format string, args ...any) {
	line := fmt.Sprintf("%-5s %-9s %s", verdict, what, fmt.Sprintf(format, args...))
	if isTerminal(r.Stdout) {
		line = prose.Wrapped(line, 16, r.width(r.Stdout))
	}
	fmt.Fprintln(r.Stdout, line)
}

// examineApp returns an error where messages of the campaign could not leave.
func (r *runner) examineApp(ctx context.Context) error {
	app := r.app
	r.finding("ok", "app", "%s", describeDestination(r.settings.pinned(app.DisplayName)))
	r.finding("ok", "mode", "%s", app.ProcessingMode)
	var active []string
	for _, c := range app.Channels {
		if c.Active() {
			active = append(active, c.Channel)
		} else {
			r.finding("note", "channel", "%s is %s", c.Channel, c.Status)
		}
	}
	if len(active) > 0 {
		r.finding("ok", "channels", "%s", strings.Join(active, ", "))
	} else {
		r.finding("bad", "channels", "none is ACTIVE: set one up in the Sinch dashboard")
	}
	r.examineRate()
	storage := r.storage()
	if storage.Days == 0 {
		r.finding("note", "storage", "%s", explainStorage(storage))
		r.finding("note", "", "(without it nobody knows of a lost answer whether Sinch took the message; with it numbers are kept too)")
	} else {
		r.finding("ok", "storage", "%s", explainStorage(storage))
	}
	hasContacts := r.campaign != nil && r.campaign.Audience.Columns[campaign.Contact.Role()] != ""
	if storage.Mode == runstore.Conversation && !hasContacts {
		r.finding("note", "contacts", "every recipient becomes a contact and a conversation at Sinch; a campaign needs none (processing_strategy: DISPATCH_ONLY)")
	}
	r.examineWebhooks(ctx)
	r.examineClock(storage)
	if r.campaign == nil {
		return nil
	}
	err := checkChannels(app, r.campaign.ChannelPriorityOrder)
	var outcome *outcomeError
	if errors.As(err, &outcome) {
		r.finding("bad", "channel", "%s", strings.SplitN(outcome.reason, "\n", 2)[0])
	}
	contactsErr := checkContacts(app, hasContacts)
	if errors.As(contactsErr, &outcome) {
		r.finding("bad", "contacts", "%s", strings.SplitN(outcome.reason, "\n", 2)[0])
	}
	return cmp.Or(err, contactsErr)
}

// examineRate says how fast the app is, what keeps it busy, and how long the campaign takes.
func (r *runner) examineRate() {
	waiting, drain := "none is waiting", drainOf(r.app)
	if n := r.app.QueueSize; n > 0 {
		waiting = prose.Counted(n, "message is", "messages are") + " waiting, which takes " + prose.Lasting(takes(n, drain))
	}
	r.finding("ok", "rate", "%v messages a second leave the app; %s", drain, waiting)
	if r.campaign == nil || r.chooseRate() != nil {
		return
	}
	const people = 10_000
	r.finding("ok", "pace", "%v a second (pace.rate: %s): %s people take %s", r.rate, r.campaign.Pace.Rate, prose.Thousands(people),
		prose.Lasting(takes(people, min(r.rate, drain))))
}

// examineWebhooks says who hears of messages, where anybody does.
func (r *runner) examineWebhooks(ctx context.Context) {
	app := r.effects(ctx, true)
	if app.Webhooks == nil {
		return // with callback_url nothing goes to them; or nobody knows
	}
	if app.Callbacks > 0 {
		r.finding("note", "webhooks", "%s: about %d for each message; callback_url sends them elsewhere", proposal.Receive(*app.Webhooks), app.Callbacks)
	}
	if text := strings.TrimSuffix(app.ReceiptsGo(), "."); len(app.Receipts) > 0 {
		r.finding("note", "receipts", "%s", text)
	} else {
		r.finding("note", "receipts", "%s; sendoff receipts listen --register URL makes one", text)
	}
	const people = 100_000
	if takes := app.ReceiptsTake(people); takes > 0 {
		r.finding("note", "", "the app makes %v callbacks a second: those of %s people take %s", app.CallbackRate, prose.Thousands(people), prose.Lasting(takes))
	}
}

func (r *runner) examineClock(s runstore.Storage) {
	skew := time.Duration(s.Skew) * time.Second
	switch {
	case !r.app.Clock:
		r.finding("note", "clock", "the server does not tell the time")
	case skew.Abs() > tolerableSkew:
		r.finding("note", "clock", "this machine's clock is %v off Sinch's: set it, since quiet hours and retention go by it", skew.Abs())
	default:
		r.finding("ok", "clock", "within %v of Sinch's", tolerableSkew)
	}
}

func (r *runner) examineDisk(folder string) {
	v, err := volume.Of(folder)
	if err != nil {
		r.finding("note", "disk", "%v", err)
		return
	}
	if service := volume.SyncService(folder); service != "" {
		r.finding("note", "disk", "%s synchronises this folder: runs belong into another one (--run-dir)", service)
	}
	switch {
	case v.Kind == volume.Network:
		r.finding("note", "disk", "a network file system (%s): runs belong onto a disk of this machine (--run-dir)", v.FileSystem)
	case v.Free >= 0:
		r.finding("ok", "disk", "%s free", prose.Bytes(v.Free))
	}
}
