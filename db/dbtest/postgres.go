package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a private PostgreSQL server, started at the first need in a process and gone with it. It listens on a
// socket in its own folder, so that nothing else is disturbed and no port has to be free.
type cluster struct {
	dir   string
	alive *os.File     // the writing end of the keeper's input
	n     atomic.Int64 // databases made
}

// longestDir leaves room for "/.s.PGSQL.5432" in the 103 bytes that every system allows a socket's path.
const longestDir = 88

// started is the cluster of this process.
var started = sync.OnceValues(start)

var errNoPostgres = errors.New("PostgreSQL is not installed: its half of the tests is left out")

// needPostgres returns the cluster; where there are no binaries it skips the test, under CI=true it fails it.
func needPostgres(t testing.TB) *cluster {
	t.Helper()
	c, err := started()
	switch {
	case errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	return c
}

func start() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return nil, err
	}
	c := &cluster{}
	if c.dir, err = os.MkdirTemp("", "fielpg"); err != nil {
		return nil, err
	}
	if len(c.dir) > longestDir {
		return nil, fmt.Errorf("the path of the temporary folder %s is too long for PostgreSQL's socket", c.dir)
	}
	if err := c.serve(bin); err != nil {
		return nil, err
	}
	if err := c.exec("CREATE DATABASE fiel"); err != nil {
		return nil, err
	}
	return c, migrate(c.url("fiel"))
}

// binaries returns the folder of initdb and postgres: that of the PATH, or Debian's newest.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNoPostgres
	}
	slices.SortFunc(found, func(a, b string) int { return len(a) - len(b) }) // 9.6 before 15
	return filepath.Dir(found[len(found)-1]), nil
}

// keeper makes the cluster in folder $2 with the binaries in $1, runs it until standard input ends, which it does when
// this process does, however it does, and removes the folder. A server that has only just begun ignores SIGQUIT.
const keeper = `
"$1"/initdb -D "$2"/data -U fiel -A trust -E UTF8 --locale=C --no-sync >"$2"/log 2>&1 </dev/null &&
{ "$1"/postgres -D "$2"/data -k "$2" -c listen_addresses= -c max_connections=300 -c shared_buffers=32MB \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=4GB -c autovacuum=off -c jit=off \
	>>"$2"/log 2>&1 </dev/null & }
cat >/dev/null
kill -TERM $!
kill -QUIT $!
wait
rm -rf "$2"`

// serve starts the server and waits until it answers.
func (c *cluster) serve(bin string) error {
	in, alive, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	c.alive = alive
	cmd := exec.Command("/bin/sh", "-c", keeper, "sh", bin, c.dir)
	cmd.Stdin = in
	if err := unprivileged(cmd, c.dir); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	return c.answers()
}

func (c *cluster) answers() (err error) {
	for range 600 {
		if err = c.exec("SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, log)
}

func (c *cluster) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {c.dir}, "user": {"fiel"}, "sslmode": {"disable"}}.Encode()
}

// exec runs a statement in the maintenance database.
func (c *cluster) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// newDatabase makes a database, by cloning a migrated one if it shall be migrated.
func (c *cluster) newDatabase(t testing.TB, migrated bool) string {
	t.Helper()
	name, template := fmt.Sprintf("test_%d", c.n.Add(1)), "template0"
	if migrated {
		template = "fiel"
	}
	if err := c.exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}
