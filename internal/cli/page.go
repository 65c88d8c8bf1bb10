package cli

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/plan"
	"sendoff/internal/report"
	"sendoff/internal/resultpage"
	"sendoff/internal/runstore"
)

// writePage writes the page of a run's results into its folder, and a copy beside it that says by its name which run it is of.
func (s *session) writePage(run *runstore.Run, rep *report.Report) error {
	m := run.Meta()
	facts := resultpage.Facts{Report: rep, Campaign: frozenFor(m), Version: version()}
	if set, err := plan.Templates(m); err == nil { // else an older version has frozen them: the page has no words of theirs
		facts.Templates = set
	}
	if rep.Rows <= resultpage.MostPeople && m.Erased.IsZero() {
		facts.People = report.People(run)
	}
	var page bytes.Buffer // it is small, however large the run
	if err := resultpage.Write(&page, facts); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	for _, name := range []string{runstore.PageName, runstore.PageFileName(m.Key)} {
		err := durable.WriteFile(run.Path(pageName(name, rep)), func(w io.Writer) error {
			_, err := w.Write(page.Bytes())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pageName is that of a page of a report within the run's folder.
func pageName(name string, rep *report.Report) string {
	if rep.Redacted {
		return filepath.Join(runstore.RedactedFolder, name)
	}
	return name
}

// renewPage writes the page of a run whose people's data was erased anew, where there is one.
func (s *session) renewPage(run *runstore.Run) error {
	if _, err := os.Stat(run.Path(runstore.PageName)); errors.Is(err, fs.ErrNotExist) || run.Meta().State == runstore.Planning {
		return nil
	}
	rep, err := report.Write(run, report.Options{})
	if err != nil && !errors.Is(err, runstore.ErrErased) {
		return err
	}
	return s.writePage(run, rep)
}

// frozenFor is the campaign of a run as it was frozen; nil where an older version has, and this one cannot read it.
func frozenFor(m runstore.Meta) *campaign.Campaign {
	if len(m.Sources) == 0 {
		return nil
	}
	c, err := campaign.Parse(m.Sources[0].Name, m.Sources)
	if err != nil {
		return nil
	}
	return c
}

// writeAudit writes the page that says who has done what with a run into its folder.
func (s *session) writeAudit(run *runstore.Run, rep *report.Report) error {
	facts := resultpage.AuditFacts{Report: rep, Meta: run.Meta(), Campaign: frozenFor(run.Meta()), Live: run.Live(), Version: version(), Now: s.Now()}
	var err error
	if facts.Files, err = filesOf(run.Dir); err != nil {
		return err
	}
	if facts.Anomalies, err = anomalies(run.Path(runstore.LogName)); err != nil {
		return err
	}
	return durable.WriteFile(run.Path(runstore.AuditName), func(w io.Writer) error { return resultpage.WriteAudit(w, facts) })
}

// filesOf returns the files in a run's folder, but for what is about to be written and what only lasts while somebody works.
func filesOf(dir string) ([]resultpage.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	passing := []string{runstore.AuditName, runstore.StatusName, runstore.ControlName, runstore.TurnName}
	var all []resultpage.File
	for _, e := range entries {
		if !e.Type().IsRegular() || slices.Contains(passing, e.Name()) || strings.HasSuffix(e.Name(), ".tmp") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		n, err := io.Copy(h, f)
		_ = f.Close() // it was only read
		if err != nil {
			return nil, err
		}
		all = append(all, resultpage.File{Name: e.Name(), Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))})
	}
	return all, nil
}

// anomalies counts what a run's log warns of, by message, the most frequent first. A line that was cut short, by a process that died, counts nothing.
func anomalies(path string) ([]resultpage.Anomaly, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []resultpage.Anomaly
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		var entry struct{ Level, Msg string }
		if json.Unmarshal(line, &entry) != nil || entry.Level != "WARN" && entry.Level != "ERROR" {
			continue
		}
		i := slices.IndexFunc(all, func(a resultpage.Anomaly) bool { return a.Message == entry.Msg })
		if i < 0 {
			i, all = len(all), append(all, resultpage.Anomaly{Message: entry.Msg})
		}
		all[i].Times++
	}
	slices.SortStableFunc(all, func(a, b resultpage.Anomaly) int { return b.Times - a.Times })
	return all, nil
}
