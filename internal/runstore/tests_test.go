package runstore

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever stands in the file, the next test is remembered.
func TestRecordTestOverDamage(t *testing.T) {
	for _, damage := range []string{"", "null", "[]", `{"spring": 1}`} {
		dir := t.TempDir()
		if err := RecordTest(dir, "spring", Test{Seeds: 1}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, RunsFolder, testsName), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := LastTest(dir, "spring"); ok {
			t.Errorf("%q is taken for a test", damage)
		}
		if err := RecordTest(dir, "spring", Test{Seeds: 2}); err != nil {
			t.Fatal(err)
		}
		if got, ok := LastTest(dir, "spring"); !ok || got.Seeds != 2 {
			t.Errorf("after %q: %+v, %v", damage, got, ok)
		}
	}
}
