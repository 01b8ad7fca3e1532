package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type dbCmd struct {
	Migrate dbMigrateCmd `cmd:"" help:"Bring the tables up to this version."`
	Check   dbCheckCmd   `cmd:"" help:"Prove the ledger's invariants; changes nothing."`
	Backup  dbBackupCmd  `cmd:"" help:"Copy everything into one file while serving goes on."`
	Restore dbRestoreCmd `cmd:"" help:"Fill a new database from a backup; nothing is sent until fiel resume."`
}

type dbMigrateCmd struct{}

// Run migrates. It may be run again at any time.
func (c *dbMigrateCmd) Run(a *App) error {
	d, err := db.Open(a.ctx, a.Database, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(a.ctx); err != nil {
		return err
	}
	version, err := d.Version(a.ctx)
	if err != nil {
		return err
	}
	return a.answer(map[string]int64{"version": version}, func(w io.Writer) {
		fmt.Fprintf(w, "The tables are at version %d.\n", version)
	})
}

type dbCheckCmd struct{}

// checked is what a check of one program looked at and found.
type checked struct {
	Program  string   `json:"program"`
	Members  int64    `json:"members"`
	Entries  int64    `json:"entries"`
	Lots     int64    `json:"lots"`
	Moves    int64    `json:"lot_moves"`
	Vouchers int64    `json:"vouchers"`
	Sealed   int64    `json:"days_sealed"`
	Seal     string   `json:"seal,omitempty"` // of the last sealed day: keep it elsewhere
	Suspects int64    `json:"suspects"`       // rows that were asked about one by one
	Seconds  float64  `json:"seconds"`
	Findings []string `json:"findings"`
}

// Run proves every program and fails when one invariant does not hold.
func (c *dbCheckCmd) Run(a *App) error {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.Close()
	var programs []members.Program
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	all, broken := []checked{}, 0
	for _, p := range programs {
		one, err := a.prove(d, p)
		if err != nil {
			return err
		}
		broken += len(one.Findings)
		all = append(all, one)
	}
	if err := a.answer(all, func(w io.Writer) { printChecked(w, all) }); err != nil {
		return err
	}
	if broken > 0 {
		return db.Errorf(db.Refused, "%d invariants do not hold: keep this database as it is and restore a backup beside it", broken)
	}
	return nil
}

// prove proves one program; whoever waits for it at a terminal for more than two seconds sees how far it is.
func (a *App) prove(d *db.DB, p members.Program) (checked, error) {
	begun := time.Now()
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(a.Err), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(p.Name))
	var drawing sync.Mutex
	proved, err := rewards.Prove(a.ctx, d, p, func(done, total int) {
		drawing.Lock()
		defer drawing.Unlock()
		if isTerminal(a.Err) && time.Since(begun) > 2*time.Second {
			bar.ChangeMax(total + 1)
			bar.Set(done) //nolint:errcheck // only drawing
		}
	})
	bar.Finish() //nolint:errcheck // only drawing
	one := checked{
		p.Name, proved.Members, proved.Entries, proved.Lots, proved.Moves, proved.Vouchers, proved.Sealed, proved.Seal, proved.Suspects,
		time.Since(begun).Seconds(),
		[]string{},
	}
	for _, f := range proved.Findings {
		one.Findings = append(one.Findings, f.Invariant+": "+f.Text)
	}
	return one, err
}

func printChecked(w io.Writer, all []checked) {
	for _, one := range all {
		verdict := "every invariant holds"
		if len(one.Findings) > 0 {
			verdict = fmt.Sprintf("%d findings", len(one.Findings))
		}
		people := "members"
		if one.Members == 1 {
			people = "member"
		}
		fmt.Fprintf(w, "%s, %d %s: %s\n", one.Program, one.Members, people, verdict)
		for _, f := range one.Findings {
			fmt.Fprintf(w, "  %s\n", f)
		}
		if one.Sealed > 0 {
			fmt.Fprintf(w, "  %d days are sealed, the last with %s\n", one.Sealed, one.Seal)
		}
	}
	if len(all) == 0 {
		fmt.Fprintln(w, "There is no program yet; nothing to check.")
	}
}
