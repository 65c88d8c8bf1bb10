package render

import (
	"slices"
	"strconv"
	"time"

	"sendoff/campaign"
)

// What the API takes, in characters (SendMessageRequest in its schema).
const (
	maxPropertyChars             = 1024
	maxMessageMetadataChars      = 1024
	maxConversationMetadataChars = 2048
	maxCorrelationIDChars        = 128
)

const metadataField = "message_metadata"

// compiler makes a program.
type compiler struct {
	campaign *campaign.Campaign
	id       Identity
	sources  sources

	program program
	literal []byte // what follows the last operation
	depth   int    // how many JSON strings the text stands in

	underscores bool // values are a WhatsApp template's language, which it takes as en_US alone
}

// request compiles a whole messages:send request with a message.
func (c *compiler) request(message campaign.Value) {
	c.json(`{"app_id":`)
	c.string(c.id.AppID)
	c.recipient()
	c.json(`,"message":`)
	c.message(message)
	c.json(`,"channel_priority_order":`)
	c.order()
	c.options()
	c.channelProperties()
	c.conversationMetadata()
	c.correlationID()
	c.messageMetadata()
	c.json("}")
	c.flush()
}

// recipient names the person on every channel that may be tried.
func (c *compiler) recipient() {
	c.json(`,"recipient":`)
	if !c.program.routes.onlyNumber {
		c.add(op{kind: recipientOp})
		return
	}
	c.json(`{"identified_by":{"channel_identities":`)
	c.list(len(c.program.routes.all), func(i int) {
		c.json(c.program.routes.all[i].identity)
		c.add(op{kind: addressOp})
		c.json(`"}`)
	})
	c.json("}}")
}

// order names the channels that may be tried.
func (c *compiler) order() {
	if !c.program.routes.onlyNumber {
		c.add(op{kind: orderOp})
		return
	}
	c.list(len(c.program.routes.all), func(i int) { c.json(c.program.routes.all[i].name) })
}

// options are the fields that go out as the campaign has them.
func (c *compiler) options() {
	for _, f := range []struct{ name, value string }{
		{"message_content_type", c.campaign.MessageContentType},
		{"processing_strategy", c.campaign.ProcessingStrategy},
		{"queue", c.campaign.Queue},
		{"conversation_metadata_update_strategy", c.campaign.ConversationMetadataUpdateStrategy},
	} {
		if f.value != "" {
			c.json(`,"` + f.name + `":`)
			c.string(f.value)
		}
	}
	c.ttl()
	if c.campaign.CallbackURL.Kind != campaign.Null {
		c.json(`,"callback_url":`)
		c.value(c.campaign.CallbackURL)
	}
}

// ttl is how long a message is worth getting, where the campaign says that, and else the campaign's own.
func (c *compiler) ttl() {
	switch e := c.campaign.Expires; {
	case e.After > 0:
		c.json(`,"ttl":"` + strconv.FormatInt(int64(e.After/time.Second), 10) + `s"`)
	case e.Until != "":
		c.json(`,"ttl":"`)
		c.add(op{kind: ttlOp})
		c.json(`s"`)
	case c.campaign.TTL.Kind != campaign.Null:
		c.json(`,"ttl":`)
		c.value(c.campaign.TTL)
	}
}

func (c *compiler) channelProperties() {
	properties := c.campaign.ChannelProperties.Fields
	if len(properties) == 0 {
		return
	}
	c.json(`,"channel_properties":{`)
	for i, f := range properties {
		c.key(i, f.Name)
		c.limitedString("channel_properties."+f.Name, maxPropertyChars, func() { c.text(f.Value.Text) })
	}
	c.json("}")
}

func (c *compiler) conversationMetadata() {
	if c.campaign.ConversationMetadata.Kind == campaign.Null {
		return
	}
	c.json(`,"conversation_metadata":`)
	c.limited("conversation_metadata", maxConversationMetadataChars, false, func() { c.value(c.campaign.ConversationMetadata) })
}

// correlationID is the campaign's own, or else the run and the row. What is marked has none of the campaign's: its receipts must not pass for
// those of the person whose values it holds.
func (c *compiler) correlationID() {
	c.json(`,"correlation_id":`)
	c.limitedString("correlation_id", maxCorrelationIDChars, func() {
		prefix := c.id.RunID + "/"
		if own := c.campaign.CorrelationID; c.id.Mark != "" {
			prefix = string(c.id.Mark) + "/" + prefix
		} else if own.Kind != campaign.Null {
			c.text(own.Text)
			return
		}
		c.text(campaign.Text{{Literal: prefix}})
		c.add(op{kind: rowOp})
	})
}

// messageMetadata is a string that holds JSON: the campaign's own labels and, behind them, where the message belongs.
func (c *compiler) messageMetadata() {
	c.json(`,"` + metadataField + `":`)
	c.limitedString(metadataField, maxMessageMetadataChars, func() {
		c.depth++
		defer func() { c.depth-- }()
		own := c.campaign.Metadata.Fields
		c.json("{")
		for i, f := range own {
			c.key(i, f.Name)
			c.value(f.Value)
		}
		c.key(len(own), "sendoff")
		c.json(`{"run":`)
		c.string(c.id.RunID)
		c.json(`,"key":`)
		c.string(c.id.RunKey)
		c.json(`,"row":`)
		c.add(op{kind: rowOp})
		c.json(`,"epoch":"`)
		c.add(op{kind: epochOp})
		c.json(`"`)
		if c.id.Mark != "" {
			c.json(`,"` + string(c.id.Mark) + `":true`)
		}
		c.json(`}}`)
	})
}

