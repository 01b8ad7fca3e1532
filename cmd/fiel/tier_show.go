package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type tierListCmd struct{}

// Run lists the levels.
func (c *tierListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []tierView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			ladder, err := rewards.Levels(ctx, tx, p.ID)
			views = views[:0]
			for _, t := range ladder {
				views = append(views, viewTier(t))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printTiers(w, p, views) })
	})
}

func printTiers(w io.Writer, p members.Program, views []tierView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No levels yet. Add one: fiel tier add --name Plata --threshold 500 --times 1.5")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "LEVEL\tFROM\tTIMES\tPOINTS\tREWARD\tEARLY")
	for _, v := range views {
		reward := "-"
		if v.EntryReward != 0 {
			reward = fmt.Sprint(v.EntryReward)
		}
		fmt.Fprintf(t, "%s\t%s\tx%s\t%d\t%s\t%d min\n", v.Name, levelAmount(p, v.Threshold), v.Times, v.EntryPoints, reward, v.EarlyMinutes)
	}
	t.Flush()
}

type tierGiveCmd struct {
	Phone string `arg:"" help:"The member's phone number."`
	Level string `arg:"" help:"Name of the level; none takes a given level away."`
	Until string `help:"The last day of it; left out: for good." placeholder:"2028-12-31"`
}

// Run gives a level.
func (c *tierGiveCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		until, err := c.until(p)
		if err != nil {
			return err
		}
		var view standingView
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, p.ID, phone)
			if err != nil {
				return err
			}
			g := rewards.GivenLevel{Member: m.ID, Until: until, Actor: cliActor(), Door: "cli"}
			if c.Level != "none" {
				t, err := tierNamed(ctx, tx, p, c.Level)
				if err != nil {
					return err
				}
				g.Tier = t.ID
			}
			news := rewards.News{Unasked: true}
			if m, err = rewards.GiveLevel(ctx, tx, p, g, &news); err != nil {
				return err
			}
			if view, err = viewStanding(ctx, tx, p, m); err != nil {
				return err
			}
			return news.Tell(ctx, tx, p, m)
		})
		if err != nil {
			return err
		}
		return a.answer(view, view.print)
	})
}

// until is the end of the last day, exclusive.
func (c *tierGiveCmd) until(p members.Program) (int64, error) {
	if c.Until == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, c.Until, p.Location())
	if err != nil {
		return 0, wrongCall("%q is no day: write 2028-12-31", c.Until)
	}
	return t.AddDate(0, 0, 1).UnixMilli(), nil
}

type tierShowCmd struct {
	Phone string `arg:"" help:"The member's phone number."`
}

// standingView is how a member stands, as JSON and terminal show it. Amounts are points, or minor units.
type standingView struct {
	Level   string     `json:"level"`
	Until   string     `json:"until,omitempty"` // the last day
	Counts  string     `json:"counts"`          // points or money
	Has     int64      `json:"has"`
	Next    string     `json:"next,omitempty"`
	Missing int64      `json:"missing,omitempty"`
	Falling []fallView `json:"falling,omitempty"`

	program members.Program
}

type fallView struct {
	Day    string `json:"day"`
	Amount int64  `json:"amount"`
}

func viewStanding(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (standingView, error) {
	s, err := rewards.LevelStandingOf(ctx, tx, p, m)
	if err != nil {
		return standingView{}, err
	}
	v := standingView{Level: s.Level.Name, Counts: p.TierBy, Has: s.Has, Next: s.Next.Name, Missing: s.Missing, program: p}
	if s.Until != 0 {
		v.Until = time.UnixMilli(s.Until - 1).In(p.Location()).Format(time.DateOnly)
	}
	for _, f := range s.Falling {
		v.Falling = append(v.Falling, fallView(f))
	}
	return v, nil
}

// Run shows how a member stands.
func (c *tierShowCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		var v standingView
		err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, p.ID, phone)
			if err != nil {
				return err
			}
			v, err = viewStanding(ctx, tx, p, m)
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(v, v.print)
	})
}

func (v standingView) print(w io.Writer) {
	level := v.Level
	if level == "" {
		level = "no level"
	}
	if v.Until != "" {
		level += ", until " + v.Until
	}
	fmt.Fprintf(w, "%s; %s count now\n", level, levelAmount(v.program, v.Has))
	if v.Next != "" {
		fmt.Fprintf(w, "%s more for %s\n", levelAmount(v.program, v.Missing), v.Next)
	}
	for _, f := range v.Falling {
		fmt.Fprintf(w, "%s falls out on %s\n", levelAmount(v.program, f.Amount), f.Day)
	}
}

type tierReportCmd struct{}

// countView is how many members have a level; ” is none.
type countView struct {
	Level   string `json:"level"`
	Members int64  `json:"members"`
}

// Run counts members by level.
func (c *tierReportCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []countView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			counts, err := rewards.LevelCounts(ctx, tx, p)
			views = views[:0]
			for _, n := range counts {
				views = append(views, countView{n.Tier.Name, n.Members})
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) {
			t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
			fmt.Fprintln(t, "LEVEL\tMEMBERS")
			for _, v := range views {
				if v.Level == "" {
					v.Level = "(none)"
				}
				fmt.Fprintf(t, "%s\t%d\n", v.Level, v.Members)
			}
			t.Flush()
		})
	})
}
