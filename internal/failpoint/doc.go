// Package failpoint lets tests kill a process at named points, and break it on purpose to see that they notice.
//
// Without the build tag failpoint its functions do nothing, and the compiler leaves them out. With it, the environment says what happens:
//
//	SENDOFF_FAILPOINT=NAME:N   the process kills itself when it reaches a point for the Nth time
//	SENDOFF_MUTANT=NAME        a promise is broken: see [Mutation]
package failpoint

// Point is a place in the program. What is true if we die there stands beside it in the code.
type Point string

// The points, about in the order in which a run reaches them.
const (
	DirMade        Point = "dir-made"
	LedgerMade     Point = "ledger-made"
	LedgerLinked   Point = "ledger-linked"
	FileWritten    Point = "file-written"
	FileRenamed    Point = "file-renamed"
	SnapshotFrozen Point = "snapshot-frozen"
	SkipsPut       Point = "skips-put"
	Planned        Point = "planned"
	StartRecorded  Point = "start-recorded"
	PermitTaken    Point = "permit-taken"
	LedgerMarked   Point = "ledger-marked"
	WitnessWritten Point = "witness-written"
	GroupCommitted Point = "group-committed"
	IntentDurable  Point = "intent-durable"
	AnswerRead     Point = "answer-read"
	ResultRecorded Point = "result-recorded"
	LookTaken      Point = "look-taken"
	DoubtSettled   Point = "doubt-settled"
	SendingEnded   Point = "sending-ended"
	EndingOnRecord Point = "ending-on-record"
	ReportWritten  Point = "report-written"
)

// Points lists them all.
func Points() []Point {
	return []Point{
		DirMade, LedgerMade, LedgerLinked, FileWritten, FileRenamed, SnapshotFrozen, SkipsPut, Planned, StartRecorded, PermitTaken,
		LedgerMarked, WitnessWritten, GroupCommitted, IntentDurable, AnswerRead, ResultRecorded, LookTaken, DoubtSettled,
		SendingEnded, EndingOnRecord, ReportWritten,
	}
}

// SeedsStarted is reached before what goes to seeds, of runs that have some.
const SeedsStarted Point = "seeds-started"

// RetryMarked is reached when the rows of a retry stand as its own in the runs that they come from.
const RetryMarked Point = "retry-marked"

// ReceiptsWritten is reached when receipts were written, before they are synced; ReceiptsMerged when they stand in the ledger.
const (
	ReceiptsWritten Point = "receipts-written"
	ReceiptsMerged  Point = "receipts-merged"
)

// The points that erasing reaches, in that order. No run does.
const (
	SnapshotRewritten Point = "snapshot-rewritten"
	RowsForgotten     Point = "rows-forgotten"
	ListsRemoved      Point = "lists-removed"
	SnapshotReplaced  Point = "snapshot-replaced"
	ErasureOver       Point = "erasure-over"
	ErasureRecorded   Point = "erasure-recorded"
)

// ForgetPoints lists those of erasing single people.
func ForgetPoints() []Point {
	return []Point{SnapshotRewritten, RowsForgotten, ListsRemoved, SnapshotReplaced, ErasureOver}
}

// Mutation is a promise that a build with the tag can break. Tests must notice every one.
type Mutation string

// The mutations.
const (
	NoAwait          Mutation = "no-await"          // a request leaves before its intent is on disk
	NoSync           Mutation = "no-sync"           // nothing is synced
	NoSettle         Mutation = "no-settle"         // doubt is settled at once
	ResultFirst      Mutation = "result-first"      // a message counts as accepted before its request leaves
	RetentionIgnored Mutation = "retention-ignored" // what the app stored at the moment of the intent does not matter
)

// Mutations lists them all.
func Mutations() []Mutation {
	return []Mutation{NoAwait, NoSync, NoSettle, ResultFirst, RetentionIgnored}
}
