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

type creditCmd struct {
	Give    creditGiveCmd    `cmd:"" default:"withargs" help:"Give a member points by hand: fiel credit PHONE POINTS --why WORDS."`
	List    creditListCmd    `cmd:"" help:"List points that wait for a second person."`
	Approve creditApproveCmd `cmd:"" help:"Give points that waited for a second person."`
	Refuse  creditRefuseCmd  `cmd:"" help:"Do not give points that waited for a second person."`
}

// onBehalf tells several persons at one machine apart.
type onBehalf struct {
	Staff int64 `help:"Who you are, where several use this account: your id on the staff." placeholder:"ID"`
}

// who is the actor for the audit, and the account that typed.
func (o onBehalf) who() (actor, account string) {
	if o.Staff == 0 {
		return cliActor(), ""
	}
	return fmt.Sprintf("staff:%d", o.Staff), cliActor()
}

type creditGiveCmd struct {
	onBehalf `embed:""`

	Phone  string `arg:"" help:"The member's phone number."`
	Points int64  `arg:"" help:"Points to give; below zero takes them, behind two dashes: fiel credit PHONE --why WORDS -- -40."`
	Why    string `required:"" help:"Why, in words the member may read." placeholder:"WORDS"`
	Ref    string `help:"Your own number for this act: the same one twice credits once." placeholder:"REF"`
}

// creditView is what became of points by hand: the member as they stand, and what waits.
type creditView struct {
	memberView
	Waits int64 `json:"waits,omitempty"` // id of what waits for a second person
}

// Run gives points by hand, or asks a second person for it.
func (c *creditGiveCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		actor, account := c.who()
		var done rewards.Credited
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, p.ID, phone)
			if err != nil {
				return err
			}
			done, err = rewards.Credit(ctx, tx, p, rewards.Crediting{
				Member: m.ID, Points: c.Points, Reason: c.Why, Source: c.source(), Staff: c.Staff, Actor: actor, Door: "cli", Request: account,
			})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(creditView{viewMember(done.Member, p), done.Waits.ID}, func(w io.Writer) { printCredited(w, done, p) })
	})
}

// source makes a repeated act with the same reference one act.
func (c *creditGiveCmd) source() string {
	if c.Ref == "" {
		return ""
	}
	return "cli:" + c.Ref
}

func printCredited(w io.Writer, done rewards.Credited, p members.Program) {
	if done.Waits.ID != 0 {
		fmt.Fprintf(w, "More than %d points wait for a second person: fiel credit approve %d\n", p.CreditLimit, done.Waits.ID)
		return
	}
	fmt.Fprintf(w, "%s has %d points\n", done.Member.Phone.E164(), done.Member.Balance)
}

type creditListCmd struct{}

// waitingView is points that wait for a second person.
type waitingView struct {
	ID     int64  `json:"id"`
	At     string `json:"at"`
	Phone  string `json:"phone"`
	Points int64  `json:"points"`
	Why    string `json:"why"`
	Asked  string `json:"asked"`
}

// Run lists what waits, oldest first.
func (c *creditListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []waitingView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			views = views[:0]
			list, err := rewards.PendingCredits(ctx, tx, p.ID, 1000)
			if err != nil {
				return err
			}
			for _, n := range list {
				m, err := members.ByID(ctx, tx, p.ID, n.MemberID)
				if err != nil {
					return err
				}
				views = append(views, waitingView{n.ID, stamp(n.At, p), m.Phone.E164(), n.Points, n.Reason, n.Actor})
			}
			return nil
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printWaiting(w, views) })
	})
}

func printWaiting(w io.Writer, views []waitingView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No points wait for a second person.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tWHEN\tPHONE\tPOINTS\tASKED BY\tWHY")
	for _, v := range views {
		fmt.Fprintf(t, "%d\t%s\t%s\t%+d\t%s\t%s\n", v.ID, v.At, v.Phone, v.Points, v.Asked, v.Why)
	}
	t.Flush()
}

// decision is an answer to what waits for a second person.
type decision struct {
	onBehalf `embed:""`

	ID int64 `arg:"" help:"Its number in the list of what waits."`
}

func (c decision) deciding() rewards.Deciding {
	actor, account := c.who()
	return rewards.Deciding{ID: c.ID, Staff: c.Staff, Actor: actor, Door: "cli", Request: account}
}

type creditApproveCmd struct {
	decision `embed:""`
}

// Run gives points that another person asked for.
func (c *creditApproveCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var done rewards.Credited
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = rewards.ApproveCredit(ctx, tx, p, c.deciding())
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(creditView{viewMember(done.Member, p), 0}, func(w io.Writer) { printCredited(w, done, p) })
	})
}

type creditRefuseCmd struct {
	decision `embed:""`
}

// Run ends what waits without points.
func (c *creditRefuseCmd) Run(a *App) error {
	return a.settle(c.ID, "refused", func(ctx context.Context, tx *db.Tx, p members.Program) error {
		return rewards.RefuseCredit(ctx, tx, p, c.deciding())
	})
}
