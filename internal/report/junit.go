package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/prose"
)

// suite is report.xml: what came out as test cases, in the form that JUnit has made common.
type suite struct {
	XMLName  xml.Name   `xml:"testsuite"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Time     string     `xml:"timestamp,attr,omitempty"` // when the last start ended
	Cases    []testCase `xml:"testcase"`
}

type testCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Failure *verdict `xml:"failure"`
	Skipped *verdict `xml:"skipped"`
}

type verdict struct {
	Message string `xml:"message,attr"`
}

func (s *suite) add(c testCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// junit returns the test cases: what is promised of every run, and one for each slice.
func (r *Report) junit(tolerate campaign.Share) *suite {
	s := &suite{Name: r.RunKey}
	if !r.Ended.IsZero() {
		s.Time = r.Ended.UTC().Format("2006-01-02T15:04:05")
	}
	promise := func(name string, failing int, text string) {
		c := testCase{Class: "run", Name: name}
		if failing > 0 {
			c.Failure = &verdict{prose.Counted(failing, "person ", "people ") + text}
		}
		s.add(c)
	}
	promise("the books balance", 0, "") // or there is no report
	promise("nobody is in doubt", r.InDoubt, "may or may not have the message")
	if r.Delivery == nil {
		s.add(testCase{Class: "run", Name: "nobody was sent to twice", Skipped: &verdict{"no receipts were collected"}})
	} else {
		promise("nobody was sent to twice", r.SentTwice, "got two messages, as receipts say")
	}
	for i := range r.Results.Slices {
		s.add(r.Results.Slices[i].testCase(tolerate))
	}
	return s
}

// testCase fails where more were rejected, or failed later, than are tolerated of those that were tried.
func (s *Slice) testCase(tolerate campaign.Share) testCase {
	c := testCase{Class: s.By, Name: s.title()}
	switch failed, tried := s.failing(); {
	case tried == 0:
		c.Skipped = &verdict{"nobody was sent to"}
	case tolerate.Exceeds(failed, tried):
		c.Failure = &verdict{fmt.Sprintf("%s of %s rejected or failed", prose.Thousands(failed), prose.Thousands(tried))}
	}
	return c
}

// writeJUnit writes report.xml.
func (r *Report) writeJUnit(path string, tolerate campaign.Share) error {
	err := durable.WriteFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, xml.Header); err != nil {
			return err
		}
		enc := xml.NewEncoder(w)
		enc.Indent("", "  ")
		if err := enc.Encode(r.junit(tolerate)); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
