package sandbox

import (
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// passage is a message on its way from the queue to its end.
type passage struct {
	submission
	id      string
	root    any // the request, decoded, from when it leaves the queue
	outcome Outcome
	tried   func() // called when the last callback has been tried; nil: nobody waits for it
}

// play has what becomes of a message told to those who listen, and does nothing where nobody does. The channel it returns is
// closed when the answer may leave; nil: at once. The caller holds s.mu, and has just put the message in the queue.
func (s *Server) play(id ulid.ULID, now time.Time, m submission) (hold <-chan struct{}) {
	if m.request == nil || !s.isHeard(m) {
		return nil // nobody listened when it came
	}
	p := &passage{submission: m, id: id.String(), outcome: s.cfg.outcome(m.identity)}
	wait := s.queue.empty.Sub(now)
	if p.outcome == Early {
		ctx, cancel := context.WithCancel(s.timeline.ctx)
		wait, hold, p.tried = 0, ctx.Done(), cancel
	}
	s.timeline.after(wait, func() { s.leave(p) })
	return hold
}

// isHeard reports whether anybody listens to what becomes of a message. The caller holds s.mu.
func (s *Server) isHeard(m submission) bool {
	heard := func(trigger string) bool { return len(s.receivers(trigger, "")) > 0 }
	return heard(onSubmit) || heard(onInbound) || heard(onOptOut) || len(s.receivers(onDelivery, m.callbackURL)) > 0
}

// receivers returns the webhooks that callbacks of a trigger go to: one of its own where the message has a callback_url.
// The caller holds s.mu.
func (s *Server) receivers(trigger, callbackURL string) (all []webhook) {
	if callbackURL != "" {
		if !onThisMachine(callbackURL) {
			return nil
		}
		return []webhook{{Target: callbackURL, Secret: s.settings.Load().CallbackSettings.Secret}}
	}
	for _, w := range s.resources.Webhooks {
		if w.hears(trigger) {
			all = append(all, w)
		}
	}
	return all
}

// leave lets a message go from the queue to its channels. It runs on the timeline.
func (s *Server) leave(p *passage) {
	p.root, _ = decode(p.request) // it was decoded before
	attempts := s.attempts(p.root)
	scenes := s.cfg.story(attempts, p.outcome)
	if code := s.refusal(p, attempts); code != "" {
		on := channelIdentity{Channel: p.channel, Identity: p.identity}
		scenes = []scene{{on: on, status: "FAILED", reason: ownReason(code)}}
	}
	if p.outcome == Shuffled || s.caller.strikes(s.cfg.Callbacks.OutOfOrder) {
		scenes = reversed(scenes)
	}
	if p.outcome == Shuffled {
		scenes = doubled(scenes)
	}
	for i, sc := range scenes {
		last := i == len(scenes)-1
		s.timeline.after(sc.at, func() { s.tell(p, sc, last) })
	}
}

// attempts returns the identities that a message is sent to until one takes it: those of the order of priority, or as given,
// whose channels work.
func (s *Server) attempts(root any) (all []channelIdentity) {
	identities, _ := at(at(at(root, "recipient"), "identified_by"), "channel_identities").([]any)
	order, _ := at(root, "channel_priority_order").([]any)
	if identities == nil && len(order) > 0 { // a contact, of whom we know no more than the channel
		return []channelIdentity{{Channel: order[0].(string)}}
	}
	if identities == nil && len(s.cfg.Channels) > 0 {
		return []channelIdentity{{Channel: s.cfg.Channels[0]}}
	}
	for _, identity := range identities {
		if len(order) == 0 && s.active(identity) {
			all = append(all, s.identityOf(identity))
		}
	}
	for _, channel := range order {
		for _, identity := range identities {
			if at(identity, "channel") == channel && s.active(identity) {
				all = append(all, s.identityOf(identity))
			}
		}
	}
	return all
}

// identityOf returns an identity of a request as the API keeps it.
func (s *Server) identityOf(identity any) channelIdentity {
	channel := textAt(identity, "channel")
	id := channelIdentity{Channel: channel, Identity: s.stored(channel, textAt(identity, "identity"))}
	if !slices.Contains(phoneChannels, channel) {
		id.AppID = s.cfg.AppID
	}
	return id
}

// refusal returns the code of the reason for which a message fails before any channel, or "".
func (s *Server) refusal(p *passage, attempts []channelIdentity) string {
	order, _ := at(p.root, "channel_priority_order").([]any)
	if slices.ContainsFunc(order, func(channel any) bool { return !slices.Contains(s.cfg.Channels, channel.(string)) }) {
		return "CHANNEL_CONFIGURATION_MISSING"
	}
	switch {
	case len(attempts) == 0 && len(order) == 0:
		return "CHANNEL_CONFIGURATION_MISSING"
	case len(attempts) == 0:
		return "NO_CHANNELS_LEFT" // since there is no identity for any
	case p.outcome == "BAD_REQUEST":
		return "BAD_REQUEST"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resources.blocks(p.identity, textAt(p.root, "message_content_type")) {
		return "RECIPIENT_NOT_OPTED_IN"
	}
	return s.templateRefusal(at(p.root, "message"), attempts[0].Channel)
}

// tell makes the callbacks of a scene. It runs on the timeline.
func (s *Server) tell(p *passage, sc scene, last bool) {
	callbacks := s.callbacks(p, sc)
	if p.outcome != Early {
		for _, c := range callbacks {
			s.caller.announce(c)
		}
		return
	}
	if last && len(callbacks) == 0 {
		p.tried()
	}
	for i, c := range callbacks {
		if last && i == len(callbacks)-1 {
			c.done = p.tried
		}
		s.caller.queue(&c) // whatever the rate: somebody waits for the answer
	}
}

// callbacks returns the callbacks of a scene.
func (s *Server) callbacks(p *passage, sc scene) []callback {
	e := event{CorrelationID: s.correlationOf(p)}
	var contact, conversation string
	if p.mode == Conversation {
		contact, conversation = p.contactID(), p.conversationID()
	}
	switch {
	case sc.answer == Stops:
		e.Message = s.stopReply(p, sc.on)
		e.Message.ContactID, e.Message.ConversationID = contact, conversation
		return s.callbacksOf(onInbound, "", e)
	case sc.answer == OptsOut:
		s.optOut(p.identity)
		return s.callbacksOf(onOptOut, "", event{OptOut: &consentNotification{RequestID: s.newID(), ContactID: contact,
			Channel: sc.on.Channel, Identity: sc.on.Identity, Status: "OPT_OUT_SUCCEEDED", ProcessingMode: p.mode}})
	case sc.status == "":
		e.Submit = &submitNotification{MessageID: p.id, ConversationID: conversation, Identity: s.eventIdentity(sc.on), ContactID: contact,
			Message: at(p.root, "message"), Metadata: p.metadata, ProcessingMode: p.mode}
		return s.callbacksOf(onSubmit, "", e)
	}
	e.Delivery = &deliveryReport{MessageID: p.id, ConversationID: conversation, Status: sc.status, Identity: s.eventIdentity(sc.on),
		ContactID: contact, Reason: sc.reason, Metadata: p.metadata, ProcessingMode: p.mode}
	return s.callbacksOf(onDelivery, p.callbackURL, e)
}

// stopReply returns the reply of somebody who wants no more messages.
func (s *Server) stopReply(p *passage, on channelIdentity) *inboundMessage {
	m := &inboundMessage{ID: s.newID(), Direction: "TO_APP", Identity: s.eventIdentity(on), Metadata: p.metadata,
		AcceptTime: s.now().Truncate(time.Millisecond), ProcessingMode: p.mode}
	m.Content.Text.Text, m.Content.ReplyTo.MessageID = "STOP", p.id
	return m
}

// newID returns an id for something that happens now.
func (s *Server) newID() string { return ulid.MustNewDefault(s.now()).String() }

// correlationOf returns the correlation_id of a message, where the API keeps it: a message that is dispatched by an app of
// conversations loses it.
func (s *Server) correlationOf(p *passage) string {
	if s.cfg.DropCorrelation || p.mode != s.settings.Load().ProcessingMode {
		return ""
	}
	return textAt(p.root, "correlation_id")
}

// eventIdentity returns an identity as callbacks show it.
func (s *Server) eventIdentity(identity channelIdentity) eventIdentity {
	return eventIdentity{channelIdentity: identity, Unknown: s.unknown()}
}

// unknown returns the contents of a field that no document knows; nil where there are none.
func (s *Server) unknown() *unknown {
	if !s.cfg.Callbacks.UnknownFields {
		return nil
	}
	return &unknown{Since: "2026-07"}
}

// announce makes the callbacks of an event that happens now. It runs on the timeline.
func (s *Server) announce(trigger, callbackURL string, e event) {
	for _, c := range s.callbacksOf(trigger, callbackURL, e) {
		s.caller.announce(c)
	}
}

// callbacksOf returns the callbacks of an event that happens now, one for everybody who listens.
func (s *Server) callbacksOf(trigger, callbackURL string, e event) []callback {
	s.mu.Lock()
	receivers := s.receivers(trigger, callbackURL)
	s.mu.Unlock()
	if receivers == nil {
		return nil
	}
	now := s.now()
	e.AppID, e.ProjectID, e.Unknown = s.cfg.AppID, s.cfg.ProjectID, s.unknown()
	e.AcceptedTime, e.EventTime = now.Truncate(time.Millisecond), now
	body := encodeJSON(e)
	all := make([]callback, len(receivers))
	for i, w := range receivers {
		all[i] = callback{target: w.Target, secret: w.Secret, body: body}
	}
	return all
}
