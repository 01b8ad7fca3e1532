package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sheets"
)

type rewardDonationsCmd struct {
	Month string `arg:"" help:"The month, such as 2027-03."`
	CSV   bool   `name:"csv" help:"Answer in CSV, amounts in minor units."`
}

// Run prints what each charity gets for a month.
func (c *rewardDonationsCmd) Run(a *App) error {
	if c.CSV && a.json {
		return wrongCall("--csv and --json can't be used together")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []rewards.Donated
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = rewards.Donations(ctx, tx, p, c.Month)
			return err
		})
		if err != nil {
			return err
		}
		if c.CSV {
			return writeDonations(a.Out, c.Month, p, list)
		}
		return a.answer(list, func(w io.Writer) { printDonations(w, c.Month, p, list) })
	})
}

func printDonations(w io.Writer, month string, p members.Program, list []rewards.Donated) {
	if len(list) == 0 {
		fmt.Fprintf(w, "No donations in %s.\n", month)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "CHARITY\tDONATIONS\tPOINTS\tAMOUNT")
	for _, g := range list {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", g.Charity, g.Donations, g.Points, money(p, g.Amount))
	}
	t.Flush()
}

func writeDonations(w io.Writer, month string, p members.Program, list []rewards.Donated) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"month", "charity", "donations", "points", "amount", "currency"}}
	for _, g := range list {
		rows = append(rows, []string{
			month, sheets.Safe(g.Charity), strconv.FormatInt(g.Donations, 10), strconv.FormatInt(g.Points, 10), strconv.FormatInt(g.Amount, 10), p.Currency,
		})
	}
	return out.WriteAll(rows)
}
