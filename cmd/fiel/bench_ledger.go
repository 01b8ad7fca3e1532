package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"text/tabwriter"
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

// Run makes up a ledger of two years, seals its days and proves it. Nothing in it was lived through; all of it fits.
func (c *benchLedgerCmd) Run(a *App) error {
	if c.Members < 1 || c.Entries < 1 || c.Members > 10_000_000 || c.Entries > 200_000_000 {
		return wrongCall("--members is 1 to 10000000 and --entries 1 to 200000000")
	}
	url := c.Into
	if url == "" {
		dir, err := os.MkdirTemp(c.Dir, "fiel-bench-")
		if err != nil {
			return db.Errorf(db.Refused, "no folder for the benchmark: %w", err)
		}
		defer os.RemoveAll(dir)
		url = filepath.Join(dir, "ledger.db")
	}
	a.log = newLog(a.Err, slog.LevelError)
	shop := &cafe{key: members.NewKey()}
	begun := time.Now()
	if err := c.fill(a, shop, url); err != nil {
		return err
	}
	figures := []figure{{"making up", time.Since(begun).Seconds(), "s", "", ""}}
	d, err := db.Open(a.ctx, url, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	defer d.Close()
	begun = time.Now()
	days, err := rewards.SealDays(a.ctx, d, shop.program, 10_000)
	if err != nil {
		return err
	}
	figures = append(figures, figure{"sealing", time.Since(begun).Seconds(), "s", "", fmt.Sprint(days, " days")})
	one, err := a.prove(d, shop.program)
	if err != nil {
		return err
	}
	rows := one.Members + one.Vouchers + one.Entries + one.Lots + one.Moves
	figures = append(figures, figure{"proving", one.Seconds, "s", "under 60 for 20 million entries", fmt.Sprint(rows, " rows, ", len(one.Findings), " findings")},
		figure{"proving a row", one.Seconds / float64(rows) * 1e6, "µs", "", ""})
	return a.answer(figures, func(w io.Writer) { printFigures(w, figures) })
}

func printFigures(w io.Writer, figures []figure) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "MEASURED\tVALUE\tGOAL\t")
	for _, f := range figures {
		fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\n", f.What, short(f.Value), f.Unit, f.Goal, f.Note)
	}
	t.Flush()
}

// fill founds a shop in an empty database and writes its history past every rule.
func (c *benchLedgerCmd) fill(a *App, shop *cafe, url string) error {
	dialect, err := shop.foundIn(a, url)
	if err != nil {
		return err
	}
	out, err := openBulk(a.ctx, dialect, url)
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(c.Entries, progressbar.OptionSetWriter(a.Err), progressbar.OptionSetVisibility(isTerminal(a.Err)),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("making up"))
	defer bar.Finish() //nolint:errcheck // only drawing
	f := &forge{out: out, random: rand.New(rand.NewPCG(1, 2)), program: shop.program.ID, till: shop.till.ID, id: 100_000}
	return f.history(a.ctx, c.Members, c.Entries, a.clock().Add(-48*time.Hour), func(n int) {
		if n%10_000 == 0 {
			bar.Set(n) //nolint:errcheck // only drawing
		}
	})
}

func (c *cafe) foundIn(a *App, url string) (dialect db.Dialect, err error) {
	if c.db, err = db.Open(a.ctx, url, db.Options{Clock: a.clock, Log: a.log}); err != nil {
		return 0, err
	}
	defer c.db.Close()
	if err := c.db.Migrate(a.ctx); err != nil {
		return 0, err
	}
	if err := c.found(a.ctx); err != nil {
		return 0, err
	}
	err = c.db.Read(a.ctx, func(_ context.Context, tx *db.Tx) error {
		dialect = tx.Dialect()
		return nil
	})
	return dialect, err
}
