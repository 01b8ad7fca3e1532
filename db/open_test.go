package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a file?#100%.db")
	d := dbtest.Open(t, path, dbtest.Options(small))
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, d, inc("a"))
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if len(files) != 3 {
		t.Errorf("files are %q", files)
	}
	for _, name := range files {
		if f, err := os.Stat(name); err != nil || f.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, f.Mode(), err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		code db.Code
		says string
	}{
		{"", db.Invalid, "path of a file"},
		{":memory:", db.Invalid, "path of a file"},
		{"mysql://localhost/fiel", db.Invalid, "not mysql://"},
		{filepath.Join(dir, "none", "fiel.db"), db.Refused, "Create it"},
		{filepath.Join(text, "fiel.db"), db.Refused, "not a folder"},
		{dir, db.Refused, "cannot be opened"},
		{text, db.Refused, "cannot be used"},
		{"postgres://fiel:secret@localhost:notaport/x", db.Invalid, "looks like postgres://"},
		{"postgres://fiel:secret@127.0.0.1:1/x", db.Busy, "let us in"},
	} {
		_, err := db.Open(t.Context(), c.url, db.Options{})
		if db.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %s %v", c.url, db.CodeOf(err), err)
		}
	}
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Open(ctx, filepath.Join(t.TempDir(), "fiel.db"), db.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestADamagedPageIsNotServedAsData(t *testing.T) {
	path := dbtest.URL(t, db.SQLite, true)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < 4096; i++ { // the schema's page, after the header
		data[i] ^= 0xa5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), path, db.Options{})
	if err == nil {
		defer d.Close()
		err = d.Ready(t.Context())
	}
	if err == nil {
		t.Error("ready with a damaged file")
	}
}

func TestCloseDrainsTheWriterAndRefusesMore(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		open := make(chan struct{})
		started := make(chan struct{}, 2)
		var slow sync.WaitGroup
		slow.Go(func() {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				started <- struct{}{}
				<-open
				return inc("slow")(ctx, tx)
			})
		})
		slow.Go(func() {
			err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				started <- struct{}{}
				<-ctx.Done()
				return tx.QueryRowContext(ctx, "SELECT 1").Scan(new(int))
			})
			if !errors.Is(err, db.ErrClosing) {
				t.Errorf("a Read at Close got %v", err)
			}
		})
		<-started
		<-started
		var queued sync.WaitGroup
		for range 10 {
			queued.Go(func() {
				if err := d.Write(t.Context(), db.Interactive, inc("queued")); err != nil {
					t.Error(err)
				}
			})
		}
		if d.Dialect() == db.SQLite {
			awaitQueue(t, d, 10)
		} else {
			queued.Wait()
		}
		closed := make(chan error)
		go func() { closed <- d.Close() }()
		for !errors.Is(d.Read(t.Context(), func(context.Context, *db.Tx) error { return nil }), db.ErrClosing) {
			time.Sleep(time.Millisecond)
		}
		if err := d.Write(t.Context(), db.Interactive, inc("late")); !errors.Is(err, db.ErrClosing) {
			t.Errorf("a Write after Close got %v", err)
		}
		close(open)
		slow.Wait()
		queued.Wait()
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
		again := dbtest.Open(t, d.Path(), db.Options{})
		if a, b := counter(t, again, "slow"), counter(t, again, "queued"); a != 1 || b != 10 {
			t.Errorf("stored %d and %d", a, b)
		}
	})
}

func TestCloseEmptiesTheLogAndLeavesNothingRunning(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) {
			url := dbtest.URL(t, dialect, true)
			before := goleak.IgnoreCurrent()
			d, err := db.Open(t.Context(), url, db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Reserve(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			goleak.VerifyNone(t, before)
			if dialect == db.SQLite {
				if log, err := os.Stat(url + "-wal"); err == nil && log.Size() > 0 {
					t.Errorf("%d bytes left in the log", log.Size())
				}
			}
		})
	}
}

func TestACloseDoesNotWaitLongForReadersInOtherProcesses(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	other := dbtest.Open(t, d.Path(), db.Options{})
	write(t, d, inc("a"))
	err := other.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT n FROM counters").Scan(new(int)); err != nil {
			return err
		}
		write(t, d, inc("a"))
		started := time.Now()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(started); took > 8*time.Second {
			t.Errorf("took %v", took)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestBrokenConnectionsAreReplaced(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	write(t, d, inc("a"))
	d.BreakConnections()
	for range 4 {
		if err := d.Read(t.Context(), func(context.Context, *db.Tx) error { return nil }); err == nil {
			t.Error("read over a broken connection")
		}
	}
	if err := d.Write(t.Context(), db.Interactive, inc("a")); err == nil {
		t.Error("wrote over a broken connection")
	}
	write(t, d, inc("a"))
	for range 8 {
		if n := counter(t, d, "a"); n != 2 {
			t.Errorf("stored %d", n)
		}
	}
}
