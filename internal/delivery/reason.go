package delivery

// Reason is why a message failed, or why a channel did.
type Reason uint8

// Class is what can be done about a message that failed for a reason.
type Class uint8

// The classes.
const (
	Never     Class = iota // another message to the same person, by the same channels, will fail too
	Later                  // it may work later, without anything being changed
	Fix                    // it works once somebody has mended something: the app, a channel, a template, the message
	Ambiguous              // it may still arrive: who is sent another may get two
)

var classNames = [...]string{"never", "later", "fix", "ambiguous"}

func (c Class) String() string { return classNames[c] }

// The reasons that the program itself asks about.
const (
	NoReason Reason = 0 // none was given
	Other    Reason = 1 // the API has given one that this version does not know
)

type reason struct {
	code   string
	class  Class
	words  string // why it failed, as a clause about one message
	advice string // what to do about it, as a sentence
}

// reasons are those of the API's delivery receipts (reason.code); their classes are a judgement. Their numbers are stored.
var reasons = [...]reason{
	NoReason: {"", Later, "no reason was given", "Ask Sinch's support with the message id."},
	Other:    {"OTHER", Later, "for a reason that this version of sendoff does not know", "Look the receipt up in your webhook's own log, or ask Sinch's support."},
	2:        {"UNKNOWN", Later, "for a reason that Sinch does not know", "Try again later."},
	3:        {"INTERNAL_ERROR", Later, "a fault at Sinch", "Try again later."},
	4:        {"RATE_LIMITED", Later, "the channel takes no more messages at this pace", "Try again, slower."},
	5:        {"RECIPIENT_INVALID_CHANNEL_IDENTITY", Never, "the number or id does not exist on this channel", "Correct the address, or take the person off the list."},
	6:        {"RECIPIENT_NOT_REACHABLE", Never, "the person cannot be reached on this channel: no such device or account, switched off, or at the channel's limit for marketing", "Reach them on another channel, or much later."},
	7:        {"RECIPIENT_NOT_OPTED_IN", Never, "the person has not agreed to messages, or has blocked them", "Do not write to them again; put them on the opt-out list."},
	8:        {"OUTSIDE_ALLOWED_SENDING_WINDOW", Never, "the channel allows no free text now: the person has not written within its time, such as 24 hours", "Use an approved template."},
	9:        {"CHANNEL_FAILURE", Later, "the channel has failed, also after Sinch had tried again", "Try again later."},
	10:       {"CHANNEL_BAD_CONFIGURATION", Fix, "the channel is set up wrongly", "Mend the channel's credentials in the app, then retry."},
	11:       {"CHANNEL_CONFIGURATION_MISSING", Fix, "the channel is not set up in this app", "Add the channel to the app, or take it out of channel_priority_order, then retry."},
	12:       {"MEDIA_TYPE_UNSUPPORTED", Fix, "the channel does not take this kind of file", "Use another kind of file, then send anew."},
	13:       {"MEDIA_TOO_LARGE", Fix, "the file is too large for the channel", "Use a smaller file, then send anew."},
	14:       {"MEDIA_NOT_REACHABLE", Fix, "the address of the file could not be opened", "See to it that everybody can open the address, then retry."},
	15:       {"NO_CHANNELS_LEFT", Never, "every channel was tried, or there is no address for any", "Reach them in another way."},
	16:       {"TEMPLATE_NOT_FOUND", Fix, "the template does not exist", "Correct the template, then send anew."},
	17:       {"TEMPLATE_INSUFFICIENT_PARAMETERS", Fix, "the template wants more parameters", "Correct the parameters, then send anew."},
	18:       {"TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION", Fix, "the template has no such language or version", "Correct the template, then send anew."},
	19:       {"DELIVERY_TIMED_OUT", Ambiguous, "it was not delivered in time; the device may still get it", "Leave it, or retry by name: they may get it twice."},
	20:       {"DELIVERY_REJECTED_DUE_TO_POLICY", Never, "the channel's rules do not allow it", "Change what is sent."},
	21:       {"CONTACT_NOT_FOUND", Never, "there is no such contact", "Correct the contact."},
	22:       {"BAD_REQUEST", Fix, "Sinch could not turn the message into one for this channel", "Correct the message, then send anew."},
	23:       {"UNKNOWN_APP", Fix, "the app was removed while it was processed", "Look after the app, then retry."},
	24:       {"NO_CHANNEL_IDENTITY_FOR_CONTACT", Never, "the contact has no address on these channels", "Give the contact an address."},
	25:       {"CHANNEL_REJECT", Never, "the channel has refused it", "Look at what the channel allows."},
	26:       {"NO_PERMISSION", Fix, "the app may not do that", "Have the permission given, then retry."},
	27:       {"NO_PROFILE_AVAILABLE", Never, "the channel has no profile of the person", "Reach them in another way."},
	28:       {"UNSUPPORTED_OPERATION", Never, "the channel cannot do that", "Send something that the channel has."},
	29:       {"INACTIVE_CREDENTIAL", Fix, "the channel's credential is switched off", "Have the credential switched on, then retry."},
	30:       {"MESSAGE_EXPIRED", Ambiguous, "its time (ttl) had passed; a channel may still have handed it on", "Leave it, or retry by name: they may get it twice."},
	31:       {"MESSAGE_SPLIT_REQUIRED", Fix, "the text is too long for one message, and must not be split", "Shorten the text, or let it be split, then send anew."},
	32:       {"DELIVERY_REPORT_TIME_OUT", Ambiguous, "no channel has said in time that it arrived; it may have", "Leave it: they may have it."},
}

// Reasons is the number of reasons: those below it are known.
const Reasons = len(reasons)

var reasonOf = func() map[string]Reason {
	all := make(map[string]Reason, len(reasons))
	for i, r := range reasons {
		all[r.code] = Reason(i)
	}
	return all
}()

// ParseReason reads a code as the API writes it: "" is [NoReason], one that this version does not know [Other].
func ParseReason(code string) Reason {
	if r, known := reasonOf[code]; known {
		return r
	}
	return Other
}

func (r Reason) entry() *reason {
	if int(r) < len(reasons) {
		return &reasons[r]
	}
	return &reasons[Other]
}

// Code is the reason as the API writes it; "" where none was given.
func (r Reason) Code() string { return r.entry().code }

// String is the same as Code.
func (r Reason) String() string { return r.Code() }

// Words say why the message failed, as a clause: "the channel takes no more messages at this pace".
func (r Reason) Words() string { return r.entry().words }

// Advice is a sentence that says what to do about it.
func (r Reason) Advice() string { return r.entry().advice }

// Class is what can be done about it.
func (r Reason) Class() Class { return r.entry().class }
