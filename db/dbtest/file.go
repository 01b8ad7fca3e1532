package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"fiel/db"
)

// newFile returns the path of a file in the test's own folder, migrated by copying one that was migrated before.
func newFile(t testing.TB, migrated bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fiel.db")
	if !migrated {
		return path
	}
	data, err := migratedFile()
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// migratedFile is the content of a migrated SQLite file, made once in a process.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "fiel-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fiel.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrate gives the database at url Fiel's schema.
func migrate(url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}
