// Package control lets other processes of this machine talk to the one that holds a run: ask how far it is, who its people are and for a copy of its
// ledger, stop it, pause it.
//
// The holder listens on a port of the loopback interface, which works alike on every system. A random token proves who asks, since any
// user of the machine can connect; the answer proves in turn that its sender has known the token before, so that what a dead process has
// left behind cannot lead to another program that was given its port. Neither address nor token is ever printed or logged.
//
// Nobody who asks can slow the sending down: answers are made of what may be read at any time, connections are few and short-lived, and
// what goes wrong here is a line in the log at most.
package control

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
)

// Order is something that the holder of a run is told to do.
type Order string

// The orders.
const (
	Stop     Order = "stop"
	Pause    Order = "pause"
	Continue Order = "continue"
)

// ErrNobody says that no holder of the run answers: it has ended, it is on another machine, or something else has its port now. What
// exactly went wrong is left out, since it holds the address.
var ErrNobody = errors.New("no process answers for this run")

const (
	statusPath  = "/status"
	peoplePath  = "/people"
	ledgerPath  = "/ledger"
	proofHeader = "Sendoff-Proof"
)

// How people are sent: at most so many keys in a batch, and instead of a batch the end.
const (
	maxBatch = 1 << 10
	noMore   = 1<<32 - 1
)

// said is the answer to an order.
type said struct {
	Said string `json:"said"`
}

// proof is what only those can say who know the token.
func proof(token string) string {
	sum := sha256.Sum256([]byte("holder " + token))
	return hex.EncodeToString(sum[:])
}

func isLoopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	return err == nil && net.ParseIP(host).IsLoopback()
}
