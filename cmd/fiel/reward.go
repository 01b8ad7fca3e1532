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

type rewardCmd struct {
	Add  rewardAddCmd  `cmd:"" help:"Put up a reward under the number that members text."`
	List rewardListCmd `cmd:"" help:"List rewards."`

	Retire rewardRetireCmd `cmd:"" help:"Take a reward off the list; its vouchers stay good."`
}

type rewardAddCmd struct {
	Number  int64  `arg:"" help:"What members text after CANJEAR, 1 to 99; 0 takes the next that is free."`
	Name    string `arg:"" help:"What it is called, at most 40 letters."`
	Cost    int64  `required:"" help:"Points it costs."`
	Item    bool   `xor:"what" required:"" help:"A free item."`
	Percent *int64 `xor:"what" required:"" help:"Per cent off." placeholder:"N"`
	Amount  *int64 `xor:"what" required:"" help:"Amount off, in minor units." placeholder:"N"`
	Stock   int64  `help:"How many there are; -1 is no limit." default:"-1"`
	Minimum int64  `help:"Smallest purchase it may be used on, in minor units." default:"0"`
	Days    int64  `help:"Days to use a code." default:"7"`
}

type rewardView struct {
	Number int64  `json:"number"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Value  int64  `json:"value"`
	Cost   int64  `json:"cost"`
	Stock  int64  `json:"stock"`
	Days   int64  `json:"days"`
}

// Run puts up a reward.
func (c *rewardAddCmd) Run(a *App) error {
	n := rewards.NewReward{Number: c.Number, Name: c.Name, Kind: rewards.FreeItem, Cost: c.Cost, Stock: c.Stock, Minimum: c.Minimum, Days: c.Days}
	switch {
	case c.Percent != nil:
		n.Kind, n.Value = rewards.PercentOff, *c.Percent
	case c.Amount != nil:
		n.Kind, n.Value = rewards.AmountOff, *c.Amount
	}
	ok := false
	if n.Name, ok = members.Line(c.Name, 40); !ok {
		return db.Errorf(db.Invalid, "a reward needs a name of at most 40 letters: members read it")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var r rewards.Reward
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if r, err = rewards.AddReward(ctx, tx, p, n); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: "reward.add", Subject: fmt.Sprint("reward:", r.ID), After: viewReward(r),
			})
		})
		if err != nil {
			return err
		}
		return a.answer(viewReward(r), func(w io.Writer) { fmt.Fprintf(w, "CANJEAR %d: %s for %d points\n", r.Number, r.Name, r.Cost) })
	})
}

func viewReward(r rewards.Reward) rewardView {
	return rewardView{r.Number, r.Name, r.Kind, r.Value, r.Cost, r.Stock, r.Days}
}

type rewardListCmd struct{}

// Run lists rewards.
func (c *rewardListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []rewardView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Catalogue(ctx, tx, p)
			views = views[:0]
			for _, r := range list {
				views = append(views, viewReward(r))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printRewards(w, p, views) })
	})
}

func printRewards(w io.Writer, p members.Program, views []rewardView) {
	if len(views) == 0 {
		fmt.Fprintln(w, `No rewards yet. Put one up: fiel reward add 1 "Cafe gratis" --cost 50 --item`)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "NUMBER\tNAME\tCOST\tWHAT\tLEFT")
	for _, v := range views {
		left := "no limit"
		if v.Stock >= 0 {
			left = fmt.Sprint(v.Stock)
		}
		fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\n", v.Number, v.Name, v.Cost, v.what(p), left)
	}
	t.Flush()
}

func (v rewardView) what(p members.Program) string {
	switch v.Kind {
	case rewards.PercentOff:
		return fmt.Sprintf("%d %% off", v.Value)
	case rewards.AmountOff:
		return money(p, v.Value) + " off"
	}
	return "free item"
}

type rewardRetireCmd struct {
	Number int64 `arg:"" help:"Its number."`
}

// Run takes a reward off the list.
func (c *rewardRetireCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if err := rewards.RetireReward(ctx, tx, p.ID, c.Number); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "reward.retire", Subject: fmt.Sprint("reward number:", c.Number)})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"retired": c.Number}, func(w io.Writer) { fmt.Fprintf(w, "Reward %d is off the list.\n", c.Number) })
	})
}
