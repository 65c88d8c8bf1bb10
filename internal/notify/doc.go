// Package notify tells others how a start of a run goes: a service that misses a heartbeat which does not come (healthchecks.io and its
// like), and webhooks. It knows nothing of runs but what it is given.
//
// Nothing that becomes of it can harm a run. The first heartbeat goes out beside the work; what is told at the end is tried three times,
// takes at most 15 seconds in all, and comes to one error of one line. Answers are not read, and redirects are not followed: a redirect
// would tell somebody else. An address is a secret from its path on, so no error names more of it than the host.
package notify
