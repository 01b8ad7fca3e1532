package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

type flagCmd struct {
	Report flagReportCmd `cmd:"" help:"List members who earned most often at one till: a regular, or a cashier who puts their own number to the sales of others."`
}

type flagReportCmd struct {
	Days  int64 `help:"How many days back, 1 to 366." default:"30"`
	Limit int64 `help:"At most so many, 1 to 1000." default:"20"`
}

// concentrationView is a member who earned often at one till.
type concentrationView struct {
	Till   int64   `json:"till"`
	Name   string  `json:"till_name"`
	Member int64   `json:"member"`
	Phone  string  `json:"phone"`
	Staff  string  `json:"staff,omitempty"` // who of the staff has that phone
	Earns  int64   `json:"earns"`
	Points int64   `json:"points"`
	Share  float64 `json:"share"` // of the till's sales that gave points, 0 to 1
	Times  float64 `json:"times"` // how often the till's mean member
	Last   string  `json:"last"`
}

// Run reports concentration. It accuses nobody: a regular looks the same.
func (c *flagReportCmd) Run(a *App) error {
	if c.Days < 1 || c.Days > 366 || c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--days is 1 to 366 and --limit 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var views []concentrationView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			views = []concentrationView{}
			list, err := rewards.Concentrations(ctx, tx, p.ID, tx.Now-c.Days*24*60*60*1000, c.Limit)
			for _, one := range list {
				v, err := viewConcentration(ctx, tx, p, one)
				if err != nil {
					return err
				}
				views = append(views, v)
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printConcentrations(w, views, c.Days) })
	})
}

func viewConcentration(ctx context.Context, tx *db.Tx, p members.Program, c rewards.Concentration) (concentrationView, error) {
	v := concentrationView{
		Till: c.Till, Member: c.Member, Earns: c.Earns, Points: c.Points, Share: c.Share, Times: c.Times, Last: stamp(c.Last, p),
	}
	till, err := pos.TillByID(ctx, tx, p.ID, c.Till)
	if err != nil {
		return v, err
	}
	m, err := members.ByID(ctx, tx, p.ID, c.Member)
	if err != nil {
		return v, err
	}
	v.Name, v.Phone = till.Name, m.Phone.E164()
	if m.Phone == "" {
		return v, nil
	}
	s, err := members.StaffByPhone(ctx, tx, p.ID, m.Phone)
	if db.NotFound(err) {
		return v, nil
	}
	v.Staff = s.Name
	return v, err
}

func printConcentrations(w io.Writer, views []concentrationView, days int64) {
	if len(views) == 0 {
		fmt.Fprintf(w, "Nobody earned more than three times at one till in %d days.\n", days)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "TILL\tPHONE\tSTAFF\tTIMES\tPOINTS\tOF THE TILL\tMEAN MEMBER X\tLAST")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%.1f %%\t%.1f\t%s\n", v.Name, v.Phone, v.Staff, v.Earns, v.Points, 100*v.Share, v.Times, v.Last)
	}
	t.Flush()
}
