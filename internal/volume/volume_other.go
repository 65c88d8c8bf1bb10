//go:build !linux && !darwin && !windows

package volume

// lookAt knows nothing of other systems.
func lookAt(string) (Volume, error) { return Volume{Free: -1}, nil }
