// Package proposal turns a plan into what people read before they say yes: the screen that is asked about, the long form as text and as a page
// that one would sign, JSON, and the short code by which all of them name it. It decides nothing, and asks nobody.
//
// # What a code covers
//
// A [Code] is made of the plan's digest (see package plan), of the run key, and of that through which the messages go: project, app, region,
// endpoint. So whoever approves a code has approved one mailing to certain people through a certain app, and since a run key sends
// once, nobody can use the approval twice. It does not cover what may change while an approved plan waits: who is on the suppression lists,
// and the pace.
//
// Where nobody says through what the messages go, the code is that of the plan alone, and everything that shows it says so. It can be
// sent through whatever is named later, but for where an approval is required: somebody who approves has to know through what.
//
// Eight characters are 40 bits: enough that no two plans that people confuse have the same, too few to stop somebody who looks for two plans of
// one code on purpose. It is a name, not a signature.
//
// # What is people's data
//
// Samples are texts with what certain people's rows hold. They are on the screen, on the page and in the JSON on purpose; nothing else here
// holds any. Whatever stands in a file is shown so that neither a terminal nor a browser obeys it.
package proposal
