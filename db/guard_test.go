package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestAGuardedCounterNeverPassesItsCap(t *testing.T) {
	const guarded = `INSERT INTO counters (name, n) VALUES ('texts', 1)
ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 WHERE counters.n < $1 RETURNING n`
	each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		given := map[int64]int{}
		var all sync.WaitGroup
		for range 60 {
			all.Go(func() {
				var n int64
				err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					return tx.QueryRowContext(ctx, guarded, 20).Scan(&n)
				})
				if err != nil && !db.NotFound(err) {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					given[n]++
				}
			})
		}
		all.Wait()
		if len(given) != 20 || counter(t, d, "texts") != 20 {
			t.Errorf("gave %v, counted %d", given, counter(t, d, "texts"))
		}
	})
}

func TestAGuardedWriteNeverSpendsTwice(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		member := join(t, d, "+34600000001")
		write(t, d, purchase(member, 100))
		var all sync.WaitGroup
		for i := range 40 {
			points := -30
			if i%4 == 0 {
				points = 10
			}
			all.Go(func() {
				err := d.Write(t.Context(), db.Interactive, purchase(member, points))
				if err != nil && db.Constraint(err) != "members_balance" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		balance := number(t, d, "SELECT balance FROM members")
		sum := number(t, d, "SELECT CAST(SUM(delta) AS BIGINT) FROM entries")
		last := number(t, d, "SELECT balance_after FROM entries ORDER BY seq DESC LIMIT 1")
		gaps := number(t, d, "SELECT MAX(seq) - COUNT(*) FROM entries")
		if balance < 0 || balance != sum || balance != last || gaps != 0 {
			t.Errorf("balance %d, sum %d, last %d, %d gaps", balance, sum, last, gaps)
		}
	})
}

// The model: what is acknowledged is stored once, what is refused is not stored, on either database.
func TestWriteAgainstAModel(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) {
			d := dbtest.New(t, dialect, small)
			round := 0
			rapid.Check(t, func(rt *rapid.T) {
				round++
				ends := rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "error", "panic", "taken", "dry"}), 1, 12).Draw(rt, "ends")
				lanes := rapid.SliceOfN(rapid.SampledFrom([]db.Lane{db.Interactive, db.Bulk}), len(ends), len(ends)).Draw(rt, "lanes")
				name := func(i int) string { return fmt.Sprintf("%d/%d", round, i) }
				errs := make([]error, len(ends))
				var all sync.WaitGroup
				for i, end := range ends {
					all.Go(func() { errs[i] = d.Write(t.Context(), lanes[i], ending(end, name(i))) })
				}
				all.Wait()
				for i, end := range ends {
					acknowledged, stored := errs[i] == nil, counter(t, d, name(i)) == 1
					if acknowledged != stored || acknowledged != (end == "ok" || end == "dry") {
						rt.Errorf("%s: acknowledged %v, stored %v, %v", end, acknowledged, stored, errs[i])
					}
				}
			})
		})
	}
}

// ending makes a closure that stores name and ends in the way named.
func ending(end, name string) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		if err := inc(name)(ctx, tx); err != nil {
			return err
		}
		switch end {
		case "error":
			return db.Errorf(db.Refused, "No.")
		case "panic":
			panic("no")
		case "taken":
			return run(ctx, tx, "INSERT INTO counters (name, n) VALUES ($1, 1)", name)
		case "dry":
			for range db.Block / 3 {
				tx.ID()
			}
		}
		return nil
	}
}
