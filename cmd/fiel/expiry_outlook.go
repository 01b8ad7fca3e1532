package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sheets"
)

const previewStep = 500 // members read at a time

// outlook goes through all members, and writes those who would lose points to a file if one is named.
func (a *App) outlook(d *db.DB, p members.Program, x rewards.Expiry, path string) (rewards.Outlook, error) {
	v, err := rewards.NewExpiryPreview(p, x, a.clock().UnixMilli())
	if err != nil {
		return rewards.Outlook{}, err
	}
	list, err := newLosses(path, p)
	if err != nil {
		return rewards.Outlook{}, err
	}
	bar := a.bar("Members")
	for began := time.Now(); err == nil; {
		var some []rewards.Holding
		err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			some, err = v.Read(ctx, tx, previewStep)
			return err
		})
		if err != nil || len(some) == 0 {
			break
		}
		err = list.write(v.Add(some))
		if time.Since(began) > patience {
			_ = bar.Add(len(some))
		}
	}
	_ = bar.Finish()
	if failed := list.close(); err == nil {
		err = failed
	}
	return v.Outlook(), err
}

// losses is the file of those who would lose points; without a path there is none.
type losses struct {
	program members.Program
	file    *os.File
	rows    *csv.Writer
}

func newLosses(path string, p members.Program) (*losses, error) {
	if path == "" {
		return &losses{}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, db.Errorf(db.Refused, "the file cannot be written: %w", err)
	}
	l := &losses{p, f, csv.NewWriter(f)}
	return l, l.rows.Write([]string{"member", "phone", "points", "last_day", "last_day_now"})
}

func (l *losses) write(some []rewards.Loss) error {
	if l.file == nil {
		return nil
	}
	for _, loss := range some {
		err := l.rows.Write([]string{
			strconv.FormatInt(loss.Member, 10), sheets.Safe(loss.Phone.E164()), strconv.FormatInt(loss.Points, 10), lastDay(l.program, loss.Day), lastDay(l.program, loss.Was),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *losses) close() error {
	if l.file == nil {
		return nil
	}
	l.rows.Flush()
	if err := l.rows.Error(); err != nil {
		return err
	}
	return l.file.Close()
}

// lastDay is the last day on which points are good that end at an instant; ” is no end.
func lastDay(p members.Program, end int64) string {
	if end == 0 {
		return ""
	}
	return time.UnixMilli(end - 1).In(p.Location()).Format(time.DateOnly)
}

type outlookView struct {
	Rule    expiryView  `json:"rule"`
	Members int64       `json:"members"`
	Points  int64       `json:"points"`
	Never   int64       `json:"never"`     // points without an end now
	NewStay int64       `json:"new_never"` // under the other rule
	Losers  int64       `json:"losers"`
	Sooner  int64       `json:"sooner"` // points that would end sooner
	Months  []monthView `json:"months"`
	Most    []lossView  `json:"most"`
}

type monthView struct {
	Month      string `json:"month"`
	Points     int64  `json:"points"`
	Members    int64  `json:"members"`
	NewPoints  int64  `json:"new_points"`
	NewMembers int64  `json:"new_members"`
}

type lossView struct {
	Member  int64  `json:"member"`
	Phone   string `json:"phone"`
	Points  int64  `json:"points"`
	LastDay string `json:"last_day"`
	Now     string `json:"last_day_now,omitempty"`
}

func viewOutlook(p members.Program, x rewards.Expiry, o rewards.Outlook) outlookView {
	v := outlookView{
		Rule: expiryView{Mode: x.Mode, Months: x.Months, Proof: x.Proof, WarnDays: x.WarnDays}, Members: o.Members, Points: o.Points,
		Never: o.Stays, NewStay: o.Would, Losers: o.Losers, Sooner: o.Sooner, Months: []monthView{}, Most: []lossView{},
	}
	for _, m := range o.Months {
		v.Months = append(v.Months, monthView{m.Month, m.Points, m.Members, m.NewPoints, m.NewOwners})
	}
	for _, l := range o.Most {
		v.Most = append(v.Most, lossView{l.Member, l.Phone.E164(), l.Points, lastDay(p, l.Day), lastDay(p, l.Was)})
	}
	return v
}

// print shows it with numbers masked.
func (v outlookView) print(w io.Writer, o rewards.Outlook, p members.Program) {
	fmt.Fprintf(w, "Now:  %s.\n", inWords(rewards.ExpiryOf(p)))
	fmt.Fprintf(w, "Then: %s.\n", inWords(rewards.Expiry{Mode: v.Rule.Mode, Months: v.Rule.Months, Proof: v.Rule.Proof, WarnDays: v.Rule.WarnDays}))
	fmt.Fprintf(w, "%d members have %d points. %d members would lose %d points sooner than now, if they neither earned nor spent any more.\n", v.Members, v.Points, v.Losers, v.Sooner)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	if len(v.Months) > 0 {
		fmt.Fprintln(t, "\nEND IN\tPOINTS NOW\tMEMBERS NOW\tPOINTS THEN\tMEMBERS THEN\t")
	}
	for _, m := range v.Months {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\n", m.Month, m.Points, m.Members, m.NewPoints, m.NewMembers)
	}
	if len(v.Months) > 0 {
		fmt.Fprintf(t, "never\t%d\t\t%d\t\t\n", v.Never, v.NewStay)
	}
	if len(o.Most) > 0 {
		fmt.Fprintln(t, "\nWHO\tWOULD LOSE\tLAST DAY THEN\tLAST DAY NOW\t\t")
	}
	for i, l := range o.Most {
		now := v.Most[i].Now
		if now == "" {
			now = "never"
		}
		fmt.Fprintf(t, "%v\t%d\t%s\t%s\t\t\n", l.Phone, l.Points, v.Most[i].LastDay, now)
	}
	t.Flush()
}
