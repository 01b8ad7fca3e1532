package sms

import (
	"context"
	"strconv"
	"strings"

	"fiel/db"
)

// batchRows is how many rows go into one statement: parameters are looked up one after the other.
const batchRows = 16

// inBatches calls f for pieces of n rows that have few lengths, so that few statements are prepared.
func inBatches(n int, f func(from, to int) error) error {
	for from := 0; from < n; {
		size := batchRows
		for size > n-from {
			size /= 2
		}
		if err := f(from, from+size); err != nil {
			return err
		}
		from += size
	}
	return nil
}

// batch is a statement for many rows under construction.
type batch struct {
	strings.Builder
	args []any
}

func newBatch(sql string, shared ...any) *batch {
	q := &batch{args: shared}
	return q.text(sql)
}

func (q *batch) text(sql string) *batch {
	q.WriteString(sql)
	return q
}

func (q *batch) value(v any) *batch {
	q.args = append(q.args, v)
	return q.text("$" + strconv.Itoa(len(q.args)))
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ", "
}

type scan = func(into ...any) error

// each runs a query and calls f for each row.
func each(ctx context.Context, tx *db.Tx, q *batch, f func(scan) error) error {
	rows, err := tx.QueryContext(ctx, q.String(), q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
