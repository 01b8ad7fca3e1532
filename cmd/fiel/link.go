package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
)

type linkCmd struct {
	Add    linkAddCmd    `cmd:"" help:"Make a short link on this server's own address."`
	List   linkListCmd   `cmd:"" help:"List short links and how often they were followed."`
	Retire linkRetireCmd `cmd:"" help:"End a link: who follows it is told that it is over."`
}

// linkView is a link as JSON and terminal show it.
type linkView struct {
	Code     string `json:"code"`
	URL      string `json:"url"`
	Target   string `json:"target"`
	Name     string `json:"name"`
	Campaign int64  `json:"campaign"`
	Wording  string `json:"wording,omitempty"`
	Clicks   int64  `json:"clicks"`
	Retired  string `json:"retired,omitempty"`
}

func (a *App) viewLink(p members.Program, l campaigns.Followed) linkView {
	return linkView{l.Code, l.Short(a.publicURL()), l.Target, l.Name, l.CampaignID, l.Wording, l.Clicks, stampIf(l.RetiredAt, p)}
}

type linkAddCmd struct {
	Target string `arg:"" help:"The page it leads to: https://shop.example/menu"`
	Name   string `help:"What you call it, at most 60 letters." placeholder:"NAME"`
}

// Run makes a link.
func (c *linkAddCmd) Run(a *App) error {
	return a.changeLink("link.add", func(ctx context.Context, tx *db.Tx, p members.Program) (campaigns.Link, error) {
		if err := members.SetPublicURL(ctx, tx, a.PublicURL); err != nil {
			return campaigns.Link{}, err
		}
		return campaigns.AddLink(ctx, tx, p, campaigns.NewLink{Target: c.Target, Name: c.Name})
	}, func(w io.Writer, v linkView) { fmt.Fprintf(w, "%s leads to %s\n", v.URL, v.Target) })
}

type linkRetireCmd struct {
	Code string `arg:"" help:"Its code: what stands behind /l/."`
}

// Run ends a link.
func (c *linkRetireCmd) Run(a *App) error {
	return a.changeLink("link.retire", func(ctx context.Context, tx *db.Tx, p members.Program) (campaigns.Link, error) {
		return campaigns.RetireLink(ctx, tx, p.ID, c.Code)
	}, func(w io.Writer, v linkView) { fmt.Fprintf(w, "%s leads nowhere any more.\n", v.URL) })
}

// changeLink has something done to a link, writes down who did it, and prints what came of it.
func (a *App) changeLink(action string, f func(context.Context, *db.Tx, members.Program) (campaigns.Link, error), print func(io.Writer, linkView)) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var v linkView
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			l, err := f(ctx, tx, p)
			if err != nil {
				return err
			}
			all, err := campaigns.Links(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, followed := range all {
				if followed.ID == l.ID {
					v = a.viewLink(p, followed)
				}
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: action, Subject: "link:" + strconv.FormatInt(l.ID, 10), After: map[string]any{"code": l.Code, "target": l.Target},
			})
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) { print(w, v) })
	})
}

type linkListCmd struct{}

// Run lists links.
func (c *linkListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []linkView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := campaigns.Links(ctx, tx, p.ID)
			views = views[:0]
			for _, l := range all {
				views = append(views, a.viewLink(p, l))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printLinks(w, views) })
	})
}

func printLinks(w io.Writer, views []linkView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No links yet. For instance: fiel link add https://shop.example/menu --name menu")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "LINK\tCLICKS\tLEADS TO\tNAME\tWORDING\tRETIRED")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", v.URL, v.Clicks, v.Target, v.Name, v.Wording, v.Retired)
	}
	t.Flush()
}
