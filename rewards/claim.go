package rewards

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// Claiming is an action that a member has done and is to be rewarded for.
type Claiming struct {
	Action   Action
	Source   string    // a key of the caller's for this act, '' for none: a second claim with it is db.Conflict
	Code     string    // that was texted, '' for none
	Day      string    // the local day that it counts for; '' is today, in the program's zone
	Promised bool      // it was done in the action's time, though it is given now
	Tell     sms.Class // of the texts that are added to the news; 0: the voucher alone is told
	Staff    int64     // who gives it: id of the staff, 0 when it is nobody of them
	Store    int64     // where, 0: not known
	Actor    string    // for the audit: staff:7, cli:ana; '' when nobody gives it but the member's own act, or the calendar
	Door     string    // cli, page, api, text
	IP       string
	Request  string

	occasion string // source of the entry and the voucher, '' for one made of the action, the member and the slot
}

// Claimed is what an action gave.
type Claimed struct {
	Points  int64
	Entry   Entry   // ID 0: no points
	Voucher Voucher // ID 0: none
}

// Why a claim was refused.
type Why string

// The reasons of a [ClaimError].
const (
	ClaimEarly  Why = "early" // the action has not begun
	ClaimOver   Why = "over"  // it has ended, or was retired
	ClaimEnough Why = "limit" // the member has had it as often as they may
	ClaimUsedUp Why = "total" // it was given as often as it may in all, or nothing is left of its reward
)

// ClaimError says why a member does not get an action. Its code is db.Refused.
type ClaimError struct {
	Why    Why
	Action Action
}

// Error says why in a sentence.
func (e *ClaimError) Error() string {
	switch e.Why {
	case ClaimEarly:
		return fmt.Sprintf("%s has not begun yet", e.Action.Name)
	case ClaimOver:
		return fmt.Sprintf("%s is over", e.Action.Name)
	case ClaimEnough:
		if e.Action.Per == Lifetime {
			return fmt.Sprintf("the member has had %s %d times, which is the limit", e.Action.Name, e.Action.Times)
		}
		return fmt.Sprintf("the member has had %s %d times this %s, which is the limit", e.Action.Name, e.Action.Times, e.Action.Per)
	}
	if e.Action.Total == 0 {
		return fmt.Sprintf("nothing is left of what %s gives", e.Action.Name)
	}
	return fmt.Sprintf("%s was given %d times, which is all there is", e.Action.Name, e.Action.Total)
}

// Words are the text that tells the member so: its key in templates, and its fields.
func (e *ClaimError) Words(p members.Program, m members.Member) (key string, f templates.Fields) {
	f = templates.Fields{"action": e.Action.Name}
	switch e.Why {
	case ClaimEarly:
		f["date"] = templates.Date(spoken(p, m), time.UnixMilli(e.Action.StartsAt).In(p.Location()))
		return "claim_early", f
	case ClaimEnough:
		return "claim_enough", f
	}
	return "claim_over", f
}

// Tell adds that text to the news, as an answer to the member.
func (e *ClaimError) Tell(p members.Program, m members.Member, news *News) {
	key, f := e.Words(p, m)
	news.add(sms.Reply, key, f)
}

// Unwrap gives the error its code.
func (e *ClaimError) Unwrap() error { return db.Errorf(db.Refused, "%s", e.Error()) }

// Claim gives a member what an action gives, within its limits, which hold whoever else claims at the same time. The points are an
// entry of kind bonus that bears the action's name; the voucher, if one comes with it, is told in the news. An act of staff is
// audited. The caller holds the member's row.
//
// Errors, after which nothing has changed and the transaction can go on: a [*ClaimError]; db.Conflict for a source that was used
// before; db.Denied when staff would give it to their own number. In the moment in which somebody else uses the same source,
// db.Conflict may come late: then the transaction is to be given up.
func Claim(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, c Claiming, news *News) (Claimed, members.Member, error) {
	if c.Day == "" {
		c.Day = localDay(p.Location(), tx.Now)
	}
	if err := c.allowed(ctx, tx, p, m); err != nil {
		return Claimed{}, m, err
	}
	slot, err := New(tx).lastSlot(ctx, lastSlotParams{ProgramID: p.ID, ActionID: c.Action.ID, MemberID: m.ID, Span: c.Action.span(c.Day)})
	if err != nil {
		return Claimed{}, m, err
	}
	if c.Action.Times > 0 && slot >= c.Action.Times {
		return Claimed{}, m, &ClaimError{ClaimEnough, c.Action}
	}
	if err := c.Action.takeOne(ctx, tx); err != nil {
		return Claimed{}, m, err
	}
	if c.occasion == "" {
		c.occasion = fmt.Sprintf("action:%d:%d:%s:%d", c.Action.ID, m.ID, c.Action.span(c.Day), slot+1)
	}
	before := m.Balance
	done, m, err := c.give(ctx, tx, p, m, news)
	if err != nil {
		return Claimed{}, m, err
	}
	if err := c.keep(ctx, tx, p, m, slot+1, done); err != nil {
		return Claimed{}, m, err
	}
	return done, m, c.record(ctx, tx, m, before, done)
}

