package db_test

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"fiel/db"
	"fiel/db/dbtest"
)

// both runs f on an empty database of either kind.
func both(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) { f(t, dbtest.URL(t, dialect, false)) })
	}
}

func TestReadySaysWhatToDo(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, dbtest.Options(small))
		if err := d.Ready(t.Context()); db.CodeOf(err) != db.Refused || !strings.Contains(err.Error(), "fiel db migrate") {
			t.Errorf("empty database: %v", err)
		}
		if at, err := d.Version(t.Context()); at != 0 || err != nil {
			t.Errorf("empty database has version %d, %v", at, err)
		}
		for range 2 { // the second finds nothing to do
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Ready(t.Context()); err != nil {
			t.Errorf("migrated database: %v", err)
		}
		if at, err := d.Version(t.Context()); at != 2 || err != nil {
			t.Errorf("migrated database has version %d, %v", at, err)
		}
	})
}

func TestAnOldBinaryRefusesANewerSchema(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, dbtest.Options(small))
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		old := dbtest.Open(t, url, dbtest.Options(small, func(o *db.Options) {
			maps.DeleteFunc(o.Migrations.(fstest.MapFS), func(name string, _ *fstest.MapFile) bool { return strings.Contains(name, "00002") })
		}))
		for what, err := range map[string]error{"Ready": old.Ready(t.Context()), "Migrate": old.Migrate(t.Context())} {
			if db.CodeOf(err) != db.Refused || !strings.Contains(err.Error(), "newer") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestReplicasThatStartTogetherMigrateOnce(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := dbtest.Open(t, url, dbtest.Options(small)).Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}

func TestAMigrationThatFailsLeavesTheLastGoodSchema(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, dbtest.Options(small, func(o *db.Options) {
			o.Migrations.(fstest.MapFS)["00003_bad.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE good (a BIGINT);\nCREATE TABLE good (a BIGINT);\n")}
		}))
		if err := d.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "version:3") {
			t.Errorf("got %v", err)
		}
		if at, err := d.Version(t.Context()); at != 2 || err != nil {
			t.Errorf("version %d, %v", at, err)
		}
	})
}

func TestFielsSchemaGoesUpAndDownOnBoth(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		d := dbtest.Open(t, url, dbtest.Options())
		for range 2 {
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := indexes(t, d); len(left) == 0 {
				t.Error("no unique index after going up")
			}
			if err := d.Rollback(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if left := indexes(t, d); len(left) != 0 {
				t.Errorf("left after going down: %v", left)
			}
		}
	})
}

// indexes lists the unique indexes as Taken knows them: name and what it is over.
func indexes(t *testing.T, d *db.DB) (list []string) {
	t.Helper()
	query := `SELECT i.relname || ' ' || t.relname || '(' || (SELECT string_agg(CASE WHEN x.indkey[k] = 0 THEN 'expression' ELSE
	(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = x.indkey[k]) END, ',' ORDER BY k)
	FROM generate_subscripts(x.indkey, 1) k) || ')'
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE 'goose%'`
	if d.Dialect() == db.SQLite {
		query = `SELECT CASE l.origin WHEN 'pk' THEN m.name || '_pkey' WHEN 'u' THEN m.name || '_' || replace(c.cols, ',', '_') || '_key' ELSE l.name END
	|| ' ' || m.name || '(' || c.cols || ')' FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%') m, pragma_index_list(m.name) l,
	(SELECT l2.name AS index_name, (SELECT group_concat(COALESCE(i.name, 'expression'), ',') FROM pragma_index_info(l2.name) i) AS cols
	FROM (SELECT name FROM sqlite_master WHERE type = 'table') m2, pragma_index_list(m2.name) l2) c
WHERE l."unique" = 1 AND c.index_name = l.name`
	}
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		rows, err := tx.QueryContext(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var index string
			if err := rows.Scan(&index); err != nil {
				return err
			}
			list = append(list, index)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return slices.DeleteFunc(list, func(s string) bool { return strings.HasPrefix(s, "goose") })
}

func TestUniqueIndexesHaveOneNameOnBothDatabases(t *testing.T) {
	for name, schema := range map[string]func(*db.Options){"small": small, "fiel": func(*db.Options) {}} {
		lite := indexes(t, dbtest.New(t, db.SQLite, schema))
		post := indexes(t, dbtest.New(t, db.Postgres, schema))
		if !slices.Equal(lite, post) {
			t.Errorf("%s: SQLite has\n%s\nPostgreSQL has\n%s", name, strings.Join(lite, "\n"), strings.Join(post, "\n"))
		}
		// SQLite tells the columns only: two indexes over the same ones could not be told apart.
		over := map[string]string{}
		for _, index := range lite {
			name, columns, _ := strings.Cut(index, " ")
			if other, ok := over[columns]; ok && !strings.HasSuffix(name, "_pkey") && !strings.HasSuffix(other, "_pkey") {
				t.Errorf("%s and %s are both over %s", name, other, columns)
			}
			over[columns] = name
		}
	}
}

// A refusal that rolls the transaction back, or waits for the COMMIT, would take the rest of the group along.
func TestMigrationsKeepGroupsWhole(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)RAISE\s*\(\s*(ROLLBACK|FAIL)|\bDEFERR(ED|ABLE)\b|ON CONFLICT ROLLBACK`)
	read := 0
	err := filepath.WalkDir("migrations", func(name string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if found := forbidden.Find(data); found != nil {
			t.Errorf("%s says %q", name, found)
		}
		read++
		return err
	})
	if err != nil || read < 3 {
		t.Errorf("read %d files, %v", read, err)
	}
}
