package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

type rewardGiveCmd struct {
	Phone  string `arg:"" help:"The member's phone number."`
	Number int64  `arg:"" optional:"" help:"Number of the reward."`
	ID     int64  `name:"id" help:"Id of a reward without number." placeholder:"ID"`
	Words  string `help:"Words of your own, at most 120 letters: they stand before the code." placeholder:"WORDS"`

	Name    string `help:"For something on no list: what it is called, with --item, --percent or --amount." placeholder:"NAME"`
	Item    bool   `xor:"what" help:"A free item."`
	Percent *int64 `xor:"what" help:"Per cent off." placeholder:"N"`
	Amount  *int64 `xor:"what" help:"Amount off, in minor units." placeholder:"N"`
	Minimum int64  `help:"Smallest purchase, in minor units." default:"0"`
	Days    int64  `help:"Days to use it." default:"30"`
	Yes     bool   `help:"Send without asking."`
	DryRun  bool   `help:"Show the text and give nothing."`
}

// givenView is what was given.
type givenView struct {
	Given  bool   `json:"given"`
	Reward string `json:"reward"`
	Code   string `json:"code,omitempty"`
	Text   string `json:"text,omitempty"` // '' when the member may not be texted
	Parts  int64  `json:"parts,omitempty"`
}

// Run shows the text, asks on a terminal, and gives.
func (c *rewardGiveCmd) Run(a *App) error {
	if err := c.check(); err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		var gave rewards.Gave
		give := func(ctx context.Context, tx *db.Tx) (err error) {
			gave, err = c.give(ctx, tx, p, phone)
			return err
		}
		if err := a.lookedAt(d, give, func(context.Context, *db.Tx) error { return nil }); err != nil {
			return err
		}
		a.showText(gave)
		if c.DryRun || !c.Yes && !a.agreed("Give it?") {
			return a.answer(viewGiven(gave, false), func(w io.Writer) { fmt.Fprintln(w, "Nothing was given.") })
		}
		if err := d.Write(a.ctx, db.Interactive, give); err != nil {
			return err
		}
		return a.answer(viewGiven(gave, true), func(w io.Writer) { fmt.Fprintf(w, "Given: %s, code %s\n", gave.Voucher.Name, shownCode(gave.Voucher)) })
	})
}

// check refuses a call that names no gift, or two.
func (c *rewardGiveCmd) check() error {
	ways := 0
	for _, way := range []bool{c.Number != 0, c.ID != 0, c.Name != ""} {
		if way {
			ways++
		}
	}
	switch kind, _ := c.kind(); {
	case ways != 1:
		return wrongCall("say what to give: a number, --id, or --name with --item, --percent or --amount")
	case (c.Name == "") != (kind == ""):
		return wrongCall("something on no list has a --name and one of --item, --percent, --amount")
	}
	return nil
}

func (c *rewardGiveCmd) kind() (kind string, value int64) {
	return rewardKind{Item: c.Item, Percent: c.Percent, Amount: c.Amount}.kind(0)
}

func (c *rewardGiveCmd) give(ctx context.Context, tx *db.Tx, p members.Program, phone members.Phone) (rewards.Gave, error) {
	m, err := members.ByPhone(ctx, tx, p.ID, phone)
	if err != nil {
		return rewards.Gave{}, err
	}
	g := rewards.Gift{Member: m.ID, Words: c.Words, Actor: cliActor(), Door: "cli"}
	if c.Name != "" {
		kind, value := c.kind()
		g.Terms, err = rewards.TermsFor(tx, p, rewards.Terms{Name: c.Name, Kind: kind, Value: value, Minimum: c.Minimum}, c.Days)
		if err != nil {
			return rewards.Gave{}, err
		}
		return rewards.Give(ctx, tx, p, g)
	}
	r, err := rewardRef{Number: c.Number, ID: c.ID}.find(ctx, tx, p)
	if err != nil {
		return rewards.Gave{}, err
	}
	g.Reward = r.ID
	return rewards.Give(ctx, tx, p, g)
}

// showText shows what the member will read, its code hidden, and what it costs to send.
func (a *App) showText(gave rewards.Gave) {
	if a.json {
		return
	}
	if gave.Text.ID == 0 {
		fmt.Fprintln(a.Out, "They may not be texted: give them the code yourself.")
		return
	}
	body := strings.ReplaceAll(gave.Text.Body, shownCode(gave.Voucher), "********")
	fmt.Fprintf(a.Out, "Text of %d part(s): %s\n", gave.Text.Parts, body)
	if parts := sms.Count(gave.Text.Body); parts.Encoding == sms.UCS2 {
		fmt.Fprintf(a.Out, "%q makes it dearer: without it a part holds more than twice the letters.\n", string(parts.Forcing))
	}
}

// shownCode is what the member shows or types: the uploaded code, or the voucher's.
func shownCode(v rewards.Voucher) string { return cmp.Or(v.Digital, v.Code) }

func viewGiven(gave rewards.Gave, given bool) givenView {
	v := givenView{Given: given, Reward: gave.Voucher.Name, Text: gave.Text.Body, Parts: gave.Text.Parts}
	if given {
		v.Code = shownCode(gave.Voucher)
	} else {
		v.Text = strings.ReplaceAll(v.Text, shownCode(gave.Voucher), "********")
	}
	return v
}
