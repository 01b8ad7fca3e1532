package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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

// Run restores into a database that is not there yet, or is empty, and keeps it from sending.
func (c *dbRestoreCmd) Run(a *App) error {
	made, err := db.BackupTime(a.ctx, c.File)
	if err != nil {
		return err
	}
	d, err := c.fill(a)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := a.key(d); err != nil {
		return err
	}
	var programs []members.Program
	err = d.Write(a.ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
		if programs, err = members.Programs(ctx, tx); err != nil {
			return err
		}
		for _, p := range programs {
			if err := quiet(ctx, tx, p, made); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	view := map[string]any{"database": safeURL(a.Database), "as_of": made.UTC().Format(time.RFC3339), "programs": len(programs)}
	return a.answer(view, func(w io.Writer) {
		fmt.Fprintf(w, "Restored as of %s UTC, %d program(s). Nothing is sent until you run fiel resume, which reads the stops since then.\nProve it with fiel db check.\n",
			made.UTC().Format(time.DateTime), len(programs))
	})
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

// fill makes the database of the backup: a copy of the file, or rows in an empty PostgreSQL.
func (c *dbRestoreCmd) fill(a *App) (*db.DB, error) {
	options := db.Options{Clock: a.clock, Log: a.log}
	if strings.Contains(a.Database, "://") {
		d, err := db.Open(a.ctx, a.Database, options)
		if err != nil {
			return nil, err
		}
		if err = d.Migrate(a.ctx); err == nil {
			err = d.Restore(a.ctx, c.File, a.copied())
		}
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		return d, nil
	}
	if _, err := os.Lstat(a.Database); !errors.Is(err, fs.ErrNotExist) {
		return nil, db.Errorf(db.Conflict, "there is a database at %s already: move it away, or set FIEL_DATABASE to another path", a.Database)
	}
	if err := copyFile(c.File, a.Database); err != nil {
		return nil, db.Errorf(db.Refused, "the backup cannot be copied: %w", err)
	}
	d, err := db.Open(a.ctx, a.Database, options)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(a.ctx); err != nil { // an older backup is brought up to date
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// copyFile makes the copy under another name first, so that a half one is never taken for a database.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to+".part", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(to + ".part")
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Rename(to+".part", to)
}
