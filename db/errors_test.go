package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"fiel/db"
)

func TestTaken(t *testing.T) {
	const member = "INSERT INTO members (program_id, id, phone, email, card) VALUES ($1, $2, $3, $4, $5)"
	const entry = "INSERT INTO entries (program_id, id, member_id, seq, delta, balance_after, kind, source, at) VALUES (1, $1, 1, $2, 1, 1, 'earn', $3, 0)"
	for index, c := range map[string]struct {
		query string
		args  []any
	}{
		"members_pkey":                         {member, []any{1, 1, "", "", 0}},
		"members_phone":                        {member, []any{1, 2, "+34600000001", "", 0}},
		"members_email":                        {member, []any{1, 2, "", "ANA@example.org", 0}},
		"members_card":                         {member, []any{2, 2, "", "", 77}},
		"entries_pkey":                         {entry, []any{9, 2, "new"}},
		"entries_program_id_member_id_seq_key": {entry, []any{10, 1, "new"}},
		"entries_source":                       {entry, []any{10, 2, "old"}},
		"counters_pkey":                        {"INSERT INTO counters (name, n) VALUES ($1, 1)", []any{"x"}},
	} {
		t.Run(index, func(t *testing.T) {
			each(t, func(t *testing.T, d *db.DB) {
				write(t, d, func(ctx context.Context, tx *db.Tx) error {
					if err := run(ctx, tx, member, 1, 1, "+34600000001", "ana@example.org", 77); err != nil {
						return err
					}
					if err := run(ctx, tx, entry, 9, 1, "old"); err != nil {
						return err
					}
					return inc("x")(ctx, tx)
				})
				for way, ask := range ways {
					err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
						err := ask(ctx, tx, c.query, c.args...)
						if !db.Taken(err, index) {
							t.Errorf("%s: in the closure %s is not taken: %v", way, index, err)
						}
						return fmt.Errorf("joining: %w", err)
					})
					if !db.Taken(err, index) || db.Taken(err, "another") || db.CodeOf(err) != db.Conflict || db.Constraint(err) != index {
						t.Errorf("%s: %s is not taken: %v", way, index, err)
					}
				}
			})
		})
	}
}

// ways are how sqlc runs a statement: :exec, :one and :many.
var ways = map[string]func(ctx context.Context, tx *db.Tx, query string, args ...any) error{
	"exec": run,
	"one": func(ctx context.Context, tx *db.Tx, query string, args ...any) error {
		return tx.QueryRowContext(ctx, query+" RETURNING 1", args...).Scan(new(int))
	},
	"many": func(ctx context.Context, tx *db.Tx, query string, args ...any) error {
		rows, err := tx.QueryContext(ctx, query+" RETURNING 1", args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		return rows.Err()
	},
}

func TestRulesOfTheSchemaHaveCodes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		member := join(t, d, "+34600000001")
		for _, c := range []struct {
			query string
			args  []any
			code  db.Code
			name  string
		}{
			{"UPDATE members SET balance = -1 WHERE id = $1", []any{member}, db.Refused, "members_balance"},
			{"INSERT INTO members (program_id, id, phone) VALUES (1, 2, NULL)", nil, db.Refused, "members.phone"},
			{"INSERT INTO entries (program_id, id, member_id, seq, delta, balance_after, kind, source, at) VALUES (1, 1, 404, 1, 1, 1, 'earn', '', 0)", nil, db.Missing, ""},
			{"SELECT nonsense", nil, db.Internal, ""},
		} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error { return run(ctx, tx, c.query, c.args...) })
			if db.CodeOf(err) != c.code || c.name != "" && db.Constraint(err) != c.name {
				t.Errorf("%s: code %s, constraint %q: %v", c.query, db.CodeOf(err), db.Constraint(err), err)
			}
			if c.code != db.Internal && strings.Contains(err.Error(), "SQLSTATE") {
				t.Errorf("%s: not for people: %v", c.query, err)
			}
		}
	})
}

