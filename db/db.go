// Package db is the one way to the data: a SQLite file by default, PostgreSQL when one machine is not enough, and one
// set of SQL for both.
//
// There are two doors. [DB.Write] runs a closure in a transaction and returns once it is committed; [DB.Read] runs one
// on a snapshot. Both hand it a [Tx], which is what sqlc's DBTX asks for. A closure touches its Tx and nothing else: no
// HTTP, channel, lock or other Write. It may run twice, so it assigns its results and never adds to them. What has to
// happen because of the write (waking a worker) goes to [Tx.After].
package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Dialect names a kind of database.
type Dialect int

// The databases.
const (
	SQLite   Dialect = iota // a file beside the program
	Postgres                // a server, shared by any number of replicas
)

// String returns "sqlite" or "postgres", as the folders under migrations are called.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Options are what Open takes from outside. The zero value works; a server sets Log and Fatal.
type Options struct {
	// Clock tells the time of each transaction. Default time.Now.
	Clock func() time.Time
	// Log receives what nobody is waiting to hear. Default: thrown away.
	Log *slog.Logger
	// Fatal is called once, on a goroutine of its own, when SQLite reports SQLITE_IOERR, SQLITE_FULL or SQLITE_CORRUPT:
	// what the process believes about the file may be wrong, so it must end and start afresh. From then on every Write
	// and Ready returns an error. Default: nothing more than that.
	Fatal func(error)
	// Migrations replaces the schema's own migrations (laid out as db/migrations is).
	Migrations fs.FS
	// Trace is told the text of each statement before it runs. For tests that count them.
	Trace func(query string)
	// NoGroup gives each closure a COMMIT of its own on SQLite. For benchmarks.
	NoGroup bool
}

// DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	url     string
	opts    Options
	dialect Dialect
	engine  engine
	pool    *sql.DB // of the engine's writers
	ids     *ids

	mu      sync.RWMutex // guards closing
	closing bool
	inside  sync.WaitGroup // Writes, Reads and refills on their way
	stop    context.CancelFunc
	stopped context.Context
	broken  atomic.Pointer[Error]

	readLimit time.Duration // a field so that a test need not wait
}

// engine is what differs between the databases: how one closure gets its transaction.
type engine interface {
	write(ctx context.Context, lane Lane, f closure) (*Tx, error)
	read(ctx context.Context, f closure) (*Tx, error)
	close() error
}

type closure = func(context.Context, *Tx) error

// Open opens the database at url: the path of a SQLite file, which is made (mode 0600) if it is not there, or a
// postgres:// URL. It does not migrate; see [DB.Ready] and [DB.Migrate]. Close it when done.
//
// Errors are sentences for the operator: Invalid for a URL that cannot be read, Refused for a file or folder that
// cannot be used, Busy for a server that does not answer.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	d := &DB{url: url, opts: o.withDefaults(), readLimit: readLimit}
	d.stopped, d.stop = context.WithCancel(context.Background())
	d.ids = newIDs(d)
	var err error
	switch scheme, _, isURL := strings.Cut(url, "://"); {
	case !isURL:
		d.engine, err = openSQLite(ctx, d, url)
	case scheme == "postgres" || scheme == "postgresql":
		d.dialect = Postgres
		d.engine, err = openPostgres(ctx, d, url)
	default:
		err = Errorf(Invalid, "A database is the path of a SQLite file or a postgres:// URL, not %s://.", scheme)
	}
	if err != nil {
		d.stop()
		return nil, err
	}
	d.inside.Go(d.ids.keepAhead)
	return d, nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fatal == nil {
		o.Fatal = func(error) {}
	}
	if o.Migrations == nil {
		o.Migrations = embedded()
	}
	return o
}

// Dialect tells which database this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close refuses new work with ErrClosing, cuts running Reads short, waits until every Write that was accepted has been
// answered, moves SQLite's write-ahead log into the file and closes. A second Close does nothing.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closing {
		d.mu.Unlock()
		return nil
	}
	d.closing = true
	d.mu.Unlock()
	d.stop()
	d.inside.Wait()
	return d.engine.close()
}

// enter counts the caller in, or says why not. Whoever was let in calls d.inside.Done.
func (d *DB) enter(ctx context.Context) error {
	if ctx.Value(nested{}) != nil {
		return ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closing {
		return ErrClosing
	}
	d.inside.Add(1)
	return nil
}

// nested marks the context of a closure, so that a Write or Read within is noticed.
type nested struct{}

func mark(ctx context.Context) context.Context { return context.WithValue(ctx, nested{}, true) }

// suspect looks at an error of the driver; after one of those that leave the file in doubt nothing is written any more.
func (d *DB) suspect(err error) {
	if !fatal(err) {
		return
	}
	e := &Error{Code: Busy, Text: "The database file cannot be trusted since an error of the disk; Fiel has to be started again.", Cause: err}
	if d.broken.CompareAndSwap(nil, e) {
		d.opts.Log.Error("database file in doubt", "error", err)
		go d.opts.Fatal(err)
	}
}

// whole returns the error that put the file in doubt, if any.
func (d *DB) whole() error {
	if e := d.broken.Load(); e != nil {
		return e
	}
	return nil
}

var errEnded = errors.New("db: a Tx was used after its closure had returned")
