package pace

import (
	"math/rand/v2"
	"time"
)

// Backoff returns how long to wait before attempt number failures+1: uniform between 0 and base·2^(failures-1), at most limit
// ("full jitter"). No failures, no wait.
func Backoff(failures int, base, limit time.Duration) time.Duration {
	if failures <= 0 {
		return 0
	}
	top := limit
	if shift := failures - 1; shift < 32 && base<<shift < limit {
		top = base << shift
	}
	return time.Duration(rand.Int64N(int64(top) + 1))
}
