package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type creditCmd struct {
	Phone  string `arg:"" help:"The member's phone number."`
	Points int64  `arg:"" help:"Points to give; below zero takes them, behind two dashes: fiel credit PHONE --why WORDS -- -40."`
	Why    string `required:"" help:"Why, in words the member may read." placeholder:"WORDS"`
	Ref    string `help:"Your own number for this act: the same one twice credits once." placeholder:"REF"`
}

// Run gives points by hand.
func (c *creditCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		var m members.Member
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if m, err = members.ByPhone(ctx, tx, p.ID, phone); err != nil {
				return err
			}
			_, m, err = rewards.Credit(ctx, tx, p, rewards.Crediting{Member: m.ID, Points: c.Points, Reason: c.Why, Source: c.source(), Actor: cliActor(), Door: "cli"})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(m, p), func(w io.Writer) { fmt.Fprintf(w, "%s has %d points\n", m.Phone.E164(), m.Balance) })
	})
}

// source makes a repeated act with the same reference one act.
func (c *creditCmd) source() string {
	if c.Ref == "" {
		return ""
	}
	return "cli:" + c.Ref
}
