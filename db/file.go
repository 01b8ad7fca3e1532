package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// pragma is a setting of a connection and the value that asking for it must give.
type pragma struct{ name, set, is string }

// pragmas are the settings of a connection; https://www.sqlite.org/pragma.html.
func pragmas(write bool) []pragma {
	p := []pragma{
		{"busy_timeout", "10000", "10000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "1", "1"},
		{"cache_size", "-16384", "-16384"},
		{"temp_store", "memory", "2"},
		{"secure_delete", "1", "1"}, // who was erased is not found in pages that hold nothing any more
	}
	if !write {
		p = append(p, pragma{"query_only", "1", "1"})
	}
	return p
}

// source is the driver's name for the file at path, which is absolute.
func source(path string, write bool) string {
	var q []string
	for _, p := range pragmas(write) {
		q = append(q, "_pragma="+p.name+"("+p.set+")")
	}
	if write {
		q = append(q, "_txlock=immediate")
	} else {
		q = append(q, "mode=ro")
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: strings.Join(q, "&")}
	return u.String()
}

// ensureFile makes the file if it is not there, and returns its absolute path.
func ensureFile(path string) (string, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return "", Errorf(Invalid, "The database needs the path of a file.")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", Errorf(Invalid, "The path of the database cannot be read: %w", err)
	}
	if dir, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return "", Errorf(Refused, "The folder %s does not exist. Create it, or name another path for the database.", filepath.Dir(path))
	} else if err == nil && !dir.IsDir() {
		return "", Errorf(Refused, "%s is not a folder, so the database cannot be in it.", filepath.Dir(path))
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", Errorf(Refused, "The database %s cannot be opened for writing (%w). Let the user that runs fiel write to it and its folder.", path, err)
	}
	return path, f.Close()
}

func unusable(path string, err error) error {
	if CodeOf(err) == Busy || errors.Is(err, context.Canceled) {
		return Errorf(Busy, "The database %s cannot be opened now: %w", path, err)
	}
	return Errorf(Refused, "The database %s cannot be used: %w", path, err)
}

// connect opens a connection and asserts that its settings took.
func connect(ctx context.Context, pool *sql.DB, write bool) (*conn, error) {
	c, err := pool.Conn(ctx)
	if err != nil {
		return nil, translate(err, nil)
	}
	for _, p := range pragmas(write) {
		var is string
		if err := c.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&is); err != nil {
			c.Close()
			return nil, translate(err, nil)
		}
		if is != p.is {
			c.Close()
			return nil, Errorf(Refused, "PRAGMA %s is %s instead of %s; the file system may not support it", p.name, is, p.is)
		}
	}
	return &conn{Conn: c, stmts: map[string]*sql.Stmt{}}, nil
}
