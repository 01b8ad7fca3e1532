package db_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
)

func TestReadIsASnapshotThatCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, inc("a"))
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			var seen []int64
			for range 3 {
				var n int64
				if err := tx.QueryRowContext(ctx, "SELECT n FROM counters WHERE name = 'a'").Scan(&n); err != nil {
					return err
				}
				seen = append(seen, n)
				write(t, d, inc("a"))
			}
			if !slices.Equal(seen, []int64{1, 1, 1}) {
				t.Errorf("the snapshot moved: %v", seen)
			}
			return inc("a")(ctx, tx)
		})
		if err == nil || counter(t, d, "a") != 4 {
			t.Errorf("a Read wrote: %v", err)
		}
	})
}

func TestReadEndsWithItsContextOrAfterItsTime(t *testing.T) {
	endless := "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		var n int64
		ask := func(ctx context.Context, tx *db.Tx) error { return tx.QueryRowContext(ctx, endless).Scan(&n) }
		if err := d.Read(ctx, ask); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		d.SetReadLimit(30 * time.Millisecond)
		if err := d.Read(t.Context(), ask); db.CodeOf(err) != db.Busy || !strings.Contains(err.Error(), "30 seconds") {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheSnapshotEndsInTimeWhateverTheClosureDoes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, inc("a"))
		d.SetReadLimit(20 * time.Millisecond)
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := tx.QueryRowContext(ctx, "SELECT n FROM counters").Scan(new(int64)); err != nil {
				return err
			}
			<-ctx.Done()
			time.Sleep(20 * time.Millisecond)
			write(t, d, inc("a"))
			if d.Dialect() == db.SQLite {
				emptied(t, d)
			}
			return tx.QueryRowContext(ctx, "SELECT n FROM counters").Scan(new(int64))
		})
		if db.CodeOf(err) != db.Busy {
			t.Errorf("got %v", err)
		}
	})
}

// emptied fails the test unless the write-ahead log can be emptied, which any open snapshot prevents.
func emptied(t *testing.T, d *db.DB) {
	t.Helper()
	other, err := sql.Open("sqlite", d.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var blocked, pages, moved int
	if err := other.QueryRow("PRAGMA wal_checkpoint(RESTART)").Scan(&blocked, &pages, &moved); err != nil || blocked != 0 {
		t.Errorf("the log cannot be emptied: %d %v", blocked, err)
	}
}
