package rewards

import (
	"context"
	"fmt"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Using is somebody wanting to use a voucher, or to reserve it for a customer who is about to pay.
type Using struct {
	Code     string // as it was typed
	Store    int64  // where; 0: not known, which only a voucher good in all stores allows. Then no store's limits hold
	Staff    int64  // who, 0: the till itself
	Till     int64
	Purchase int64  // the sale it is used on, 0: not known
	Amount   int64  // what that sale comes to before its vouchers, minor units; 0: not known, then limits that need it are for the cashier to look at
	Lines    []Line // what is sold; none: not known, then what the voucher needs is for the cashier to look at
	Late     bool   // it was more than 15 minutes ago, and is reported now: the text to the member is one of ours
	Approver string // the second person, where the store asks for one: staff:9; at the command line also cli:ana
	Actor    string // for the audit: staff:7, till:3, cli:ana
	Door     string // for the audit: page, api, till, text, cli
	IP       string
	Request  string
}

// Used is what came of it. A wrong code is not an error of [Use]: it has to be counted, and an error would undo the counting.
type Used struct {
	Voucher Voucher        // also when it cannot be used and the code is right
	Member  members.Member // whose it is
	// Notes are what the cashier has to look at, as sentences: what the till did not tell us.
	Notes []string
	// Second says that somebody else has to approve the use; see Using.Approver.
	Second bool
	// Why the voucher was not used, as a sentence for the cashier; nil when it was. Its code is db.Invalid for a typo, db.Missing
	// for a code that does not exist, db.Conflict when it was used before, db.Denied after ten wrong codes in an hour or when the
	// second person may not approve, and db.Refused for all else: expired, reserved elsewhere, not good here, too small a sale.
	Why error
}

// Use redeems a voucher: once, under any concurrency, from its first instant and before its last, within the limits of the store.
// One that the same actor has reserved is theirs, with the approval it was reserved with; what another has reserved is not. The
// member is told and may object. It takes the rows it needs itself: the member's, then the voucher's. The error is for what went
// wrong in the database alone; what the cashier has to know is in Used.
//
// A till may use a voucher first and report the sale after it: the sale then gets the voucher that the same actor used within a day
// and on no other sale.
//
// Each actor has ten wrong codes an hour by the clock. A typo, which the check letter shows, gives nothing away and is not counted.
func Use(ctx context.Context, tx *db.Tx, p members.Program, u Using) (Used, error) {
	c, why, err := u.lay(ctx, tx, p)
	if why != nil || err != nil {
		return c.refused(why), err
	}
	if c.awaitsSale(tx.Now) {
		return c.bind(ctx, tx)
	}
	if why, err := c.judge(ctx, tx, true); why != nil || err != nil {
		return c.refused(why), err
	}
	return c.redeem(ctx, tx)
}

// Look answers what [Use] would, and changes nothing but the count of wrong codes: nobody is told and no row is held, so that it may
// be different a moment later. A missing approval is no reason against it: Used.Second says that one is needed.
func Look(ctx context.Context, tx *db.Tx, p members.Program, u Using) (Used, error) {
	c, why, err := u.find(ctx, tx, p)
	if why != nil || err != nil {
		return c.refused(why), err
	}
	if c.member, err = members.ByID(ctx, tx, p.ID, c.voucher.MemberID); err != nil {
		return Used{}, err
	}
	why, err = c.judge(ctx, tx, false)
	return c.refused(why), err
}

// counter is a voucher that lies on the counter.
type counter struct {
	Using
	program members.Program
	store   members.Store // ID 0: not known
	voucher Voucher
	member  members.Member // whose it is; held unless somebody only looks
	beside  load           // what the vouchers take off that were used on the same sale before it
	notes   []string
	second  bool
}

func (c *counter) note(sentence string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(sentence, args...))
}

// refused is the answer that nothing was changed, and why.
func (c *counter) refused(why error) Used {
	return Used{Voucher: c.voucher, Member: c.member, Notes: c.notes, Second: c.second, Why: why}
}

// lay finds the voucher of a code and takes its member's row.
func (u Using) lay(ctx context.Context, tx *db.Tx, p members.Program) (*counter, error, error) { //nolint:revive // why, then err
	c, why, err := u.find(ctx, tx, p)
	if why != nil || err != nil {
		return c, why, err
	}
	if c.member, err = members.Lock(ctx, tx, p.ID, c.voucher.MemberID); err != nil {
		return c, nil, err
	}
	if c.voucher.State == Reserved { // who holds it may have changed while we waited for the row
		c.voucher, err = VoucherByID(ctx, tx, p.ID, c.voucher.ID)
	}
	return c, nil, err
}

