package runstore

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"sendoff/internal/durable"
	"sendoff/internal/ledger"
)

// The files of a run, beside those of its ledger.
const (
	SnapshotName = "audience.snap"
	FrozenName   = "frozen.yaml"
	RunName      = "run.json"
	StatusName   = "status.json"
	ControlName  = "control.json"
	LogName      = "log.jsonl"
	ReceiptsName = "receipts.log"
	ReportName   = "report.json"
	PageName     = "report.html"
	AuditName    = "audit.html"
	JUnitName    = "report.xml"
	RowsName     = "report.csv"
	FailuresName = "failures.csv"
	SkippedName  = "skipped.csv"
	InDoubtName  = "in-doubt.csv"
	CostsName    = "costs.csv"
	TurnName     = "report.lock" // by which those who write results of a run that nobody holds take turns
	SpoolName    = "numbers.tmp" // planning's own, gone when it ends
)

// The workbooks that are made of the lists. Where a spreadsheet keeps one open, the next one is put beside it.
const (
	RowsBookName     = "report.xlsx"
	FailuresBookName = "failures.xlsx"
	SkippedBookName  = "skipped.xlsx"
	InDoubtBookName  = "in-doubt.xlsx"

	rowsBeside     = "report (2).xlsx"
	failuresBeside = "failures (2).xlsx"
	skippedBeside  = "skipped (2).xlsx"
	inDoubtBeside  = "in-doubt (2).xlsx"
)

// Beside is the name of a workbook whose own name is taken.
func Beside(book string) string { return strings.TrimSuffix(book, ".xlsx") + " (2).xlsx" }

// lists hold people's data as the snapshot does, and can be made again: those of people, and what planning may leave where a process dies.
var lists = [...]string{
	RowsName, FailuresName, SkippedName, InDoubtName,
	RowsBookName, FailuresBookName, SkippedBookName, InDoubtBookName, rowsBeside, failuresBeside, skippedBeside, inDoubtBeside,
	SpoolName, SpoolName + ".lost",
}

// files are all of them, the ledger's last: as long as it is there, the directory is a run.
var files = [...]string{
	SpoolName, SnapshotName, OriginsName, FrozenName, RunName, StatusName, ControlName, LogName, ReceiptsName,
	ReportName, PageName, AuditName, JUnitName, RowsName, FailuresName, SkippedName, InDoubtName,
	RowsBookName, FailuresBookName, SkippedBookName, InDoubtBookName, rowsBeside, failuresBeside, skippedBeside, inDoubtBeside,
	CostsName, TurnName, ledger.WitnessName, ledger.FileName,
}

// The folders of runs, beside their campaign. The one within keeps runs that reach nobody apart; so no real run may have its name.
const (
	RunsFolder    = "runs"
	SandboxFolder = "sandbox"
)

// RedactedFolder is the one within a run's in which its results lie as outsiders may have them: nothing else does.
const RedactedFolder = "redacted"

// RetryPrefix is how the folders begin, within that of a run, in which it is tried again for some of its people: retry-1, retry-2, …
const RetryPrefix = "retry-"

// PageFileName is what the copy of a run's page is called that people forward: it says which run it is of.
func PageFileName(key string) string { return DirName(key) + "-" + PageName }

// maxDirName leaves room below the 255 bytes that file systems allow for a name.
const maxDirName = 120

// Path returns the directory of the run with a key, below the folder of its campaign. That of a retry lies within that of its run.
func Path(campaignDir, key string, sandbox bool) (string, error) {
	if of, number, ok := CutRetryKey(key); ok {
		dir, err := Path(campaignDir, of, sandbox)
		return filepath.Join(dir, retryName(number)), err
	}
	name := DirName(key)
	if name == "" {
		return "", fmt.Errorf("run key %q has no letter or digit, so it cannot name a folder", key)
	}
	if sandbox {
		return filepath.Join(campaignDir, RunsFolder, SandboxFolder, name), nil
	}
	if name == SandboxFolder {
		return "", fmt.Errorf("run key %q is kept for sandbox runs; choose another", key)
	}
	return filepath.Join(campaignDir, RunsFolder, name), nil
}

// CampaignDir is the reverse of [Path]: the folder of the campaign whose runs lie where dir is. It is empty where dir has another place.
func CampaignDir(dir string) string {
	if _, ok := retryNumber(filepath.Base(dir)); ok && hasRun(filepath.Dir(dir)) {
		dir = filepath.Dir(dir)
	}
	parent := filepath.Dir(dir)
	if filepath.Base(parent) == SandboxFolder {
		parent = filepath.Dir(parent)
	}
	if filepath.Base(parent) != RunsFolder {
		return ""
	}
	return filepath.Dir(parent)
}

// DirName turns a run key into a name that Linux, macOS, Windows and URLs allow: letters and digits in lower case, "." and "_"; everything
// else becomes one "-". It is empty where nothing is left. A name that would be too long ends in a digest of the key instead, so that two keys
// with different dates at their ends stay apart. Two keys can share a name all the same, so [Acquire] compares the keys themselves.
func DirName(key string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(key) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '.', r == '_':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-._")
	if len(name) > maxDirName {
		sum := sha256.Sum256([]byte(key))
		end := fmt.Sprintf("-%x", sum[:4])
		name = strings.TrimRight(strings.ToValidUTF8(name[:maxDirName-len(end)], ""), "-._") + end
	}
	if reserved(name) { // whatever its extension
		base, extension, found := strings.Cut(name, ".")
		if found {
			extension = "." + extension
		}
		return base + "-run" + extension
	}
	return name
}

// reserved reports whether Windows takes name for a device, with or without an extension.
func reserved(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	switch base {
	case "con", "prn", "aux", "nul":
		return true
	}
	if rest, ok := strings.CutPrefix(base, "com"); ok || strings.HasPrefix(base, "lpt") {
		if !ok {
			rest = strings.TrimPrefix(base, "lpt")
		}
		return len(rest) == 1 && rest[0] >= '0' && rest[0] <= '9'
	}
	return false
}

// makeDir makes the directory of a run. Before anything else is in it or in the folder of runs that holds it, a .gitignore is; a directory
// that has content already is somebody's own, and stays as it is.
func makeDir(dir string) error {
	if err := durable.MakeDir(dir); err != nil {
		return fmt.Errorf("make run directory: %w", err)
	}
	if campaign := CampaignDir(dir); campaign != "" {
		return keepOutOfGit(filepath.Join(campaign, RunsFolder))
	}
	content, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("make run directory: %w", err)
	}
	if len(content) > 0 {
		return nil
	}
	return keepOutOfGit(dir)
}

func keepOutOfGit(dir string) error {
	path := filepath.Join(dir, ".gitignore")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make run directory: %w", err)
	}
	defer f.Close()
	if _, err := f.WriteString("*\n"); err != nil {
		return fmt.Errorf("make run directory: %w", err)
	}
	return durable.SyncDir(dir)
}
