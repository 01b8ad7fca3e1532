package db

import "time"

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
