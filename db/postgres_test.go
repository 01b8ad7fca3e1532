package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestPostgresRunsReadCommittedWritesAndRepeatableReadReads(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	var level, readOnly string
	ask := func(ctx context.Context, tx *db.Tx) error {
		if err := tx.QueryRowContext(ctx, "SHOW transaction_isolation").Scan(&level); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SHOW transaction_read_only").Scan(&readOnly)
	}
	if write(t, d, ask); level != "read committed" || readOnly != "off" {
		t.Errorf("Write is %s, read only %s", level, readOnly)
	}
	if err := d.Read(t.Context(), ask); err != nil || level != "repeatable read" || readOnly != "on" {
		t.Errorf("Read is %s, read only %s, %v", level, readOnly, err)
	}
}

func TestPostgresHasAPoolOf16(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	var inside atomic.Int64
	var all sync.WaitGroup
	full := make(chan struct{})
	fill := sync.OnceFunc(func() { close(full) })
	for range 40 {
		all.Go(func() {
			write(t, d, func(context.Context, *db.Tx) error {
				if n := inside.Add(1); n > db.PoolSize {
					t.Errorf("%d closures ran at once", n)
				} else if n == db.PoolSize {
					fill()
				}
				select {
				case <-full:
				case <-time.After(20 * time.Second):
					t.Error("fewer ran at once")
				}
				inside.Add(-1)
				return nil
			})
		})
	}
	all.Wait()
}

func TestPostgresRunsAClosureAgainAfterADeadlock(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	a, b := join(t, d, "+34600000001"), join(t, d, "+34600000002")
	var runs, woken atomic.Int64
	var met, all sync.WaitGroup
	met.Add(2)
	cross := func(first, second int64) {
		once := sync.OnceFunc(func() { met.Done(); met.Wait() }) // both hold their first row
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			runs.Add(1)
			tx.After(func() { woken.Add(1) })
			if err := run(ctx, tx, "UPDATE members SET seq = seq + 1 WHERE program_id = 1 AND id = $1", first); err != nil {
				return err
			}
			once()
			if err := run(ctx, tx, "UPDATE members SET seq = seq + 1 WHERE program_id = 1 AND id = $1", second); err != nil {
				return errors.New("hidden by the closure's own error")
			}
			return nil
		})
	}
	all.Go(func() { cross(a, b) })
	all.Go(func() { cross(b, a) })
	all.Wait()
	if n := number(t, d, "SELECT SUM(seq) FROM members"); n != 4 || runs.Load() < 3 || woken.Load() != 2 {
		t.Errorf("sum %d after %d runs and %d wake-ups", n, runs.Load(), woken.Load())
	}
}

func TestPostgresRunsAClosureAgainAtMostFiveTimes(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	for _, state := range []string{"40001", "40P01"} {
		runs := 0
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			runs++
			return run(ctx, tx, fmt.Sprintf("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '%s'; END $$", state))
		})
		if db.CodeOf(err) != db.Busy || runs != 1+db.Reruns {
			t.Errorf("%s: %d runs, %v", state, runs, err)
		}
	}
}

// admin returns a connection to the server on which d's database is, to another one of its databases.
func admin(t *testing.T, d *db.DB) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), d.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func TestPostgresConnectionsThatDiedInThePoolAreReplaced(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	c := admin(t, d)
	for range 5 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { write(t, d, inc("a")) })
		}
		all.Wait()
		if _, err := c.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"); err != nil {
			t.Fatal(err)
		}
		number(t, d, "SELECT 1")
	}
	if n := counter(t, d, "a"); n != 40 {
		t.Errorf("stored %d of 40", n)
	}
}

func TestPostgresConnectionThatDiesInAClosureMakesItBusy(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	c := admin(t, d)
	err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if err := inc("a")(ctx, tx); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"); err != nil {
			return err
		}
		return inc("b")(ctx, tx)
	})
	if db.CodeOf(err) != db.Busy || errors.Is(err, db.ErrUnknown) || counter(t, d, "a") != 0 {
		t.Errorf("got %v", err)
	}
}

