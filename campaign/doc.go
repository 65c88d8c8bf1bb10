// Package campaign says what a campaign is: its nouns, and its file format, which [Load] reads into a checked [Campaign] or into
// [Problems] with their positions.
//
// It knows neither the recipients nor what becomes of them. It has no clock and no network, and touches the disk in [Load] only:
// [Parse] makes the same campaign of the bytes in [Campaign.Sources] again, long after the file has changed.
//
// Invariants:
//   - A Campaign that Load returns has exactly one message type in every message, all fields that the Conversation API requires, and
//     nothing that it forbids, as far as that can be known without the recipients' values.
//   - Every string of the file that goes to Sinch is the text that its author sees, character by character.
//   - No key of the file is ignored: it has its effect, or it is a problem. ($schema is for editors.)
//   - No Problem repeats a value of the file that may be a number of a person or a secret.
//
// # How a file is read
//
//	bytes → text (encoding.go) → nodes with positions (yaml.go, tokens.go, damage.go, syntax.go)
//	      → Values (read.go, json.go, placeholder.go, by the rules) → Campaign (build.go)
//
// The rules (rule.go; fields.go, message.go, formats.go) are one tree that says what may stand where. The checks, the suggestions for
// misspelt words and the JSON Schema are all made of it, so that they cannot disagree. What a tree cannot say is in checks.go, and what
// depends on the channels in channels.go.
//
// # Why the parser's nodes, and not its decoder
//
// YAML turns 0046700000000 into another number, 1.10 into 1.1, and drops what follows " #". A decoder hides this. So goccy/go-yaml is used
// as a parser only, and ends at yaml.go, tokens.go, damage.go and syntax.go: where a text is wanted the node's source is taken as it stands, and
// whatever would be lost in silence (text behind a comment sign or a closing quote, tags, anchors, a second document, keys
// indented with other spaces) is a problem with a position and a hint.
//
// # Why unquoted numbers are taken where a text is wanted
//
// Since the source is taken, SMS_SENDER: 0046700000000 is sent as it is seen. Forms whose digits a YAML reader would change and that
// nobody writes for a text (0x1f, 1_000, .inf) have to be quoted.
//
// # Why sizes are checked although values are missing
//
// What is rendered is at least as long as the literal parts of a text. So a limit that these alone exceed is exceeded for
// everybody, and said here; the rest can be judged only with a recipient's values, when a message is rendered.
package campaign
