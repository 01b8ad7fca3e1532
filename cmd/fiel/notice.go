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

type noticeCmd struct {
	List noticeListCmd `cmd:"" default:"withargs" help:"What the owners were told and nobody has marked as seen."`
	Seen noticeSeenCmd `cmd:"" help:"Mark one as seen, or all."`
}

type noticeListCmd struct {
	All   bool  `help:"Also what was seen."`
	Limit int64 `help:"At most so many, 1 to 1000." default:"100"`
}

// noticeView is something the owners were told.
type noticeView struct {
	ID      int64  `json:"id"`
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Words   string `json:"words"`
	Seen    string `json:"seen,omitempty"`
}

// Run lists what the owners were told, the latest first.
func (c *noticeListCmd) Run(a *App) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--limit is 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		list := sms.Unseen
		if c.All {
			list = sms.Alerts
		}
		var told []sms.Told
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			told, err = list(ctx, tx, p.ID, c.Limit)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]noticeView, 0, len(told))
		for _, n := range told {
			v := noticeView{ID: n.ID, At: stamp(n.At, p), Kind: n.Kind, Subject: n.Subject, Words: n.Words}
			if n.SeenAt != 0 {
				v.Seen = stamp(n.SeenAt, p)
			}
			views = append(views, v)
		}
		return a.answer(views, func(w io.Writer) { printNotices(w, views, c.All) })
	})
}

func printNotices(w io.Writer, views []noticeView, all bool) {
	switch {
	case len(views) == 0 && all:
		fmt.Fprintln(w, "Nothing yet.")
		return
	case len(views) == 0:
		fmt.Fprintln(w, "Nothing new. What was seen before: fiel notice --all")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, v := range views {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", v.ID, v.At, v.Kind, v.Words)
	}
	t.Flush()
}

type noticeSeenCmd struct {
	ID  int64 `arg:"" optional:"" help:"Its number in the list."`
	All bool  `help:"All of them."`
}

// Run marks notices as seen.
func (c *noticeSeenCmd) Run(a *App) error {
	if (c.ID > 0) == c.All {
		return wrongCall("name one by its number in `fiel notice list`, or say --all")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var n int64
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if n, err = sms.See(ctx, tx, p.ID, c.ID); err != nil {
				return err
			}
			if n == 0 && !c.All {
				return db.Errorf(db.Missing, "no notice %d is unseen", c.ID)
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: "notice.seen", Subject: fmt.Sprint("notice:", c.ID), After: map[string]any{"notices": n},
			})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"seen": n}, func(w io.Writer) { fmt.Fprintf(w, "%d seen\n", n) })
	})
}
