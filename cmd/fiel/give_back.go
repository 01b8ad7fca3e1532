package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// weighing is how a change to what is earned or had is looked at before it is saved.
type weighing struct {
	Yes    bool `help:"Save without asking."`
	DryRun bool `help:"Show what the scheme would give back and save nothing."`
}

// errOnlyLooked undoes what was done to be looked at.
var errOnlyLooked = errors.New("only looked")

// weighed does a change, shows what the scheme gives back with it as a share of sales, and saves it: on a terminal after a yes, elsewhere
// at once. False says that nothing was saved. The change is done twice, the first time to be undone.
func (a *App) weighed(d *db.DB, p members.Program, w weighing, change func(context.Context, *db.Tx) error) (g rewards.GivingBack, saved bool, err error) {
	err = a.lookedAt(d, change, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = givingBack(ctx, tx, p)
		return err
	})
	if err != nil {
		return g, false, err
	}
	if !a.json {
		printGivingBack(a.Out, p, g)
	}
	if w.DryRun || !w.Yes && !a.agreed("Save it?") {
		return g, false, nil
	}
	return g, true, d.Write(a.ctx, db.Interactive, change)
}

// lookedAt does a change, looks, and undoes the change.
func (a *App) lookedAt(d *db.DB, change, look func(context.Context, *db.Tx) error) error {
	err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if err := change(ctx, tx); err != nil {
			return err
		}
		if err := look(ctx, tx); err != nil {
			return err
		}
		return errOnlyLooked
	})
	if errors.Is(err, errOnlyLooked) {
		return nil
	}
	return err
}

func givingBack(ctx context.Context, tx *db.Tx, p members.Program) (rewards.GivingBack, error) {
	rules, err := rewards.Rules(ctx, tx, p.ID)
	if err != nil {
		return rewards.GivingBack{}, err
	}
	all, err := rewards.Rewards(ctx, tx, p.ID)
	if err != nil {
		return rewards.GivingBack{}, err
	}
	return rewards.GiveBack(ctx, tx, p, rules, all)
}

// agreed asks on a terminal, where no is the answer unless y was typed; elsewhere it agrees.
func (a *App) agreed(question string) bool {
	if a.json || !isTerminal(a.In) || !isTerminal(a.Out) {
		return true
	}
	fmt.Fprintf(a.Err, "%s [y/N] ", question)
	line, _ := bufio.NewReader(a.In).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// printGivingBack shows what each reward gives back as a share of sales.
func printGivingBack(w io.Writer, p members.Program, g rewards.GivingBack) {
	fmt.Fprintln(w, "What the scheme gives back, as a share of sales:")
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, part := range append(g.Rewards, g.Stamps...) {
		fmt.Fprintf(t, "  %s\t%s\n", part.Name, givingPart(part))
	}
	t.Flush()
	usual := "there was none"
	if g.Median > 0 {
		usual = money(p, g.Median)
	}
	rule := "no rule gives points for money"
	if g.Rule != "" {
		rule = "points by the rule " + g.Rule
	}
	fmt.Fprintf(w, "  (%s; usual purchase of the last 90 days: %s)\n", rule, usual)
}

func givingPart(part rewards.GivingPart) string {
	switch {
	case part.Unknown != "":
		return "unknown: " + part.Unknown
	case part.UpTo > part.Share:
		return fmt.Sprintf("%s, up to %s with every multiplier", rewards.Percent(part.Share), rewards.Percent(part.UpTo))
	}
	return rewards.Percent(part.Share)
}
