package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type benchLedgerCmd struct {
	Members int    `help:"Members of the ledger that is made up." default:"100000"`
	Entries int    `help:"Rows of the ledger that is made up." default:"2000000"`
	Dir     string `help:"Folder for the database; a temporary one unless given." placeholder:"PATH"`
	Into    string `help:"An empty database to fill and keep, instead of a temporary file." placeholder:"PATH|URL"`
}

// Run makes up a ledger.
func (c *benchLedgerCmd) Run(a *App) error {
	url := c.Into
	if url == "" {
		dir, err := os.MkdirTemp(c.Dir, "fiel-bench-")
		if err != nil {
			return db.Errorf(db.Refused, "no folder for the benchmark: %w", err)
		}
		defer os.RemoveAll(dir)
		url = filepath.Join(dir, "ledger.db")
	}
	clock := a.clock
	d, err := db.Open(a.ctx, url, db.Options{Clock: clock, Log: a.log})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(a.ctx); err != nil {
		return err
	}
	cf := &cafe{db: d, key: members.NewKey()}
	if err := cf.found(a.ctx); err != nil {
		return err
	}
	var dialect db.Dialect
	_ = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error { dialect = tx.Dialect(); return nil })
	if err := d.Close(); err != nil {
		return err
	}
	begun := time.Now()
	out, err := openBulk(a.ctx, dialect, url)
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(c.Entries, progressbar.OptionSetWriter(a.Err), progressbar.OptionSetVisibility(isTerminal(a.Err)), progressbar.OptionClearOnFinish())
	f := &forge{out: out, random: rand.New(rand.NewPCG(1, 2)), program: cf.program.ID, till: cf.till.ID, id: 100_000}
	done := 0
	err = f.history(a.ctx, c.Members, c.Entries, clock(), func(n int) {
		if done++; done%10000 == 0 {
			bar.Add(10000) //nolint:errcheck // only drawing
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Err, "made in", time.Since(begun))
	_ = rewards.Check
	return a.answer(1, func(w io.Writer) {})
}
