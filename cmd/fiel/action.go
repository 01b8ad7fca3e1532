package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

type actionCmd struct {
	Add    actionAddCmd    `cmd:"" help:"Add what points are given for beside purchases: from a JSON file, or with flags."`
	List   actionListCmd   `cmd:"" help:"List actions."`
	Retire actionRetireCmd `cmd:"" help:"End an action and its codes; what was given stays."`
	Code   actionCodeCmd   `cmd:"" help:"Make a code that members text to claim an action, one for each channel."`
	Give   actionGiveCmd   `cmd:"" help:"Give a member an action, within its limits."`
	Report actionReportCmd `cmd:"" help:"What each code brought: claims, joins, first purchases."`
}

type actionAddCmd struct {
	File string `arg:"" optional:"" help:"JSON file with an action, - for standard input. Money is in minor units."`

	Name         string `help:"What members read, at most 40 letters." placeholder:"NAME"`
	Kind         string `help:"join, referral, birthday, review, newsletter, social or own." default:"own" placeholder:"KIND"`
	Points       int64  `help:"Points for the member." placeholder:"N"`
	FriendPoints int64  `help:"Of a referral: points for the friend." placeholder:"N"`
	Minimum      int64  `help:"Of a referral: what the friend's purchase has to reach, in minor units." placeholder:"N"`
	Reward       int64  `help:"A voucher with it, or instead: the number of a reward." placeholder:"NUMBER"`
	NextDay      bool   `help:"The voucher is good from the next day on."`
	Per          string `help:"Span of --times: day, month, year or lifetime." placeholder:"SPAN"`
	Times        int64  `help:"How often a member may have it in that span; -1 is no limit. Of a referral: friends that are paid for." placeholder:"N"`
	Total        int64  `help:"How often it may be had in all." placeholder:"N"`
	Starts       string `help:"First day, 2027-03-01." placeholder:"DATE"`
	Ends         string `help:"Last day." placeholder:"DATE"`
}

// actionView is an action as JSON and terminal show it.
type actionView struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Points       int64  `json:"points"`
	FriendPoints int64  `json:"friend_points,omitempty"`
	Minimum      int64  `json:"minimum,omitempty"`
	RewardID     int64  `json:"reward_id,omitempty"`
	NextDay      bool   `json:"next_day,omitempty"`
	Per          string `json:"per"`
	Times        int64  `json:"times"` // 0: no limit
	Total        int64  `json:"total,omitempty"`
	Given        int64  `json:"given,omitempty"` // of the total
	Starts       string `json:"starts,omitempty"`
	Ends         string `json:"ends,omitempty"`
}

func viewAction(x rewards.Action, p members.Program) actionView {
	v := actionView{
		ID: x.ID, Name: x.Name, Kind: x.Kind, Points: x.Points, FriendPoints: x.FriendPoints, Minimum: x.Minimum, RewardID: x.RewardID,
		NextDay: x.NextDay, Per: x.Per, Times: x.Times, Total: x.Total, Given: x.Given,
	}
	if x.StartsAt != 0 {
		v.Starts = stamp(x.StartsAt, p)[:len(time.DateOnly)]
	}
	if x.EndsAt != 0 {
		v.Ends = stamp(x.EndsAt-1, p)[:len(time.DateOnly)]
	}
	return v
}

// Run adds an action.
func (c *actionAddCmd) Run(a *App) error {
	n, err := c.read(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var made rewards.Action
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if made, err = rewards.AddAction(ctx, tx, p, n); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: "action.add", Subject: fmt.Sprint("action:", made.ID), After: viewAction(made, p),
			})
		})
		if err != nil {
			return err
		}
		v := viewAction(made, p)
		return a.answer(v, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", v.Name, v.what()) })
	})
}

// read takes the action from the file, or from the flags.
func (c *actionAddCmd) read(a *App) (rewards.NewAction, error) {
	switch c.File {
	case "":
		if c.Name == "" {
			return rewards.NewAction{}, wrongCall("name a JSON file, or say the action with --name and --points")
		}
		return rewards.NewAction{
			Name: c.Name, Kind: c.Kind, Points: c.Points, FriendPoints: c.FriendPoints, Minimum: c.Minimum, Reward: c.Reward, NextDay: c.NextDay,
			Per: c.Per, Times: c.Times, Total: c.Total, Starts: c.Starts, Ends: c.Ends,
		}, nil
	case "-":
		return rewards.ReadAction(a.In)
	}
	if c.Name != "" {
		return rewards.NewAction{}, wrongCall("say the action in the file or with flags, not both")
	}
	f, err := os.Open(c.File)
	if err != nil {
		return rewards.NewAction{}, wrongCall("%s cannot be read: %v", c.File, err)
	}
	defer f.Close()
	return rewards.ReadAction(f)
}

