package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// showing is a voucher shown at the desk, and what is known of the sale.
type showing struct {
	onBehalf `embed:""`

	Code     string `arg:"" help:"The code the member shows, eight letters."`
	Amount   int64  `help:"What the sale comes to before its vouchers, in minor units." placeholder:"N"`
	Approver int64  `help:"Who approves it, where the store asks for a second person: their id on the staff." placeholder:"STAFF"`
	Store    int64  `help:"Store; the first one unless given." placeholder:"ID"`
}

// using is the showing as the rules see it.
func (s *showing) using(ctx context.Context, tx *db.Tx, p members.Program) (u rewards.Using, err error) {
	if err := s.known(ctx, tx, p); err != nil {
		return u, err
	}
	actor, account := s.who()
	u = rewards.Using{Code: s.Code, Amount: s.Amount, Staff: s.Staff, Actor: actor, Door: "cli", Request: account}
	if s.Approver != 0 {
		u.Approver = fmt.Sprint("staff:", s.Approver)
	}
	if u.Store, err = firstStore(ctx, tx, p, s.Store); err == nil {
		_, err = members.StoreByID(ctx, tx, p.ID, u.Store)
	}
	return u, err
}

// known answers db.Missing for a person who is not on the staff.
func (o onBehalf) known(ctx context.Context, tx *db.Tx, p members.Program) error {
	if o.Staff == 0 {
		return nil
	}
	_, err := members.StaffByID(ctx, tx, p.ID, o.Staff)
	return err
}

type redeemCmd struct {
	showing `embed:""`
}

// Run uses a voucher, once.
func (c *redeemCmd) Run(a *App) error {
	return a.atCounter(&c.showing, "%s: %s\n", func(ctx context.Context, tx *db.Tx, p members.Program, u rewards.Using) (rewards.Used, error) {
		return rewards.Use(ctx, tx, p, u)
	})
}

// atCounter does something with a voucher that is shown and says in a sentence what came of it: of its code and its name.
func (a *App) atCounter(s *showing, sentence string, do func(context.Context, *db.Tx, members.Program, rewards.Using) (rewards.Used, error)) error {
	if s.Amount < 0 || s.Approver < 0 {
		return wrongCall("--amount and --approver are not below zero")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var used rewards.Used
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			u, err := s.using(ctx, tx, p)
			if err == nil {
				used, err = do(ctx, tx, p, u)
			}
			return err
		})
		if err == nil {
			err = used.Why
		}
		if err != nil {
			return err
		}
		v := viewVoucher(used.Voucher, p)
		v.Notes = used.Notes
		return a.answer(v, func(w io.Writer) {
			fmt.Fprintf(w, sentence, v.Code, v.Name)
			for _, note := range v.Notes {
				fmt.Fprintln(w, note)
			}
		})
	})
}
