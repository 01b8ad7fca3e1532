package db_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestIDsAreUniqueAcrossWritersAndReplicas(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		replicas := []*db.DB{d, dbtest.Open(t, d.Path(), db.Options{})}
		var mu sync.Mutex
		var all []int64
		var writers sync.WaitGroup
		for i := range 8 {
			writers.Go(func() {
				for range 20 {
					var some []int64
					write(t, replicas[i%2], func(_ context.Context, tx *db.Tx) error {
						some = nil
						for range 1000 {
							some = append(some, tx.ID())
						}
						return nil
					})
					mu.Lock()
					all = append(all, some...)
					mu.Unlock()
				}
			})
		}
		writers.Wait()
		slices.Sort(all)
		if got := len(slices.Compact(all)); got != 160_000 {
			t.Errorf("%d different ids of 160000", got)
		}
		if all[0] < 1 || all[len(all)-1] >= 1<<53 {
			t.Errorf("ids from %d to %d", all[0], all[len(all)-1])
		}
	})
}

func TestABlockIsTakenInATransactionOfItsOwn(t *testing.T) {
	refused := errors.New("refused")
	each(t, func(t *testing.T, d *db.DB) {
		var first, second int64
		err := d.Write(t.Context(), db.Interactive, func(_ context.Context, tx *db.Tx) error {
			first = tx.ID()
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if n := number(t, d, "SELECT next FROM id_blocks WHERE name = 'id'"); n < 1+db.Block {
			t.Errorf("the block was rolled back with the closure: next is %d", n)
		}
		write(t, d, func(_ context.Context, tx *db.Tx) error { second = tx.ID(); return nil })
		if second != first+1 {
			t.Errorf("%d came after %d", second, first)
		}
	})
}

func TestMemoryKeepsOneBlockAhead(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for range 3 {
			write(t, d, func(_ context.Context, tx *db.Tx) error { tx.ID(); return nil })
			for until := time.Now().Add(10 * time.Second); d.Left() < db.Block; time.Sleep(time.Millisecond) {
				if time.Now().After(until) {
					t.Fatalf("%d ids in memory", d.Left())
				}
			}
		}
	})
}

func TestADryClosureRunsAgainAfterTheRefill(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		runs, last := 0, int64(0)
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			runs++
			if err := inc("a")(ctx, tx); err != nil {
				return err
			}
			for range 3 * db.Block {
				last = tx.ID()
			}
			return nil
		})
		if n := counter(t, d, "a"); n != 1 || runs < 2 || runs > 6 || last == 0 {
			t.Errorf("stored %d after %d runs", n, runs)
		}
	})
}

func TestADryClosureThatSwallowsThePanicRunsAgainToo(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		id := int64(0)
		write(t, d, func(_ context.Context, tx *db.Tx) error {
			defer func() { _ = recover() }()
			id = tx.ID()
			return nil
		})
		if id == 0 {
			t.Error("committed without an id")
		}
	})
}

func TestReserveSparesTheSecondRun(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, n := range []int{1, 2 * db.Block, 35_000} {
			if err := d.Reserve(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			runs := 0
			err := d.Write(t.Context(), db.Bulk, func(_ context.Context, tx *db.Tx) error {
				runs++
				for range n {
					tx.ID()
				}
				return nil
			})
			if err != nil || runs != 1 {
				t.Errorf("%d ids took %d runs, %v", n, runs, err)
			}
		}
	})
}

func TestIDsStayBelow2To53(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return run(ctx, tx, "INSERT INTO id_blocks (name, next) VALUES ('id', $1)", int64(1)<<53-db.Block-1)
		})
		if err := d.Reserve(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if err := d.Reserve(t.Context(), 2*db.Block); db.CodeOf(err) != db.Refused {
			t.Errorf("got %v", err)
		}
	})
}

func TestIDInAReadIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Reserve(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		err := d.Read(t.Context(), func(_ context.Context, tx *db.Tx) error { tx.ID(); return nil })
		if db.CodeOf(err) != db.Internal {
			t.Errorf("got %v", err)
		}
	})
}
