package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fiel/db"
)

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	for range 2 {
		Each(t, func(t *testing.T, d *db.DB) {
			if err := d.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO keys (name, proof) VALUES ('only', 'once')")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestClock(t *testing.T) {
	var c Clock
	if !c.Now().Equal(Start()) {
		t.Errorf("begins at %v", c.Now())
	}
	c.Add(time.Hour)
	c.Add(-time.Minute)
	if want := Start().Add(59 * time.Minute); !c.Now().Equal(want) {
		t.Errorf("is at %v, want %v", c.Now(), want)
	}
	leap := time.Date(2028, time.February, 29, 8, 0, 0, 0, time.FixedZone("", 3600))
	if c.Set(leap); !c.Now().Equal(leap) || c.Now().Location() != time.UTC {
		t.Errorf("is at %v, want %v", c.Now(), leap)
	}
}

func TestQueriesThatNeverRanAreNamed(t *testing.T) {
	dir := t.TempDir()
	text := "-- name: seenByBoth :one\nSELECT 1;\n\n-- name: seenBySQLite :exec\nSELECT 2;\n"
	if err := os.WriteFile(filepath.Join(dir, "a.sql"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if tx.Dialect() == db.SQLite {
				if err := tx.QueryRowContext(ctx, "-- name: seenBySQLite :exec\nSELECT 2").Scan(new(int)); err != nil {
					return err
				}
			}
			return tx.QueryRowContext(ctx, "-- name: seenByBoth :one\nSELECT 1").Scan(new(int))
		})
		if err != nil {
			t.Error(err)
		}
	})
	want := []string{"postgres seenBySQLite"}
	if _, err := started(); err != nil {
		want = nil
	}
	if missing, err := neverRan(dir); err != nil || !slices.Equal(missing, want) {
		t.Errorf("missing %v, %v", missing, err)
	}
}
