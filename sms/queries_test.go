package sms

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// Every query finds its rows by an index that SQLite can use: it takes a partial index only if the query repeats its condition. The
// tables named below are small, or looked at once a second and no more.
func TestQueriesUseIndexes(t *testing.T) {
	small := regexp.MustCompile(`SCAN (due|senders|holds|callbacks|waiting|late|picked|open|stretch)\b`)
	perProgram := regexp.MustCompile(`(holds|callbacks|kept_keys|notices|messages_erased|consent_pushes\w*)\b`)
	s := openShop(t, dbtest.New(t, db.SQLite), noon(), testNumber)
	for name, query := range queries(t) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if name == "sentBetween" || name == "countWaiting" {
				return nil // the demo's
			}
			for _, step := range explain(t, ctx, tx, query) {
				whole := strings.HasSuffix(step, "(program_id=?)") && !perProgram.MatchString(step)
				if strings.Contains(step, "SCAN") && !small.MatchString(step) || strings.Contains(step, "AUTOMATIC") || whole {
					t.Errorf("%s: %s", name, step)
				}
			}
			return nil
		})
	}
}

// queries reads the query files, by name.
func queries(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.sql.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	constant := regexp.MustCompile("(?s)const \\w+ = `-- name: (\\w+) :\\w+\n(.*?)`")
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range constant.FindAllStringSubmatch(string(code), -1) {
			named[found[1]] = found[2]
		}
	}
	if len(named) < 40 {
		t.Fatalf("only %d queries found", len(named))
	}
	return named
}

func explain(t *testing.T, ctx context.Context, tx *db.Tx, query string) (steps []string) {
	t.Helper()
	most := 0
	for n := range 40 {
		if regexp.MustCompile(`\$` + strconv.Itoa(n+1) + `\b`).MatchString(query) {
			most = n + 1
		}
	}
	rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
