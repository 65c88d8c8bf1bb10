// Package metrics writes how a campaign's runs go into a file that Prometheus's node exporter reads (its textfile collector), and reads it
// again: what happened at the last success has to stand in it when a later start fails.
package metrics

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Metrics are what the file says. It has one campaign.
type Metrics struct {
	Campaign, RunKey string // the labels
	State            string // one of those given to [File.Write], or none

	LastSuccess time.Time // the last time that a run was seen through; zero: never
	LastEnd     time.Time // of a start; zero: none has ended
	ExitCode    int       // of that start

	Recipients, Accepted, Rejected, InDoubt, LeftInDoubt, NotSent int64

	RateAllowed, Queue int64
}

// metric is one of the names, with the number that it says.
type metric struct {
	name, help string
	value      func(*Metrics) *int64
}

// The names that [counts] does not have.
const (
	successName = "sendoff_last_success_timestamp_seconds"
	endName     = "sendoff_last_end_timestamp_seconds"
	codeName    = "sendoff_last_exit_code"
	stateName   = "sendoff_run_state"
)

func counts() []metric {
	return []metric{
		{"sendoff_recipients", "People that the run is for.", func(m *Metrics) *int64 { return &m.Recipients }},
		{"sendoff_accepted", "Recipients whose message Sinch took.", func(m *Metrics) *int64 { return &m.Accepted }},
		{"sendoff_rejected", "Recipients whose message Sinch refused for good.", func(m *Metrics) *int64 { return &m.Rejected }},
		{"sendoff_in_doubt", "Recipients of whom nobody knows yet whether Sinch took their message.", func(m *Metrics) *int64 { return &m.InDoubt }},
		{"sendoff_left_in_doubt", "Recipients of whom somebody has settled that nobody will know.", func(m *Metrics) *int64 { return &m.LeftInDoubt }},
		{"sendoff_not_sent", "Recipients who are still to be sent to.", func(m *Metrics) *int64 { return &m.NotSent }},
		{"sendoff_rate_allowed", "Messages a second that may leave now; 0: none is sent.", func(m *Metrics) *int64 { return &m.RateAllowed }},
		{"sendoff_queue", "Messages, of whomever, in the app's queue at Sinch when it was read last; 0 where nobody knows.", func(m *Metrics) *int64 { return &m.Queue }},
	}
}

// Names are the names of all metrics.
func Names() []string {
	names := []string{successName, endName, codeName, stateName}
	for _, c := range counts() {
		names = append(names, c.name)
	}
	return names
}

// text is the file: the text format of Prometheus, version 0.0.4.
func (m *Metrics) text(states []string) string {
	var b strings.Builder
	labels := fmt.Sprintf(`campaign="%s",run_key="%s"`, escape(m.Campaign), escape(m.RunKey))
	head := func(name, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name) }
	line := func(name, help string, value int64) {
		head(name, help)
		fmt.Fprintf(&b, "%s{%s} %d\n", name, labels, value)
	}
	line(successName, "When a run of the campaign was last seen through with exit code 0; 0: never.", seconds(m.LastSuccess))
	if !m.LastEnd.IsZero() {
		line(endName, "When the last start ended.", seconds(m.LastEnd))
		line(codeName, "The exit code of the last start that ended.", int64(m.ExitCode))
	}
	head(stateName, "1 for the state that the run is in, 0 for the others.")
	for _, state := range states {
		is := 0
		if state == m.State {
			is = 1
		}
		fmt.Fprintf(&b, "%s{%s,state=\"%s\"} %d\n", stateName, labels, escape(state), is)
	}
	for _, c := range counts() {
		line(c.name, c.help, *c.value(m))
	}
	return b.String()
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

func escape(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}

func unescape(value string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(value)
}

// sample is a line that text writes.
var sample = regexp.MustCompile(`^(\w+)\{campaign="((?:[^"\\]|\\.)*)",run_key="((?:[^"\\]|\\.)*)"(?:,state="((?:[^"\\]|\\.)*)")?\} (\d{1,18})$`)

// parse reads what text has written. Of lines that it does not write nothing is known.
func parse(content []byte) Metrics {
	var m Metrics
	values := map[string]*int64{}
	for _, c := range counts() {
		values[c.name] = c.value(&m)
	}
	var success, end, code int64
	values[successName], values[endName], values[codeName] = &success, &end, &code
	for line := range strings.Lines(string(content)) {
		parts := sample.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if parts == nil {
			continue
		}
		value, _ := strconv.ParseInt(parts[5], 10, 64) // it is digits, and few enough
		m.Campaign, m.RunKey = unescape(parts[2]), unescape(parts[3])
		switch p := values[parts[1]]; {
		case p != nil:
			*p = value
		case parts[1] == stateName && value == 1:
			m.State = unescape(parts[4])
		}
	}
	m.LastSuccess, m.LastEnd, m.ExitCode = moment(success), moment(end), int(code)
	return m
}
