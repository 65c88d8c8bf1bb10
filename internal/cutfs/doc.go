//go:build linux

// Package cutfs is a file system in memory, served through FUSE, whose power a test can cut: what comes back is what was synced, and an
// arbitrary part of the rest. It needs /dev/fuse and the right to mount.
//
// # What survives
//
// The model is as hostile as POSIX and what ext4 and XFS do with it allow, and no more: a program that it breaks is wrong.
//
//   - Data. fsync and fdatasync make the data of a file durable, with the size that is needed to read it. Since then every sector of
//     512 bytes may hold any of the contents that it had, each on its own: the page cache is written back in no order, a disk writes
//     sectors, and nothing smaller. A sector never mixes two states, nor goes back behind the last sync.
//   - Sizes. Changes of size since then survive in order, up to any one of them, whatever became of the data: sizes are in the journal
//     and data is not. So a file may be too short for its data, which is then gone, or end in zeros. Data written behind a truncation
//     that was lost is lost with it, since it went to blocks of its own.
//   - Names. Creating, linking, renaming and removing are durable when a directory that they change has been synced, along with whatever
//     they build on. Of the others a prefix survives, in the order in which they happened: that is what a journal does. A rename is
//     there or not, never half. Names know nothing of data: a new file whose data was not synced may be empty or torn, under any name.
//   - fsync of a file does not make its name durable, nor does fsync of a directory make durable the name that the directory has in its
//     parent. ext4 and XFS do both as a side effect; POSIX promises neither.
//   - Modes, owners and times are kept as they were. There are no symbolic links and no extended attributes.
//
// After an fsync that fails, as on Linux, the data counts as clean and programs go on reading it; but it is not on the disk, and no later
// fsync puts it there unless it is written again.
//
// # The process that serves
//
// It cannot map files of its own file system, as bbolt does: a page fault would hold a thread for which the garbage collector waits, while the
// answer to the fault waits for the garbage collector, and not even SIGKILL would end that. So mmap fails there with ENODEV. Databases are
// opened by child processes, or in a copy elsewhere. For the same reason neither the program nor the directory of a child may be on the
// file system when it is started.
package cutfs
