package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type dbCmd struct {
	Migrate dbMigrateCmd `cmd:"" help:"Bring the tables up to this version."`
	Check   dbCheckCmd   `cmd:"" help:"Prove the ledger's invariants; changes nothing."`
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

// checked is what a check of one program found.
type checked struct {
	Program  string   `json:"program"`
	Members  int64    `json:"members"`
	Findings []string `json:"findings"`
}

// Run checks every program and fails when one invariant does not hold.
func (c *dbCheckCmd) Run(a *App) error {
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.Close()
	all, broken := []checked{}, 0
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		all, broken = []checked{}, 0
		programs, err := members.Programs(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range programs {
			one, err := checkProgram(ctx, tx, p)
			if err != nil {
				return err
			}
			broken += len(one.Findings)
			all = append(all, one)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := a.answer(all, func(w io.Writer) { printChecked(w, all) }); err != nil {
		return err
	}
	if broken > 0 {
		return db.Errorf(db.Refused, "%d invariants do not hold: keep this database as it is and restore a backup beside it", broken)
	}
	return nil
}

func checkProgram(ctx context.Context, tx *db.Tx, p members.Program) (checked, error) {
	findings, err := rewards.Check(ctx, tx, p.ID)
	if err != nil {
		return checked{}, err
	}
	n, err := members.Count(ctx, tx, p.ID)
	one := checked{Program: p.Name, Members: n, Findings: []string{}}
	for _, f := range findings {
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
		fmt.Fprintf(w, "%s, %d members: %s\n", one.Program, one.Members, verdict)
		for _, f := range one.Findings {
			fmt.Fprintf(w, "  %s\n", f)
		}
	}
	if len(all) == 0 {
		fmt.Fprintln(w, "There is no program yet; nothing to check.")
	}
}
