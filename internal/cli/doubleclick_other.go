//go:build !windows

package cli

func startedByDoubleClick() bool { return false }
