package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var files embed.FS

func embedded() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// sides shows a dialect's own migrations (triggers) among the common ones, in order; goose refuses a number that is
// there twice.
type sides struct{ common, own fs.FS }

func (s sides) Open(name string) (fs.File, error) {
	f, err := s.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return s.common.Open(name)
	}
	return f, err
}

func (s sides) Glob(pattern string) ([]string, error) {
	common, err := fs.Glob(s.common, pattern)
	if err != nil {
		return nil, err
	}
	own, err := fs.Glob(s.own, pattern)
	all := append(common, own...)
	slices.Sort(all)
	return all, err
}

// Migrate brings the schema up to what this binary knows, each migration in a transaction of its own. Processes that
// migrate one database at the same time end with the same schema. Error: what the failed migration said, or Refused for
// a schema that is newer.
func (d *DB) Migrate(ctx context.Context) error {
	return d.migrating(ctx, func(p *goose.Provider) error {
		if err := d.notNewer(ctx, newest(p)); err != nil {
			return err
		}
		var err error
		for range 20 { // another process may be half way through: then it finishes, or we go on where it stopped
			if _, err = p.Up(ctx); err == nil {
				return nil
			}
			if at, readErr := d.version(ctx); readErr == nil && at == newest(p) {
				return nil // it was faster
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
		return Errorf(Internal, "The schema could not be migrated: %w", err)
	})
}

// Rollback takes the schema down to version: migrations above it are undone, the newest first. 0 undoes them all.
func (d *DB) Rollback(ctx context.Context, version int64) error {
	return d.migrating(ctx, func(p *goose.Provider) error {
		if _, err := p.DownTo(ctx, version); err != nil {
			return Errorf(Internal, "The schema could not be rolled back to %d: %w", version, err)
		}
		return nil
	})
}

// Version returns the number of the newest migration that the database has seen, 0 for none.
func (d *DB) Version(ctx context.Context) (int64, error) {
	if err := d.enter(ctx); err != nil {
		return 0, err
	}
	defer d.inside.Done()
	return d.version(ctx)
}

// Ready returns nil when the database answers and its schema is the one this binary was built with; else a sentence
// that says what to do: Refused for a schema that is older or newer, Busy for a database that does not answer or whose
// file is in doubt.
func (d *DB) Ready(ctx context.Context) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	if err := d.whole(); err != nil {
		return err
	}
	p, done, err := d.provider()
	if err != nil {
		return err
	}
	defer done()
	want := newest(p)
	if err := d.notNewer(ctx, want); err != nil {
		return err
	}
	if at, err := d.version(ctx); err != nil {
		return err
	} else if at < want {
		return Errorf(Refused, "The database has schema %d and this program needs %d. Run: fiel db migrate", at, want)
	}
	return nil
}

func (d *DB) notNewer(ctx context.Context, known int64) error {
	at, err := d.version(ctx)
	if err == nil && at > known {
		return Errorf(Refused, "The database has schema %d and this program knows only %d. Run the newer fiel that made it.", at, known)
	}
	return err
}

// version asks without making goose's table, which a check must not do.
func (d *DB) version(ctx context.Context) (int64, error) {
	there := `SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if d.dialect == Postgres {
		there = `SELECT COUNT(*) FROM pg_tables WHERE tablename = 'goose_db_version' AND schemaname = ANY (current_schemas(FALSE))`
	}
	var n, version int64
	_, err := d.engine.read(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.QueryRowContext(ctx, there).Scan(&n); err != nil || n == 0 {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&version)
	})
	return version, err
}

func (d *DB) migrating(ctx context.Context, f func(*goose.Provider) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	p, done, err := d.provider()
	if err != nil {
		return err
	}
	defer done()
	return f(p)
}

// provider reads the migrations. On SQLite they have a connection of their own, since the writer's is never lent.
func (d *DB) provider() (p *goose.Provider, done func(), err error) {
	own, err := fs.Sub(d.opts.Migrations, d.dialect.String())
	if err != nil {
		return nil, nil, Errorf(Internal, "migrations: %w", err)
	}
	all := sides{d.opts.Migrations, own}
	options := []goose.ProviderOption{goose.WithSlog(d.opts.Log), goose.WithDisableGlobalRegistry(true)}
	pool, dialect, done := d.pool, goose.DialectPostgres, func() {}
	if d.dialect == SQLite {
		if pool, err = sql.Open("sqlite", source(d.url, true)); err != nil {
			return nil, nil, translate(err, nil)
		}
		dialect, done = goose.DialectSQLite3, func() { pool.Close() }
	} else if l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)); err == nil {
		options = append(options, goose.WithSessionLocker(l)) // replicas that start together
	}
	if p, err = goose.NewProvider(dialect, pool, all, options...); err != nil {
		done()
		return nil, nil, Errorf(Internal, "migrations: %w", err)
	}
	return p, done, nil
}

func newest(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}
