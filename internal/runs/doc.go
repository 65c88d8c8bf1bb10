// Package runs finds runs on disk, and answers questions over several of them: which there are and how far they are ([List], [Unfinished]),
// whom they have sent to or may still send to ([Scope.Sent]), and which one is meant by a name ([Scope.Source]).
//
// It changes nothing, and reads a run only while no other process holds it. Of one that is held it knows what that process says of itself for
// people to look at: enough to list it, and to tell whether it is meant. Who its people are, that process is asked ([Scope].Ask), since it alone
// knows: two runs that leave out each other's people can so send at the same time. An unfinished run stops nobody, and all its people count.
//
// # Fail closed
//
// Whoever is left out of one run because of another is asked for once more before every send. So a run that is meant and cannot be read, or
// whose frozen audience is gone, is an error: somebody in it could get a message that they were not to get. There is one exception. A run whose
// audience was frozen before the plan that asks for it was made has nobody whom that plan has not left out already. When its people's data is
// erased later, the plan goes on without it.
//
// # Memory
//
// The people of runs are kept as sorted keys of their addresses, 8 bytes each: 80 MB for 10 million people with one address, and some
// 160 MB for the moment in which room is made for those of a further run. Snapshots are read frame by frame.
package runs
