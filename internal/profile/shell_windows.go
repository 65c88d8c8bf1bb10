package profile

import (
	"context"
	"os/exec"
	"syscall"
)

// shell makes a command of a line as people type it. cmd has its own way with quotes, so it gets the line as it is.
func shell(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /s /c "` + line + `"`}
	return cmd
}
