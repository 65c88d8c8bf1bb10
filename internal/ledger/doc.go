// Package ledger remembers durably what was begun for every row of an audience and what became of it.
//
// It is a leaf: it knows rows by their ordinal, and neither the campaign nor the people. No personal data is stored in it.
// The file is a bbolt database, and bbolt ends at this package.
//
// # The promise
//
// [Ledger.Begin] returns only when the intent is on disk (fsync), so a request that leaves after it can never be forgotten.
// [Ledger.Record] does not wait: a result that is lost in a crash leaves the row begun, which makes it in doubt, never lost
// and never sent again by mistake. A transition that would begin a row twice is refused and stops the run.
//
// # Layout
//
//	bucket meta  "format", "created", "run_id", "identity", "started", "begun", "run" (the caller's own document), "receipts" (up to where the caller's
//	             file of receipts has been merged)
//	bucket blk   block number (4 bytes, big endian) → 250 records of 24 bytes, for rows 250·n … 250·n+249
//	bucket err   index (2 bytes, big endian) → a text that records refer to
//	bucket ext   row (4 bytes, big endian) → a message id that is not a ULID
//	bucket rcpt  block number → 250 receipts of 8 bytes, apart from the records, so that what the sender writes never grows
//	bucket stray block number → 250 bits in 32 bytes: of which rows receipts came that were not accepted then
//	bucket mov   block number → 250 bytes: the number of the run in which a row is sent to again, or 0
//
// A record is state (1 byte), reason (1), attempts (1), channel and flags (1), time since creation in units of 10 ms (4,
// big endian), and 16 bytes. Those are the message id as a binary ULID; or the index of a text (2 bytes), the storage of the last intent (2),
// a number that belongs to the text (4), the time of the last intent (4) and 4 spare bytes. A block that no row has touched does
// not exist; its rows are [None].
//
// 250 records, since two values of 6,000 bytes with their keys fill three pages of 4 KiB to 98 %; 256 would need a fourth.
//
// # Group commit
//
// One goroutine writes. A group is whatever has queued while the last commit ran; there is no timer. So a lone intent waits
// for one commit, and a busy run puts many intents and the results of earlier ones into one transaction. Before it takes a group the
// goroutine yields once, so that workers which could go on right now join it: that saves a fifth of a busy sender's work.
//
// # The witness
//
// bbolt can come back one transaction older than it was: from a backup, from a repair, from hardware that lies about fsync. Forgotten
// intents would then be sent again. So a second file counts intents: on disk always begun ≤ witness ≤ begun + 1,000, and exactly as many once
// the ledger has been closed. Another witness means that the ledger is older than its directory ([ErrRolledBack]).
//
// # Copies
//
// The ledger holds the machine and the inode it was born with; elsewhere it is a copy, and two copies that both go on would
// send twice ([ErrCopied]). The device number is kept for people, and not compared: on btrfs, LVM and in containers it changes with a
// reboot, after which a run must be able to go on.
//
// # Failure
//
// A failed write or fsync is final: Linux marks the pages clean and reports the error once, so a second fsync can succeed
// without the data. After it every call returns the error; nothing further may be sent. A full disk is no exception: what was
// committed stays, and the next [Open] goes on from there. [Ledger.Reserve] takes the room that is needed up front, so that it hardly happens.
package ledger
