package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type expiryCmd struct {
	Show    expiryShowCmd    `cmd:"" help:"Show how points expire."`
	Preview expiryPreviewCmd `cmd:"" help:"Show who would lose what, and when, under another rule. Changes nothing."`
	Set     expirySetCmd     `cmd:"" help:"Change how points expire, after the preview."`
}

// expiryRule is a rule as it is typed; what is left out stays as it is.
type expiryRule struct {
	Mode     string `help:"none; rolling: months after earning, to the end of that month; inactivity: months after the last entry." enum:",none,rolling,inactivity" default:""`
	Months   *int64 `help:"How long points last, 1 to 120 months." placeholder:"N"`
	Proof    *bool  `help:"Points lapse only 7 days after a warning arrived." negatable:""`
	WarnDays *int64 `help:"Days before their end that members are warned, 0 to 90; 0 is no warning." placeholder:"N"`
}

func (r expiryRule) over(x rewards.Expiry) rewards.Expiry {
	if r.Mode != "" {
		x.Mode = r.Mode
	}
	if x.Mode == rewards.NoExpiry {
		x.Months = 0
	}
	if r.Months != nil {
		x.Months = *r.Months
	}
	if r.Proof != nil {
		x.Proof = *r.Proof
	}
	if r.WarnDays != nil {
		x.WarnDays = *r.WarnDays
	}
	return x
}

type expiryView struct {
	Mode     string `json:"mode"`
	Months   int64  `json:"months"`
	Proof    bool   `json:"proof"`
	WarnDays int64  `json:"warn_days"`
	Changed  string `json:"changed,omitempty"`
	Dated    bool   `json:"dated"` // all points have their day by this rule
}

func viewExpiry(p members.Program) expiryView {
	v := expiryView{p.Expiry, p.ExpiryMonths, p.ExpiryProof, p.ExpiryWarnDays, "", p.ExpiryDatedGen >= p.ExpiryGen}
	if p.ExpiryChangedAt != 0 {
		v.Changed = time.UnixMilli(p.ExpiryChangedAt).In(p.Location()).Format("2006-01-02 15:04")
	}
	return v
}

func (v expiryView) print(w io.Writer) {
	fmt.Fprintf(w, "%s.%s\n", inWords(rewards.Expiry{Mode: v.Mode, Months: v.Months, Proof: v.Proof, WarnDays: v.WarnDays}), since(v.Changed))
	if !v.Dated {
		fmt.Fprintln(w, "Points are still being brought under this rule.")
	}
}

func since(changed string) string {
	if changed == "" {
		return ""
	}
	return " So since " + changed + "."
}

// inWords is a rule as a sentence without its point.
func inWords(x rewards.Expiry) string {
	words := map[string]string{
		rewards.NoExpiry:   "Points never expire",
		rewards.Rolling:    fmt.Sprintf("Points last %d months from earning, to the end of that month", x.Months),
		rewards.Inactivity: fmt.Sprintf("Points last %d months from the member's last entry", x.Months),
	}[x.Mode]
	switch {
	case x.Mode == rewards.NoExpiry:
	case x.WarnDays == 0:
		words += "; nobody is warned"
	case x.Proof:
		words += fmt.Sprintf("; members are warned %d days before, and lose nothing before 7 days after the warning arrived", x.WarnDays)
	default:
		words += fmt.Sprintf("; members are warned %d days before", x.WarnDays)
	}
	return words
}

type expiryShowCmd struct{}

// Run shows the rule.
func (c *expiryShowCmd) Run(a *App) error {
	return a.shop(func(_ *db.DB, _ members.Key, p members.Program) error {
		v := viewExpiry(p)
		return a.answer(v, v.print)
	})
}

type expiryPreviewCmd struct {
	Rule expiryRule `embed:""`
	CSV  string     `help:"Write everybody who would lose points to a file, with the numbers in full." placeholder:"FILE" type:"path"`
}

// Run shows what another rule would do.
func (c *expiryPreviewCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		x := c.Rule.over(rewards.ExpiryOf(p))
		o, err := a.outlook(d, p, x, c.CSV)
		if err != nil {
			return err
		}
		v := viewOutlook(p, x, o)
		return a.answer(v, func(w io.Writer) { v.print(w, o, p) })
	})
}

type expirySetCmd struct {
	Rule expiryRule `embed:""`
	Yes  bool       `help:"Change it without asking."`
}

// Run shows the preview, asks, changes the rule and brings all points under it.
func (c *expirySetCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		if err := a.dateAll(d, p); err != nil { // what an interrupted change left
			return err
		}
		x := c.Rule.over(rewards.ExpiryOf(p))
		if err := c.agreed(a, d, p, x); err != nil {
			return err
		}
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = rewards.SetExpiry(ctx, tx, p, x, members.Act{Actor: cliActor(), Door: "cli"})
			return err
		})
		if err == nil {
			err = a.dateAll(d, p)
		}
		if err == nil {
			err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				p, err = members.ProgramByID(ctx, tx, p.ID)
				return err
			})
		}
		if err != nil {
			return err
		}
		v := viewExpiry(p)
		return a.answer(v, v.print)
	})
}

// agreed shows what the rule would do and has somebody type yes to it; with --yes it does neither.
func (c *expirySetCmd) agreed(a *App, d *db.DB, p members.Program, x rewards.Expiry) error {
	if err := x.Validate(); err != nil || c.Yes {
		return err
	}
	if !isTerminal(a.In) {
		return db.Errorf(db.Refused, "look at `fiel expiry preview` first, then say --yes")
	}
	o, err := a.outlook(d, p, x, "")
	if err != nil {
		return err
	}
	viewOutlook(p, x, o).print(a.Err, o, p)
	fmt.Fprint(a.Err, "Type yes to change it: ")
	if line, _ := bufio.NewReader(a.In).ReadString('\n'); strings.TrimSpace(line) != "yes" {
		return db.Errorf(db.Refused, "nothing was changed")
	}
	return nil
}

// dateAll brings all points of the program under its rule.
func (a *App) dateAll(d *db.DB, p members.Program) error {
	bar := a.bar("Dating points")
	defer func() { _ = bar.Finish() }()
	for began := time.Now(); ; {
		var n int64
		err := d.Write(a.ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = rewards.DateAnew(ctx, tx, p, roundLimit)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
		if time.Since(began) > patience {
			_ = bar.Add64(n)
		}
	}
}

const patience = 2 * time.Second // before a bar is shown
