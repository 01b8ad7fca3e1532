package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type rewardAddCmd struct {
	Number string `arg:"" optional:"" help:"What members text after CANJEAR, 1 to 99; 'next' takes the lowest that is free; 0: only given, never bought."`
	Name   string `arg:"" optional:"" help:"What it is called, at most 40 letters."`
	File   string `help:"Read one reward, or a list of them, from a JSON file (- is the standard input): what reward export writes." placeholder:"FILE"`

	Cost int64 `help:"Points it costs." default:"0"`
	rewardKind
	Worth     int64    `help:"What an item, an experience, a code or a thing is worth, in minor units; the give-back is reckoned with it." default:"0"`
	Choice    []string `help:"What an experience is chosen from: twice or three times." placeholder:"NAME" sep:"none"`
	Charity   string   `help:"Who gets a donation." placeholder:"NAME"`
	Automatic bool     `help:"Issued by itself as soon as the points are there."`
	Stock     int64    `help:"How many there are; -1 is no limit." default:"-1"`
	Minimum   int64    `help:"Smallest purchase it may be used on, in minor units." default:"0"`
	Days      int64    `help:"Days to use a code." default:"7"`
	NextDay   bool     `help:"Good from the next day on."`
	Category  []string `help:"A category, one of which has to be in the sale." placeholder:"NAME" sep:"none"`
	Product   []string `help:"A product (sku), one of which has to be in the sale." placeholder:"SKU" sep:"none"`
	Store     []string `help:"Name of a store where it is good; all unless given." placeholder:"NAME" sep:"none"`
	Level     string   `help:"For members of this level and above." placeholder:"NAME"`
	Starts    string   `help:"Can be had from then on: 2027-03-05 or '2027-03-05 10:00'." placeholder:"WHEN"`
	Ends      string   `help:"Until then; a date alone is that whole day." placeholder:"WHEN"`
	weighing
}

// rewardKind says what a reward is.
type rewardKind struct {
	Item       bool   `xor:"what" help:"A free item."`
	Percent    *int64 `xor:"what" help:"Per cent off." placeholder:"N"`
	Amount     *int64 `xor:"what" help:"Amount off, in minor units." placeholder:"N"`
	GiftCard   *int64 `xor:"what" help:"A gift card of that value, in minor units." placeholder:"N"`
	Cashback   *int64 `xor:"what" help:"A credit of that amount, in minor units." placeholder:"N"`
	Donation   *int64 `xor:"what" help:"A donation of that amount, in minor units, with --charity." placeholder:"N"`
	Experience bool   `xor:"what" help:"An experience or event, with --choice if members choose."`
	Code       bool   `xor:"what" help:"A phone top-up or digital code: upload the list with reward codes."`
	Physical   bool   `xor:"what" help:"A thing to take along."`
}

// kind is what was asked for, with its value; ” for nothing.
func (k rewardKind) kind(worth int64) (kind string, value int64) {
	for kind, is := range map[string]bool{
		rewards.FreeItem: k.Item, rewards.Experience: k.Experience, rewards.DigitalCode: k.Code, rewards.Physical: k.Physical,
	} {
		if is {
			return kind, worth
		}
	}
	for kind, value := range map[string]*int64{
		rewards.PercentOff: k.Percent, rewards.AmountOff: k.Amount, rewards.GiftCard: k.GiftCard, rewards.Cashback: k.Cashback, rewards.Donation: k.Donation,
	} {
		if value != nil {
			return kind, *value
		}
	}
	return "", 0
}

// Run puts up a reward, or those of a file, after showing what the scheme gives back with them.
func (c *rewardAddCmd) Run(a *App) error {
	files, err := c.files(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var views []rewardView
		g, saved, err := a.weighed(d, p, c.weighing, func(ctx context.Context, tx *db.Tx) (err error) {
			views, err = addRewards(ctx, tx, p, files)
			return err
		})
		if err != nil {
			return err
		}
		answer := map[string]any{"saved": saved, "rewards": views, "give_back": g}
		return a.answer(answer, func(w io.Writer) { printAdded(w, views, saved) })
	})
}

func printAdded(w io.Writer, views []rewardView, saved bool) {
	if !saved {
		fmt.Fprintln(w, "Nothing was saved.")
		return
	}
	for _, v := range views {
		switch {
		case *v.Number != 0:
			fmt.Fprintf(w, "CANJEAR %d: %s for %d points\n", *v.Number, v.Name, v.Cost)
		case v.Automatic:
			fmt.Fprintf(w, "%s is issued by itself at %d points, id %d\n", v.Name, v.Cost, v.ID)
		default:
			fmt.Fprintf(w, "%s can be given, id %d\n", v.Name, v.ID)
		}
	}
}

func addRewards(ctx context.Context, tx *db.Tx, p members.Program, files []rewards.RewardFile) ([]rewardView, error) {
	views := []rewardView{}
	for _, f := range files {
		n, err := f.Reward(ctx, tx, p)
		if err != nil {
			return nil, named(f, err)
		}
		r, err := rewards.AddReward(ctx, tx, p, n)
		if err != nil {
			return nil, named(f, err)
		}
		v, err := viewReward(ctx, tx, p, r)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
		err = members.Record(ctx, tx, p.ID, members.Act{
			Actor: cliActor(), Door: "cli", Action: "reward.add", Subject: fmt.Sprint("reward:", r.ID), After: v,
		})
		if err != nil {
			return nil, err
		}
	}
	return views, nil
}

// named says which reward of several is meant.
func named(f rewards.RewardFile, err error) error {
	if f.Name == "" || db.CodeOf(err) == db.Internal {
		return err
	}
	return db.Errorf(db.CodeOf(err), "%s: %s", f.Name, err.Error())
}

// files are the rewards that were asked for: those of the file, or the one of the flags.
func (c *rewardAddCmd) files(a *App) ([]rewards.RewardFile, error) {
	if c.File != "" {
		if c.Number != "" {
			return nil, wrongCall("--file holds the whole reward: leave the number and the name out")
		}
		data, err := a.readFile(c.File)
		if err != nil {
			return nil, err
		}
		return rewards.ReadRewards(data)
	}
	kind, value := c.kind(c.Worth)
	switch {
	case c.Name == "":
		return nil, wrongCall("expected \"<number> <name>\", or --file FILE")
	case kind == "":
		return nil, wrongCall("missing flags: say what it is, --item, --percent, --amount, --gift-card, --cashback, --donation, --experience, --code or --physical")
	}
	f := rewards.RewardFile{
		Name: c.Name, Kind: kind, Value: value, Cost: c.Cost, Choices: c.Choice, Charity: c.Charity, Categories: c.Category, Products: c.Product,
		Stores: c.Store, Level: c.Level, Automatic: c.Automatic, NextDay: c.NextDay, Starts: c.Starts, Ends: c.Ends, Minimum: c.Minimum,
		Stock: &c.Stock, Days: &c.Days,
	}
	if c.Number == "next" {
		return []rewards.RewardFile{f}, nil
	}
	n, err := strconv.ParseInt(c.Number, 10, 64)
	if err != nil {
		return nil, wrongCall("<number> is 1 to 99, next, or 0 for what is only given")
	}
	f.Number = &n
	return []rewards.RewardFile{f}, nil
}

// readFile reads a file that was named on the command line; - is the standard input.
func (a *App) readFile(name string) ([]byte, error) {
	const most = 64 << 20
	in := a.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, db.Errorf(db.Missing, "cannot read %s: %v", name, err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && len(data) > most {
		return nil, db.Errorf(db.Invalid, "%s is larger than 64 MB: split it", name)
	}
	return data, err
}