// judge says why the voucher cannot be used now and here; nil if it can. Sure asks for the approval too.
func (c *counter) judge(ctx context.Context, tx *db.Tx, sure bool) (why, err error) {
	if why := c.voucher.closed(tx.Now, c.Actor, c.clock); why != nil {
		return why, nil
	}
	if c.Purchase != 0 && c.store.RedeemShare < wholeSale {
		if c.beside, err = loadOf(ctx, tx, c.program.ID, c.Purchase); err != nil {
			return nil, err
		}
	}
	for _, look := range []func() error{c.inStore, c.largeEnough, c.dearEnough, c.withinShare, c.hasWhatItNeeds} {
		if why := look(); db.CodeOf(why) == db.Internal {
			return nil, why
		} else if why != nil {
			return why, nil
		}
	}
	if c.second = c.needsSecond(); !c.second || !sure {
		return nil, nil
	}
	return c.approved(ctx, tx)
}

// redeem is the one step in which a voucher becomes used.
func (c *counter) redeem(ctx context.Context, tx *db.Tx) (Used, error) {
	used, err := New(tx).useVoucher(ctx, useVoucherParams{
		Now: tx.Now, StoreID: c.Store, PurchaseID: c.Purchase, Actor: c.Actor, Approver: c.approver(), ProgramID: c.program.ID, ID: c.voucher.ID,
		MemberID: c.member.ID,
	})
	if db.NotFound(err) {
		return c.overtaken(ctx, tx)
	}
	if err != nil {
		return Used{}, err
	}
	if err := used.take(ctx, tx, false); err != nil {
		return Used{}, err
	}
	if err := c.record(ctx, tx, "voucher.redeem", used, ""); err != nil {
		return Used{}, err
	}
	return Used{Voucher: used, Member: c.member, Notes: c.notes, Second: c.second}, used.tellUsed(ctx, tx, c.program, c.member, c.store.Name, c.Late)
}

// overtaken answers why a voucher, which was good a moment ago, is not any more.
func (c *counter) overtaken(ctx context.Context, tx *db.Tx) (Used, error) {
	now, err := VoucherByID(ctx, tx, c.program.ID, c.voucher.ID)
	c.voucher = now
	why := now.closed(tx.Now, c.Actor, c.clock)
	if why == nil {
		why = db.Errorf(db.Refused, "that voucher is being used right now: try again")
	}
	return c.refused(why), err
}

// bindWithin is how long after its use a sale may claim a voucher: a day, in milliseconds.
const bindWithin = 24 * hour

// awaitsSale says whether the voucher was used by this actor just before the sale it belongs to was reported.
func (c *counter) awaitsSale(now int64) bool {
	v := c.voucher
	return v.State == Redeemed && c.Purchase != 0 && v.PurchaseID == 0 && v.Actor == c.Actor && v.StoreID == c.Store && now-v.RedeemedAt < bindWithin
}

// bind gives the sale the voucher that was used for it.
func (c *counter) bind(ctx context.Context, tx *db.Tx) (Used, error) {
	v, err := New(tx).bindVoucher(ctx, bindVoucherParams{
		PurchaseID: c.Purchase, ProgramID: c.program.ID, ID: c.voucher.ID, Actor: c.Actor, Since: tx.Now - bindWithin,
	})
	if db.NotFound(err) {
		return c.overtaken(ctx, tx)
	}
	if err != nil {
		return Used{}, err
	}
	return Used{Voucher: v, Member: c.member}, c.record(ctx, tx, "voucher.bind", v, "")
}

// record writes down what became of the voucher.
func (c *counter) record(ctx context.Context, tx *db.Tx, action string, now Voucher, why string) error {
	after := now.standing()
	if why = strings.TrimSpace(why); why != "" {
		after["why"] = why
	}
	return members.Record(ctx, tx, c.program.ID, members.Act{
		Actor: c.Actor, Door: c.Door, IP: c.IP, Action: action, Subject: fmt.Sprintf("voucher:%d", now.ID), Request: c.Request,
		Before: c.voucher.standing(), After: after,
	})
}

// standing is what of a voucher changes, for the audit.
func (v Voucher) standing() map[string]any {
	all := map[string]any{"state": v.State}
	for name, value := range map[string]int64{
		"store": v.StoreID, "purchase": v.PurchaseID, "redeemed_at": v.RedeemedAt, "reserved_until": v.ReservedUntil,
		"disputed_at": v.DisputedAt, "release_entry": v.ReleaseEntry, "dispute_entry": v.DisputeEntry,
	} {
		if value != 0 {
			all[name] = value
		}
	}
	for name, value := range map[string]string{"actor": v.Actor, "approver": v.Approver, "reserved_by": v.ReservedBy, "settlement": v.Settlement} {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

// closed says why a voucher cannot be used by an actor at that moment; nil if it can.
func (v Voucher) closed(now int64, actor string, clock func(int64) string) error {
	switch {
	case v.State == Redeemed:
		return db.Errorf(db.Conflict, "that voucher was used already")
	case v.State == Cancelled:
		return db.Errorf(db.Refused, "that voucher was cancelled")
	case v.State == Expired || v.ExpiresAt <= now:
		return db.Errorf(db.Refused, "that voucher has expired; its points come back")
	case v.ValidFrom > now:
		return db.Errorf(db.Refused, "that voucher is not valid yet")
	case v.State == Reserved && v.ReservedUntil > now && v.ReservedBy != actor:
		return db.Errorf(db.Refused, "that voucher is reserved at another till until %s", clock(v.ReservedUntil))
	}
	return nil
}
