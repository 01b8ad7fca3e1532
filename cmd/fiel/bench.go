package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/db"
	"fiel/members"
)

type benchCmd struct {
	All    benchAllCmd    `cmd:"" default:"withargs" help:"Purchases, blasts and starting."`
	Ledger benchLedgerCmd `cmd:"" help:"Make up a large ledger and prove it."`
}

type benchAllCmd struct {
	Members int           `help:"Members a blast goes to." default:"10000"`
	Clients int           `help:"Tills that report at once." default:"64"`
	For     time.Duration `help:"How long purchases are counted, each way." default:"3s"`
	Dir     string        `help:"Folder for the databases; a temporary one unless given." placeholder:"PATH"`
}

// figure is one thing measured. A ratio compares two ways in one run and means the same on every machine; a time does not.
type figure struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal"`
	Note  string  `json:"note,omitempty"`
}

// bench is one run of the benchmark.
type bench struct {
	*benchAllCmd
	app     *App
	dir     string
	bar     *progressbar.ProgressBar
	figures []figure
}

// Run measures in a folder that is removed afterwards. Everything stays on loopback.
func (c *benchAllCmd) Run(a *App) error {
	dir, err := os.MkdirTemp(c.Dir, "fiel-bench-")
	if err != nil {
		return db.Errorf(db.Refused, "no folder for the benchmark: %w", err)
	}
	defer os.RemoveAll(dir)
	a.log = newLog(a.Err, slog.LevelError)
	b := &bench{benchAllCmd: c, app: a, dir: dir, bar: progressbar.NewOptions(7, progressbar.OptionSetWriter(a.Err),
		progressbar.OptionSetVisibility(isTerminal(a.Err)), progressbar.OptionClearOnFinish())}
	for name, measure := range []func() error{b.purchases, b.blasts, b.start} {
		if err := measure(); err != nil {
			return fmt.Errorf("part %d: %w", name+1, err)
		}
	}
	b.bar.Finish() //nolint:errcheck // only drawing
	return a.answer(b.figures, func(w io.Writer) { printFigures(w, b.figures) })
}

func short(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func (b *bench) step(what string) {
	b.bar.Describe(what)
	b.bar.Add(1) //nolint:errcheck // only drawing
}

func (b *bench) found(f figure) { b.figures = append(b.figures, f) }

// open makes a café with members in a fresh SQLite file.
func (b *bench) open(name string, n int, o db.Options) (*cafe, error) {
	clock := new(demoClock)
	o.Clock, o.Log = clock.Now, b.app.log
	d, err := db.Open(b.app.ctx, filepath.Join(b.dir, name+".db"), o)
	if err != nil {
		return nil, err
	}
	c := &cafe{db: d, key: members.NewKey(), clock: clock}
	if err := d.Migrate(b.app.ctx); err != nil {
		return c, err
	}
	if err := c.found(b.app.ctx); err != nil {
		return c, err
	}
	return c, c.crowd(b.app.ctx, n)
}

// crowd makes n members who agreed to everything, in chunks.
func (c *cafe) crowd(ctx context.Context, n int) error {
	const chunk = 500
	for first := 0; first < n; first += chunk {
		if err := c.db.Reserve(ctx, 4*chunk); err != nil {
			return err
		}
		err := c.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			for i := first; i < min(first+chunk, n); i++ {
				if err := c.welcome(ctx, tx, crowdPhone(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func crowdPhone(i int) members.Phone { return members.Phone(fmt.Sprintf("+51970%06d", i)) }

func (c *cafe) welcome(ctx context.Context, tx *db.Tx, phone members.Phone) error {
	hash := c.key.Hash(phone)
	if _, err := members.Touch(ctx, tx, c.program.ID, hash); err != nil {
		return err
	}
	m, _, err := members.Join(ctx, tx, c.program, members.Joining{Phone: phone, Hash: hash, Name: "Rosa", Store: c.store.ID, WroteFirst: true})
	if err != nil {
		return err
	}
	d := members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "cli", Actor: "system", Words: "bench"}
	offers := d
	offers.Kind = members.MarketingTexts
	_, err = members.Agree(ctx, tx, m, d, offers)
	return err
}

// percentile is the time that p of the samples stay within.
func percentile(samples []time.Duration, p float64) time.Duration {
	if len(samples) == 0 {
		return 0
	}
	slices.Sort(samples)
	return samples[min(int(p*float64(len(samples))), len(samples)-1)]
}
