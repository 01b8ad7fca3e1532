package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// violation is a broken rule of the schema; name is that of its index or constraint.
type violation struct {
	kind rule
	name string
	err  error
}

type rule int

const (
	unique  rule = iota // a unique index or primary key
	foreign             // a foreign key
	check               // CHECK or NOT NULL
	trigger             // a trigger's RAISE
)

func (v *violation) Error() string { return v.err.Error() }
func (v *violation) Unwrap() error { return v.err }

// translate turns an error of a driver into an Error; it is the only place that knows drivers' codes. Other errors come
// back as they are. indexOf names the unique index over the columns that SQLite complained about ("t.a, t.b"); nil
// leaves the columns for a name.
func translate(err error, indexOf func(code int, columns string) string) error {
	var done *Error
	if err == nil || errors.As(err, &done) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return fromSQLite(lite, err, indexOf)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fromPostgres(pg, err)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) {
		return &Error{Code: Busy, Text: "The database does not answer. Try again.", Cause: err}
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return &Error{Code: Internal, Text: "A statement failed and the closure went on", Cause: err}
	}
	return err
}

func fromSQLite(e *sqlite.Error, err error, indexOf func(int, string) string) error {
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return liteViolation(e, err, indexOf)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &Error{Code: Busy, Text: "Another program is writing to the database. Try again.", Cause: err}
	case sqlite3.SQLITE_FULL:
		return &Error{Code: Busy, Text: "The disk is full. Make room, then try again.", Cause: err}
	case sqlite3.SQLITE_IOERR:
		return &Error{Code: Busy, Text: "The disk failed. Try again.", Cause: err}
	case sqlite3.SQLITE_TOOBIG:
		return &Error{Code: Invalid, Text: "A value is too long to be stored.", Cause: err}
	}
	return &Error{Code: Internal, Text: "SQLite failed", Cause: err}
}

// fatal reports whether err puts the whole file in doubt: SQLITE_IOERR, SQLITE_FULL, SQLITE_CORRUPT or SQLITE_NOTADB. A
// failed fsync may have lost pages that SQLite believes to be on the disk (https://www.sqlite.org/rescode.html).
func fatal(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// liteViolation reads messages such as "constraint failed: UNIQUE constraint failed: members.program_id, members.phone
// (2067)", the only form in which SQLite tells which rule was broken.
func liteViolation(e *sqlite.Error, err error, indexOf func(int, string) string) error {
	text := strings.TrimPrefix(e.Error(), "constraint failed: ")
	if i := strings.LastIndex(text, " ("); i >= 0 {
		text = text[:i]
	}
	_, detail, _ := strings.Cut(text, " constraint failed: ")
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		if indexOf != nil {
			detail = indexOf(e.Code(), detail)
		}
		return violated(unique, detail, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return violated(foreign, "", err)
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return violated(trigger, text, err)
	}
	return violated(check, detail, err)
}

// fromPostgres reads SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func fromPostgres(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505":
		return violated(unique, e.ConstraintName, err)
	case "23503":
		return violated(foreign, e.ConstraintName, err)
	case "23514":
		return violated(check, e.ConstraintName, err)
	case "23502":
		return violated(check, e.TableName+"."+e.ColumnName, err)
	case "P0001":
		return violated(trigger, e.Message, err)
	case "22001", "22003", "22021": // too long, out of range, not UTF-8
		return &Error{Code: Invalid, Text: "A value does not fit what can be stored.", Cause: err}
	case "40001", "40P01", "55P03", "57014": // serialization, deadlock, lock timeout, cancelled
		return &Error{Code: Busy, Text: "The database is busy. Try again.", Cause: err}
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "08", "53", "57": // connection, resources, operator
		return &Error{Code: Busy, Text: "The database does not answer. Try again.", Cause: err}
	}
	return &Error{Code: Internal, Text: "PostgreSQL failed", Cause: err}
}

func violated(kind rule, name string, err error) *Error {
	e := &Error{Cause: &violation{kind, name, err}}
	switch kind {
	case unique:
		e.Code, e.Text = Conflict, "This is already there ("+name+")."
	case foreign:
		e.Code, e.Text = Missing, "Something this refers to does not exist."
	case trigger:
		e.Code, e.Text = Refused, "This is not allowed: "+name+"."
	default:
		e.Code, e.Text = Refused, "A value is outside what is allowed ("+name+")."
	}
	return e
}

// retryable reports whether PostgreSQL asks for the transaction to be run again: serialization_failure or
// deadlock_detected.
func retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
