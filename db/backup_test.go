package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// A backup of either database is a file that either can go on from, and every row is the same everywhere.
func TestBackup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		path := filepath.Join(t.TempDir(), "backup.db")
		at, err := d.Backup(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		if when, err := db.BackupTime(t.Context(), path); err != nil || !when.Equal(at) {
			t.Errorf("made %v, said %v, %v", at, when, err)
		}
		want := dump(t, d)
		if copied := dump(t, openCopy(t, path)); copied != want {
			t.Errorf("the backup differs:\n%s\nwant\n%s", copied, want)
		}
		into := dbtest.New(t, db.Postgres)
		if err := into.Restore(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		if restored := dump(t, into); restored != want {
			t.Errorf("what was restored differs:\n%s\nwant\n%s", restored, want)
		}
		if err := into.Restore(t.Context(), path, nil); db.CodeOf(err) != db.Conflict {
			t.Errorf("into a full database: %v", err)
		}
		if _, err := d.Backup(t.Context(), path, nil); db.CodeOf(err) != db.Conflict {
			t.Errorf("over another backup: %v", err)
		}
	})
}

// A backup is of one moment, whatever is written meanwhile.
func TestBackupWhileOthersWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fill(t, d)
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			for n := int64(1000); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					for _, name := range []string{"a", "b"} { // always both or none
						if _, err := tx.ExecContext(ctx, "INSERT INTO keys (name, proof) VALUES ($1, 'x')", fmt.Sprint(name, n)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for n := range 3 {
			path := filepath.Join(t.TempDir(), fmt.Sprint(n))
			if _, err := d.Backup(t.Context(), path, nil); err != nil {
				t.Fatal(err)
			}
			if a, b := count(t, openCopy(t, path), "a"), count(t, openCopy(t, path), "b"); a != b {
				t.Errorf("%d and %d of a pair", a, b)
			}
		}
		close(stop)
		<-done
	})
}

func TestWhatIsNoBackup(t *testing.T) {
	if _, err := db.BackupTime(t.Context(), filepath.Join(t.TempDir(), "none")); db.CodeOf(err) != db.Missing {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.BackupTime(t.Context(), path); db.CodeOf(err) != db.Invalid {
		t.Error(err)
	}
}

func fill(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		for _, query := range []string{
			"INSERT INTO programs (id, name, country, currency, zone, language, net_of_tax, created_at) VALUES (7, 'Café Ñandú', 'PE', 'PEN', 'America/Lima', 'es', TRUE, 1)",
			"INSERT INTO members (program_id, id, phone, name, joined_at, service, marketing) VALUES (7, 8, '+51987654321', '王芳 ''x''', 5, TRUE, FALSE)",
			"INSERT INTO entries (program_id, id, member_id, seq, kind, delta, balance_after, source, at) VALUES (7, 9, 8, 1, 'bonus', 20, 20, 'join:8', 6)",
			"INSERT INTO lots (program_id, id, member_id, entry_id, points, \"left\", created_at) VALUES (7, 10, 8, 9, 20, 20, 6)",
		} {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		for n := range 100 {
			if _, err := tx.ExecContext(ctx, "INSERT INTO keys (name, proof) VALUES ($1, 'p')", fmt.Sprint("k", n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func openCopy(t *testing.T, path string) *db.DB {
	t.Helper()
	return dbtest.Open(t, path, db.Options{})
}

func count(t *testing.T, d *db.DB, prefix string) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM keys WHERE name LIKE $1 AND LENGTH(name) > 4", prefix+"1%").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// dump is every row of a few tables of every kind, but for the mark of the backup.
func dump(t *testing.T, d *db.DB) string {
	t.Helper()
	var lines []string
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"programs", "members", "entries", "lots", "keys WHERE name <> 'backup'"} {
			rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
			if err != nil {
				return err
			}
			names, err := rows.Columns()
			for err == nil && rows.Next() {
				row, into := make([]any, len(names)), make([]any, len(names))
				for i := range row {
					into[i] = &row[i]
				}
				err = rows.Scan(into...)
				for i, v := range row {
					if yes, is := v.(bool); is {
						row[i] = map[bool]int64{true: 1}[yes] // as SQLite keeps it
					}
				}
				lines = append(lines, fmt.Sprint(table, row))
			}
			if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
