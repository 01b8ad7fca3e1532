package db

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// Tx is one transaction, as a closure sees it. It implements sqlc's DBTX for both databases and keeps statements
// prepared. It belongs to the goroutine of its closure and ends with it.
//
// Once a statement has failed, every later one fails with the same error and the transaction is rolled back even if the
// closure returns nil: PostgreSQL knows no other way, and SQLite must not differ. An insert that may meet its like says
// ON CONFLICT.
type Tx struct {
	// Now is the time of the transaction in unix milliseconds UTC: the same for all it does.
	Now int64

	d      *DB
	ctx    context.Context // of the closure
	reads  bool            // in a Read
	q      querier
	after  []func()
	open   []*sql.Rows
	failed error // of the first statement that failed
	taken  int   // ids
	dry    bool  // ran out of ids
}

// querier is a *sql.Tx of PostgreSQL or a *conn of SQLite.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (d *DB) newTx(ctx context.Context, q querier, reads bool) *Tx {
	return &Tx{Now: d.opts.Clock().UnixMilli(), d: d, ctx: ctx, q: q, reads: reads}
}

// Time returns Now as a time in UTC.
func (tx *Tx) Time() time.Time { return time.UnixMilli(tx.Now).UTC() }

// Dialect tells which database this is.
func (tx *Tx) Dialect() Dialect { return tx.d.dialect }

// After has f called once, after the commit (of a Read: after its end), on the goroutine that called Write. It is not
// called when the transaction fails. A panic in f is logged and goes no further.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// ID returns a new id: positive, below 2^53, used nowhere else. It never fails; when the block in memory runs dry the
// closure is abandoned, and run again once there is a new one. Bulk work calls [DB.Reserve] first. A Read has no ids.
func (tx *Tx) ID() int64 {
	if tx.reads {
		panic("db: Tx.ID called in a Read")
	}
	id, ok := tx.d.ids.next()
	if !ok {
		tx.dry = true
		panic(errDry)
	}
	tx.taken++
	return id
}

// ExecContext runs a statement that returns no rows.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	res, err := tx.q.ExecContext(tx.context(ctx), tx.text(query), args...)
	return res, tx.fail(err)
}

// PrepareContext prepares a statement for the time of the transaction. There is no need to: all are kept prepared.
func (tx *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	stmt, err := tx.q.PrepareContext(tx.context(ctx), tx.text(query))
	return stmt, tx.fail(err)
}

// QueryContext runs a query. Rows that are still open when the closure returns are closed.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if tx.failed != nil {
		return nil, tx.failed
	}
	rows, err := tx.q.QueryContext(tx.context(ctx), tx.text(query), args...)
	if err != nil {
		return nil, tx.fail(err)
	}
	tx.open = append(tx.open, rows)
	return rows, nil
}

// QueryRowContext runs a query for one row; its error comes with Scan.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if tx.failed != nil {
		return tx.d.failedRow(tx.failed)
	}
	row := tx.q.QueryRowContext(tx.context(ctx), tx.text(query), args...)
	if err := row.Err(); err != nil {
		return tx.d.failedRow(tx.fail(err))
	}
	return row
}

// context keeps statements from being interrupted by a context that the closure brought along: in a Write that would
// roll back the whole group.
func (tx *Tx) context(ctx context.Context) context.Context {
	if tx.reads && ctx.Done() != nil {
		return ctx
	}
	return tx.ctx
}

// text is what the database gets to see: on PostgreSQL the marker that a worker's claim carries becomes a lock. SQLite
// has one writer and no need of it.
func (tx *Tx) text(query string) string {
	if tx.d.opts.Trace != nil {
		tx.d.opts.Trace(query)
	}
	if tx.d.dialect == SQLite {
		return query
	}
	return strings.ReplaceAll(query, "/* SKIP LOCKED */", "FOR UPDATE SKIP LOCKED")
}

// fail translates and remembers the error of a statement.
func (tx *Tx) fail(err error) error {
	if err == nil {
		return nil
	}
	tx.d.suspect(err)
	var indexOf func(int, string) string
	if c, ok := tx.q.(*conn); ok {
		indexOf = c.indexOf
	}
	tx.failed = translate(err, indexOf)
	return tx.failed
}

// failedRow makes a row whose Scan returns err. database/sql makes one only for a context that is over.
func (d *DB) failedRow(err error) *sql.Row {
	return d.pool.QueryRowContext(ended{context.Background(), err}, "")
}

// ended is a context that is over because of err.
type ended struct {
	context.Context
	err error
}

func (e ended) Err() error { return e.err }

func (e ended) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
