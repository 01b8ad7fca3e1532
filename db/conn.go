package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// kept is how many statements a connection keeps prepared. Queries built by hand beyond that are prepared each time.
const kept = 500

// conn is a connection to SQLite that keeps its statements prepared, which makes a short one nearly twice as fast.
type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
}

// prepared returns the statement for query, or nil when there is no room to keep it.
func (c *conn) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok || len(c.stmts) >= kept {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// ExecContext runs a statement that returns no rows.
func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.Conn.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext runs a query.
func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.Conn.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext runs a query for one row; its error comes with Scan.
func (c *conn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := c.prepared(ctx, query)
	if err != nil || s == nil {
		return c.Conn.QueryRowContext(ctx, query, args...) // an error of preparing comes again here
	}
	return s.QueryRowContext(ctx, args...)
}

// close gives up the connection for good. The driver crashes at statements of a connection that is closed already.
func (c *conn) close() {
	if alive := c.Raw(func(any) error { return nil }) == nil; alive {
		for _, s := range c.stmts {
			s.Close()
		}
	}
	_ = c.Raw(func(any) error { return driver.ErrBadConn }) // else the pool would keep it
	c.Close()
}

// indexOf names the unique index of which SQLite told the columns, "members.program_id, members.phone", or the index,
// "index 'members_email'", if it is over an expression.
func (c *conn) indexOf(code int, columns string) string {
	if name, ok := strings.CutPrefix(columns, "index '"); ok {
		return strings.TrimSuffix(name, "'")
	}
	table, _, _ := strings.Cut(columns, ".")
	names := strings.ReplaceAll(columns, table+".", "")
	if code != sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return table + "_pkey"
	}
	var index, origin string
	err := c.Conn.QueryRowContext(context.Background(), `SELECT l.name, l.origin FROM pragma_index_list($1) l
WHERE l."unique" = 1 AND l.origin <> 'pk' AND (SELECT group_concat(COALESCE(i.name, ''), ', ') FROM pragma_index_info(l.name) i) = $2`,
		table, names).Scan(&index, &origin)
	if err != nil {
		return columns
	}
	if origin == "u" {
		return table + "_" + strings.ReplaceAll(names, ", ", "_") + "_key"
	}
	return index
}
