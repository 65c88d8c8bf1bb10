package story

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// clock writes a time of an entry as the campaign's clock has it: 10:04:31, and with the day where that is another than the run's.
func (t *Teller) clock(e *Entry, at time.Time) string {
	at = at.In(t.zone)
	if at.Format(time.DateOnly) == e.Day.Format(time.DateOnly) {
		return at.Format("15:04:05")
	}
	return at.Format("2 Jan 15:04:05")
}

// where names the zone of a clock.
func (t *Teller) where(at time.Time) string {
	if t.zone == time.Local {
		return "(" + at.In(t.zone).Format("MST") + ")"
	}
	return "(" + t.zone.String() + ")"
}

// sent says how far a message has come that Sinch has.
func (t *Teller) sent(e *Entry, le *ledger.Entry, way *course) {
	e.Channel, e.MessageID = string(campaign.ChannelAt(way.channel)), way.id
	by := channelName(way.channel)
	if le.State == ledger.Accepted {
		e.Accepted = le.Time
	}
	e.Time = way.time
	at := t.clock(e, way.time) + " " + t.where(way.time)
	switch way.status {
	case delivery.Delivered:
		e.Verdict, e.Sentence = Delivered, fmt.Sprintf("DELIVERED by %s at %s.", by, at)
	case delivery.Read:
		e.Verdict, e.Sentence = Read, fmt.Sprintf("READ on %s at %s.", by, at)
		if !way.arrived.IsZero() {
			e.add("It arrived at " + t.clock(e, way.arrived) + ".")
		}
	case delivery.Failed:
		e.Verdict, e.Sentence = Failed, fmt.Sprintf("FAILED at %s.", at)
		if len(way.lost) == 0 {
			e.add(by + ": " + because(way.reason) + ".")
		}
	default:
		t.accepted(e, le, way)
	}
	if tried := way.tried(); tried != "" {
		e.add(tried + ".")
	}
	if le.State != ledger.Accepted && le.State != ledger.None {
		e.add("Only the receipts say that Sinch has this message: to have it put on record, run sendoff reconcile.")
	}
}

// accepted says of a message that Sinch took it, and nothing more.
func (t *Teller) accepted(e *Entry, le *ledger.Entry, way *course) {
	took := "Sinch has it"
	if e.Time = le.Time; le.State == ledger.Accepted {
		took = "Sinch took it at " + t.clock(e, le.Time) + " " + t.where(le.Time)
	}
	if !t.collected && !t.options.Awaited {
		e.Verdict, e.Sentence = ArrivalUnknown, "SENT, ARRIVAL UNKNOWN: "+took+"; no delivery receipts were collected for this run."
		return
	}
	last := "no receipt has come for it"
	if !t.collected {
		last = "no receipt has come for it, and somebody listens for them now"
	}
	switch way.status {
	case delivery.Submitted:
		last = "it was handed to " + channelName(way.channel) + " at " + t.clock(e, way.time) + ", and no receipt that is final has come since"
	case delivery.Queued:
		last = channelName(way.channel) + " has it since " + t.clock(e, way.time) + ", and no receipt that is final has come"
	case delivery.Switching:
		last = "the next channel is tried since " + t.clock(e, way.time)
	}
	e.Verdict, e.Sentence = NotConfirmed, "SENT, NOT YET CONFIRMED: "+took+"; "+last+"."
}

// unsent says why nothing is known to have been sent to a row that was meant to get something.
func (t *Teller) unsent(e *Entry, r *campaign.Recipient, le *ledger.Entry) {
	e.Time = le.Time
	detail := ""
	if le.Detail != "" {
		detail = " (" + prose.Printable(le.Detail) + ")"
	}
	m := &t.meta
	switch {
	case le.State == ledger.Rejected:
		e.Verdict, e.Sentence = Rejected, "REJECTED at "+t.clock(e, le.Time)+" "+t.where(le.Time)+": Sinch refused it"+detail+". They have not got it."
	case le.State == ledger.Begun && t.run.Live():
		e.Verdict, e.Sentence = BeingSent, "BEING SENT: the request has left, and its answer is not there yet."
	case le.State == ledger.LeftInDoubt:
		e.Verdict, e.Sentence = LeftInDoubt, "LEFT IN DOUBT: they may or may not have it, and nobody can tell any more"+detail+"."+t.settled()
	case le.State == ledger.Begun, le.State == ledger.InDoubt, le.Flags != 0 && m.State.Over():
		e.Verdict, e.Sentence = InDoubt, "IN DOUBT: Sinch did not answer"+detail+". They may or may not have it, and it was not sent again."
	case m.State.Over():
		e.Verdict, e.Sentence = NotSent, "NOT SENT: the run is "+string(m.State)+", and had not come to them."
	default:
		t.notYet(e, r)
		if le.Flags != 0 {
			e.add("An earlier attempt may have got through.")
		}
	}
}

// settled says who has decided what people in doubt are taken for.
func (t *Teller) settled() string {
	if n := len(t.meta.Settled); n > 0 {
		s := t.meta.Settled[n-1]
		return fmt.Sprintf(" %s took those in doubt for %s on %s.", s.By, strings.ReplaceAll(s.Assumed, "-", " "), s.Time.In(t.zone).Format("2 Jan 15:04"))
	}
	return ""
}

