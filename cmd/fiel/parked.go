package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

type tillParkedCmd struct{}

// parkedView is what a till said and the owner has to look at.
type parkedView struct {
	ID     int64  `json:"id"`
	At     string `json:"at"`
	Till   int64  `json:"till"`
	Kind   string `json:"kind"`
	Ref    string `json:"ref"`
	Reason string `json:"reason"`
}

// Run lists what the owner has not settled yet.
func (c *tillParkedCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []pos.Parked
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = pos.ListParked(ctx, tx, p.ID, 100)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]parkedView, 0, len(list))
		for _, n := range list {
			views = append(views, parkedView{n.ID, stamp(n.At, p), n.TillID, n.Kind, n.Ref, n.Reason})
		}
		return a.answer(views, func(w io.Writer) { printParked(w, views) })
	})
}

func printParked(w io.Writer, views []parkedView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "Nothing to settle.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tWHEN\tTILL\tWHAT\tITS ID\tWHY")
	for _, v := range views {
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\t%s\n", v.ID, v.At, v.Till, v.Kind, v.Ref, v.Reason)
	}
	t.Flush()
}

type tillApproveCmd struct {
	ID int64 `arg:"" help:"Its number in the list of what is parked."`
}

// Run credits a purchase that came too late to count by itself.
func (c *tillApproveCmd) Run(a *App) error {
	return a.settle(c.ID, "credited", func(ctx context.Context, tx *db.Tx, p members.Program) error {
		return pos.Approve(ctx, tx, p, c.ID, cliActor(), "cli")
	})
}

type tillDismissCmd struct {
	ID int64 `arg:"" help:"Its number in the list of what is parked."`
}

// Run takes a note off the list; a purchase under review stays uncredited.
func (c *tillDismissCmd) Run(a *App) error {
	return a.settle(c.ID, "dismissed", func(ctx context.Context, tx *db.Tx, p members.Program) error {
		err := pos.Dismiss(ctx, tx, p, c.ID, cliActor(), "cli")
		if err == nil || db.CodeOf(err) != db.Refused {
			return err
		}
		if err := pos.SeeParked(ctx, tx, p.ID, c.ID); err != nil {
			return err
		}
		return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "parked.dismiss", Subject: fmt.Sprint("parked:", c.ID)})
	})
}

// settle does something about what is parked and says so.
func (a *App) settle(id int64, done string, f func(context.Context, *db.Tx, members.Program) error) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error { return f(ctx, tx, p) })
		if err != nil {
			return err
		}
		return a.answer(map[string]any{"id": id, "done": done}, func(w io.Writer) { fmt.Fprintf(w, "%d is %s\n", id, done) })
	})
}
