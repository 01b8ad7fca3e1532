package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A backup is a SQLite file, whatever database it was made of: one set of tables serves both. In its table keys it says when it was made.
const backupMark = "backup"

// Backup writes the whole database, as it is at one moment, into a new file at path, which only this user may read, while others read and
// write. The file is there when it is whole, or not at all. At is that moment, by the database's clock. Each is called with a table that
// was copied; it may be nil. Errors: Conflict when there is a file at path, Refused when it cannot be written.
func (d *DB) Backup(ctx context.Context, path string, each func(table string, rows int64)) (at time.Time, err error) {
	if err := d.enter(ctx); err != nil {
		return at, err
	}
	defer d.inside.Done()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return at, Errorf(Conflict, "There is something at %s already: name another file.", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return at, Errorf(Refused, "The backup cannot be written: %w", err)
	}
	defer os.Remove(part) //nolint:errcheck // after the rename there is none
	if err := f.Close(); err != nil {
		return at, err
	}
	at = d.opts.Clock()
	if d.dialect == SQLite {
		err = vacuumInto(ctx, d.url, part)
	} else {
		err = d.copyOut(ctx, part, each)
	}
	if err == nil {
		err = finishBackup(ctx, part, at)
	}
	if err != nil {
		return at, Errorf(Refused, "The backup cannot be written: %w", err)
	}
	return at, os.Rename(part, path)
}

// vacuumInto has SQLite write a compact copy: https://www.sqlite.org/lang_vacuum.html#vacuuminto
func vacuumInto(ctx context.Context, from, to string) error {
	pool, err := sql.Open("sqlite", source(from, true))
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "VACUUM INTO $1", to)
	return err
}

// finishBackup notes when the backup was made and sees to it that the file is on the disk.
func finishBackup(ctx context.Context, path string, at time.Time) error {
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(delete)")
	if err != nil {
		return err
	}
	// What is restored must not give out ids again that were given out after this moment.
	if _, err = pool.ExecContext(ctx, "UPDATE id_blocks SET next = next + 1000000"); err != nil {
		return errors.Join(err, pool.Close())
	}
	_, err = pool.ExecContext(ctx, "INSERT INTO keys (name, proof) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET proof = $2", backupMark, strconv.FormatInt(at.UnixMilli(), 10))
	if err = errors.Join(err, pool.Close()); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// BackupTime says when the backup at path was made. Errors: Missing when there is no such file, Invalid when it is no backup.
func BackupTime(ctx context.Context, path string) (time.Time, error) {
	if _, err := os.Stat(path); err != nil {
		return time.Time{}, Errorf(Missing, "There is no backup at %s.", path)
	}
	pool, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return time.Time{}, err
	}
	defer pool.Close()
	var text string
	err = pool.QueryRowContext(ctx, "SELECT proof FROM keys WHERE name = $1", backupMark).Scan(&text)
	ms, bad := strconv.ParseInt(text, 10, 64)
	if err != nil || bad != nil {
		return time.Time{}, Errorf(Invalid, "%s is no backup of Fiel: make one with fiel db backup.", path)
	}
	return time.UnixMilli(ms), nil
}

// tablesOf lists the tables of a backup in the order in which they may be filled, with their columns.
func tablesOf(ctx context.Context, pool *sql.DB) (names []string, columns map[string][]string, err error) {
	rows, err := pool.QueryContext(ctx, `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' ORDER BY m.rowid, c.cid`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	columns = map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, nil, err
		}
		if columns[table] == nil {
			names = append(names, table)
		}
		columns[table] = append(columns[table], `"`+column+`"`)
	}
	return names, columns, rows.Err()
}

