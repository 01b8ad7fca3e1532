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

type actionCodeCmd struct {
	Name    string `arg:"" help:"Name of the action."`
	Channel string `arg:"" help:"Where the code stands: instagram, poster at the door."`
	Code    string `help:"5 to 8 letters and digits, none of A E I O U L 0 1; left out, one is drawn." placeholder:"CODE"`
}

type codeView struct {
	Code    string `json:"code"`
	Channel string `json:"channel"`
	Action  string `json:"action"`
}

// Run makes a code.
func (c *actionCodeCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var v codeView
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			made, err := rewards.AddCode(ctx, tx, p, rewards.NewCode{Action: c.Name, Channel: c.Channel, Code: c.Code})
			if err != nil {
				return err
			}
			v = codeView{made.Code, made.Channel, c.Name}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "code.add", Subject: "code:" + made.Code, After: v})
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) {
			fmt.Fprintf(w, "%s: members text %s, who is new texts ALTA %s\n", v.Channel, v.Code, v.Code)
		})
	})
}

type actionReportCmd struct{}

type channelView struct {
	codeView
	Retired bool  `json:"retired,omitempty"`
	Claims  int64 `json:"claims"`
	Joined  int64 `json:"joined"`
	Bought  int64 `json:"bought"`
}

// Run reports on codes.
func (c *actionReportCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []channelView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Channels(ctx, tx, p.ID)
			views = views[:0]
			for _, x := range list {
				views = append(views, channelView{codeView{x.Code, x.Channel, x.Action}, x.Retired, x.Claims, x.Joined, x.Bought})
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printChannels(w, views) })
	})
}

func printChannels(w io.Writer, views []channelView) {
	if len(views) == 0 {
		fmt.Fprintln(w, `No codes yet. Make one: fiel action code NAME "poster at the door"`)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "CODE\tCHANNEL\tACTION\tCLAIMS\tJOINED\tBOUGHT")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\n", v.Code, v.Channel, v.Action, v.Claims, v.Joined, v.Bought)
	}
	t.Flush()
}
