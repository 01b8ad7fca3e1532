package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

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

// pragma is a setting of a connection and the value that asking for it must give.
type pragma struct{ name, set, is string }

// both are the settings of every connection; https://www.sqlite.org/pragma.html.
func pragmas(write bool) []pragma {
	p := []pragma{
		{"busy_timeout", "10000", "10000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "1", "1"},
		{"cache_size", "-16384", "-16384"},
		{"temp_store", "memory", "2"},
	}
	if !write {
		p = append(p, pragma{"query_only", "1", "1"})
	}
	return p
}

// source is the driver's name for the file at path, which is absolute.
func source(path string, write bool) string {
	var q []string
	for _, p := range pragmas(write) {
		q = append(q, "_pragma="+p.name+"("+p.set+")")
	}
	if write {
		q = append(q, "_txlock=immediate")
	} else {
		q = append(q, "mode=ro")
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: strings.Join(q, "&")}
	return u.String()
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
		l.closePools()
		return nil, unusable(path, err)
	}
	return l, nil
}

// ensureFile makes the file if it is not there, and returns its absolute path.
func ensureFile(path string) (string, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return "", Errorf(Invalid, "The database needs the path of a file.")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", Errorf(Invalid, "The path of the database cannot be read: %w", err)
	}
	if dir, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return "", Errorf(Refused, "The folder %s does not exist. Create it, or name another path for the database.", filepath.Dir(path))
	} else if err == nil && !dir.IsDir() {
		return "", Errorf(Refused, "%s is not a folder, so the database cannot be in it.", filepath.Dir(path))
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", Errorf(Refused, "The database %s cannot be opened for writing (%w). Let the user that runs fiel write to it and its folder.", path, err)
	}
	return path, f.Close()
}

func unusable(path string, err error) error {
	if CodeOf(err) == Busy || errors.Is(err, context.Canceled) {
		return Errorf(Busy, "The database %s cannot be opened now: %w", path, err)
	}
	return Errorf(Refused, "The database %s cannot be used: %w", path, err)
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

// connect opens a connection and asserts that its settings took.
func connect(ctx context.Context, pool *sql.DB, write bool) (*conn, error) {
	c, err := pool.Conn(ctx)
	if err != nil {
		return nil, translate(err, nil)
	}
	for _, p := range pragmas(write) {
		var is string
		if err := c.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&is); err != nil {
			c.Close()
			return nil, translate(err, nil)
		}
		if is != p.is {
			c.Close()
			return nil, Errorf(Refused, "PRAGMA %s is %s instead of %s; the file system may not support it", p.name, is, p.is)
		}
	}
	return &conn{Conn: c, stmts: map[string]*sql.Stmt{}}, nil
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
		return nil, translate(err, nil)
	}
	tx := l.d.newTx(ctx, c)
	defer l.finish(ctx, c)()
	return tx, tx.run(f)
}

// finish returns what ends the snapshot. If ctx is over before, the snapshot ends then, whatever the closure is doing:
// an old one keeps the write-ahead log growing.
func (l *lite) finish(ctx context.Context, c *conn) func() {
	rollback := func() { c.ExecContext(context.Background(), "ROLLBACK") }
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
