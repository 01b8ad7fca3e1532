package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/templates"
)

type tillMatchedCmd struct {
	Most int64 `default:"50" help:"At most so many, the latest first."`
}

// matchView is a sale that was reported twice. What was reported first counts.
type matchView struct {
	Counts   reportView `json:"counts"`
	Matched  reportView `json:"matched"`
	Amount   int64      `json:"amount"`
	Currency string     `json:"currency"`
	Points   int64      `json:"points"`
}

// reportView is one report of a sale.
type reportView struct {
	Purchase int64  `json:"purchase"`
	Till     int64  `json:"till"`
	ID       string `json:"id"`
	At       string `json:"at"`
}

func viewReport(p members.Program, sale pos.Purchase) reportView {
	return reportView{sale.ID, sale.TillID, sale.Ref, time.UnixMilli(sale.OccurredAt).In(p.Location()).Format(time.DateTime)}
}

// Run lists the sales that were reported twice.
func (c *tillMatchedCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []matchView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := pos.Matches(ctx, tx, p.ID, c.Most)
			for _, m := range all {
				views = append(views, matchView{viewReport(p, m.First), viewReport(p, m.Second), m.First.Amount, m.First.Currency, m.First.Points})
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printMatches(w, views) })
	})
}

func printMatches(w io.Writer, views []matchView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No sale was reported twice, by text and by a till.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "COUNTS\tTILL\tMATCHED\tTILL\tAMOUNT\tPOINTS\tAT")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\t%s\t%d\t%s\n", v.Counts.ID, v.Counts.Till, v.Matched.ID, v.Matched.Till, templates.Money("en", v.Currency, v.Amount),
			v.Points, v.Matched.At)
	}
	t.Flush()
}
