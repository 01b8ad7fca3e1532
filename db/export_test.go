package db

import (
	"database/sql/driver"
	"time"
)

// SetReadLimit shortens the 30 seconds of a Read.
func (d *DB) SetReadLimit(limit time.Duration) { d.readLimit = limit }

// Untranslated makes what database/sql makes of an error that came with a row.
func (d *DB) Untranslated(err error) error { return d.failedRow(err).Scan() }

// Left is how many ids are in memory.
func (d *DB) Left() int { a := d.ids; a.mu.Lock(); defer a.mu.Unlock(); return a.left }

const (
	Block     = block
	Reruns    = reruns
	GroupSize = groupSize
	PoolSize  = poolSize
)

// Path is where the SQLite file is.
func (d *DB) Path() string { return d.url }

// Kept reports whether SQLite's writer keeps query prepared.
func (d *DB) Kept(query string) bool { return d.engine.(*lite).writer.conn.stmts[query] != nil }

// BreakConnections makes every connection to a SQLite file useless.
func (d *DB) BreakConnections() {
	l := d.engine.(*lite)
	bad := func(any) error { return driver.ErrBadConn }
	for range readers {
		c := <-l.idle
		_ = c.Raw(bad)
		l.idle <- c
	}
	_ = l.writer.conn.Raw(bad)
}

// Waiting is how many closures wait for SQLite's writer.
func (d *DB) Waiting() int {
	lanes := d.engine.(*lite).writer.lanes
	return len(lanes[Interactive]) + len(lanes[Bulk])
}
