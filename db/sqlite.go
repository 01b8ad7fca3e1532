package db

import (
	"context"
	"database/sql"
	"errors"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readers is how many Reads a SQLite file serves at once.
const readers = 4

// lite is the engine for SQLite: one connection that writes, four that read.
type lite struct {
	d       *DB
	write1  *sql.DB // one connection, the writer's
	readAll *sql.DB
	idle    chan *conn // readers at hand
	writer  *writer
}

func openSQLite(ctx context.Context, d *DB, path string) (engine, error) {
	path, err := ensureFile(path)
	if err != nil {
		return nil, err
	}
	d.url = path
	l := &lite{d: d, idle: make(chan *conn, readers)}
	if l.write1, err = sql.Open("sqlite", source(path, true)); err != nil {
		return nil, Errorf(Internal, "open %s: %w", path, err)
	}
	d.pool = l.write1
	l.write1.SetMaxOpenConns(1)
	if l.readAll, err = sql.Open("sqlite", source(path, false)); err != nil {
		return nil, Errorf(Internal, "open %s: %w", path, err)
	}
	if err := l.start(ctx); err != nil {
		_ = l.closePools()
		return nil, unusable(path, err)
	}
	return l, nil
}

// start opens every connection, so that what is wrong with the file is known before anybody relies on it.
func (l *lite) start(ctx context.Context) error {
	l.writer = newWriter(l.d, func(ctx context.Context) (*conn, error) { return connect(ctx, l.write1, true) })
	if err := l.writer.open(ctx); err != nil {
		return err
	}
	for range readers {
		c, err := connect(ctx, l.readAll, false)
		if err != nil {
			return err
		}
		l.idle <- c
	}
	go l.writer.loop()
	return nil
}

func (l *lite) write(ctx context.Context, lane Lane, f closure) (*Tx, error) {
	return l.writer.write(ctx, lane, f)
}

// read takes a reader; its snapshot begins with the first query, so after everything that was acknowledged before.
func (l *lite) read(ctx context.Context, f closure) (*Tx, error) {
	var c *conn
	select {
	case c = <-l.idle:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { l.idle <- c }()
	if _, err := c.ExecContext(context.Background(), "BEGIN"); err != nil {
		l.d.suspect(err)
		c = l.replaced(c)
		return nil, translate(err, nil)
	}
	tx := l.d.newTx(ctx, c, true)
	defer l.finish(ctx, c)()
	return tx, tx.run(f)
}

// replaced gives up a reader that cannot even begin, if there is a better one to be had.
func (l *lite) replaced(c *conn) *conn {
	fresh, err := connect(context.Background(), l.readAll, false)
	if err != nil {
		return c
	}
	c.close()
	return fresh
}

// finish returns what ends the snapshot. If ctx is over before, the snapshot ends then, whatever the closure is doing:
// an old one keeps the write-ahead log growing.
func (l *lite) finish(ctx context.Context, c *conn) func() {
	rollback := func() {
		// Not by c itself: the closure may be using its statements at this moment.
		if _, err := c.Conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			l.d.opts.Log.Warn("a snapshot did not end", "error", err)
		}
	}
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { defer close(cut); rollback() })
	return func() {
		if stop() {
			rollback()
		} else {
			<-cut
		}
	}
}

func (l *lite) close() error {
	l.writer.stop()
	return errors.Join(l.checkpoint(), l.closePools())
}

// checkpoint moves the write-ahead log into the file, waiting a second at most for readers in other processes. The
// query comes first because a connection that has not looked at the file since another one wrote would wait for itself.
func (l *lite) checkpoint() error {
	ctx := context.Background()
	if err := l.writer.open(ctx); err != nil {
		return err
	}
	for _, query := range []string{"PRAGMA busy_timeout(1000)", "SELECT COUNT(*) FROM sqlite_master", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := l.writer.conn.ExecContext(ctx, query); err != nil {
			return translate(err, nil)
		}
	}
	return nil
}

func (l *lite) closePools() error {
	close(l.idle)
	for c := range l.idle {
		c.close()
	}
	l.writer.drop()
	return errors.Join(l.readAll.Close(), l.write1.Close())
}
