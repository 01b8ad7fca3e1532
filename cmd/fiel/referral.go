package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type referralCmd struct {
	List   referralListCmd   `cmd:"" help:"Who brought whom, and what became of it."`
	Report referralReportCmd `cmd:"" help:"Members whose friends look as if they were made up for the points."`
}

type referralListCmd struct {
	Limit int64 `help:"At most so many, 1 to 1000." default:"100"`
	After int64 `help:"Friends after this member id." default:"0" placeholder:"ID"`
}

type referralView struct {
	Friend int64  `json:"friend"` // member ids
	Member int64  `json:"member"`
	State  string `json:"state"`
	Joined string `json:"joined"`
	Bought string `json:"bought,omitempty"`
	Paid   string `json:"paid,omitempty"`
}

// Run lists referrals.
func (c *referralListCmd) Run(a *App) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--limit is 1 to 1000: list the next with --after and the last friend's id")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []referralView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Referrals(ctx, tx, p.ID, c.After, c.Limit)
			views = views[:0]
			for _, r := range list {
				views = append(views, referralView{r.FriendID, r.MemberID, r.State, stamp(r.At, p), stampOrNone(r.DueAt, p), stampOrNone(r.PaidAt, p)})
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) { printReferrals(w, views) })
	})
}

func stampOrNone(ms int64, p members.Program) string {
	if ms == 0 {
		return ""
	}
	return stamp(ms, p)
}

func printReferrals(w io.Writer, views []referralView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "Nobody was brought by a friend yet. Members text AMIGO for their code, once there is an action for it:\n"+
			`fiel action add --name "Un amigo" --kind referral --points 300 --friend-points 300`)
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "FRIEND\tBROUGHT BY\tSTATE\tJOINED\tBOUGHT\tPAID")
	for _, v := range views {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t%s\n", v.Friend, v.Member, v.State, v.Joined, v.Bought, v.Paid)
	}
	t.Flush()
}

type referralReportCmd struct {
	Days int64 `help:"Look at friends of the last so many days." default:"90"`
}

type farmView struct {
	Member  int64    `json:"member"`
	Friends int      `json:"friends"`
	Reasons []string `json:"reasons"`
}

// Run reports farms.
func (c *referralReportCmd) Run(a *App) error {
	if c.Days < 1 || c.Days > 3660 {
		return wrongCall("--days is 1 to 3660")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []farmView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			farms, err := rewards.Farms(ctx, tx, p, tx.Time().Add(-time.Duration(c.Days)*24*time.Hour).UnixMilli())
			views = views[:0]
			for _, f := range farms {
				views = append(views, farmView(f))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) {
			if len(views) == 0 {
				fmt.Fprintln(w, "Nothing looks strange.")
			}
			for _, v := range views {
				fmt.Fprintf(w, "member %d, %d friends: %s\n", v.Member, v.Friends, strings.Join(v.Reasons, "; "))
			}
		})
	})
}
