package main

import (
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type tierCmd struct {
	Add    tierAddCmd    `cmd:"" help:"Add a level: from a JSON file, or with flags. Set what levels count first: fiel program set tier_by, tier_window, tier_grace_days."`
	Change tierChangeCmd `cmd:"" help:"Change a level; members move with the next rounds."`
	List   tierListCmd   `cmd:"" help:"List the levels, the lowest first."`
	Retire tierRetireCmd `cmd:"" help:"End a level; its members move to the one that is justified without it."`
	Give   tierGiveCmd   `cmd:"" help:"Let a member have at least a level, whatever they earn."`
	Show   tierShowCmd   `cmd:"" help:"How a member stands: level, what is missing, what falls out when."`
	Report tierReportCmd `cmd:"" help:"How many members have which level."`
}

// tierFlags are what a level is made of, each left out where it is not said.
type tierFlags struct {
	Threshold *int64 `help:"What reaches it: points, or money in minor units." placeholder:"N"`
	Times     string `help:"Multiplier of its members' purchases, 1 to 10." placeholder:"1.5"`
	Points    *int64 `help:"Points for reaching it." placeholder:"N"`
	Reward    *int64 `help:"Id of the reward whose voucher is given for reaching it; 0 is none." placeholder:"ID"`
	Early     *int64 `help:"Minutes before others that its members may have a reward or a sale." placeholder:"N"`
}

// onto puts the flags that were said onto a level.
func (f tierFlags) onto(n rewards.NewTier) (rewards.NewTier, error) {
	for flag, to := range map[*int64]*int64{f.Threshold: &n.Threshold, f.Points: &n.EntryPoints, f.Reward: &n.EntryReward, f.Early: &n.EarlyMinutes} {
		if flag != nil {
			*to = *flag
		}
	}
	var err error
	if f.Times != "" {
		n.Times, err = rewards.ParseTimes(f.Times)
	}
	return n, err
}

// said says whether there is any flag.
func (f tierFlags) said() bool { return f != tierFlags{} }

type tierAddCmd struct {
	File string `arg:"" optional:"" help:"JSON file with a level or a list of them, - for standard input: name, threshold, times, entry_points, entry_reward, early_minutes."`
	Name string `help:"What the level is called, at most 20 letters." placeholder:"NAME"`
	tierFlags
}

// tierView is a level as JSON and terminal show it.
type tierView struct {
	ID int64 `json:"id"`
	rewards.NewTier
}

func viewTier(t rewards.Tier) tierView {
	return tierView{t.ID, rewards.NewTier{
		Name: t.Name, Threshold: t.Threshold, Times: rewards.Times(t.Times), EntryPoints: t.EntryPoints, EntryReward: t.EntryRewardID, EarlyMinutes: t.EarlyMinutes,
	}}
}

// Run adds levels, all or none.
func (c *tierAddCmd) Run(a *App) error {
	levels, err := c.read(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var views []tierView
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			views = []tierView{}
			for _, n := range levels {
				t, err := rewards.AddTier(ctx, tx, p, n)
				if err == nil {
					err = recordTier(ctx, tx, p, "tier.add", t, nil)
				}
				if err != nil {
					return err
				}
				views = append(views, viewTier(t))
			}
			return nil
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) {
			for _, v := range views {
				fmt.Fprintf(w, "%s from %s\n", v.Name, levelAmount(p, v.Threshold))
			}
		})
	})
}

// read takes the levels from the file, or makes one of the flags.
func (c *tierAddCmd) read(a *App) ([]rewards.NewTier, error) {
	switch {
	case c.File == "" && (c.Name == "" || c.Threshold == nil):
		return nil, wrongCall("give a FILE, or --name and --threshold")
	case c.File != "" && (c.Name != "" || c.said()):
		return nil, wrongCall("give a FILE or flags, not both")
	case c.File != "":
		text, err := a.read(c.File)
		if err != nil {
			return nil, err
		}
		return rewards.ReadTiers(text)
	}
	n, err := c.onto(rewards.NewTier{Name: c.Name})
	return []rewards.NewTier{n}, err
}

func recordTier(ctx context.Context, tx *db.Tx, p members.Program, action string, t rewards.Tier, before any) error {
	return members.Record(ctx, tx, p.ID, members.Act{
		Actor: cliActor(), Door: "cli", Action: action, Subject: fmt.Sprint("tier:", t.ID), Before: before, After: viewTier(t),
	})
}

// levelAmount is an amount as the program counts for levels.
func levelAmount(p members.Program, n int64) string {
	if p.TierBy == rewards.ByMoney {
		return money(p, n)
	}
	return fmt.Sprintf("%d points", n)
}

type tierChangeCmd struct {
	Level string `arg:"" help:"Name of the level."`
	Name  string `help:"Its new name." placeholder:"NAME"`
	tierFlags
}

// Run changes a level.
func (c *tierChangeCmd) Run(a *App) error {
	if c.Name == "" && !c.said() {
		return wrongCall("say what to change: --name, --threshold, --times, --points, --reward or --early")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var t rewards.Tier
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			was, err := tierNamed(ctx, tx, p, c.Level)
			if err != nil {
				return err
			}
			n, err := c.onto(viewTier(was).NewTier)
			if err != nil {
				return err
			}
			if c.Name != "" {
				n.Name = c.Name
			}
			if t, err = rewards.ChangeTier(ctx, tx, p, was.ID, n); err != nil {
				return err
			}
			return recordTier(ctx, tx, p, "tier.change", t, viewTier(was))
		})
		if err != nil {
			return err
		}
		return a.answer(viewTier(t), func(w io.Writer) { fmt.Fprintf(w, "%s from %s\n", t.Name, levelAmount(p, t.Threshold)) })
	})
}

func tierNamed(ctx context.Context, tx *db.Tx, p members.Program, name string) (rewards.Tier, error) {
	ladder, err := rewards.Levels(ctx, tx, p.ID)
	if err != nil {
		return rewards.Tier{}, err
	}
	return ladder.ByName(name)
}

type tierRetireCmd struct {
	Level string `arg:"" help:"Name of the level."`
}

// Run ends a level.
func (c *tierRetireCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var t rewards.Tier
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if t, err = tierNamed(ctx, tx, p, c.Level); err != nil {
				return err
			}
			if err := rewards.RetireTier(ctx, tx, p, t.ID); err != nil {
				return err
			}
			return recordTier(ctx, tx, p, "tier.retire", t, nil)
		})
		if err != nil {
			return err
		}
		return a.answer(viewTier(t), func(w io.Writer) { fmt.Fprintf(w, "%s is no level any more.\n", t.Name) })
	})
}
