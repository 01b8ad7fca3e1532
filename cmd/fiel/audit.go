package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
)

type auditCmd struct {
	Since  string `help:"Acts since this day or instant: 2027-03-05, or 2027-03-05T10:00:00-05:00." placeholder:"DAY"`
	Actor  string `help:"Acts of this one only: staff:7, till:3, cli:ana, system." placeholder:"WHO"`
	Action string `help:"Acts of this kind only: points.credit, member.add ..." placeholder:"WHAT"`
	CSV    bool   `name:"csv" help:"Answer in CSV, for a spreadsheet."`
}

// auditView is one act as JSON and terminal show it. Before and after are the act's own JSON.
type auditView struct {
	ID      int64           `json:"id"`
	At      string          `json:"at"`
	Actor   string          `json:"actor"`
	Door    string          `json:"door"`
	IP      string          `json:"ip,omitempty"`
	Action  string          `json:"action"`
	Subject string          `json:"subject"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Request string          `json:"request,omitempty"`
}

// Run lists acts, oldest first, in chunks: six years of them need no more memory than a day.
func (c *auditCmd) Run(a *App) error {
	if c.CSV && a.json {
		return wrongCall("--csv and --json can't be used together")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		since, err := readInstant(c.Since, p)
		if err != nil {
			return err
		}
		out := c.printer(a, p)
		search := members.AuditSearch{Since: since, Actor: c.Actor, Action: c.Action}
		for {
			var acts []members.Audit
			err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				acts, err = members.SearchAudits(ctx, tx, p.ID, search, 1000)
				return err
			})
			if err != nil || len(acts) == 0 {
				return firstOf(err, out.end())
			}
			for _, act := range acts {
				if err := out.act(act); err != nil {
					return err
				}
			}
			last := acts[len(acts)-1]
			search.Since, search.After = last.At, last.ID
		}
	})
}

// readInstant reads a day of the program, or an instant; ” is the beginning.
func readInstant(s string, p members.Program) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UnixMilli(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, p.Location())
	if err != nil {
		return 0, wrongCall("%q is no day: write 2027-03-05, or 2027-03-05T10:00:00-05:00", s)
	}
	return t.UnixMilli(), nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// acts prints acts one by one; end closes the list.
type acts struct {
	act func(members.Audit) error
	end func() error
}

func (c *auditCmd) printer(a *App, p members.Program) acts {
	switch {
	case a.json:
		return jsonActs(a.Out, p)
	case c.CSV:
		return csvActs(a.Out, p)
	}
	t := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	n := 0
	return acts{
		act: func(act members.Audit) error {
			n++
			_, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", stamp(act.At, p), act.Actor, act.Door, act.Action, act.Subject, act.After)
			if n%1000 == 0 {
				return t.Flush()
			}
			return err
		},
		end: t.Flush,
	}
}

func jsonActs(w io.Writer, p members.Program) acts {
	between := "[\n  "
	return acts{
		act: func(act members.Audit) error {
			b, err := json.Marshal(viewAudit(act, p))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(w, "%s%s", between, b)
			between = ",\n  "
			return err
		},
		end: func() error {
			if between == "[\n  " {
				_, err := fmt.Fprintln(w, "[]")
				return err
			}
			_, err := fmt.Fprintln(w, "\n]")
			return err
		},
	}
}

func viewAudit(act members.Audit, p members.Program) auditView {
	return auditView{
		act.ID, stamp(act.At, p), act.Actor, act.Door, act.IP, act.Action, act.Subject,
		json.RawMessage(act.Before), json.RawMessage(act.After), act.RequestID,
	}
}

func csvActs(w io.Writer, p members.Program) acts {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"id", "at", "actor", "door", "ip", "action", "subject", "before", "after", "request"}) // end says what failed
	return acts{
		act: func(act members.Audit) error {
			return out.Write([]string{
				fmt.Sprint(act.ID), stamp(act.At, p), plainCell(act.Actor), act.Door, act.IP, act.Action, plainCell(act.Subject),
				plainCell(act.Before), plainCell(act.After), plainCell(act.RequestID),
			})
		},
		end: func() error { out.Flush(); return out.Error() },
	}
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}