// what says what an action gives, and how often.
func (v actionView) what() string {
	var gives []string
	if v.Points > 0 || v.RewardID == 0 {
		gives = append(gives, fmt.Sprintf("%d points", v.Points))
	}
	if v.FriendPoints > 0 {
		gives = append(gives, fmt.Sprintf("%d to the friend", v.FriendPoints))
	}
	if v.RewardID != 0 {
		gives = append(gives, fmt.Sprintf("a voucher of reward id %d", v.RewardID))
	}
	often := fmt.Sprintf("%d a %s", v.Times, v.Per)
	switch {
	case v.Times == 0:
		often = "no limit"
	case v.Per == rewards.Lifetime:
		often = fmt.Sprintf("%d in a lifetime", v.Times)
	}
	if v.Total > 0 {
		often += fmt.Sprintf(", %d of %d in all", v.Given, v.Total)
	}
	return strings.Join(gives, " and ") + " (" + often + ")"
}

type actionListCmd struct{}

// Run lists actions.
func (c *actionListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []actionView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Actions(ctx, tx, p.ID)
			views = views[:0]
			for _, x := range list {
				views = append(views, viewAction(x, p))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printActions(w, views) })
	})
}

func printActions(w io.Writer, views []actionView) {
	if len(views) == 0 {
		fmt.Fprintln(w, `No actions yet. Add one: fiel action add --name "Sigue nuestro Instagram" --kind social --points 100`)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tKIND\tGIVES\tFROM\tUNTIL")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", v.Name, v.Kind, v.what(), v.Starts, v.Ends)
	}
	t.Flush()
}

type actionRetireCmd struct {
	Name string `arg:"" help:"Its name."`
}

// Run ends an action.
func (c *actionRetireCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			x, err := rewards.RetireAction(ctx, tx, p.ID, c.Name)
			if err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: "action.retire", Subject: fmt.Sprint("action:", x.ID), Before: viewAction(x, p),
			})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]string{"retired": c.Name}, func(w io.Writer) { fmt.Fprintf(w, "%s is over.\n", c.Name) })
	})
}

type actionGiveCmd struct {
	Phone string `arg:"" help:"The member's phone number."`
	Name  string `arg:"" help:"Name of the action."`
	Ref   string `help:"Your own number for this act: the same one twice gives once." placeholder:"REF"`
}

type actedView struct {
	Action  string     `json:"action"`
	Points  int64      `json:"points"`
	Voucher string     `json:"voucher,omitempty"`
	Member  memberView `json:"member"`
}

// Run gives a member an action and texts them.
func (c *actionGiveCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		var v actedView
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			v, err = c.give(ctx, tx, p, phone)
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) { fmt.Fprintf(w, "%s has %d points\n", v.Member.Phone, v.Member.Points) })
	})
}

func (c *actionGiveCmd) give(ctx context.Context, tx *db.Tx, p members.Program, phone members.Phone) (actedView, error) {
	x, err := rewards.ActionByName(ctx, tx, p.ID, c.Name)
	if err != nil {
		return actedView{}, err
	}
	if x.Kind == rewards.ReferralAction || x.Kind == rewards.JoinAction {
		return actedView{}, db.Errorf(db.Refused, "a %s is not given by hand: it comes by itself", x.Kind)
	}
	m, err := members.ByPhone(ctx, tx, p.ID, phone)
	if err == nil {
		m, err = members.Lock(ctx, tx, p.ID, m.ID)
	}
	if err != nil {
		return actedView{}, err
	}
	source := ""
	if c.Ref != "" {
		source = "cli:" + c.Ref
	}
	var news rewards.News
	done, m, err := rewards.Claim(ctx, tx, p, m, rewards.Claiming{Action: x, Source: source, Tell: sms.Service, Actor: cliActor(), Door: "cli"}, &news)
	if err != nil {
		return actedView{}, err
	}
	return actedView{x.Name, done.Points, done.Voucher.Code, viewMember(m, p)}, news.Tell(ctx, tx, p, m)
}
