package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

// hear puts receipts into a run, as whoever hears of them does. The messages are those that the run knows of, or else those that the sandbox has.
func hear(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hear DIR STATUS[:CODE] [ROW|FROM-TO…]")
	}
	status, code, _ := strings.Cut(args[1], ":")
	dir := ts.MkAbs(args[0])
	m, err := runstore.Glance(dir)
	ts.Check(err)
	ids, err := ts.Value("api").(*api).messagesOf(m.RunID)
	ts.Check(err)
	var rows []uint32
	for _, arg := range args[2:] {
		first, last, isRange := strings.Cut(arg, "-")
		from, err := strconv.Atoi(first)
		ts.Check(err)
		to := from
		if isRange {
			to, err = strconv.Atoi(last)
			ts.Check(err)
		}
		for row := from; row <= to; row++ {
			rows = append(rows, uint32(row))
		}
	}
	if len(rows) == 0 {
		for row := range ids {
			rows = append(rows, row)
		}
	}
	ts.Check(appendReceipts(dir, status, code, ids, rows...))
}

// messagesOf returns the ids of the messages of a run that the sandbox has, by row.
func (a *api) messagesOf(runID string) (map[uint32]string, error) {
	ids := map[uint32]string{}
	if a.server == nil {
		return ids, nil
	}
	for _, message := range a.server.Accepted() {
		var request struct {
			Metadata string `json:"message_metadata"`
		}
		var metadata struct {
			Sendoff struct {
				Run string
				Row uint32
			}
		}
		if err := errors.Join(json.Unmarshal(message.Request, &request), json.Unmarshal([]byte(request.Metadata), &metadata)); err != nil {
			return nil, err
		}
		if metadata.Sendoff.Run == runID {
			ids[metadata.Sendoff.Row] = message.ID
		}
	}
	return ids, nil
}

// appendReceipts puts receipts of some rows into the run in dir: of the messages that it knows of, and of others by the ids.
func appendReceipts(dir, status, code string, ids map[uint32]string, rows ...uint32) error {
	s, known := delivery.ParseStatus(status)
	if !known {
		return fmt.Errorf("%s is no status", status)
	}
	run, closeRun, err := new(session).view(context.Background(), dir)
	if err != nil {
		return err
	}
	defer closeRun()
	id, err := ulid.ParseStrict(run.Meta().RunID)
	if err != nil {
		return err
	}
	var all []receipts.Record
	entries := run.Ledger.Reader()
	for _, row := range rows {
		e, err := entries.Entry(row)
		if err != nil {
			return err
		}
		if e.MessageID == "" {
			e.MessageID, e.Channel = ids[row], campaign.SMS.Index()
		}
		if e.MessageID == "" {
			return fmt.Errorf("nobody knows of a message to row %d", row)
		}
		now := time.Now()
		all = append(all, receipts.Record{
			Row: row, Status: s, Reason: delivery.ParseReason(code), Channel: e.Channel, MessageID: e.MessageID, Time: now, Heard: now,
		})
	}
	log, err := receipts.OpenLog(run.Path(runstore.ReceiptsName), id)
	if err != nil {
		return err
	}
	return errors.Join(log.Append(all...), log.Close())
}

// listening says that somebody listens.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listening DIR")
	}
	ts.Check(receipts.Announce(ts.MkAbs(args[0]), receipts.Presence{PID: 1, Host: "test", Time: time.Now()}))
}
