// Package profile keeps named destinations in a file of the user's own, profiles.yaml: project, app, region and access key, and whom and
// how many people messages may reach through them.
//
// It knows nothing of campaigns or of the environment's SINCH_*; who wins where they disagree is not its business.
//
// Invariants:
//   - The file, and a file that holds a secret, may be read by their owner alone, or they are refused (on Windows the folder's own rules hold).
//   - A secret comes out of [Profile.Secret] and of nothing else: no verb, no JSON and no error shows it, nor what a command printed that
//     was to give it.
//   - Nothing is looked for before somebody asks: a program that nobody gave a profile needs no home.
//
// # Why it reads YAML by itself
//
// The file has two levels of keys and texts, and what a profile is made of decides who can be written to. So anything else that YAML
// knows (lists, tags, anchors, texts over several lines) is refused, and a value is what stands in the file: an id of digits alone is
// not a number.
package profile