// copyOut fills a new SQLite file from one snapshot of PostgreSQL.
func (d *DB) copyOut(ctx context.Context, path string, each func(string, int64)) error {
	file, err := Open(ctx, path, Options{Migrations: d.opts.Migrations})
	if err != nil {
		return err
	}
	if err := errors.Join(file.Migrate(ctx), file.Close()); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=cache_size(-200000)")
	if err != nil {
		return err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	names, columns, err := tablesOf(ctx, pool)
	if err != nil {
		return err
	}
	from, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer from.Rollback() //nolint:errcheck // it only read
	to, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer to.Rollback() //nolint:errcheck // after Commit it does nothing
	for _, table := range names {
		n, err := copyTable(ctx, from, to, table, columns[table])
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		if each != nil {
			each(table, n)
		}
	}
	return to.Commit()
}

// copiedRows is how many rows go into one statement.
const copiedRows = 20

func copyTable(ctx context.Context, from, to *sql.Tx, table string, columns []string) (n int64, err error) {
	if _, err := to.ExecContext(ctx, "DELETE FROM "+table); err != nil { // what the migrations have put there
		return 0, err
	}
	rows, err := from.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var values []any
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		_, err := to.ExecContext(ctx, insertMany(table, columns, len(values)/len(columns)), values...)
		values = values[:0]
		return err
	}
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		values = append(values, row...)
		if n++; n%copiedRows == 0 {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, errors.Join(rows.Err(), flush())
}

func insertMany(table string, columns []string, rows int) string {
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(marks+", ", rows), ", ")
}

// Restore fills this database, which must be migrated and empty, with the rows of the backup at path, all or nothing. On SQLite a backup
// is not restored but opened: it is a database. Errors: Conflict when there are rows here, Refused for a backup with other tables than ours:
// open it with fiel as a SQLite file first, which brings it up to date.
func (d *DB) Restore(ctx context.Context, path string, each func(table string, rows int64)) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	if d.dialect == SQLite {
		return Errorf(Internal, "db: a SQLite file is restored by copying it")
	}
	pool, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	defer pool.Close()
	var here, there int64
	if here, err = d.version(ctx); err == nil {
		err = pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&there)
	}
	if err != nil {
		return err
	}
	if here != there {
		return Errorf(Refused, "The backup has schema %d and this database %d: restore it into a SQLite file first, run fiel db migrate there, and back that up.", there, here)
	}
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		return copyIn(ctx, pool, driver.(*stdlib.Conn).Conn(), each)
	})
}

func copyIn(ctx context.Context, pool *sql.DB, to *pgx.Conn, each func(string, int64)) error {
	names, columns, err := tablesOf(ctx, pool)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, to, func(tx pgx.Tx) error {
		var programs int64
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM programs").Scan(&programs); err != nil {
			return err
		}
		if programs > 0 {
			return Errorf(Conflict, "This database is not empty: restore into one that is new.")
		}
		for _, table := range names {
			n, err := copyTableIn(ctx, pool, tx, table, columns[table])
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
			if each != nil {
				each(table, n)
			}
		}
		return nil
	})
}

func copyTableIn(ctx context.Context, pool *sql.DB, tx pgx.Tx, table string, columns []string) (int64, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
		return 0, err
	}
	rows, err := pool.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	kinds, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	plain := make([]string, len(columns))
	for i, c := range columns {
		plain[i] = strings.Trim(c, `"`)
	}
	n, err := tx.CopyFrom(ctx, pgx.Identifier{table}, plain, &copied{rows: rows, kinds: kinds})
	return n, errors.Join(err, rows.Err())
}

// copied hands rows of SQLite to PostgreSQL.
type copied struct {
	rows  *sql.Rows
	kinds []*sql.ColumnType
}

func (c *copied) Next() bool { return c.rows.Next() }
func (c *copied) Err() error { return c.rows.Err() }

// Values are the columns of a row; SQLite has numbers for what is true or false.
func (c *copied) Values() ([]any, error) {
	row := make([]any, len(c.kinds))
	into := make([]any, len(row))
	for i := range row {
		into[i] = &row[i]
	}
	err := c.rows.Scan(into...)
	for i, kind := range c.kinds {
		if n, ok := row[i].(int64); ok && kind.DatabaseTypeName() == "BOOLEAN" {
			row[i] = n != 0
		}
	}
	return row, err
}
