// Sendoff sends one campaign to many people through the Sinch Conversation API, once each, and can say afterwards what became of every
// one of them.
//
// # A tour of the code
//
// Data flows one way: audience → plan → render → send → ledger → report.
//
// [sendoff/campaign] says what a campaign is: the nouns, and the file format with its checks. It has no clock and no network.
//
// Before anything is sent: [sendoff/internal/table] reads the rows of files as they are, with positions; [sendoff/internal/audience] finds
// out what their columns mean, and [sendoff/internal/phone] which number a cell holds; [sendoff/internal/expression] reads the expressions of a
// campaign; [sendoff/internal/filter] says which of the people are meant, [sendoff/internal/template] what templates at Sinch take,
// [sendoff/internal/suppress] who must not be written to, and [sendoff/internal/consents] who has said so to Sinch;
// [sendoff/internal/seeds] reads who looks at the messages first; [sendoff/internal/render] turns a campaign and a person into the body of a
// request; [sendoff/internal/view] says how a channel shows a message, [sendoff/internal/sms] how many parts an SMS has, and
// [sendoff/internal/lint] what is remarkable about the texts of each row; [sendoff/internal/prices] knows what messages cost,
// [sendoff/internal/hours] at which hours people may get them, [sendoff/internal/forecast] what a plan comes to, and
// [sendoff/internal/calendar] when people would be sent to; [sendoff/internal/plan] decides with these who gets a message, and freezes it;
// [sendoff/internal/survey] says what the columns hold to whoever looks before, [sendoff/internal/probe] opens the addresses in
// messages where somebody asks for that, [sendoff/internal/preview] shows messages as phones will, and [sendoff/internal/proposal] the plan to
// whoever has to say yes, under the code by which it is approved, in the look of [sendoff/internal/page]. [sendoff/internal/scaffold] writes the
// files of a new campaign.
//
// What is on disk: [sendoff/internal/ledger] remembers durably what was begun for every row and what became of it. Start there to
// understand why nobody is lost and nobody is written to twice. [sendoff/internal/runstore] is one run: directory, lock, ledger, frozen
// audience. [sendoff/internal/durable] writes files that are whole after a power cut; [sendoff/internal/volume] knows what they lie on.
//
// Through what: [sendoff/internal/profile] keeps project, app, region and key by a name.
//
// While sending: [sendoff/internal/pace] says when the next request may leave, [sendoff/internal/sinch] makes it and reports what
// happened, [sendoff/internal/send] decides what that means for the row, and [sendoff/internal/settle] asks Sinch about those of which
// nobody can know. [sendoff/internal/control] lets other processes ask the one that sends how far it is, and stop or pause it.
//
// Afterwards: [sendoff/internal/report] makes lists, numbers and sentences of ledger and frozen audience, and [sendoff/internal/resultpage]
// the pages that people pass on; [sendoff/internal/story] tells what happened to one person; [sendoff/internal/runs] finds runs, and whom several
// of them have sent to; [sendoff/internal/chain] takes a run and its retries for one; [sendoff/internal/notify] and [sendoff/internal/metrics] tell others how it went.
//
// What Sinch tells later: [sendoff/internal/callback] reads it, [sendoff/internal/webhook] is who it is told to, [sendoff/internal/intake] gives it
// to the runs that it is about, [sendoff/internal/receipts] keeps it there in the words of [sendoff/internal/delivery], and [sendoff/internal/stops]
// keeps who wants no more messages.
//
// [sendoff/internal/cli] has the commands, and maps errors to exit codes in one place; [sendoff/internal/prose] writes numbers and names as
// its sentences have them. [sendoff/internal/sandbox] plays the Conversation API for users and tests; it shares no code with the
// client, so that a mistake cannot cancel itself out.
//
// For tests alone, [sendoff/internal/books] holds ledger, report and sandbox against each other, [sendoff/internal/failpoint] kills the
// program at named points and breaks its promises, [sendoff/internal/cutfs] is a file system whose power can be cut, and
// [sendoff/internal/browser] has Chromium look at pages.
// [sendoff/internal/importtest] holds the table of who may import whom.
package main

import (
	"os"
	_ "time/tzdata" // time zones of campaigns, on systems that have none of their own

	"sendoff/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
	}))
}
