package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

// dbtx is what sqlc generates.
type dbtx interface {
	ExecContext(context.Context, string, ...interface{}) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...interface{}) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...interface{}) *sql.Row
}

var _ dbtx = (*db.Tx)(nil)

func TestTxCarriesNow(t *testing.T) {
	clock := new(dbtest.Clock)
	each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		for range 2 {
			write(t, d, func(_ context.Context, tx *db.Tx) error {
				before := tx.Now
				clock.Add(time.Second)
				if tx.Now != before || !tx.Time().Equal(time.UnixMilli(before)) || tx.Time().Location() != time.UTC {
					t.Errorf("Now is %d and Time %v, began at %d", tx.Now, tx.Time(), before)
				}
				return nil
			})
		}
		write(t, d, func(_ context.Context, tx *db.Tx) error {
			if want := dbtest.Start().Add(2 * time.Second).UnixMilli(); tx.Now != want {
				t.Errorf("Now is %d, want %d", tx.Now, want)
			}
			return nil
		})
	}, dbtest.WithClock(clock))
}

func TestStatementsAreKeptPrepared(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	const query = "SELECT COUNT(*) FROM members WHERE id = $1"
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i := range 5 {
			if err := tx.QueryRowContext(ctx, query, i).Scan(new(int)); err != nil {
				return err
			}
		}
		return nil
	})
	if !d.Kept(query) {
		t.Error("the statement was not kept")
	}
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i := range 1200 { // an audience's query is new each time
			var n int
			if err := tx.QueryRowContext(ctx, fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
				return fmt.Errorf("%d: %w", n, err)
			}
		}
		return nil
	})
	if !d.Kept(query) || d.Kept("SELECT 1199") {
		t.Error("kept the wrong ones")
	}
}

func TestAClosureThatFailsTakesNothingAlong(t *testing.T) {
	refused := errors.New("refused")
	each(t, func(t *testing.T, d *db.DB) {
		errs := together(t, d, 20, func(i int) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				if err := inc(fmt.Sprint(i))(ctx, tx); err != nil || i%3 != 0 {
					return err
				}
				return refused
			})
		})
		for i, err := range errs {
			stored := counter(t, d, fmt.Sprint(i)) == 1
			if failed := i%3 == 0; failed != errors.Is(err, refused) || failed == stored {
				t.Errorf("closure %d: stored %v, error %v", i, stored, err)
			}
		}
	})
}

// together calls f for 0..n-1 at once, on SQLite so that all fall into one group, and returns what came of each.
func together(t *testing.T, d *db.DB, n int, f func(i int) error) []error {
	t.Helper()
	release := func() {}
	if d.Dialect() == db.SQLite {
		release = hold(t, d)
	}
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	if d.Dialect() == db.SQLite {
		awaitQueue(t, d, n)
	}
	release()
	all.Wait()
	return errs
}

// hold keeps SQLite's writer in a bulk closure until it is released.
func hold(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	open := make(chan struct{})
	holding := make(chan error)
	go func() {
		holding <- d.Write(t.Context(), db.Bulk, func(context.Context, *db.Tx) error {
			holding <- nil
			<-open
			return nil
		})
	}()
	if err := <-holding; err != nil {
		t.Fatal(err)
	}
	return func() {
		close(open)
		if err := <-holding; err != nil {
			t.Error(err)
		}
	}
}

// awaitQueue waits until n closures wait for the writer, or as many as fit.
func awaitQueue(t *testing.T, d *db.DB, n int) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); d.Waiting() < min(n, db.GroupSize); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Errorf("%d closures wait", d.Waiting())
			return
		}
	}
}

func TestTheCallersContextCountsUntilTheClosureStarts(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		over, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.Write(over, db.Interactive, func(context.Context, *db.Tx) error {
			t.Error("ran with a context that was over")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAWaitingClosureIsGivenUpWithItsContext(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	release := hold(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if err := d.Write(ctx, db.Interactive, inc("late")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	release()
	write(t, d, inc("next"))
	if n := counter(t, d, "late"); n != 0 {
		t.Error("stored though Write had given it up")
	}
}

func TestInsideTheContextCannotBeCancelled(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, db.Interactive, func(inner context.Context, tx *db.Tx) error {
			cancel()
			if inner.Err() != nil || inner.Done() != nil {
				t.Error("the closure's context can end")
			}
			if err := inc("a")(inner, tx); err != nil {
				return err
			}
			return inc("a")(ctx, tx) // even the caller's own context interrupts nothing
		})
		if err != nil {
			t.Errorf("Write returned %v though it was committed", err)
		}
		if n := counter(t, d, "a"); n != 2 {
			t.Errorf("stored %d", n)
		}
	})
}

func TestATriggersRefusalIsItsClosuresAlone(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		member := join(t, d, "+34600000001")
		write(t, d, purchase(member, 7))
		errs := together(t, d, 6, func(i int) error {
			if i == 3 {
				return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					return run(ctx, tx, "DELETE FROM entries WHERE program_id = 1 AND member_id = $1", member)
				})
			}
			return d.Write(t.Context(), db.Interactive, inc("others"))
		})
		if db.CodeOf(errs[3]) != db.Refused || db.Constraint(errs[3]) != "entries is append-only" {
			t.Errorf("got %v", errs[3])
		}
		if n, m := number(t, d, "SELECT COUNT(*) FROM entries"), counter(t, d, "others"); n != 1 || m != 5 {
			t.Errorf("%d entries, %d others", n, m)
		}
	})
}

