package dbtest

import (
	"sync"
	"time"
)

// Clock is a clock that stands still until it is told otherwise. The zero value stands at [Start].
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration // of Start
}

// Start is the instant at which a Clock begins: Friday 5 March 2027, 12:00 UTC.
func Start() time.Time { return time.Date(2027, time.March, 5, 12, 0, 0, 0, time.UTC) }

// Now returns the clock's time in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Start().Add(c.ahead)
}

// Set moves the clock to t, forward or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = t.Sub(Start())
}

// Add moves the clock by d.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
