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

type disputeCmd struct {
	List   disputeListCmd   `cmd:"" default:"1" help:"Uses of vouchers that members object to."`
	Settle disputeSettleCmd `cmd:"" help:"Decide one: the member gets back what it was worth, or the use stands."`
}

type disputeListCmd struct {
	Limit int64 `help:"At most so many, 1 to 1000." default:"100"`
}

// disputeView is a use that a member objects to.
type disputeView struct {
	voucherView
	Lately int64 `json:"lately"` // disputes about the same till or person in 30 days
	Many   bool  `json:"many"`
}

// Run lists disputes.
func (c *disputeListCmd) Run(a *App) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--limit is 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []rewards.Disputed
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = rewards.Disputes(ctx, tx, p.ID, c.Limit)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]disputeView, 0, len(list))
		for _, one := range list {
			views = append(views, disputeView{viewVoucher(one.Voucher, p), one.Lately, one.Many})
		}
		return a.answer(views, func(w io.Writer) { printDisputes(w, views) })
	})
}

func printDisputes(w io.Writer, views []disputeView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "Nobody objects.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tOBJECTED\tCODE\tWHAT\tPOINTS\tUSED\tSTORE\tBY\tIN 30 DAYS")
	for _, v := range views {
		lately := fmt.Sprint(v.Lately)
		if v.Many {
			lately += ", look at who stands there"
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\t%d\t%s\t%s\n", v.ID, v.Disputed, v.Code, v.Name, v.Cost, v.Used, v.Store, v.Actor, lately)
	}
	t.Flush()
}

type disputeSettleCmd struct {
	onBehalf `embed:""`

	ID     int64  `arg:"" help:"Its number in the list."`
	Return bool   `xor:"how" required:"" help:"The member did not use it: the points come back, or another gift."`
	Uphold bool   `xor:"how" required:"" help:"The member did use it."`
	Why    string `required:"" help:"Why, for the record." placeholder:"WORDS"`
}

// Run settles a dispute, once.
func (c *disputeSettleCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var done rewards.Settled
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if err := c.known(ctx, tx, p); err != nil {
				return err
			}
			actor, account := c.who()
			var err error
			done, err = rewards.SettleDispute(ctx, tx, p, c.ID, rewards.Settling{Return: c.Return, Why: c.Why, Actor: actor, Door: "cli", Request: account})
			return err
		})
		if err != nil {
			return err
		}
		view := map[string]any{"voucher": viewVoucher(done.Voucher, p), "points": done.Member.Balance}
		if done.New.ID != 0 {
			view["instead"] = viewVoucher(done.New, p)
		}
		return a.answer(view, func(w io.Writer) { fmt.Fprintln(w, settledSentence(done)) })
	})
}

func settledSentence(done rewards.Settled) string {
	switch {
	case done.New.ID != 0:
		return fmt.Sprintf("The member has %s instead of %s.", done.New.Code, done.Voucher.Code)
	case done.Voucher.Settlement == rewards.DisputeReturned:
		return fmt.Sprintf("%d points are back: the member has %d.", done.Voucher.Cost, done.Member.Balance)
	}
	return fmt.Sprintf("%s stays used.", done.Voucher.Code)
}
