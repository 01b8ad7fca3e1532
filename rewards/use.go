package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// wrongCodes is how many wrong codes an hour a till or a person may try.
const wrongCodes = 10

const hour = 60 * 60 * 1000 // milliseconds

// Using is somebody wanting to use a voucher.
type Using struct {
	Code     string // as it was typed
	Store    int64  // where; 0: not known, which only a voucher good in all stores allows
	Staff    int64  // who, 0: the till itself
	Till     int64
	Purchase int64  // the sale it is used on, 0: not known
	Amount   int64  // of that sale, minor units; 0: not known, then the voucher's minimum is for the cashier to look at
	Actor    string // for the audit: staff:7, till:3, cli:ana
	Door     string // for the audit: page, api, till, text, cli
	IP       string
	Request  string
}

// Used is what came of it. A wrong code is not an error of [Use]: it has to be counted, and an error would undo the counting.
type Used struct {
	Voucher Voucher // also when it cannot be used and the code is right
	// Why the voucher was not used, as a sentence for the cashier; nil when it was. Its code is db.Invalid for a typo, db.Missing
	// for a code that does not exist, db.Conflict when it was used before, db.Denied after ten wrong codes in an hour, and
	// db.Refused for all else: expired, not yet valid, not in this store, too small a purchase.
	Why error
}

// Use redeems a voucher: once, under any concurrency, from its first instant and before its last. The member is told and may object.
// It takes the rows it needs itself: the member's, then the voucher's. The error is for what went wrong in the database alone; what
// the cashier has to know is in Used.
//
// Each actor has ten wrong codes an hour by the clock. A typo, which the check letter shows, gives nothing away and is not counted.
func Use(ctx context.Context, tx *db.Tx, p members.Program, u Using) (Used, error) {
	if u.Actor == "" || u.Door == "" {
		return Used{}, db.Errorf(db.Invalid, "a voucher is used by somebody")
	}
	code, err := ValidCode(u.Code)
	if err != nil {
		return Used{Why: err}, nil
	}
	if blocked, err := u.blocked(ctx, tx, p); blocked != nil || err != nil {
		return Used{Why: blocked}, err
	}
	v, err := New(tx).voucherByCode(ctx, p.ID, code)
	if db.NotFound(err) {
		return u.wrong(ctx, tx, p)
	}
	if err != nil {
		return Used{}, err
	}
	m, err := members.Lock(ctx, tx, p.ID, v.MemberID)
	if err != nil {
		return Used{}, err
	}
	if why := v.unfit(u); why != nil {
		return Used{Voucher: v, Why: why}, nil
	}
	return u.redeem(ctx, tx, p, m, v)
}

// redeem is the one step in which a voucher becomes used.
func (u Using) redeem(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, v Voucher) (Used, error) {
	used, err := New(tx).useVoucher(ctx, useVoucherParams{
		Now: tx.Now, StoreID: u.Store, PurchaseID: u.Purchase, Actor: u.Actor, ProgramID: p.ID, ID: v.ID,
	})
	if db.NotFound(err) {
		now, err := VoucherByID(ctx, tx, p.ID, v.ID)
		return Used{Voucher: now, Why: now.closed(tx.Now)}, err
	}
	if err != nil {
		return Used{}, err
	}
	err = members.Record(ctx, tx, p.ID, members.Act{
		Actor: u.Actor, Door: u.Door, IP: u.IP, Action: "voucher.redeem", Subject: fmt.Sprintf("voucher:%d", v.ID), Request: u.Request,
		Before: map[string]string{"state": v.State}, After: map[string]any{"state": used.State, "store": u.Store, "purchase": u.Purchase},
	})
	if err != nil {
		return Used{}, err
	}
	return Used{Voucher: used}, used.tellUsed(ctx, tx, p, m)
}

// blocked answers the sentence for an actor who has tried too many wrong codes this hour.
func (u Using) blocked(ctx context.Context, tx *db.Tx, p members.Program) (why, err error) {
	n, err := New(tx).triedWrong(ctx, triedWrongParams{ProgramID: p.ID, Door: u.Actor, Hour: tx.Now / hour})
	if err != nil && !db.NotFound(err) {
		return nil, err
	}
	if n < wrongCodes {
		return nil, nil
	}
	return tooMany(tx.Now), nil
}

func tooMany(now int64) error {
	minutes := 60 - now%hour/(60*1000)
	return db.Errorf(db.Denied, "%d wrong codes in this hour: wait %d minutes", wrongCodes, minutes)
}

// wrong counts a code that does not exist.
func (u Using) wrong(ctx context.Context, tx *db.Tx, p members.Program) (Used, error) {
	_, err := New(tx).countWrongCode(ctx, countWrongCodeParams{ProgramID: p.ID, Door: u.Actor, Hour: tx.Now / hour, N: wrongCodes})
	if db.NotFound(err) {
		return Used{Why: tooMany(tx.Now)}, nil
	}
	return Used{Why: db.Errorf(db.Missing, "there is no voucher with that code")}, err
}

// unfit says why a voucher, whatever its state, is not good for this sale; nil if it is.
func (v Voucher) unfit(u Using) error {
	if !v.ValidIn(u.Store) {
		return db.Errorf(db.Refused, "that voucher is not good in this store")
	}
	if u.Amount > 0 && u.Amount < v.Minimum {
		return db.Errorf(db.Refused, "that voucher asks for a larger purchase")
	}
	return nil
}

// closed says why a voucher cannot be used at that moment.
func (v Voucher) closed(now int64) error {
	switch {
	case v.State == Redeemed:
		return db.Errorf(db.Conflict, "that voucher was used already")
	case v.State == Cancelled:
		return db.Errorf(db.Refused, "that voucher was cancelled with the sale it was used on")
	case v.State == Expired || v.ExpiresAt <= now:
		return db.Errorf(db.Refused, "that voucher has expired; its points come back")
	case v.ValidFrom > now:
		return db.Errorf(db.Refused, "that voucher is not valid yet")
	}
	return db.Errorf(db.Refused, "that voucher is reserved at another till")
}

// Dispute notes that the member says it was not they who used their voucher. A person decides what follows. Errors: db.Missing when
// it is not a used voucher of this member; one that was disputed before stays as it is.
func Dispute(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, voucher int64) (Voucher, error) {
	v, err := New(tx).disputeVoucher(ctx, disputeVoucherParams{ProgramID: p.ID, ID: voucher, MemberID: m.ID, DisputedAt: tx.Now})
	if !db.NotFound(err) {
		return v, err
	}
	v, err = VoucherByID(ctx, tx, p.ID, voucher)
	if err == nil && (v.MemberID != m.ID || v.DisputedAt == 0) {
		return Voucher{}, db.Errorf(db.Missing, "member %d has no used voucher %d", m.ID, voucher)
	}
	return v, err
}
