package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type dbBackupCmd struct {
	File string `arg:"" help:"A file that is not there yet; it becomes a SQLite database, whatever this one is."`
}

// Run backs up while everything goes on.
func (c *dbBackupCmd) Run(a *App) error {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.Close()
	at, err := d.Backup(a.ctx, c.File, a.copied())
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	view := map[string]any{"file": c.File, "at": at.UTC().Format(time.RFC3339), "bytes": info.Size()}
	return a.answer(view, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds everything as of %s UTC, %d bytes. It holds phone numbers: keep it as safe as the database, and FIEL_KEY somewhere else.\n",
			c.File, at.UTC().Format(time.DateTime), info.Size())
	})
}

// copied shows at a terminal which table was copied last.
func (a *App) copied() func(string, int64) {
	if !isTerminal(a.Err) {
		return nil
	}
	return func(table string, rows int64) { fmt.Fprintf(a.Err, "%-20s %d\n", table, rows) }
}

type dbRestoreCmd struct {
	File string `arg:"" help:"What fiel db backup made."`
}

// Run restores into a database that is not there yet, or is empty. The database is there when nothing can leave of it any more, or not at
// all: whatever is done to it is done to a copy of the backup first.
func (c *dbRestoreCmd) Run(a *App) error {
	made, err := db.BackupTime(a.ctx, c.File)
	if err != nil {
		return err
	}
	if err := c.vacant(a); err != nil {
		return err
	}
	copied, done, err := c.copyOf(a)
	if err != nil {
		return db.Errorf(db.Refused, "the backup cannot be copied: %w", err)
	}
	defer done()
	programs, err := a.quieten(copied, made)
	if err == nil {
		err = a.place(copied)
	}
	if err != nil {
		return err
	}
	view := map[string]any{"database": safeURL(a.Database), "as_of": made.UTC().Format(time.RFC3339), "programs": programs}
	return a.answer(view, func(w io.Writer) {
		fmt.Fprintf(w, "Restored as of %s UTC, %d program(s). Nothing is sent until you run fiel resume, which reads the stops since then.\nProve it with fiel db check.\n",
			made.UTC().Format(time.DateTime), programs)
	})
}

// vacant refuses a SQLite database that is there already. An empty PostgreSQL is told from another when it is filled.
func (c *dbRestoreCmd) vacant(a *App) error {
	if a.onServer() {
		return nil
	}
	if _, err := os.Lstat(a.Database); !errors.Is(err, fs.ErrNotExist) {
		return db.Errorf(db.Conflict, "there is a database at %s already: move it away, or set FIEL_DATABASE to another path", a.Database)
	}
	return nil
}

// onServer says whether the database is PostgreSQL.
func (a *App) onServer() bool { return strings.Contains(a.Database, "://") }

// copyOf copies the backup to a folder of its own, which only this user may read: beside the database to be, or among temporary files.
// Done removes it.
func (c *dbRestoreCmd) copyOf(a *App) (path string, done func(), err error) {
	beside := ""
	if !a.onServer() {
		beside = filepath.Dir(a.Database)
	}
	dir, err := os.MkdirTemp(beside, ".fiel-restore-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(dir) }
	path = filepath.Join(dir, "copy.db")
	if err := copyFile(c.File, path); err != nil {
		done()
		return "", nil, err
	}
	return path, done, nil
}

// quieten brings the copy of a backup up to date and keeps its programs from sending anything that may have been sent before. It answers
// how many there are; db.Denied with another FIEL_KEY.
func (a *App) quieten(path string, made time.Time) (n int, err error) {
	d, err := db.Open(a.ctx, path, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Migrate(a.ctx); err != nil { // an older backup
		return 0, err
	}
	if _, err := a.key(d); err != nil {
		return 0, err
	}
	err = d.Write(a.ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		programs, err := members.Programs(ctx, tx)
		n = len(programs)
		for _, p := range programs {
			if err == nil {
				err = quiet(ctx, tx, p, made)
			}
		}
		return err
	})
	return n, err
}

// quiet keeps a restored program from sending anything that may have been sent before.
func quiet(ctx context.Context, tx *db.Tx, p members.Program, made time.Time) error {
	if err := campaigns.Restored(ctx, tx, p.ID); err != nil {
		return err
	}
	if err := sms.Restored(ctx, tx, p.ID, made); err != nil {
		return err
	}
	return members.Record(ctx, tx, p.ID, members.Act{
		Actor: cliActor(), Door: "cli", Action: "db.restore", Subject: "program", After: map[string]any{"as_of": made.UTC().Format(time.RFC3339)},
	})
}

// place makes the quiet copy the database: it gets its name, or an empty PostgreSQL its rows.
func (a *App) place(path string) error {
	if !a.onServer() {
		return os.Rename(path, a.Database)
	}
	d, err := db.Open(a.ctx, a.Database, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	if err = d.Migrate(a.ctx); err == nil {
		err = d.Restore(a.ctx, path, a.copied())
	}
	return errors.Join(err, d.Close())
}

// copyFile copies a file into a new one that only this user may read.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
