// Package metrics shows Prometheus how a campaign's runs go: in a file that its node exporter reads (the textfile collector), and on an address while one goes
// on. The file is read again: what happened at the last success has to stand in it when a later start fails.
package metrics

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metrics are what is shown. They are of one campaign.
type Metrics struct {
	Campaign, RunKey string // the labels
	State            string // one of those given to [File.Write] or [Serve], or none

	LastSuccess time.Time // the last time that a run was seen through; zero: never
	LastEnd     time.Time // of a start; zero: none has ended
	ExitCode    int       // of that start

	Recipients, Accepted, Rejected, InDoubt, LeftInDoubt, NotSent int64

	RateAllowed, Queue int64

	Receipts *Receipts // nil: none were collected, and nothing is shown of them
}

// Receipts are what delivery receipts say of those who were accepted.
type Receipts struct{ Delivered, Read, Failed, Pending, SentTwice int64 }

// metric is one of the names, with the number that it says, or nil where it is not shown.
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

// The labels.
const (
	campaignLabel = "campaign"
	keyLabel      = "run_key"
	stateLabel    = "state"
)

func counts() []metric {
	return append([]metric{
		{"sendoff_recipients", "People that the run is for.", func(m *Metrics) *int64 { return &m.Recipients }},
		{"sendoff_accepted", "Recipients whose message Sinch took.", func(m *Metrics) *int64 { return &m.Accepted }},
		{"sendoff_rejected", "Recipients whose message Sinch refused for good.", func(m *Metrics) *int64 { return &m.Rejected }},
		{"sendoff_in_doubt", "Recipients of whom nobody knows yet whether Sinch took their message.", func(m *Metrics) *int64 { return &m.InDoubt }},
		{"sendoff_left_in_doubt", "Recipients of whom somebody has settled that nobody will know.", func(m *Metrics) *int64 { return &m.LeftInDoubt }},
		{"sendoff_not_sent", "Recipients who are still to be sent to.", func(m *Metrics) *int64 { return &m.NotSent }},
		{"sendoff_rate_allowed", "Messages a second that may leave now; 0: none is sent.", func(m *Metrics) *int64 { return &m.RateAllowed }},
		{"sendoff_queue", "Messages, of whomever, in the app's queue at Sinch when it was read last; 0 where nobody knows.", func(m *Metrics) *int64 { return &m.Queue }},
	}, ofReceipts()...)
}

func ofReceipts() []metric {
	of := func(name, help string, value func(*Receipts) *int64) metric {
		return metric{name, help, func(m *Metrics) *int64 {
			if m.Receipts == nil {
				return nil
			}
			return value(m.Receipts)
		}}
	}
	return []metric{
		of("sendoff_delivered", "Accepted recipients whose message arrived, and of whom no receipt says that they read it.", func(r *Receipts) *int64 { return &r.Delivered }),
		of("sendoff_read", "Accepted recipients who read their message.", func(r *Receipts) *int64 { return &r.Read }),
		of("sendoff_failed", "Accepted recipients whose message failed later.", func(r *Receipts) *int64 { return &r.Failed }),
		of("sendoff_pending", "Accepted recipients of whom no final receipt has come.", func(r *Receipts) *int64 { return &r.Pending }),
		of("sendoff_sent_twice", "Accepted recipients of whom receipts speak of two messages.", func(r *Receipts) *int64 { return &r.SentTwice }),
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

// collector hands metrics to a registry, as they are when it asks. states are all that a run can be in.
type collector struct {
	current func() *Metrics // nil: there are none yet
	states  []string
	live    bool // no success may mean that nobody has told of one, rather than that there never was one
}

// Describe describes nothing, by which a registry knows that there are not always the same metrics.
func (c collector) Describe(chan<- *prometheus.Desc) {}

func (c collector) Collect(metrics chan<- prometheus.Metric) {
	m := c.current()
	if m == nil {
		return
	}
	labels := []string{strings.ToValidUTF8(m.Campaign, "�"), strings.ToValidUTF8(m.RunKey, "�")}
	show := func(name, help string, value int64) {
		metrics <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, []string{campaignLabel, keyLabel}, nil), prometheus.GaugeValue, float64(value), labels...)
	}
	if !c.live || !m.LastSuccess.IsZero() {
		show(successName, "When a run of the campaign was last seen through with exit code 0; 0: never.", seconds(m.LastSuccess))
	}
	if !m.LastEnd.IsZero() {
		show(endName, "When the last start ended.", seconds(m.LastEnd))
		show(codeName, "The exit code of the last start that ended.", int64(m.ExitCode))
	}
	state := prometheus.NewDesc(stateName, "1 for the state that the run is in, 0 for the others.", []string{campaignLabel, keyLabel, stateLabel}, nil)
	for _, name := range c.states {
		is := 0.0
		if name == m.State {
			is = 1
		}
		metrics <- prometheus.MustNewConstMetric(state, prometheus.GaugeValue, is, append(labels[:2:2], name)...)
	}
	for _, c := range counts() {
		if value := c.value(m); value != nil {
			show(c.name, c.help, *value)
		}
	}
}

// register returns a registry that has nothing but a collector.
func register(c collector) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c) // which is all there is, so that nothing can be in its way
	return registry
}

// text is what the file holds: the text format of Prometheus.
func (m *Metrics) text(states []string) ([]byte, error) {
	families, err := register(collector{current: func() *Metrics { return m }, states: states}).Gather()
	if err != nil {
		return nil, fmt.Errorf("gather metrics: %w", err)
	}
	var b bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&b, family); err != nil {
			return nil, fmt.Errorf("encode metrics: %w", err)
		}
	}
	return b.Bytes(), nil
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

// parse reads what text has written. It reports whether that was it; of what is not in the format nothing is known.
func parse(content []byte) (m Metrics, isOurs bool) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(content))
	if err != nil || families[successName] == nil {
		return Metrics{}, false
	}
	if families["sendoff_delivered"] != nil {
		m.Receipts = new(Receipts)
	}
	var success, end, code int64
	values := map[string]*int64{successName: &success, endName: &end, codeName: &code}
	for _, c := range counts() {
		values[c.name] = c.value(&m)
	}
	for name, family := range families {
		for _, sample := range family.GetMetric() {
			labels := map[string]string{}
			for _, label := range sample.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			m.Campaign, m.RunKey = labels[campaignLabel], labels[keyLabel]
			value := sample.GetGauge().GetValue()
			if p := values[name]; p != nil {
				*p = int64(value)
			} else if name == stateName && value == 1 {
				m.State = labels[stateLabel]
			}
		}
	}
	m.LastSuccess, m.LastEnd, m.ExitCode = moment(success), moment(end), int(code)
	return m, true
}
