// Package consents gets hold of Sinch's own list of people who have opted out, from the API or from a copy beside the runs: starts in short
// succession need not ask for it again, and a plan, which asks nobody, can say whom it would leave out.
//
// Invariants:
//   - A list is read whole or not at all: whoever is missing on it would be written to.
//   - A copy is whole, of the app and the lists that are asked about, or it counts as none, and the list is read again. Two starts at once may
//     both write it; one of them has written the file.
//   - A copy holds people's numbers: its mode is 0600, it lies in a folder of runs, which is out of Git's sight, and [Erase] finds it by its name.
package consents
