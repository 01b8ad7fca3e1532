package db

import (
	"context"
	"errors"
)

// Lane says how urgent a Write is.
type Lane int

const (
	// Interactive is for what somebody waits for. On SQLite such closures share a COMMIT.
	Interactive Lane = iota
	// Bulk is for what nobody waits for: at most 1,000 rows a closure, 10-50 a statement. On SQLite a bulk closure
	// commits alone; it yields to interactive ones, yet gets its turn at least every 50 ms.
	Bulk
	blocks // the refill of ids: before all others, alone
)

// Write runs f in a transaction and returns nil after it was committed; any other return means that nothing of it was
// stored, except that an error wrapping ErrUnknown means nobody knows.
//
// ctx counts until f starts (then Write returns ctx.Err() and f never runs); after that neither f nor the COMMIT can be
// interrupted and Write waits for them. f gets a context without cancellation that refuses another Write. If f returns
// an error or panics, or a statement in it failed, its transaction is rolled back; a panic comes back as an Internal
// error with the stack.
//
// f may run more than once: PostgreSQL asks for it at a deadlock, and so does a dry block of ids.
//
// Errors: ErrNested, ErrClosing, ctx.Err(), what f returned, or the driver's error translated: Conflict, Missing,
// Refused and Invalid for the rules of the schema, Busy when the database is locked or away.
func (d *DB) Write(ctx context.Context, lane Lane, f func(context.Context, *Tx) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	for {
		if err := d.whole(); err != nil {
			return err
		}
		tx, err := d.engine.write(ctx, lane, f)
		if errors.Is(err, errDry) {
			if err := d.ids.fill(ctx, 2*tx.taken+1); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			tx.afterwards()
		}
		return err
	}
}
