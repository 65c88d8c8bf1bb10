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
// # Truth and copies of it
//
// [Meta] in the ledger is the truth about a run. run.json, frozen.yaml and status.json are written for people. They are
// read only while another process holds the run, to say something of it, and nothing is decided by them.
package runstore
