package db_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// large are the tables that grow with members and time.
var large = []string{
	"audits", "callbacks", "consents", "entries", "inbound", "lot_moves", "lots", "members", "messages", "phones", "purchase_lines", "purchases",
	"questions", "refunds", "text_days", "vouchers",
}

// wholeTable are the queries that mean to read a large table through, each with its reason.
var wholeTable = map[string]string{
	"purchasesSince": "the owner looks at the give-back", "purchaseAt": "as above",
	"countMembers": "counts", "counted": "counts, once after a restore", "tierCounts": "counts", "sentBetween": "the demo's day", "seconds": "the latest, LIMIT", "countWaiting": "the demo's day",
	"anyCallback": "LIMIT 1", "matchedCallbacks": "callbacks of unknown texts, few", "pruneCallbacks": "as above",
}

// An index WHERE phone <> ” serves a query only if the query says phone <> ” too: a value that is bound later proves nothing. On a
// million members the difference is a second for each text.
func TestQueriesFindTheirRowsByAnIndex(t *testing.T) {
	handle, err := sql.Open("sqlite", dbtest.URL(t, db.SQLite, true))
	if err != nil {
		t.Fatal(err)
	}
	defer handle.Close()
	step := regexp.MustCompile(`^(?:SCAN|SEARCH) (\w+)(?: USING .*\(program_id=\?\))?$`)
	seen := 0
	for _, path := range files(t, isQuery) {
		if strings.HasSuffix(path, "check.sql") {
			continue // proves whole tables
		}
		for name, query := range queriesIn(read(t, path)) {
			seen++
			for _, detail := range planOf(t, handle, name, query) {
				m := step.FindStringSubmatch(detail)
				if m != nil && slices.Contains(large, m[1]) && wholeTable[name] == "" {
					t.Errorf("%s: %s reads all of %s: %s", path, name, m[1], detail)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d queries were looked at", seen)
	}
}

var (
	queryHead = regexp.MustCompile(`(?m)^-- name: (\w+) :\w+$`)
	named     = regexp.MustCompile(`@(\w+)`)
	numbered  = regexp.MustCompile(`\$(\d+)`)
)

func queriesIn(text string) map[string]string {
	list := map[string]string{}
	heads := queryHead.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		list[text[h[2]:h[3]]] = text[h[1]:end]
	}
	return list
}

func planOf(t *testing.T, handle *sql.DB, name, query string) (details []string) {
	t.Helper()
	args := 0
	for _, m := range numbered.FindAllStringSubmatch(query, -1) {
		var n int
		fmt.Sscan(m[1], &n)
		args = max(args, n)
	}
	query = numbered.ReplaceAllString(query, "?$1")
	for _, m := range named.FindAllString(query, -1) {
		if strings.Contains(query, m) {
			args++
			query = regexp.MustCompile(m+`\b`).ReplaceAllString(query, fmt.Sprint("?", args))
		}
	}
	rows, err := handle.Query("EXPLAIN QUERY PLAN "+query, make([]any, args)...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var a, b, c int
		var detail string
		if err := rows.Scan(&a, &b, &c, &detail); err != nil {
			t.Fatal(err)
		}
		details = append(details, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return details
}