// allowed refuses what cannot be given before anything is written.
func (c Claiming) allowed(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	switch {
	case c.Action.RetiredAt != 0:
		return &ClaimError{ClaimOver, c.Action}
	case !c.Promised && tx.Now < c.Action.StartsAt:
		return &ClaimError{ClaimEarly, c.Action}
	case !c.Promised && !c.Action.Running(tx.Now):
		return &ClaimError{ClaimOver, c.Action}
	case m.ErasedAt != 0 || m.MergedInto != 0:
		return db.Errorf(db.Missing, "there is no member %d any more", m.ID)
	}
	if err := c.unused(ctx, tx, p); err != nil || c.Staff == 0 {
		return err
	}
	s, err := members.StaffByID(ctx, tx, p.ID, c.Staff)
	if err == nil && s.Phone != "" && s.Phone == m.Phone {
		return db.Errorf(db.Denied, "nobody gives points to their own number: ask a colleague")
	}
	return err
}

func (c Claiming) unused(ctx context.Context, tx *db.Tx, p members.Program) error {
	if c.Source == "" {
		return nil
	}
	n, err := New(tx).claimOfSource(ctx, claimOfSourceParams{ProgramID: p.ID, ActionID: c.Action.ID, Source: c.Source})
	if err == nil && n > 0 {
		return db.Errorf(db.Conflict, "%s was given for %s already", c.Action.Name, c.Source)
	}
	return err
}

// takeOne counts the action against its total, if it has one.
func (a Action) takeOne(ctx context.Context, tx *db.Tx) error {
	if a.Total == 0 {
		return nil
	}
	n, err := New(tx).countGiven(ctx, a.ProgramID, a.ID)
	if err == nil && n == 0 {
		return &ClaimError{ClaimUsedUp, a}
	}
	return err
}

// give issues the voucher and posts the points, both for the occasion.
func (c Claiming) give(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, news *News) (done Claimed, _ members.Member, err error) {
	if c.Action.RewardID != 0 {
		done.Voucher, err = grantReward(ctx, tx, p, m, c.Action.RewardID, c.occasion, c.Action.NextDay)
		if err != nil {
			return Claimed{}, m, c.withoutVoucher(ctx, tx, err)
		}
	}
	done.Points = c.Action.Points
	done.Entry, m, err = bonus(ctx, tx, p, m, Posting{Words: c.Action.Name, Source: c.occasion, Delta: done.Points, Staff: c.Staff, Store: c.Store}, news)
	if err != nil {
		return Claimed{}, m, err
	}
	c.tell(p, m, done, news)
	return done, m, nil
}

// withoutVoucher puts the action back when its reward cannot be had.
func (c Claiming) withoutVoucher(ctx context.Context, tx *db.Tx, why error) error {
	code := db.CodeOf(why)
	if code != db.Refused && code != db.Missing {
		return why
	}
	if err := New(tx).uncountGiven(ctx, c.Action.ProgramID, c.Action.ID); err != nil {
		return err
	}
	return &ClaimError{ClaimUsedUp, c.Action}
}

func (c Claiming) tell(p members.Program, m members.Member, done Claimed, news *News) {
	if c.Tell != 0 && done.Points > 0 {
		key, f := c.Words(m, done)
		news.add(c.Tell, key, f)
	}
	if done.Voucher.ID != 0 {
		news.given(p, m, max(c.Tell, sms.Reply), done.Voucher)
	}
}

// Words are the text that thanks for an action: its key in templates, and its fields.
func (c Claiming) Words(m members.Member, done Claimed) (key string, f templates.Fields) {
	key, f = "action_given", templates.Fields{"action": c.Action.Name}
	if c.Action.Kind == ReferralAction {
		key, f = "friend_bought", templates.Fields{}
	}
	if done.Points > 0 {
		f["points"], f["balance"] = fmt.Sprint(done.Points), fmt.Sprint(m.Balance)
	}
	return key, f
}

// keep writes the claim down. The limit of a member and the caller's source are unique keys of it.
func (c Claiming) keep(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, slot int64, done Claimed) error {
	n, err := New(tx).insertClaim(ctx, insertClaimParams{
		ProgramID: p.ID, ActionID: c.Action.ID, MemberID: m.ID, Span: c.Action.span(c.Day), Slot: slot, Source: c.Source, Code: c.Code,
		EntryID: done.Entry.ID, VoucherID: done.Voucher.ID, Actor: c.Actor, At: tx.Now,
	})
	if err == nil && n == 0 {
		return db.Errorf(db.Conflict, "%s has just been given for %s", c.Action.Name, c.Source)
	}
	return err
}

// record audits what somebody at the shop gave.
func (c Claiming) record(ctx context.Context, tx *db.Tx, m members.Member, before int64, done Claimed) error {
	if c.Actor == "" {
		return nil
	}
	return members.Record(ctx, tx, m.ProgramID, members.Act{
		Actor: c.Actor, Door: c.Door, IP: c.IP, Action: "action.give", Subject: fmt.Sprintf("member:%d", m.ID), Request: c.Request,
		Before: map[string]int64{"balance": before},
		After:  map[string]any{"balance": m.Balance, "action": c.Action.ID, "points": done.Points, "voucher": done.Voucher.ID, "source": c.Source},
	})
}