// notYet says what a row waits for.
func (t *Teller) notYet(e *Entry, r *campaign.Recipient) {
	e.Verdict = NotYetSent
	m := &t.meta
	switch {
	case len(m.Starts) == 0:
		e.Sentence = "NOT YET SENT: the run is planned, and nobody has started it."
	case t.run.Live():
		e.Sentence = "NOT YET SENT: the run goes on, and has not come to them."
	default:
		e.Sentence = "NOT YET SENT: the run has not come to its end"
		if m.Reason != "" {
			e.Sentence += " (" + prose.Printable(m.Reason) + ")"
		}
		e.Sentence += "."
	}
	if halt, isHalted := t.frozen.halted(r, m.Halted); isHalted {
		e.add(fmt.Sprintf("No more is sent to %s: %s.", prose.Printable(halt.Slice), prose.Printable(halt.Reason)))
	}
	if until, name := t.frozen.keptBack(r, t.options.Now); !until.IsZero() {
		e.add(fmt.Sprintf("Their hours begin at %s (%s).", until.Format("Mon 2 Jan 15:04 MST"), name))
	}
}

// skipped says why a row was left out.
func (t *Teller) skipped(e *Entry, le *ledger.Entry) {
	reason := campaign.SkipReason(le.Reason)
	e.Skipped, e.Verdict, e.Time = reason.String(), NotSent, le.Time
	detail := prose.Printable(le.Detail)
	name := detail
	if le.Number > 0 {
		name += " line " + prose.Thousands(int(le.Number))
	}
	asked := name + ", read " + t.clock(e, le.Time)
	switch reason {
	case campaign.Suppressed:
		e.Sentence = "NOT SENT: opted out (" + t.listed(e, le, name) + ")."
	case campaign.AlreadySent:
		e.Sentence = "NOT SENT: another run has sent to them, or may have (" + name + ")."
	case campaign.NotListed:
		e.Sentence = "NOT SENT: not on the list outside of which nobody is written to (" + asked + ")."
	case campaign.Duplicate:
		e.SameAs = int(le.Number)
		e.Sentence = "NOT SENT: duplicate of " + t.lineName(e.SameAs) + ", which has the same person."
	case campaign.Invalid:
		e.Sentence = "NOT SENT: " + t.invalid(e, detail)
	case campaign.Filtered:
		e.Sentence = "NOT SENT: the campaign is not meant for this row (" + detail + ")."
	case campaign.NoConsent:
		e.Sentence = "NOT SENT: the row does not say that they have agreed (" + detail + ")."
	case campaign.MissingValue:
		e.Sentence = "NOT SENT: a value for the text is missing (" + detail + ")."
	case campaign.Expired:
		e.Verdict, e.Sentence = Expired, "NOT SENT, IT BECAME TOO LATE: "+detail+"."
	case campaign.Forgotten:
		e.Verdict, e.Sentence = Forgotten, "NOT SENT, FORGOTTEN: their data was erased before the run came to them."
	default:
		e.Sentence = "NOT SENT: left out as " + strings.ReplaceAll(reason.String(), "_", " ") + " (" + detail + ")."
	}
}

// invalid says what is wrong with a row: with its number, where that is why, as it is written.
func (t *Teller) invalid(e *Entry, detail string) string {
	if e.Address != "" || e.Original == "" {
		return "the row cannot be used (" + detail + ")."
	}
	return "bad number, written " + strconv.Quote(prose.Printable(e.Original)) + " (" + strings.TrimPrefix(detail, "phone: ") + ")."
}

// listed names the list that a person was on, and says when it was read.
func (t *Teller) listed(e *Entry, le *ledger.Entry, name string) string {
	isPlanned := len(t.meta.Starts) == 0 || le.Time.Before(t.meta.Starts[0].Time)
	for _, l := range t.meta.Lists {
		if isPlanned && l.Sinch != nil && !l.Read.IsZero() && le.Detail == suppress.SinchName { // planning may have had a copy
			return name + ", read " + t.clock(e, l.Read)
		}
	}
	return name + ", list read " + t.clock(e, le.Time)
}

// asked says which lists did not hold somebody who was sent to: as planning read them, and they are looked at again before each message leaves.
func (t *Teller) asked() []string {
	moment := func(at time.Time) string { return at.In(t.zone).Format("2 Jan 15:04") }
	var all []string
	for _, l := range t.meta.Lists {
		entries := prose.Counted(l.Entries, "entry", "entries")
		switch {
		case l.Runs != "":
			all = append(all, fmt.Sprintf("in no run of %s (%s)", prose.Printable(l.Runs), prose.Counted(len(l.Keys), "run", "runs")))
		case l.Sinch != nil && l.Read.IsZero(): // planning has not asked it
		case l.Sinch != nil:
			kind := strings.ToLower(strings.TrimPrefix(l.Sinch[len(l.Sinch)-1], "OPT_OUT_"))
			all = append(all, fmt.Sprintf("not on Sinch's %s list (%s, read %s)", kind, entries, moment(l.Read)))
		case l.Only:
			all = append(all, fmt.Sprintf("on %s (%s, file of %s), outside of which nobody is written to", filepath.Base(l.File), entries, moment(l.Modified)))
		default:
			all = append(all, fmt.Sprintf("not on %s (%s, file of %s)", filepath.Base(l.File), entries, moment(l.Modified)))
		}
	}
	return all
}

// started is the start of a run that went on at a time; nil where there was none.
func started(m *runstore.Meta, at time.Time) *runstore.Start {
	for i := len(m.Starts) - 1; i >= 0; i-- {
		if !m.Starts[i].Time.After(at) {
			return &m.Starts[i]
		}
	}
	return nil
}
