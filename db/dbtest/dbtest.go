// Package dbtest gives tests a fresh, migrated database of either kind.
package dbtest

import (
	"testing"

	"fiel/db"
)

// Each runs f as a subtest on a fresh SQLite file and on a fresh PostgreSQL database, both migrated. Where PostgreSQL is
// not installed its half is skipped and a line on standard error says so; under CI=true it fails.
func Each(t *testing.T, f func(t *testing.T, d *db.DB), options ...func(*db.Options)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) { f(t, New(t, dialect, options...)) })
	}
}

// New returns a fresh database, which is closed and thrown away when the test ends. With db.Options.Migrations set it
// has that schema, else Fiel's. Its clock stands at [Start] unless WithClock sets another.
func New(t testing.TB, dialect db.Dialect, options ...func(*db.Options)) *db.DB {
	t.Helper()
	o := Options(options...)
	o.Trace = tracing(dialect)
	d := Open(t, URL(t, dialect, o.Migrations == nil), o)
	if o.Migrations != nil {
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Open opens the database at url, as another process would, and closes it when the test ends.
func Open(t testing.TB, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

// URL returns where a fresh database is: the path of a SQLite file that may not exist yet, or a postgres:// URL. It is
// thrown away when the test ends. If migrated it has Fiel's schema, else none.
func URL(t testing.TB, dialect db.Dialect, migrated bool) string {
	t.Helper()
	if dialect == db.SQLite {
		return newFile(t, migrated)
	}
	return needPostgres(t).newDatabase(t, migrated)
}

// Options returns what New opens with.
func Options(options ...func(*db.Options)) db.Options {
	o := db.Options{Clock: new(Clock).Now}
	for _, option := range options {
		option(&o)
	}
	return o
}

// WithClock makes c the clock of the database.
func WithClock(c *Clock) func(*db.Options) {
	return func(o *db.Options) { o.Clock = c.Now }
}
