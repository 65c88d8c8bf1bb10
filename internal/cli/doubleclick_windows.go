package cli

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// startedByDoubleClick reports whether the console was opened for this process alone: it closes when we end, and nobody reads it.
func startedByDoubleClick() bool {
	var processes [2]uint32
	proc := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleProcessList")
	n, _, _ := proc.Call(uintptr(unsafe.Pointer(&processes[0])), uintptr(len(processes)))
	return n == 1
}
