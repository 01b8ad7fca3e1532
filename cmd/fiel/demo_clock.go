package main

import (
	"sync/atomic"
	"time"
)

// demoClock runs like any clock and can be set.
type demoClock struct{ offset atomic.Int64 }

// Now is the demo's time.
func (c *demoClock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Set makes it t now.
func (c *demoClock) Set(t time.Time) { c.offset.Store(int64(time.Until(t))) }
