package sheets

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

//go:embed export.txt
var exportFile string

// Sheet is one table to be written.
type Sheet struct {
	Name string // of the table
	key  []string
	omit []string
}

// Sheets lists what can be exported, in the order it is written.
func Sheets() (list []Sheet) {
	for line := range strings.Lines(exportFile) {
		fields, omit, _ := strings.Cut(line, "/")
		words := strings.Fields(fields)
		if len(words) < 2 || words[0] == "#" || words[0] == "-" {
			continue
		}
		list = append(list, Sheet{words[0], words[1:], strings.Fields(omit)})
	}
	return list
}

const page = 5000 // rows a Read

// Write writes all rows of a program's table as CSV with a header: times in UTC as RFC 3339 has them, texts safe to open in a spreadsheet
// ([Safe]), numbers as they are. It reads page by page, so that no Read is long; what is written meanwhile may be in it or not. Progress
// is told of each row.
func (s Sheet) Write(ctx context.Context, d *db.DB, p members.Program, out io.Writer, progress func()) (rows int, err error) {
	w := csv.NewWriter(out)
	var last []any
	for {
		var got pageRows
		err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			got, err = s.page(ctx, tx, p, last)
			return err
		})
		if err != nil {
			return rows, err
		}
		if last == nil {
			if err := w.Write(got.columns); err != nil {
				return rows, err
			}
		}
		for _, cells := range got.cells {
			if err := w.Write(cells); err != nil {
				return rows, err
			}
			progress()
		}
		if rows += len(got.cells); len(got.cells) < page {
			w.Flush()
			return rows, w.Error()
		}
		last = got.last
	}
}

// pageRows is a page, as it is written, and the key of its last row.
type pageRows struct {
	columns []string
	cells   [][]string
	last    []any
}

func (s Sheet) page(ctx context.Context, tx *db.Tx, p members.Program, last []any) (pageRows, error) {
	query, args := s.query(p, last)
	found, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return pageRows{}, err
	}
	defer found.Close()
	all, err := found.Columns()
	if err != nil {
		return pageRows{}, err
	}
	types, err := found.ColumnTypes()
	if err != nil {
		return pageRows{}, err
	}
	got, values := pageRows{columns: s.kept(all)}, make([]any, len(all))
	into := make([]any, len(all))
	for i := range values {
		into[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return pageRows{}, err
		}
		var cells []string
		for i, v := range values {
			if !slices.Contains(s.omit, all[i]) {
				cells = append(cells, cell(all[i], types[i], v))
			}
		}
		got.cells, got.last = append(got.cells, cells), s.keyOf(all, values)
	}
	return got, found.Err()
}

// query asks for the page after a key.
func (s Sheet) query(p members.Program, last []any) (string, []any) {
	scope := "program_id"
	if s.Name == "programs" {
		scope = "id"
	}
	key, after, args := strings.Join(s.key, ", "), "", []any{p.ID}
	if last != nil {
		marks := make([]string, len(last))
		for i := range last {
			marks[i] = "$" + strconv.Itoa(i+2)
		}
		after = fmt.Sprintf(" AND (%s) > (%s)", key, strings.Join(marks, ", "))
		args = append(args, last...)
	}
	return fmt.Sprintf("SELECT * FROM %s WHERE %s = $1%s ORDER BY %s LIMIT %d", s.Name, scope, after, key, page), args
}

func (s Sheet) kept(columns []string) (list []string) {
	for _, c := range columns {
		if !slices.Contains(s.omit, c) {
			list = append(list, c)
		}
	}
	return list
}

func (s Sheet) keyOf(columns []string, values []any) []any {
	key := make([]any, len(s.key))
	for i, name := range s.key {
		key[i] = values[slices.Index(columns, name)]
		if text, ok := key[i].([]byte); ok {
			key[i] = string(text)
		}
	}
	return key
}

// cell is a value as it stands in the file.
func cell(column string, kind *sql.ColumnType, v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int64:
		switch {
		case strings.HasPrefix(kind.DatabaseTypeName(), "BOOL"):
			return strconv.FormatBool(v != 0)
		case !isTime(column):
			return strconv.FormatInt(v, 10)
		case v == 0:
			return ""
		}
		return time.UnixMilli(v).UTC().Format("2006-01-02T15:04:05.000Z")
	case []byte:
		return Safe(string(v))
	case string:
		return Safe(v)
	}
	return fmt.Sprint(v)
}

// isTime says whether a column holds unix milliseconds.
func isTime(column string) bool {
	switch column {
	case "at", "touched", "send_after", "send_before", "valid_from", "reserved_until", "tier_since", "tier_until", "tier_given_until":
		return true
	}
	return strings.HasSuffix(column, "_at")
}
