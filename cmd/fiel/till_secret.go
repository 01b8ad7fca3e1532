package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

type tillRotateCmd struct {
	ID int64 `arg:"" help:"The till."`
}

// Run gives a till a second secret; both are good until the older one is retired.
func (c *tillRotateCmd) Run(a *App) error {
	var secret string
	err := a.changeTill(c.ID, "till.rotate", func(ctx context.Context, tx *db.Tx, key members.Key, program int64) (err error) {
		secret, err = pos.RotateSecret(ctx, tx, key, program, c.ID)
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(map[string]any{"till": c.ID, "secret": secret}, func(w io.Writer) {
		fmt.Fprintf(w, "secret   %s   (shown only now)\nBoth secrets are good until `fiel till retire %d`.\n", secret, c.ID)
	})
}

type tillRetireCmd struct {
	ID int64 `arg:"" help:"The till."`
}

// Run ends the older of a till's two secrets.
func (c *tillRetireCmd) Run(a *App) error {
	err := a.changeTill(c.ID, "till.retire", func(ctx context.Context, tx *db.Tx, _ members.Key, program int64) error {
		return pos.RetireSecret(ctx, tx, program, c.ID)
	})
	if err != nil {
		return err
	}
	return a.answer(map[string]any{"till": c.ID, "secrets": 1}, func(w io.Writer) { fmt.Fprintf(w, "The older secret of till %d is no longer good.\n", c.ID) })
}

type tillRevokeCmd struct {
	ID int64 `arg:"" help:"The till."`
}

// Run ends a till for good.
func (c *tillRevokeCmd) Run(a *App) error {
	err := a.changeTill(c.ID, "till.revoke", func(ctx context.Context, tx *db.Tx, _ members.Key, program int64) error {
		return pos.RevokeTill(ctx, tx, program, c.ID)
	})
	if err != nil {
		return err
	}
	return a.answer(map[string]any{"till": c.ID, "revoked": true}, func(w io.Writer) { fmt.Fprintf(w, "Till %d is revoked. What it reported stays.\n", c.ID) })
}

// changeTill does something to a till and writes down who did.
func (a *App) changeTill(id int64, action string, f func(context.Context, *db.Tx, members.Key, int64) error) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		return d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if err := f(ctx, tx, key, p.ID); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: action, Subject: fmt.Sprint("till:", id)})
		})
	})
}
