package dbtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"fiel/db"
)

// Main runs the tests of a package that has queries, for its TestMain. If they pass and all were run, it fails unless
// each query of the package's *.sql files ran on both databases: what only one of them understands is found here.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 && complete() {
		missing, err := neverRan(".")
		if err != nil || len(missing) > 0 {
			fmt.Fprintln(os.Stderr, "queries that no test ran:", missing, err)
			code = 1
		}
	}
	os.Exit(code)
}

// complete reports whether no flag chose among the tests.
func complete() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz", "test.bench"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return !testing.Short()
}

// named finds the name that sqlc has above each query, in its source and in what it sends.
var named = regexp.MustCompile(`(?m)^-- name: (\w+) :\w+`)

// ran holds what was run in this process, as "sqlite spend".
var ran sync.Map

// tracing notes the queries that run on d's kind of database.
func tracing(dialect db.Dialect) func(string) {
	return func(query string) {
		if name := named.FindStringSubmatch(query); name != nil {
			ran.Store(dialect.String()+" "+name[1], true)
		}
	}
}

// neverRan lists the queries in dir that did not run, for each database that is there.
func neverRan(dir string) (missing []string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		return nil, err
	}
	dialects := []db.Dialect{db.SQLite}
	if _, err := started(); err == nil {
		dialects = append(dialects, db.Postgres)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, name := range named.FindAllStringSubmatch(string(text), -1) {
			for _, dialect := range dialects {
				if _, ok := ran.Load(dialect.String() + " " + name[1]); !ok {
					missing = append(missing, dialect.String()+" "+name[1])
				}
			}
		}
	}
	slices.Sort(missing)
	return missing, nil
}
