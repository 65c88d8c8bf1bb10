//go:build unix

package profile

import (
	"context"
	"os/exec"
)

// shell makes a command of a line as people type it.
func shell(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "sh", "-c", line)
}
