package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type redeemCmd struct {
	Code  string `arg:"" help:"The code the member shows, eight letters."`
	Store int64  `help:"Store; the first one unless given." placeholder:"ID"`
}

// Run uses a voucher, once.
func (c *redeemCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var used rewards.Used
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			store, err := firstStore(ctx, tx, p, c.Store)
			if err != nil {
				return err
			}
			used, err = rewards.Use(ctx, tx, p, rewards.Using{Code: c.Code, Store: store, Actor: cliActor(), Door: "cli"})
			return err
		})
		if err == nil {
			err = used.Why
		}
		if err != nil {
			return err
		}
		v := used.Voucher
		return a.answer(map[string]any{"code": v.Code, "name": v.Name, "kind": v.Kind, "value": v.Value}, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %s\n", v.Code, v.Name)
		})
	})
}