func TestAfterAFailedStatementNothingIsStored(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, inc("x"))
		again := "INSERT INTO counters (name, n) VALUES ('x', 1)"
		for way, ask := range ways {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				if err := inc("y")(ctx, tx); err != nil {
					return err
				}
				if err := ask(ctx, tx, again); err == nil {
					t.Error("stored twice")
				}
				for later, ask := range ways {
					if err := ask(ctx, tx, "INSERT INTO counters (name, n) VALUES ('z', 1)"); !db.Taken(err, "counters_pkey") {
						t.Errorf("%s after %s: %v", later, way, err)
					}
				}
				return nil // swallowed
			})
			if !db.Taken(err, "counters_pkey") || counter(t, d, "y") != 0 {
				t.Errorf("%s: %v", way, err)
			}
		}
	})
}

func TestATxIsUselessAfterItsClosure(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		write(t, d, func(_ context.Context, tx *db.Tx) error { kept = tx; return nil })
		for way, ask := range ways {
			if err := ask(t.Context(), kept, "INSERT INTO counters (name, n) VALUES ('z', 1)"); err == nil {
				t.Errorf("%s worked", way)
			}
		}
		if n := counter(t, d, "z"); n != 0 {
			t.Error("and was stored")
		}
	})
}

func TestRowsLeftOpenAreClosed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for i := range 30 {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				if err := inc(fmt.Sprint(i))(ctx, tx); err != nil {
					return err
				}
				rows, err := tx.QueryContext(ctx, "SELECT name FROM counters") //nolint:sqlclosecheck,rowserrcheck
				if err == nil {
					rows.Next()
				}
				return err
			})
			err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.QueryContext(ctx, "SELECT name FROM counters") //nolint:sqlclosecheck,rowserrcheck
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := number(t, d, "SELECT COUNT(*) FROM counters"); n != 30 {
			t.Errorf("stored %d of 30", n)
		}
	})
}

func TestErrorsOfRowsKeepWhatTheyAre(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for _, err := range []error{io.EOF, db.ErrClosing, sql.ErrNoRows, context.Canceled} {
			if got := d.Untranslated(err); got != err { //nolint:errorlint
				t.Errorf("%v became %v", err, got)
			}
		}
	})
}

func TestErrorf(t *testing.T) {
	cause, other := errors.New("the cause"), errors.New("another")
	e := db.Errorf(db.Refused, "Member %d: %w", 7, cause)
	if e.Code != db.Refused || e.Text != "Member 7: the cause" || !errors.Is(e, cause) || e.Error() != e.Text {
		t.Errorf("%#v", e)
	}
	if e := db.Errorf(db.Busy, "%w and %w", cause, other); !errors.Is(e, cause) || !errors.Is(e, other) {
		t.Errorf("%#v", e)
	}
	if e := db.Errorf(db.Invalid, "No cause."); e.Unwrap() != nil || e.Error() != "No cause." {
		t.Errorf("%#v", e)
	}
	internal := &db.Error{Code: db.Internal, Text: "It broke", Cause: cause}
	if internal.Error() != "It broke: the cause" {
		t.Error(internal.Error())
	}
}

func TestCodeOf(t *testing.T) {
	for want, errs := range map[db.Code][]error{
		"":          {nil},
		db.Missing:  {sql.ErrNoRows, fmt.Errorf("balance: %w", sql.ErrNoRows), db.Errorf(db.Missing, "No such member.")},
		db.Busy:     {context.Canceled, context.DeadlineExceeded, db.ErrClosing, fmt.Errorf("%w", db.ErrUnknown)},
		db.Internal: {errors.New("x"), db.ErrNested},
		db.Denied:   {fmt.Errorf("route: %w", db.Errorf(db.Denied, "No. (%w)", db.ErrClosing))},
	} {
		for _, err := range errs {
			if got := db.CodeOf(err); got != want {
				t.Errorf("%v is %q, want %q", err, got, want)
			}
			if db.NotFound(err) != (want == db.Missing) {
				t.Errorf("NotFound(%v) is %v", err, db.NotFound(err))
			}
		}
	}
	if db.Taken(nil, "x") || db.Taken(io.EOF, "") || db.Constraint(io.EOF) != "" {
		t.Error("an error that is no violation was taken for one")
	}
}
