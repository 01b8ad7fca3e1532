package db_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// BenchmarkWrite has 64 clients record purchases, with every COMMIT on the disk before its answer.
func BenchmarkWrite(b *testing.B) {
	for name, o := range map[string]func(*db.Options){
		"group": func(*db.Options) {},
		"alone": func(o *db.Options) { o.NoGroup = true },
	} {
		b.Run(name, func(b *testing.B) { purchases(b, dbtest.New(b, db.SQLite, small, o), 64) })
	}
}

// BenchmarkLone is what one client pays.
func BenchmarkLone(b *testing.B) { purchases(b, dbtest.New(b, db.SQLite, small), 1) }

// BenchmarkPostgres runs with fsync off, as the tests do: it shows our own cost only.
func BenchmarkPostgres(b *testing.B) { purchases(b, dbtest.New(b, db.Postgres, small), 64) }

// BenchmarkRead is what a balance costs to look up, by 64 clients.
func BenchmarkRead(b *testing.B) {
	d := dbtest.New(b, db.SQLite, small)
	member := join(b, d, "+34600000001")
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := d.Read(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, "SELECT balance FROM members WHERE program_id = 1 AND id = $1", member).Scan(new(int64))
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func purchases(b *testing.B, d *db.DB, clients int) {
	b.Helper()
	var members []int64
	for i := range 1000 {
		members = append(members, join(b, d, fmt.Sprint("+3460000", i)))
	}
	var n atomic.Int64
	b.ResetTimer()
	done := make(chan error)
	for range clients {
		go func() {
			for {
				i := n.Add(1)
				if i > int64(b.N) {
					done <- nil
					return
				}
				if err := d.Write(b.Context(), db.Interactive, purchase(members[i%1000], 1)); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}
