package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
)

// outside counts the committed members, as another connection sees them.
func outside(t *testing.T, d *db.DB) func() int {
	t.Helper()
	other, err := sql.Open("sqlite", d.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	return func() (n int) {
		if err := other.QueryRow("SELECT COUNT(*) FROM counters").Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
}

// place makes a closure that stores how many closures came before it in its group.
func place(committed func() int, name string, at *int) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		var all int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM counters").Scan(&all); err != nil {
			return err
		}
		*at = all - committed()
		return inc(name)(ctx, tx)
	}
}

func TestABatchClosesAt256Closures(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	committed := outside(t, d)
	places := make([]int, 400)
	for _, err := range together(t, d, len(places), func(i int) error {
		// Only some look, since looking takes time and 5 ms close the batch too.
		if i%8 != 0 {
			return d.Write(t.Context(), db.Interactive, inc(fmt.Sprint(i)))
		}
		return d.Write(t.Context(), db.Interactive, place(committed, fmt.Sprint(i), &places[i]))
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	last := 0
	for _, at := range places {
		last = max(last, at)
	}
	if last == 0 || last >= db.GroupSize {
		t.Errorf("a batch held %d closures", last+1)
	}
}

func TestABatchClosesAfter5ms(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	committed := outside(t, d)
	places := make([]int, 12)
	together(t, d, len(places), func(i int) error {
		return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			time.Sleep(2 * time.Millisecond)
			return place(committed, fmt.Sprint(i), &places[i])(ctx, tx)
		})
	})
	for i, at := range places {
		if at > 2 { // the first three take 6 ms
			t.Errorf("closure %d was number %d in its batch", i, at+1)
		}
	}
}

func TestALoneWriterDoesNotWaitForOthers(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	quickest := time.Hour
	for range 50 {
		started := time.Now()
		write(t, d, func(context.Context, *db.Tx) error { return nil })
		quickest = min(quickest, time.Since(started))
	}
	if quickest >= 5*time.Millisecond {
		t.Errorf("the quickest of 50 took %v", quickest)
	}
}

func TestABulkClosureCommitsAlone(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	committed := outside(t, d)
	places := make([]int, 40)
	together(t, d, len(places), func(i int) error {
		lane := db.Interactive
		if i%4 == 0 {
			lane = db.Bulk
		}
		return d.Write(t.Context(), lane, place(committed, fmt.Sprint(i), &places[i]))
	})
	grouped := 0
	for i, at := range places {
		if i%4 == 0 && at != 0 {
			t.Errorf("bulk closure %d was number %d in a batch", i, at+1)
		}
		grouped = max(grouped, at)
	}
	if grouped == 0 {
		t.Error("nothing was grouped: the test proves nothing")
	}
}

func TestBulkGetsATurnAtLeastEvery50ms(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	var over atomic.Bool
	var all sync.WaitGroup
	for range 8 { // there is always one waiting
		all.Go(func() {
			for !over.Load() {
				write(t, d, func(context.Context, *db.Tx) error { time.Sleep(time.Millisecond); return nil })
			}
		})
	}
	quickest := time.Hour
	for range 5 {
		started := time.Now()
		if err := d.Write(t.Context(), db.Bulk, inc("bulk")); err != nil {
			t.Fatal(err)
		}
		quickest = min(quickest, time.Since(started))
	}
	over.Store(true)
	all.Wait()
	if quickest > 60*time.Millisecond {
		t.Errorf("the quickest of five turns took %v", quickest)
	}
}

func TestBulkYieldsToInteractive(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	var order []db.Lane
	for range 10 { // a machine that is busy elsewhere may let 50 ms pass
		order = nil
		together(t, d, 30, func(i int) error { // the holder was a bulk turn, so the next is 50 ms away
			lane := db.Lane(i % 2)
			return d.Write(t.Context(), lane, func(context.Context, *db.Tx) error {
				order = append(order, lane)
				return nil
			})
		})
		if !slices.Contains(order[:15], db.Bulk) {
			return
		}
	}
	t.Errorf("bulk closures ran before interactive ones: %v", order)
}

func TestAFailedCommitIsUnknownForTheWholeBatch(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	errs := together(t, d, 5, func(i int) error {
		return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if i != 2 {
				return inc("a")(ctx, tx)
			}
			if err := run(ctx, tx, "PRAGMA defer_foreign_keys = 1"); err != nil { // moves the refusal to the COMMIT
				return err
			}
			return run(ctx, tx, `INSERT INTO entries (program_id, id, member_id, seq, delta, balance_after, kind, source, at)
VALUES (1, 1, 404, 1, 1, 1, 'earn', 's', 0)`)
		})
	})
	unknown := 0
	for _, err := range errs {
		if errors.Is(err, db.ErrUnknown) && db.CodeOf(err) == db.Busy {
			unknown++
		}
	}
	if n := counter(t, d, "a"); unknown < 2 || unknown+int(n) != 5 {
		t.Errorf("%d stored, %d unknown: %v", n, unknown, errs)
	}
	write(t, d, inc("after"))
}

func TestFullDiskEndsTheProcess(t *testing.T) {
	fatal := make(chan error, 9)
	d := dbtest.New(t, db.SQLite, small, func(o *db.Options) { o.Fatal = func(err error) { fatal <- err } })
	write(t, d, inc("before"))
	errs := together(t, d, 5, func(i int) error {
		return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if i != 2 {
				return inc("a")(ctx, tx)
			}
			if err := tx.QueryRowContext(ctx, "PRAGMA max_page_count = 1").Scan(new(int)); err != nil { // as a full disk does
				return err
			}
			return run(ctx, tx, "INSERT INTO counters (name, n) VALUES (HEX(RANDOMBLOB(1000000)), 1)")
		})
	})
	if err := <-fatal; db.CodeOf(err) != db.Busy {
		t.Errorf("Fatal was told %v", err)
	}
	stored := int(counter(t, d, "a"))
	for _, err := range errs {
		if db.CodeOf(err) == db.Busy {
			stored++
		}
	}
	if stored != 5 {
		t.Errorf("of 5 closures %d are stored or told that they are not: %v", stored, errs)
	}
	if err := d.Write(t.Context(), db.Interactive, inc("late")); db.CodeOf(err) != db.Busy {
		t.Errorf("wrote to a file in doubt: %v", err)
	}
	if err := d.Ready(t.Context()); db.CodeOf(err) != db.Busy {
		t.Errorf("ready with a file in doubt: %v", err)
	}
	if len(fatal) != 0 {
		t.Error("Fatal was called twice")
	}
}

func TestAProcessThatHoldsTheFileMakesWritesBusy(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "PRAGMA busy_timeout = 50").Scan(new(int)) // not 10 s
	})
	other, err := sql.Open("sqlite", d.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := d.Write(t.Context(), db.Interactive, inc("a")); db.CodeOf(err) != db.Busy {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if _, err := other.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	write(t, d, inc("a"))
	if n := counter(t, d, "a"); n != 1 {
		t.Errorf("stored %d", n)
	}
}