// cutter passes bytes on to PostgreSQL's socket until it has passed on a COMMIT; then it hangs up.
func cutter(t *testing.T, socket string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	pass := func(client net.Conn) {
		defer client.Close()
		server, err := net.Dial("unix", socket)
		if err != nil {
			return
		}
		defer server.Close()
		buf := make([]byte, 64<<10)
		go func() { io.Copy(client, server); client.Close() }()
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			if bytes.Contains(buf[:n], []byte("commit\x00")) {
				client.Close()
				server.Write(buf[:n])
				time.Sleep(50 * time.Millisecond)
				return
			}
			server.Write(buf[:n])
		}
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go pass(client)
		}
	}()
	return l
}

func TestPostgresCommitWhoseAnswerIsLostIsUnknown(t *testing.T) {
	d := dbtest.New(t, db.Postgres, small)
	u, err := url.Parse(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	l := cutter(t, filepath.Join(q.Get("host"), ".s.PGSQL.5432"))
	host, port, _ := net.SplitHostPort(l.Addr().String())
	q.Set("host", host)
	q.Set("port", port)
	u.RawQuery = q.Encode()
	far := dbtest.Open(t, u.String(), db.Options{})
	err = far.Write(t.Context(), db.Interactive, inc("a"))
	if !errors.Is(err, db.ErrUnknown) || db.CodeOf(err) != db.Busy {
		t.Errorf("got %v", err)
	}
	for until := time.Now().Add(10 * time.Second); counter(t, d, "a") != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not stored; the test meant to lose only the answer")
		}
	}
}

func TestSkipLockedIsTakenFromTheComment(t *testing.T) {
	const claim = `UPDATE counters SET n = n + 1 WHERE name IN
(SELECT name FROM counters WHERE n = 0 ORDER BY name LIMIT 1 /* SKIP LOCKED */) RETURNING name`
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return run(ctx, tx, "INSERT INTO counters (name, n) VALUES ('a', 0), ('b', 0), ('c', 0)")
		})
		var mu sync.Mutex
		taken := map[string]int{}
		var all, met sync.WaitGroup
		met.Add(3)
		for range 3 {
			all.Go(func() {
				var name string
				once := sync.OnceFunc(func() { met.Done(); met.Wait() })
				write(t, d, func(ctx context.Context, tx *db.Tx) error {
					err := tx.QueryRowContext(ctx, claim).Scan(&name)
					if tx.Dialect() == db.Postgres {
						once() // all three hold a row at once: none waited for another's
					}
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				taken[name]++
			})
		}
		all.Wait()
		if len(taken) != 3 {
			t.Errorf("claimed %v", taken)
		}
	})
}

func TestPostgresMustStoreUTF8(t *testing.T) {
	c := admin(t, dbtest.New(t, db.Postgres, small))
	for _, query := range []string{"DROP DATABASE IF EXISTS latin", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"} {
		if _, err := c.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	url := strings.Replace(c.Config().ConnString(), c.Config().Database, "latin", 1)
	if d, err := db.Open(t.Context(), url, db.Options{}); db.CodeOf(err) != db.Refused || !strings.Contains(err.Error(), "UTF8") {
		t.Errorf("opened %v, %v", d, err)
	}
}

func TestPostgresSettingsOfTheURLWin(t *testing.T) {
	where := dbtest.URL(t, db.Postgres, false)
	for query, want := range map[string]string{where: "10s", where + "&lock_timeout=3s": "3s"} {
		d := dbtest.Open(t, query, db.Options{})
		var got string
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, "SHOW lock_timeout").Scan(&got)
		})
		if got != want {
			t.Errorf("lock_timeout is %s, want %s", got, want)
		}
	}
}
