package db_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

// files lists the files under root whose path matches, in order.
func files(t *testing.T, want func(path string) bool) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, f fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if f.IsDir() && path != root && (strings.HasPrefix(f.Name(), ".") || f.Name() == "bin" || f.Name() == "testdata") {
			return fs.SkipDir
		}
		if !f.IsDir() && want(filepath.ToSlash(path)) {
			list = append(list, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func isMigration(path string) bool { return strings.Contains(path, "/db/migrations/") }

func isQuery(path string) bool { return strings.HasSuffix(path, ".sql") && !isMigration(path) }

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// refused are constructs that one of the databases, or sqlc, does not take or takes otherwise than it looks.
var refused = map[string]*regexp.Regexp{
	":: (write CAST)":                      regexp.MustCompile(`::`),
	"ANY(":                                 regexp.MustCompile(`(?i)\bANY\s*\(`),
	"sqlc.slice":                           regexp.MustCompile(`(?i)sqlc\.slice`),
	"ILIKE":                                regexp.MustCompile(`(?i)\bILIKE\b`),
	"FOR UPDATE (write /* SKIP LOCKED */)": regexp.MustCompile(`(?i)\bFOR\s+UPDATE\b`),
	"UPDATE with an alias":                 regexp.MustCompile(`(?i)\bUPDATE\s+\w+\s+(AS\s+)?\w+\s+SET\b`),
	"a line that begins with /* (sqlc drops it)": regexp.MustCompile(`(?m)^/\*`),
}

var comment = regexp.MustCompile(`--[^\n]*`)

// trouble names what is refused in a query file.
func trouble(query string) (found []string) {
	query = comment.ReplaceAllString(query, "")
	for name, pattern := range refused {
		if pattern.MatchString(query) {
			found = append(found, name)
		}
	}
	return found
}

func TestQueriesRunOnBothDatabases(t *testing.T) {
	list := files(t, isQuery)
	if len(list) == 0 {
		t.Fatal("found no query file")
	}
	for _, path := range list {
		for _, name := range trouble(read(t, path)) {
			t.Errorf("%s: refused: %s", path, name)
		}
	}
}

func TestTroubleIsFound(t *testing.T) {
	for query, want := range map[string]int{
		"SELECT a::BIGINT FROM t":                                        1,
		"SELECT a FROM t WHERE a = any ($1)":                             1,
		"SELECT a FROM t WHERE a IN (sqlc.slice('ids'))":                 1,
		"SELECT a FROM t WHERE a ilike 'x'":                              1,
		"SELECT a FROM t\nFOR\nUPDATE":                                   1,
		"UPDATE t AS x SET a = 1":                                        1,
		"UPDATE t x SET a = 1":                                           1,
		"SELECT a FROM t\n/* SKIP LOCKED */":                             1,
		"UPDATE t SET a = $1 -- not FOR UPDATE, ANY(":                    0,
		"SELECT a FROM t LIMIT 1 /* SKIP LOCKED */":                      0,
		"INSERT INTO t (a) VALUES ($1) ON CONFLICT DO UPDATE SET a = $1": 0,
		"SELECT company(a) FROM t":                                       0,
	} {
		if got := trouble(query); len(got) != want {
			t.Errorf("%q: %v", query, got)
		}
	}
}

// A marker that sqlc lost would be a claim that waits instead of skipping.
func TestSkipLockedSurvivesGeneration(t *testing.T) {
	for _, path := range files(t, isQuery) {
		const marker = "/* SKIP LOCKED */"
		if n := strings.Count(read(t, path), marker); n > 0 {
			if got := strings.Count(read(t, path+".go"), marker); got != n {
				t.Errorf("%s has it %d times, %s.go %d times", path, n, path, got)
			}
		}
	}
}

// sum is a hash over sqlc.yaml, the schema, every query and the code made from them.
func sum(t *testing.T) string {
	t.Helper()
	h := sha256.New()
	for _, path := range files(t, func(path string) bool {
		common := isMigration(path) && strings.Count(path, "/") == 3
		return common || isQuery(path) || strings.HasSuffix(path, ".sql.go") || path == root+"/sqlc.yaml"
	}) {
		text := read(t, path)
		fmt.Fprintf(h, "%s %d\n%s", filepath.ToSlash(path), len(text), text)
	}
	return fmt.Sprintf("%x\n", h.Sum(nil))
}

// TestGenerated fails when queries or schema have changed since `make generate`, which runs it with FIEL_WRITE_SUM=1 to
// write the sum down.
func TestGenerated(t *testing.T) {
	const file = "generated.sum"
	if os.Getenv("FIEL_WRITE_SUM") == "1" {
		if err := os.WriteFile(file, []byte(sum(t)), 0o644); err != nil { //nolint:gosec
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(want, []byte(sum(t))) {
		t.Errorf("The generated code may be out of date. Run: make generate (%v)", err)
	}
}
