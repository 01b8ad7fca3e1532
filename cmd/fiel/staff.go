package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
)

type staffCmd struct {
	List  staffListCmd  `cmd:"" default:"1" help:"List who works here."`
	Add   staffAddCmd   `cmd:"" help:"Enter somebody who works here."`
	Phone staffPhoneCmd `cmd:"" help:"Give somebody another phone, or none."`
	Ask   staffAskCmd   `cmd:"" help:"Ask a phone by text whether it is theirs: with SI it may note sales."`
	Tell  staffTellCmd  `cmd:"" help:"Whether they get a text when a campaign starts."`
	Leave staffLeaveCmd `cmd:"" help:"End somebody's time here; what they did stays on record."`
}

// staffView is a person who works here.
type staffView struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Store int64  `json:"store"` // 0: all
	Phone string `json:"phone,omitempty"`
	State string `json:"phone_state,omitempty"` // new, asked, verified
	Runs  bool   `json:"tell_runs"`
}

func viewStaff(s members.Staff) staffView {
	v := staffView{ID: s.ID, Name: s.Name, Role: s.Role, Store: s.StoreID, Phone: s.Phone.E164(), Runs: s.TellRuns}
	switch {
	case s.Phone == "":
	case s.Verified():
		v.State = "verified"
	case s.AskedAt != 0:
		v.State = "asked"
	default:
		v.State = "new"
	}
	return v
}

type staffListCmd struct{}

// Run lists the staff.
func (c *staffListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []members.Staff
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = members.ListStaff(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]staffView, 0, len(list))
		for _, s := range list {
			views = append(views, viewStaff(s))
		}
		return a.answer(views, func(w io.Writer) { printStaff(w, views) })
	})
}

func printStaff(w io.Writer, views []staffView) {
	if len(views) == 0 {
		fmt.Fprintln(w, `Nobody yet. Enter somebody: fiel staff add "Luz Paz" --role manager`)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tROLE\tSTORE\tPHONE\tSTATE")
	for _, v := range views {
		store := "all"
		if v.Store != 0 {
			store = fmt.Sprint(v.Store)
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", v.ID, v.Name, v.Role, store, v.Phone, v.State)
	}
	t.Flush()
}

type staffAddCmd struct {
	Name  string `arg:"" help:"What they are called."`
	Role  string `enum:"cashier,manager,owner" default:"cashier" help:"cashier, manager or owner: the last two approve."`
	Store int64  `help:"Where they work; all stores unless given." placeholder:"ID"`
	Phone string `help:"Their phone number: nobody approves what goes to their own. See staff ask."`

	Language string `help:"The language of texts to them; the program's unless given." placeholder:"es"`
}

// Run enters somebody.
func (c *staffAddCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		n := members.NewStaff{Store: c.Store, Name: c.Name, Role: c.Role, Language: c.Language}
		if c.Phone != "" {
			var err error
			if n.Phone, err = members.ParsePhone(c.Phone, p.Country); err != nil {
				return err
			}
			n.Hash = key.Hash(n.Phone)
		}
		return a.changeStaff(d, p, "staff.add", "%s has the id %d.\n", func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			return members.AddStaff(ctx, tx, p.ID, n)
		})
	})
}

type staffLeaveCmd struct {
	ID int64 `arg:"" help:"Their id in the list."`
}

// Run ends somebody's time here.
func (c *staffLeaveCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		return a.changeStaff(d, p, "staff.leave", "%s, %d, is no longer on the staff.\n", func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			return members.LeaveStaff(ctx, tx, p.ID, c.ID)
		})
	})
}

// changeStaff changes who works here, writes it down without the phone, and says so.
func (a *App) changeStaff(d *db.DB, p members.Program, action, sentence string, do func(context.Context, *db.Tx) (members.Staff, error)) error {
	var s members.Staff
	err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		if s, err = do(ctx, tx); err != nil {
			return err
		}
		return members.Record(ctx, tx, p.ID, members.Act{
			Actor: cliActor(), Door: "cli", Action: action, Subject: fmt.Sprint("staff:", s.ID), After: map[string]any{"name": s.Name, "role": s.Role, "store": s.StoreID},
		})
	})
	if err != nil {
		return err
	}
	return a.answer(viewStaff(s), func(w io.Writer) { fmt.Fprintf(w, sentence, s.Name, s.ID) })
}