func TestIfRollbackToFailsEveryoneIsTold(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	errs := together(t, d, 5, func(i int) error {
		return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if err := inc("a")(ctx, tx); err != nil || i != 2 {
				return err
			}
			if err := run(ctx, tx, "ROLLBACK"); err != nil { // as SQLite does at SQLITE_FULL
				return err
			}
			return errors.New("and out")
		})
	})
	told := 0
	for _, err := range errs {
		if err != nil && db.CodeOf(err) == db.Busy {
			told++
		}
	}
	if n := counter(t, d, "a"); told == 0 || told+int(n) != 5 {
		t.Errorf("%d stored, %d told that they are not: %v", n, told, errs)
	}
	write(t, d, inc("after"))
}

func TestWhoeverWasAnsweredSeesTheirOwnWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				name := fmt.Sprint("c", i)
				for n := int64(1); n <= 25; n++ {
					write(t, d, inc(name))
					if got := counter(t, d, name); got != n {
						t.Errorf("%s is %d after %d", name, got, n)
					}
				}
			})
		}
		all.Wait()
	})
}

func TestAPanicIsReturnedWithItsStackAndTheBatchGoesOn(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		errs := together(t, d, 9, func(i int) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				err := inc("a")(ctx, tx)
				if i == 4 {
					explode()
				}
				return err
			})
		})
		if err := errs[4]; db.CodeOf(err) != db.Internal || !strings.Contains(err.Error(), "kaboom") || !strings.Contains(err.Error(), "explode") {
			t.Errorf("got %v", err)
		}
		if n := counter(t, d, "a"); n != 8 {
			t.Errorf("stored %d of the 8 others", n)
		}
	})
}

func explode() { panic("kaboom") }

func TestAPanicInAReadIsReturned(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for range 20 { // more than there are readers
			err := d.Read(t.Context(), func(context.Context, *db.Tx) error { explode(); return nil })
			if db.CodeOf(err) != db.Internal || !strings.Contains(err.Error(), "explode") {
				t.Fatalf("got %v", err)
			}
		}
	})
}

func TestAClosureThatEndsItsGoroutineIsSurvived(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		over := make(chan error)
		go func() {
			defer close(over)
			over <- d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				if err := inc("a")(ctx, tx); err != nil {
					return err
				}
				exit() // as t.FailNow does
				return nil
			})
		}()
		if err, answered := <-over; answered && err == nil {
			t.Error("Write returned nil")
		}
		write(t, d, inc("a"))
		if n := counter(t, d, "a"); n != 1 {
			t.Errorf("stored %d", n)
		}
	})
}

func TestNoWriteOrReadWithinAnother(t *testing.T) {
	nothing := func(context.Context, *db.Tx) error { return nil }
	each(t, func(t *testing.T, d *db.DB) {
		inside := func(ctx context.Context, _ *db.Tx) error {
			for what, err := range map[string]error{
				"Write":   d.Write(ctx, db.Bulk, nothing),
				"Read":    d.Read(ctx, nothing),
				"Reserve": d.Reserve(ctx, 1),
				"derived": d.Write(context.WithValue(ctx, "key", 1), db.Interactive, nothing), //nolint:staticcheck
			} {
				if !errors.Is(err, db.ErrNested) {
					t.Errorf("%s: %v", what, err)
				}
			}
			return nil
		}
		write(t, d, inside)
		if err := d.Read(t.Context(), inside); err != nil {
			t.Error(err)
		}
	})
}

func TestWakeUpsRunOnceAfterCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		runs, woken := 0, 0
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			runs++
			tx.After(func() { panic("and is survived") })
			tx.After(func() {
				woken++
				if counter(t, d, "a") != 1 {
					t.Error("woken before the commit")
				}
			})
			tx.ID() // dry at first, so the closure runs twice
			return inc("a")(ctx, tx)
		})
		if err != nil || runs != 2 || woken != 1 {
			t.Errorf("%d runs, %d wake-ups, %v", runs, woken, err)
		}
		refused := errors.New("refused")
		err = d.Write(t.Context(), db.Interactive, func(_ context.Context, tx *db.Tx) error {
			tx.After(func() { t.Error("woken after a rollback") })
			return refused
		})
		if !errors.Is(err, refused) {
			t.Error(err)
		}
	})
}
