package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// exit ends the goroutine, as t.FailNow does.
func exit() { runtime.Goexit() }

// child makes this test binary a second fiel, if the environment says what it shall do with which file.
func child() bool {
	what, path, ok := strings.Cut(os.Getenv("FIEL_TEST_CHILD"), ":")
	if !ok {
		return false
	}
	if err := work(what, path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return true
}

// command starts this test binary as a child.
func command(what, path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FIEL_TEST_CHILD="+what+":"+path)
	return cmd
}

func work(what, path string) error {
	ctx := context.Background()
	fatal := make(chan error, 1)
	d, err := db.Open(ctx, path, db.Options{Fatal: func(err error) { fatal <- err }})
	if err != nil {
		return err
	}
	switch what {
	case "200":
		for range 200 {
			if err := d.Write(ctx, db.Interactive, idAndInc); err != nil {
				return err
			}
		}
		return d.Close()
	case "limited": // no file grows beyond 100 kB: the disk is full
		limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
	}
	for n := 1; ; n++ { // until it is killed
		if err := d.Write(ctx, db.Interactive, inc("n")); err != nil {
			fmt.Println("fatal:", <-fatal)
			return err
		}
		fmt.Println(n)
	}
}

// idAndInc takes an id that nobody else may get, and counts.
func idAndInc(ctx context.Context, tx *db.Tx) error {
	if err := run(ctx, tx, "INSERT INTO members (program_id, id) VALUES (1, $1)", tx.ID()); err != nil {
		return err
	}
	return inc("n")(ctx, tx)
}

func TestSeveralProcessesMayWriteOneFile(t *testing.T) {
	d := dbtest.New(t, db.SQLite, small)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if out, err := command("200", d.Path()).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, strings.TrimSpace(string(out)))
			}
		})
	}
	all.Go(func() {
		for range 200 {
			write(t, d, idAndInc)
		}
	})
	all.Wait()
	if n := counter(t, d, "n"); n != 600 {
		t.Errorf("counted %d of 600", n)
	}
	if n := number(t, d, "SELECT COUNT(DISTINCT id) FROM members"); n != 600 {
		t.Errorf("%d different ids of 600", n)
	}
}

// acknowledged runs a child until it has acknowledged n writes, or to its end, and returns how many it has.
func acknowledged(t *testing.T, cmd *exec.Cmd, n int) (last int, said string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if got, err := strconv.Atoi(lines.Text()); err != nil {
			said += lines.Text() + "\n"
		} else if last = got; last == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	_ = cmd.Wait()
	return last, said
}

func TestWhatWasAnsweredIsStoredAfterKill9(t *testing.T) {
	for _, n := range []int{1, 7, 60, 300} {
		path := dbtest.New(t, db.SQLite, small).Path()
		last, said := acknowledged(t, command("endless", path), n)
		d := dbtest.Open(t, path, dbtest.Options(small))
		if stored := int(counter(t, d, "n")); last < n || stored < last || stored > last+1 {
			t.Errorf("%d stored of %d acknowledged: %s", stored, last, said)
		}
		var ok string
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&ok)
		})
		if ok != "ok" {
			t.Error(ok)
		}
	}
}

func TestAFullDiskLosesNothingThatWasAnswered(t *testing.T) {
	path := dbtest.New(t, db.SQLite, small).Path()
	last, said := acknowledged(t, command("limited", path), -1)
	if !strings.Contains(said, "fatal: ") || last == 0 {
		t.Errorf("after %d writes the child said: %s", last, said)
	}
	d := dbtest.Open(t, path, dbtest.Options(small))
	if stored := int(counter(t, d, "n")); stored < last || stored > last+1 {
		t.Errorf("%d stored of %d acknowledged: %s", stored, last, said)
	}
	write(t, d, inc("n")) // there is room again
}
