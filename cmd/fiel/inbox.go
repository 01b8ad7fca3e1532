package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type inboxCmd struct {
	List inboxListCmd `cmd:"" default:"1" help:"Texts that were not understood, and what asks for a person."`
	Read inboxReadCmd `cmd:"" help:"Take a text off the list."`
}

type inboxListCmd struct {
	Limit int64 `help:"At most so many." default:"50"`
}

// inboxView is a text in. The number is shown in full: somebody will call back.
type inboxView struct {
	ID       int64  `json:"id"`
	At       string `json:"at"`
	From     string `json:"from"`
	Body     string `json:"body"`
	Pictures int64  `json:"pictures,omitempty"`
}

// Run lists what a person should read.
func (c *inboxListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []sms.Received
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = sms.ForShop(ctx, tx, p.ID, 0, c.Limit)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]inboxView, 0, len(list))
		for _, r := range list {
			views = append(views, inboxView{r.ID, stamp(r.At, p), r.Phone.E164(), r.Body, r.Media})
		}
		return a.answer(views, func(w io.Writer) { printInbox(w, views) })
	})
}

func printInbox(w io.Writer, views []inboxView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "Nothing to read.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, v := range views {
		fmt.Fprintf(t, "%d\t%s\t%s\t%q\n", v.ID, v.At, v.From, v.Body)
	}
	t.Flush()
}

type inboxReadCmd struct {
	ID int64 `arg:"" help:"Its number in the list."`
}

// Run marks a text as read.
func (c *inboxReadCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if _, err := sms.InboundByID(ctx, tx, p.ID, c.ID); err != nil {
				return err
			}
			if err := sms.MarkRead(ctx, tx, p.ID, c.ID); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "inbox.read", Subject: fmt.Sprint("inbound:", c.ID)})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"read": c.ID}, func(w io.Writer) { fmt.Fprintf(w, "%d is read\n", c.ID) })
	})
}
