package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type memberHistoryCmd struct {
	Phone string `arg:"" help:"Phone number, national or with +, or # and the id."`
	Limit int64  `help:"At most so many, 1 to 1000." default:"50"`
}

// entryView is one movement with how it came about.
type entryView struct {
	moveView
	Source    string             `json:"source"`
	Why       string             `json:"why,omitempty"`
	Breakdown *rewards.Breakdown `json:"breakdown,omitempty"`
}

// Run shows every movement of a member's points, newest first, and why it was as many.
func (c *memberHistoryCmd) Run(a *App) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--limit is 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []entryView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			m, err := findMember(ctx, tx, p, c.Phone)
			if err != nil {
				return err
			}
			list, err := rewards.History(ctx, tx, p, m, c.Limit)
			views = views[:0]
			for _, e := range list {
				views = append(views, viewEntry(e, p))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printEntries(w, views) })
	})
}

func viewEntry(e rewards.Entry, p members.Program) entryView {
	v := entryView{moveView: moveView{stamp(e.At, p), e.Kind, e.Delta, e.BalanceAfter, e.Words}, Source: e.Source}
	if b, ok := e.ReadBreakdown(); ok {
		v.Breakdown, v.Why = &b, b.Explain(p.Currency)
	}
	return v
}

func printEntries(w io.Writer, views []entryView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No movements yet.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%s\t%+d\t= %d\t%s\t%s\n", v.At, v.Kind, v.Points, v.Balance, v.Source, v.Words+v.Why)
	}
	t.Flush()
}
