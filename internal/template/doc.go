// Package template knows the templates that were made at Sinch, as they were read: in which languages they are, and which values they take. It
// holds a campaign's references to them against that, and asks nobody: who reads templates is the caller.
//
// Templates that were approved on a channel, by Meta for WhatsApp above all, are not among them. The API does not show those.
//
// # What is sent
//
// A campaign may leave to the template what that can tell: [Set.Apply] writes into every reference the parameters that it takes, the language, and
// in the place of "latest" the version that was read. So a run sends what was planned, and says before it goes on that the template has changed.
package template
