package db_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"fiel/db"
	"fiel/db/dbtest"
)

// small is a schema with one rule of each kind, shaped as the real one.
func small(o *db.Options) {
	o.Migrations = fstest.MapFS{
		"00001_small.sql": {Data: []byte(`-- +goose Up
CREATE TABLE id_blocks (name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL);
CREATE TABLE members (
	program_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	phone TEXT NOT NULL DEFAULT '',
	email TEXT NOT NULL DEFAULT '',
	tag TEXT NOT NULL DEFAULT '',
	card BIGINT NOT NULL DEFAULT 0,
	balance BIGINT NOT NULL DEFAULT 0 CONSTRAINT members_balance CHECK (balance BETWEEN 0 AND 1000000),
	seq BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX members_phone ON members (program_id, phone) WHERE phone <> '';
CREATE UNIQUE INDEX members_email ON members (program_id, LOWER(email)) WHERE email <> '';
CREATE UNIQUE INDEX members_card ON members (card) WHERE card <> 0;
CREATE TABLE entries (
	program_id BIGINT NOT NULL,
	id BIGINT NOT NULL PRIMARY KEY,
	member_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	delta BIGINT NOT NULL CHECK (delta <> 0),
	balance_after BIGINT NOT NULL,
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	at BIGINT NOT NULL,
	UNIQUE (program_id, member_id, seq),
	FOREIGN KEY (program_id, member_id) REFERENCES members (program_id, id)
);
CREATE UNIQUE INDEX entries_source ON entries (program_id, kind, source);
CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
-- +goose Down
DROP TABLE counters;
DROP TABLE entries;
DROP TABLE members;
DROP TABLE id_blocks;
`)},
		"sqlite/00002_keep.sql": {Data: []byte(`-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER entries_keep BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
-- +goose StatementEnd
-- +goose Down
DROP TRIGGER entries_keep;
`)},
		"postgres/00002_keep.sql": {Data: []byte(`-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
-- +goose StatementEnd
CREATE TRIGGER entries_keep BEFORE DELETE ON entries FOR EACH ROW EXECUTE FUNCTION refuse();
-- +goose Down
DROP TRIGGER entries_keep ON entries;
DROP FUNCTION refuse;
`)},
	}
}

// each runs f on both databases with the small schema.
func each(t *testing.T, f func(t *testing.T, d *db.DB), options ...func(*db.Options)) {
	t.Helper()
	dbtest.Each(t, f, append(options, small)...)
}

// join writes a member and returns its id.
func join(t testing.TB, d *db.DB, phone string) (id int64) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		id = tx.ID()
		return run(ctx, tx, "INSERT INTO members (program_id, id, phone) VALUES (1, $1, $2)", id, phone)
	})
	return id
}

// write runs f, which must succeed.
func write(t testing.TB, d *db.DB, f func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), db.Interactive, f); err != nil {
		t.Fatal(err)
	}
}

func run(ctx context.Context, tx *db.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// inc makes a closure that moves the counter on by one.
func inc(name string) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		return run(ctx, tx, "INSERT INTO counters (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1", name)
	}
}

// number reads one number; 0 if there is no row.
func number(t testing.TB, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, query, args...).Scan(&n)
		if db.NotFound(err) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func counter(t testing.TB, d *db.DB, name string) int64 {
	t.Helper()
	return number(t, d, "SELECT n FROM counters WHERE name = $1", name)
}

// purchase is the write that a till causes, as rewards makes it: the member's row first, then the entry.
func purchase(member int64, points int) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		id := tx.ID()
		var balance, seq int64
		err := tx.QueryRowContext(ctx, `UPDATE members SET balance = balance + $2, seq = seq + 1
WHERE program_id = 1 AND id = $1 RETURNING balance, seq`, member, points).Scan(&balance, &seq)
		if err != nil {
			return err
		}
		return run(ctx, tx, `INSERT INTO entries (program_id, id, member_id, seq, delta, balance_after, kind, source, at)
VALUES (1, $1, $2, $3, $4, $5, 'earn', $6, $7)`, id, member, seq, points, balance, fmt.Sprint(id), tx.Now)
	}
}
