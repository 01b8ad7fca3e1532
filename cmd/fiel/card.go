package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/web"
)

type cardCmd struct {
	New   cardNewCmd   `cmd:"" help:"Make numbers for printed cards, and print them one a line."`
	Give  cardGiveCmd  `cmd:"" help:"Hand a card out: it stands for the member at every till."`
	Lost  cardLostCmd  `cmd:"" help:"Take a card out of use for ever."`
	SVG   cardSVGCmd   `cmd:"" name:"svg" help:"Print a card's QR symbol as SVG."`
	Sheet cardSheetCmd `cmd:"" help:"Print cards that nobody has as a page for the printer (HTML)."`
}

type cardNewCmd struct {
	Count int64 `help:"How many, 1 to 1000." default:"100"`
}

// Run makes cards.
func (c *cardNewCmd) Run(a *App) error {
	if c.Count < 1 || c.Count > 1000 {
		return wrongCall("--count is 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var codes []string
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if codes, err = members.NewCards(ctx, tx, p.ID, c.Count); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "card.new", After: map[string]int64{"count": c.Count}})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]any{"cards": codes}, func(w io.Writer) { fmt.Fprintln(w, strings.Join(codes, "\n")) })
	})
}

type cardGiveCmd struct {
	Phone string `arg:"" help:"The member's phone number."`
	Card  string `arg:"" help:"The number on the card."`
}

// Run hands a card out.
func (c *cardGiveCmd) Run(a *App) error {
	return a.changeCard("card.give", func(ctx context.Context, tx *db.Tx, p members.Program) (members.Card, error) {
		m, err := findMember(ctx, tx, p, c.Phone)
		if err != nil {
			return members.Card{}, err
		}
		return members.GiveCard(ctx, tx, m, c.Card)
	})
}

type cardLostCmd struct {
	Card string `arg:"" help:"The number on the card."`
}

// Run takes a card out of use.
func (c *cardLostCmd) Run(a *App) error {
	return a.changeCard("card.lost", func(ctx context.Context, tx *db.Tx, p members.Program) (members.Card, error) {
		return members.LoseCard(ctx, tx, p.ID, c.Card)
	})
}

// changeCard changes a card, writes that down and says what it is now.
func (a *App) changeCard(action string, change func(context.Context, *db.Tx, members.Program) (members.Card, error)) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var card members.Card
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if card, err = change(ctx, tx, p); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: action, Subject: "card:" + card.Code, After: map[string]int64{"member": card.MemberID},
			})
		})
		if err != nil {
			return err
		}
		view := map[string]any{"card": card.Code, "member": card.MemberID, "lost": card.LostAt != 0}
		return a.answer(view, func(w io.Writer) {
			if card.LostAt != 0 {
				fmt.Fprintf(w, "card %s stands for nobody any more\n", card.Code)
				return
			}
			fmt.Fprintf(w, "card %s is #%d's\n", card.Code, card.MemberID)
		})
	})
}

type cardSVGCmd struct {
	Card string `arg:"" help:"The number on the card."`
}

// Run prints the QR symbol of a card of the program.
func (c *cardSVGCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var card members.Card
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			card, err = members.CardByCode(ctx, tx, p.ID, c.Card)
			return err
		})
		if err != nil {
			return err
		}
		svg, err := web.CardSVG(card.Code)
		if err != nil {
			return err
		}
		return a.answer(map[string]string{"card": card.Code, "svg": svg}, func(w io.Writer) { fmt.Fprint(w, svg) })
	})
}

type cardSheetCmd struct {
	Count int64 `help:"At most so many, 1 to 1000; the newest." default:"100"`
}

// Run prints cards for the printer.
func (c *cardSheetCmd) Run(a *App) error {
	if c.Count < 1 || c.Count > 1000 {
		return wrongCall("--count is 1 to 1000")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		codes := []string{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			free, err := members.FreeCards(ctx, tx, p.ID, c.Count)
			codes = codes[:0]
			for _, card := range free {
				codes = append(codes, card.Code)
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(codes) == 0 {
			return db.Errorf(db.Refused, "no cards are free: make some with `fiel card new`")
		}
		if a.json {
			return a.answer(map[string]any{"cards": codes}, nil)
		}
		return web.CardSheet(a.Out, p.Name, codes)
	})
}
