package db

import (
	"context"
	"time"
)

// readLimit ends a Read. A longer one would keep SQLite's write-ahead log from being emptied.
const readLimit = 30 * time.Second

var errTooLong = &Error{Code: Busy, Text: "This took longer than 30 seconds and was given up. Ask for less at a time."}

// Read runs f on a snapshot of the database that holds everything acknowledged before. f cannot write, and what it saw
// may be out of date by the time it returns: a Write guards it again. The snapshot ends after 30 s, with ctx, or with
// Close, whatever f is doing; statements after that fail, and Read says why.
//
// Errors: ErrNested, ErrClosing, ctx's cause, Busy after 30 s, what f returned, or the driver's error translated.
func (d *DB) Read(ctx context.Context, f func(context.Context, *Tx) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	ctx, cancel := context.WithCancelCause(mark(ctx))
	defer cancel(nil)
	defer context.AfterFunc(d.stopped, func() { cancel(ErrClosing) })()
	ctx, done := context.WithTimeoutCause(ctx, d.readLimit, errTooLong)
	defer done()
	tx, err := d.engine.read(ctx, f)
	switch {
	case err == nil:
		tx.afterwards()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}
