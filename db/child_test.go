package db_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// exit ends the goroutine, as t.FailNow does.
func exit() { runtime.Goexit() }

// child makes this test binary a second fiel that writes to the file named in the environment, if one is named.
func child() bool {
	path := os.Getenv("FIEL_TEST_CHILD")
	if path == "" {
		return false
	}
	d, err := db.Open(context.Background(), path, db.Options{})
	if err == nil {
		for range 200 {
			if err = d.Write(context.Background(), db.Interactive, idAndInc); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return true
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
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "FIEL_TEST_CHILD="+d.Path())
			if out, err := cmd.CombinedOutput(); err != nil {
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
