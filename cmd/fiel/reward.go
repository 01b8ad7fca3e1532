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
	Add       rewardAddCmd       `cmd:"" help:"Put up a reward under the number that members text, or one that is only given."`
	List      rewardListCmd      `cmd:"" help:"List rewards."`
	Show      rewardShowCmd      `cmd:"" help:"Show a reward."`
	Codes     rewardCodesCmd     `cmd:"" help:"Upload codes for a reward of kind code, or say how many are left."`
	Give      rewardGiveCmd      `cmd:"" help:"Give one member a reward, with words of your own."`
	Donations rewardDonationsCmd `cmd:"" help:"What each charity gets for a month."`
	Export    rewardExportCmd    `cmd:"" help:"Write rewards as JSON that reward add --file reads back."`
	Retire    rewardRetireCmd    `cmd:"" help:"Take a reward off the list; its vouchers stay good."`
}

// rewardView is a reward as JSON and terminal show it: its file, its id, and the codes left of a list.
type rewardView struct {
	ID int64 `json:"id"`
	rewards.RewardFile
	CodesLeft *int64 `json:"codes_left,omitempty"`
}

func viewReward(ctx context.Context, tx *db.Tx, p members.Program, r rewards.Reward) (rewardView, error) {
	f, err := rewards.FileOf(ctx, tx, p, r)
	v := rewardView{ID: r.ID, RewardFile: f}
	if err != nil || r.Kind != rewards.DigitalCode {
		return v, err
	}
	left, err := rewards.CodesLeft(ctx, tx, r)
	v.CodesLeft = &left
	return v, err
}

func viewRewards(ctx context.Context, tx *db.Tx, p members.Program) ([]rewardView, error) {
	list, err := rewards.Rewards(ctx, tx, p.ID)
	views := make([]rewardView, 0, len(list))
	for _, r := range list {
		v, err := viewReward(ctx, tx, p, r)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, err
}

type rewardListCmd struct{}

// Run lists rewards.
func (c *rewardListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var views []rewardView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			views, err = viewRewards(ctx, tx, p)
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
	fmt.Fprintln(t, "NUMBER\tNAME\tCOST\tWHAT\tLEFT\tFOR")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\n", v.number(), v.Name, v.Cost, v.what(p), v.left(), v.who())
	}
	t.Flush()
}

// number is what members text, or the id of what they cannot.
func (v rewardView) number() string {
	if *v.Number == 0 {
		return fmt.Sprint("id ", v.ID)
	}
	return fmt.Sprint(*v.Number)
}

func (v rewardView) left() string {
	switch {
	case v.CodesLeft != nil && *v.CodesLeft < rewards.FewCodes:
		return fmt.Sprintf("%d codes: upload more", *v.CodesLeft)
	case v.CodesLeft != nil:
		return fmt.Sprintf("%d codes", *v.CodesLeft)
	case v.Stock != nil:
		return fmt.Sprint(*v.Stock)
	}
	return "no limit"
}

// who says who has it, and when.
func (v rewardView) who() string {
	words := "all"
	switch {
	case v.Automatic:
		words = "all, by itself"
	case *v.Number == 0:
		words = "only given"
	}
	if v.Level != "" {
		words = "level " + v.Level
	}
	if v.Starts != "" {
		words += ", from " + v.Starts
	}
	if v.Ends != "" {
		words += ", until " + v.Ends
	}
	return words
}

func (v rewardView) what(p members.Program) string {
	switch v.Kind {
	case rewards.PercentOff:
		return fmt.Sprintf("%d %% off", v.Value)
	case rewards.AmountOff:
		return money(p, v.Value) + " off"
	case rewards.GiftCard:
		return "gift card of " + money(p, v.Value)
	case rewards.Cashback:
		return "credit of " + money(p, v.Value)
	case rewards.Donation:
		return money(p, v.Value) + " to " + v.Charity
	case rewards.FreeItem:
		return "free item"
	case rewards.DigitalCode:
		return "digital code"
	}
	return v.Kind
}

// rewardRef names a reward on the command line.
type rewardRef struct {
	Number int64 `arg:"" optional:"" help:"Its number."`
	ID     int64 `name:"id" help:"Its id, for one without number." placeholder:"ID"`
}

func (r rewardRef) find(ctx context.Context, tx *db.Tx, p members.Program) (rewards.Reward, error) {
	if r.ID != 0 {
		return rewards.RewardByID(ctx, tx, p.ID, r.ID)
	}
	return rewards.RewardByNumber(ctx, tx, p.ID, r.Number)
}

// check refuses a call that names no reward, or two.
func (r rewardRef) check() error {
	if (r.Number == 0) == (r.ID == 0) {
		return wrongCall("say which reward: expected \"<number>\", or --id for one without number")
	}
	return nil
}

type rewardShowCmd struct{ rewardRef }

// Run shows a reward with all it asks for.
func (c *rewardShowCmd) Run(a *App) error {
	if err := c.check(); err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var v rewardView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			r, err := c.find(ctx, tx, p)
			if err == nil {
				v, err = viewReward(ctx, tx, p, r)
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) { v.print(w, p) })
	})
}

type rewardExportCmd struct{ rewardRef }

// Run writes one reward, or all of them, as JSON: with or without --json.
func (c *rewardExportCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		files := []rewards.RewardFile{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := c.which(ctx, tx, p)
			files = files[:0]
			for _, r := range list {
				f, err := rewards.FileOf(ctx, tx, p, r)
				if err != nil {
					return err
				}
				files = append(files, f)
			}
			return err
		})
		if err != nil {
			return err
		}
		return (&App{Streams: a.Streams, json: true}).answer(files, nil)
	})
}

func (c *rewardExportCmd) which(ctx context.Context, tx *db.Tx, p members.Program) ([]rewards.Reward, error) {
	if c.Number == 0 && c.ID == 0 {
		return rewards.Rewards(ctx, tx, p.ID)
	}
	r, err := c.find(ctx, tx, p)
	return []rewards.Reward{r}, err
}

type rewardRetireCmd struct{ rewardRef }

// Run takes a reward off the list.
func (c *rewardRetireCmd) Run(a *App) error {
	if err := c.check(); err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var r rewards.Reward
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if r, err = c.find(ctx, tx, p); err != nil {
				return err
			}
			if err := rewards.RetireRewardByID(ctx, tx, p.ID, r.ID); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "reward.retire", Subject: fmt.Sprint("reward:", r.ID)})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"retired": r.Number, "id": r.ID}, func(w io.Writer) { fmt.Fprintf(w, "%s is off the list.\n", r.Name) })
	})
}
