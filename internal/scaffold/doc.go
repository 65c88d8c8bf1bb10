// Package scaffold writes the files of a new campaign: answers go in, files come out.
//
// It asks nobody, knows no terminal, and reads no audience: who calls it says what the columns are. Of the disk it knows [Write] alone.
//
// Invariants:
//   - What it writes reads as it was meant: every text that came from outside stands in quotes or in a block, of which package campaign makes the
//     same text again. Comments hold nothing from outside.
//   - Every line that begins with "# " and a key can be used by taking the "# " away, and the campaign is then still a good one.
//   - A file that is there is never written.
package scaffold
