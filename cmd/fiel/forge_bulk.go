package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"fiel/db"
)

// bulk fills tables as fast as the database takes rows: in one transaction, many rows a statement, indexes made afterwards. Foreign
// keys are not looked at; nothing that is in use may be filled so.
type bulk struct {
	dialect db.Dialect
	conn    *sql.DB
	tx      *sql.Tx
	waiting map[string][]any
	indexes []string // taken away meanwhile
}

// bulkRows is how many rows one statement inserts.
const bulkRows = 40

// forgedColumns are the columns of a table that insert gives, in order.
var forgedColumns = map[string]string{
	"entries": `program_id, id, member_id, seq, kind, delta, balance_after, source, at, store_id, staff_id, till_id, purchase_id, voucher_id, basis,
		rule_id, multiplier, carry_before, carry_after, words, breakdown`,
	"lots":      `program_id, id, member_id, entry_id, points, "left", created_at`,
	"lot_moves": "program_id, entry_id, lot_id, points",
	"vouchers": `program_id, id, code, member_id, reward_id, name, kind, value, cost, state, issued_at, valid_from, expires_at, redeemed_at,
		redeem_entry, release_entry`,
	"members":  "program_id, id, phone, hash, name, language, joined_at, balance, debt, seq",
	"consents": "program_id, id, member_id, kind, channel, given, at, door, actor, language, words, evidence",
	"audits":   "program_id, id, at, actor, door, ip, action, subject, before, after, request_id",
}

func openBulk(ctx context.Context, dialect db.Dialect, url string) (*bulk, error) {
	b := &bulk{dialect: dialect, waiting: map[string][]any{}}
	driver, source := "pgx", url
	if dialect == db.SQLite {
		driver, source = "sqlite", "file:"+url+"?_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=cache_size(-1000000)&_pragma=temp_store(memory)"
	}
	var err error
	if b.conn, err = sql.Open(driver, source); err != nil {
		return nil, err
	}
	b.conn.SetMaxOpenConns(1)
	if b.tx, err = b.conn.BeginTx(ctx, nil); err != nil {
		return nil, err
	}
	if dialect == db.Postgres {
		_, err = b.tx.ExecContext(ctx, "SET LOCAL session_replication_role = replica")
	}
	if err == nil {
		err = b.dropIndexes(ctx)
	}
	return b, err
}

// dropIndexes takes away the indexes of the tables that are filled, but for primary keys.
func (b *bulk) dropIndexes(ctx context.Context) error {
	query := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1"
	if b.dialect == db.Postgres {
		query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = CURRENT_SCHEMA() AND indexname NOT LIKE '%_pkey' AND tablename = $1"
	}
	for _, table := range sortedNames(forgedColumns) {
		drops, err := b.indexesOf(ctx, query, table)
		if err != nil {
			return err
		}
		for _, drop := range drops {
			if _, err := b.tx.ExecContext(ctx, "DROP INDEX "+drop); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bulk) indexesOf(ctx context.Context, query, table string) (names []string, err error) {
	rows, err := b.tx.QueryContext(ctx, query, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, create string
		if err := rows.Scan(&name, &create); err != nil {
			return nil, err
		}
		names, b.indexes = append(names, name), append(b.indexes, create)
	}
	return names, rows.Err()
}

func (b *bulk) insert(ctx context.Context, table string, values ...any) error {
	b.waiting[table] = append(b.waiting[table], values...)
	if len(b.waiting[table]) < bulkRows*len(values) {
		return nil
	}
	return b.flush(ctx, table, len(values))
}

func (b *bulk) flush(ctx context.Context, table string, columns int) error {
	args := b.waiting[table]
	b.waiting[table] = args[:0]
	if len(args) == 0 {
		return nil
	}
	_, err := b.tx.ExecContext(ctx, b.statement(table, columns, len(args)/columns), args...)
	return err
}

func (b *bulk) statement(table string, columns, rows int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "INSERT INTO %s (%s) VALUES ", table, forgedColumns[table])
	for i := range rows * columns {
		switch {
		case i == 0:
			s.WriteByte('(')
		case i%columns == 0:
			s.WriteString("),(")
		default:
			s.WriteByte(',')
		}
		if b.dialect == db.SQLite {
			s.WriteByte('?')
		} else {
			fmt.Fprintf(&s, "$%d", i+1)
		}
	}
	s.WriteByte(')')
	return s.String()
}

// close writes what waits, does the last thing, makes the indexes again and commits.
func (b *bulk) close(ctx context.Context, last func(*sql.Tx) error) error {
	defer b.conn.Close()
	for _, table := range sortedNames(forgedColumns) {
		if err := b.flush(ctx, table, 1+strings.Count(forgedColumns[table], ",")); err != nil {
			return err
		}
	}
	if err := last(b.tx); err != nil {
		return err
	}
	for _, create := range b.indexes {
		if _, err := b.tx.ExecContext(ctx, create); err != nil {
			return err
		}
	}
	if err := b.tx.Commit(); err != nil || b.dialect == db.SQLite {
		return err
	}
	_, err := b.conn.ExecContext(ctx, "ANALYZE")
	return err
}
