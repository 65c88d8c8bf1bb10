// Package runstore is one run on disk: its directory, its lock, its ledger, the frozen audience and the files derived from them.
//
// # Birth
//
// Each step is safe to die in. (1) The directory. (2) The ledger, in state planning, published by a link that never replaces, and
// opened under its lock, which is held until [Run.Close]: planning is inside the lock. (3) frozen.yaml and the snapshot, by temporary
// file, fsync and rename. (4) The skipped rows. (5) One transaction that sets state planned with digests, number of rows and the
// snapshot's length: the commit point. A run that is found in state planning has nothing that counts, and is planned from nothing.
//
// # What holds people's data
//
// The snapshot and the lists made of it. The ledger, [Meta], run.json, status.json and control.json hold none. Directories have mode
// 0700, files 0600, and a .gitignore in the folder of runs keeps all of them out of repositories from the first moment.
//
// # How people are erased
//
// One person, by [Run.Forget]: (1) the snapshot without them, under a temporary name; their rows keep place and line, so that numbers of rows and
// frames mean what they meant. (2) One transaction: their rows are never begun any more, and the new snapshot's length and digest stand beside the
// old one's; until (5) either is valid. (3) The lists go. (4) The rename. (5) The new snapshot's length and digest alone. Whoever holds the run
// next does what is missing behind (2); before it nothing has happened. The plan's digest is that of the plan as it was made, for good.
//
// Everybody, by [Run.ErasePeople]: it is on record first, then the files go, and whoever holds the run next removes what is left of them.
//
// # Seeds
//
// What goes to the seeds of a run is a run within its folder ([SeedsFirst], [SeedsLast]), made before anybody else is begun, and erased and
// forgotten with it. It is held only by who holds the run, and only while it sends to the seeds.
//
// # Retries
//
// A run that sends again to some people of another one lies within its folder ([RetryPrefix]) and is a run like any other, but for two things. Beside
// its snapshot it has where each of its rows comes from ([Run.Origins]), frozen at the same commit point. And whoever holds it for sending holds the
// run that it lies in too, and the retries before it: a person is sent to by one of them at a time.
//
// # Truth and copies of it
//
// [Meta] in the ledger is the truth about a run. run.json, frozen.yaml and status.json are written for people. run.json and status.json are read
// back only to say something of a run that cannot be opened now, since another process holds it or its ledger is broken.
package runstore
