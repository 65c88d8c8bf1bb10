package pace

import (
	"testing"
	"time"
)

func TestRetryBudget(t *testing.T) {
	b, n := NewRetryBudget(20), 0
	for b.Take(start) == 0 {
		n++
	}
	if n != 120 {
		t.Errorf("%d retries at once at 20 a second, want a tenth of a minute's", n)
	}
	for range 100 {
		b.Sent()
	}
	for n = 0; b.Take(start) == 0; {
		n++
	}
	if n != 9 && n != 10 {
		t.Errorf("%d retries after 100 messages", n)
	}
	wait := b.Take(start)
	if wait <= 0 || wait > 2*time.Second {
		t.Fatalf("Take = %v with none left", wait)
	}
	if again := b.Take(start.Add(wait)); again != 0 {
		t.Errorf("after that wait Take = %v", again)
	}
	if b := NewRetryBudget(0.5); b.left != leastRetries {
		t.Errorf("a slow sender may retry %v", b.left)
	}
}
