package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type voucherCmd struct {
	Show    voucherShowCmd    `cmd:"" help:"What a voucher is for, whose it is and what became of it."`
	Reserve voucherReserveCmd `cmd:"" help:"Hold a voucher while the member pays."`
	Release voucherReleaseCmd `cmd:"" help:"Let a reserved voucher go, also one that a till holds."`
	Reverse voucherReverseCmd `cmd:"" help:"Take back that a voucher was used; the member can use it again."`
}

// voucherView is a voucher as JSON and terminal show it.
type voucherView struct {
	ID       int64    `json:"id"`
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	Choice   string   `json:"choice,omitempty"`
	Kind     string   `json:"kind"`
	Value    int64    `json:"value"`
	Minimum  int64    `json:"minimum"`
	Cost     int64    `json:"cost"`
	State    string   `json:"state"`
	From     string   `json:"from"`
	Until    string   `json:"until"`
	Member   string   `json:"member,omitempty"`
	Reserved string   `json:"reserved_until,omitempty"`
	Holder   string   `json:"reserved_by,omitempty"`
	Used     string   `json:"used_at,omitempty"`
	Store    int64    `json:"store,omitempty"`
	Actor    string   `json:"used_by,omitempty"`
	Approver string   `json:"approver,omitempty"`
	Disputed string   `json:"disputed_at,omitempty"`
	Settled  string   `json:"settlement,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func viewVoucher(v rewards.Voucher, p members.Program) voucherView {
	return voucherView{
		ID: v.ID, Code: v.Code, Name: v.Name, Choice: v.Choice, Kind: v.Kind, Value: v.Value, Minimum: v.Minimum, Cost: v.Cost, State: v.State,
		From: stamp(v.ValidFrom, p), Until: stamp(v.ExpiresAt, p), Reserved: stampIf(v.ReservedUntil, p), Holder: v.ReservedBy,
		Used: stampIf(v.RedeemedAt, p), Store: v.StoreID, Actor: v.Actor, Approver: v.Approver, Disputed: stampIf(v.DisputedAt, p), Settled: v.Settlement,
	}
}

// stampIf is a moment, and nothing for none.
func stampIf(ms int64, p members.Program) string {
	if ms == 0 {
		return ""
	}
	return stamp(ms, p)
}

type voucherShowCmd struct {
	Code string `arg:"" help:"Its code, eight letters."`
}

// Run shows a voucher.
func (c *voucherShowCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var view voucherView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			v, err := rewards.VoucherByCode(ctx, tx, p.ID, c.Code)
			if err != nil {
				return err
			}
			m, err := members.ByID(ctx, tx, p.ID, v.MemberID)
			view = viewVoucher(v, p)
			view.Member = m.Phone.E164()
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(view, func(w io.Writer) { view.print(w, p) })
	})
}

func (v voucherView) print(w io.Writer, p members.Program) {
	fmt.Fprintf(w, "%s  %s, %s: %s\n", v.Code, v.Name, rewardView{RewardFile: rewards.RewardFile{Kind: v.Kind, Value: v.Value, Charity: v.Choice}}.what(p), v.State)
	fmt.Fprintf(w, "of %s, %d points, good from %s until %s\n", v.Member, v.Cost, v.From, v.Until)
	if v.Minimum > 0 {
		fmt.Fprintf(w, "on sales of at least %s\n", money(p, v.Minimum))
	}
	if v.Reserved != "" {
		fmt.Fprintf(w, "reserved until %s by %s\n", v.Reserved, v.Holder)
	}
	if v.Used != "" {
		fmt.Fprintf(w, "used %s at store %d by %s\n", v.Used, v.Store, v.Actor)
	}
	if v.Disputed != "" {
		fmt.Fprintf(w, "the member objected %s; %s\n", v.Disputed, cmp.Or(v.Settled, "not settled"))
	}
}

type voucherReserveCmd struct {
	showing `embed:""`

	Minutes int64 `help:"For how long, 1 to 30 minutes." default:"5"`
}

// Run holds a voucher.
func (c *voucherReserveCmd) Run(a *App) error {
	return a.atCounter(&c.showing, "%s, %s, is reserved.\n", func(ctx context.Context, tx *db.Tx, p members.Program, u rewards.Using) (rewards.Used, error) {
		return rewards.Reserve(ctx, tx, p, u, c.Minutes)
	})
}

type voucherReleaseCmd struct {
	showing `embed:""`
}

// Run lets a voucher go.
func (c *voucherReleaseCmd) Run(a *App) error {
	return a.atCounter(&c.showing, "%s, %s, is free again.\n", func(ctx context.Context, tx *db.Tx, p members.Program, u rewards.Using) (rewards.Used, error) {
		return rewards.Release(ctx, tx, p, u)
	})
}

type voucherReverseCmd struct {
	onBehalf `embed:""`

	Code     string `arg:"" help:"Its code, eight letters."`
	Why      string `required:"" help:"Why, for the record." placeholder:"WORDS"`
	Approver int64  `help:"The owner, when the store's time for it is over: their id on the staff." placeholder:"STAFF"`
}

// Run takes back that a voucher was used.
func (c *voucherReverseCmd) Run(a *App) error {
	s := &showing{onBehalf: c.onBehalf, Code: c.Code, Approver: c.Approver}
	return a.atCounter(s, "%s, %s, counts as not used.\n", func(ctx context.Context, tx *db.Tx, p members.Program, u rewards.Using) (rewards.Used, error) {
		found, err := rewards.Find(ctx, tx, p, u)
		if err != nil || found.Why != nil {
			return found, err
		}
		return rewards.Reverse(ctx, tx, p, found.Voucher.ID, rewards.Undoing{
			Staff: u.Staff, Approver: u.Approver, Why: c.Why, Actor: u.Actor, Door: u.Door, Request: u.Request,
		})
	})
}