func (c *compiler) value(v campaign.Value) {
	switch v.Kind {
	case campaign.Null:
		c.json("null")
	case campaign.Bool:
		if v.Bool {
			c.json("true")
		} else {
			c.json("false")
		}
	case campaign.Number:
		c.json(v.Number)
	case campaign.String:
		c.json(`"`)
		c.text(v.Text)
		c.json(`"`)
	case campaign.NumberString:
		c.number(v.Text, 0)
	case campaign.List:
		c.list(len(v.List), func(i int) { c.value(v.List[i]) })
	case campaign.Object:
		c.object(v)
	case campaign.JSONString:
		c.json(`"`)
		c.depth++
		c.value(*v.Inner)
		c.depth--
		c.json(`"`)
	}
}

func (c *compiler) list(n int, element func(i int)) {
	c.json("[")
	for i := range n {
		if i > 0 {
			c.json(",")
		}
		element(i)
	}
	c.json("]")
}

func (c *compiler) object(v campaign.Value) {
	c.members(v, func(f campaign.Field) {
		if f.Value.Kind == campaign.NumberString {
			c.number(f.Value.Text, degrees(f.Name))
		} else {
			c.value(f.Value)
		}
	})
}

// members compiles an object; compile makes the value of a member.
func (c *compiler) members(v campaign.Value, compile func(campaign.Field)) {
	c.json("{")
	for i, f := range v.Fields {
		c.key(i, f.Name)
		compile(f)
	}
	c.json("}")
}

// message compiles the message, in which only a template of WhatsApp is something else than a value.
func (c *compiler) message(v campaign.Value) {
	const template, byChannel = "template_message", "channel_template"
	whatsApp := v.Get(template).Get(byChannel).Get(string(campaign.WhatsApp))
	if whatsApp.Kind != campaign.Object {
		c.value(v)
		return
	}
	c.members(v, func(f campaign.Field) {
		if f.Name != template {
			c.value(f.Value)
			return
		}
		c.members(f.Value, func(f campaign.Field) {
			if f.Name != byChannel {
				c.value(f.Value)
				return
			}
			c.members(f.Value, c.channelTemplate)
		})
	})
}

// channelTemplate compiles a reference to a template that was approved on a channel.
func (c *compiler) channelTemplate(reference campaign.Field) {
	c.members(reference.Value, func(f campaign.Field) {
		c.underscores = reference.Name == string(campaign.WhatsApp) && f.Name == "language_code"
		c.value(f.Value)
		c.underscores = false
	})
}

// degrees returns how far from 0 a coordinate may be, or 0 for a field that is none.
func degrees(field string) int {
	switch field {
	case "latitude":
		return 90
	case "longitude":
		return 180
	}
	return 0
}

// key begins the member with index i of an object.
func (c *compiler) key(i int, name string) {
	if i > 0 {
		c.json(",")
	}
	c.string(name)
	c.json(":")
}

func (c *compiler) string(s string) {
	c.json(`"`)
	c.text(campaign.Text{{Literal: s}})
	c.json(`"`)
}

// text compiles what stands between the quotes of a string.
func (c *compiler) text(t campaign.Text) {
	for _, part := range t {
		if part.Name == "" {
			c.literal = appendEscaped(c.literal, part.Literal, c.depth+1)
			continue
		}
		c.add(op{kind: valueOp, source: c.source(part), depth: c.depth + 1, underscores: c.underscores})
	}
}

func (c *compiler) number(t campaign.Text, limit int) {
	c.add(op{kind: numberOp, source: c.source(t[0]), limit: limit})
}

// limitedString compiles a string whose content has at most limit characters; compile makes the content.
func (c *compiler) limitedString(field string, limit int, compile func()) {
	c.json(`"`)
	c.limited(field, limit, true, compile)
	c.json(`"`)
}

// limited lets every row be checked: what compile makes has at most limit characters.
func (c *compiler) limited(field string, limit int, inString bool, compile func()) {
	c.add(op{kind: markOp})
	compile()
	c.add(op{kind: limitOp, text: field, limit: limit, inString: inString})
}

// source returns where a placeholder's value comes from.
func (c *compiler) source(p campaign.Part) *source {
	s := c.sources[campaign.Fold(p.Name)]
	if s.hasFallback && !slices.Contains(c.program.defaulted, s) {
		c.program.defaulted = append(c.program.defaulted, s)
	}
	return s
}

// json compiles JSON that stands outside the strings of its own document.
func (c *compiler) json(text string) { c.literal = appendEscaped(c.literal, text, c.depth) }

func (c *compiler) add(o op) {
	c.flush()
	c.program.ops = append(c.program.ops, o)
}

func (c *compiler) flush() {
	if len(c.literal) > 0 {
		c.program.ops = append(c.program.ops, op{kind: literalOp, text: string(c.literal)})
		c.literal = c.literal[:0]
	}
}
