package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	poolSize = 16
	reruns   = 5 // of a closure, after a deadlock or serialization failure
)

// server is the engine for PostgreSQL: a transaction per closure. Statements are kept prepared by pgx, per connection.
type server struct {
	d    *DB
	pool *sql.DB
}

func openPostgres(ctx context.Context, d *DB, url string) (engine, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, Errorf(Invalid, "The database URL cannot be read; it looks like postgres://user:password@host:5432/fiel?sslmode=verify-full. (%w)", err)
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	p := &server{d: d, pool: stdlib.OpenDB(*c, stdlib.OptionAfterConnect(settings))}
	d.pool = p.pool
	p.pool.SetMaxOpenConns(poolSize)
	p.pool.SetMaxIdleConns(poolSize)
	p.pool.SetConnMaxIdleTime(5 * time.Minute)
	var encoding string
	if err := p.pool.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		p.pool.Close()
		return nil, Errorf(Busy, "PostgreSQL does not let us in: %w", err)
	}
	if encoding != "UTF8" {
		p.pool.Close()
		return nil, Errorf(Refused, "The database stores %s and names need UTF8. Create it with: CREATE DATABASE fiel ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	return p, nil
}

// settings bounds waiting, where the URL does not say otherwise: for a lock as long as for SQLite's, and for a client that
// died with a transaction open. They are not sent with the connection's first packet, since PgBouncer refuses those there.
func settings(ctx context.Context, c *pgx.Conn) error {
	for name, value := range map[string]string{"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"} {
		if _, ok := c.Config().RuntimeParams[name]; ok {
			continue
		}
		if _, err := c.Exec(ctx, "SELECT set_config($1, $2, FALSE)", name, value); err != nil {
			return err
		}
	}
	return nil
}

// write runs f, and again while PostgreSQL asks for it.
func (p *server) write(ctx context.Context, _ Lane, f closure) (*Tx, error) {
	inner := mark(context.WithoutCancel(ctx))
	for n := 0; ; n++ {
		tx, err := p.once(ctx, inner, f)
		again := retryable(err) || tx != nil && retryable(tx.failed)
		if !again || n == reruns {
			return tx, err
		}
		time.Sleep(rand.N(5 * time.Millisecond << n))
		ctx = inner // it has started
	}
}

// once runs f in one transaction. The connection is awaited with ctx, all else is done with inner.
func (p *server) once(ctx, inner context.Context, f closure) (*Tx, error) {
	conn, stx, err := p.begin(ctx, inner, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer stx.Rollback()
	tx := p.d.newTx(inner, stx, false)
	if err := tx.run(f); err != nil {
		return tx, err
	}
	return tx, committed(stx.Commit())
}

func (p *server) read(ctx context.Context, f closure) (*Tx, error) {
	conn, stx, err := p.begin(ctx, ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer stx.Rollback()
	tx := p.d.newTx(ctx, stx, true)
	return tx, tx.run(f)
}

// begin takes a connection from the pool and begins a transaction on it. One that has died in the pool, as all have when
// the server was restarted, is replaced.
func (p *server) begin(ctx, inner context.Context, o *sql.TxOptions) (conn *sql.Conn, stx *sql.Tx, err error) {
	for range poolSize + 1 {
		if conn, err = p.pool.Conn(ctx); err != nil {
			break
		}
		if stx, err = conn.BeginTx(inner, o); err == nil {
			return conn, stx, nil
		}
		conn.Close()
		var refused *pgconn.PgError
		if ctx.Err() != nil || errors.As(err, &refused) && !strings.HasPrefix(refused.Code, "57") {
			break
		}
	}
	return nil, nil, translate(err, nil)
}

// committed translates the error of a COMMIT. Unless the server itself said no, nobody knows whether it was done.
func committed(err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrTxCommitRollback), errors.As(err, &pg) && pg.Code[:2] != "08" && pg.Code[:2] != "57":
		return translate(err, nil)
	}
	return &Error{Code: Busy, Text: ErrUnknown.Text, Cause: errors.Join(ErrUnknown, err)}
}

func (p *server) close() error { return p.pool.Close() }
