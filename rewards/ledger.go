package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// Kinds of entries.
const (
	KindEarn     = "earn"     // points of a purchase
	KindBonus    = "bonus"    // points of an action: joining, a birthday
	KindRefund   = "refund"   // points of a purchase that was given back; with KindMerge the one kind that may leave a debt
	KindRedeem   = "redeem"   // points for a voucher
	KindRelease  = "release"  // points of a voucher that was not used in time, or whose sale was given back
	KindExpire   = "expire"   // points past their day
	KindAdjust   = "adjust"   // by hand
	KindOpening  = "opening"  // brought over from an older scheme
	KindMerge    = "merge"    // two members became one
	KindTransfer = "transfer" // between members
	KindDispute  = "dispute"  // settled after a member objected
)

// Bounds of the ledger, in points. The tables check them too.
const (
	MaxDelta   = 1_000_000_000     // of one entry, up or down
	MaxBalance = 1_000_000_000_000 // of one member, up or down
	maxCarry   = 1_000_000_000_000 // minor units, up or down
)

// Posting is one movement of points to be written down.
type Posting struct {
	Kind   string
	Delta  int64  // points, never 0
	Source string // what caused it, "purchase:12"; at most one entry of a kind has it

	Store, Staff, Till, Purchase, Voucher int64 // ids, 0: none

	Basis       int64  // the earning money behind it, minor units
	Rule        int64  // id of the rule that gave the points
	Multiplier  int64  // thousandths; 0 means 1000
	CarryBefore int64  // the member's carry moves from one to the other, by the difference; minor units
	CarryAfter  int64  //
	Words       string // what the member's history says of it beyond its kind
	Breakdown   string // JSON: rules, basis and multipliers that made it; '' for none
	ExpiresAt   int64  // of the lot that a credit opens, exclusive; 0: by the program's rule
}

func (p Posting) validate() error {
	switch {
	case p.Delta == 0:
		return db.Errorf(db.Invalid, "an entry moves at least one point")
	case p.Delta > MaxDelta || p.Delta < -MaxDelta:
		return db.Errorf(db.Invalid, "one entry moves at most %d points", MaxDelta)
	case p.Source == "" || p.Kind == "":
		return db.Errorf(db.Invalid, "an entry needs a kind and a source")
	case !within(p.CarryBefore, maxCarry) || !within(p.CarryAfter, maxCarry):
		return db.Errorf(db.Invalid, "a carry is at most %d minor units", maxCarry)
	}
	return nil
}

func within(n, bound int64) bool { return -bound <= n && n <= bound }

// lowest is the lowest balance the posting may leave behind.
func (p Posting) lowest() int64 {
	if p.Delta < 0 && p.Kind != KindRefund && p.Kind != KindMerge {
		return 0
	}
	return -MaxBalance
}

// Post writes one row of the member's ledger and moves balance, debt, carry and lots with it. The caller holds the member's row
// and passes on the member it returns.
//
// A credit fills the debt first and opens a lot with the rest. A debit eats the lots that expire first, after points past their day
// were written off; it never takes more than there is, except a refund, which leaves the rest as a debt.
//
// Errors: db.Conflict when an entry of that kind has that source already or the member is part of another one now, a [*ShortError] when there are too few points (neither
// has changed the balance, and the transaction can go on); db.Invalid for what is out of bounds; db.Missing for no such member.
func Post(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, n Posting) (Entry, members.Member, error) {
	if n.Delta < 0 {
		return debit(ctx, tx, p, m, n, 0)
	}
	e, m, err := write(ctx, tx, &p, m, n)
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	if err := openLot(ctx, tx, p, e, e.Delta-e.filled(), n.ExpiresAt); err != nil {
		return Entry{}, members.Member{}, err
	}
	return e, m, renew(ctx, tx, p, m)
}

// debit writes an entry that takes points: first from the lot that the entry own opened, then from those that expire first.
func debit(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, n Posting, own int64) (Entry, members.Member, error) {
	m, err := lapse(ctx, tx, p, m)
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	e, m, err := write(ctx, tx, &p, m, n)
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	if err := eatLots(ctx, tx, e, own); err != nil {
		return Entry{}, members.Member{}, err
	}
	return e, m, renew(ctx, tx, p, m)
}

// write inserts the entry and moves the member's balance; the lots are its caller's. A program whose rule of expiry has changed since
// the caller read it is read again.
func write(ctx context.Context, tx *db.Tx, p *members.Program, m members.Member, n Posting) (Entry, members.Member, error) {
	if err := n.validate(); err != nil {
		return Entry{}, m, err
	}
	if n.Multiplier == 0 {
		n.Multiplier = 1000
	}
	e, err := New(tx).insertEntry(ctx, insertEntryParams{
		ID: tx.ID(), Kind: n.Kind, Delta: n.Delta, Source: n.Source, At: tx.Now, StoreID: n.Store, StaffID: n.Staff, TillID: n.Till,
		PurchaseID: n.Purchase, VoucherID: n.Voucher, Basis: n.Basis, RuleID: n.Rule, Multiplier: n.Multiplier,
		CarryBefore: n.CarryBefore, CarryAfter: n.CarryAfter, Words: n.Words, Breakdown: n.Breakdown,
		ProgramID: p.ID, MemberID: m.ID, Lowest: n.lowest(),
	})
	if db.NotFound(err) {
		return Entry{}, m, whyNot(ctx, tx, m, n)
	}
	if err != nil {
		return Entry{}, m, clearly(err)
	}
	row, err := New(tx).moveBalance(ctx, moveBalanceParams{
		Delta: n.Delta, Carried: n.CarryAfter - n.CarryBefore, ActiveAt: n.active(tx.Now), ProgramID: m.ProgramID, MemberID: m.ID, Seq: e.Seq,
		Lowest: n.lowest(),
	})
	if err != nil {
		return Entry{}, m, clearly(err)
	}
	m.Balance, m.Debt, m.Seq, m.Carry, m.ActiveAt = row.Balance, row.Debt, row.Seq, row.Carry, row.ActiveAt
	if row.ExpiryGen != p.ExpiryGen {
		*p, err = members.ProgramByID(ctx, tx, p.ID)
	}
	return e, m, err
}

// active is when the member was active by this posting: a lapse is no activity.
func (p Posting) active(now int64) int64 {
	if p.Kind == KindExpire {
		return 0
	}
	return now
}

// whyNot finds out why an entry was not written.
func whyNot(ctx context.Context, tx *db.Tx, m members.Member, p Posting) error {
	taken, err := New(tx).sourceTaken(ctx, sourceTakenParams{ProgramID: m.ProgramID, Kind: p.Kind, Source: p.Source})
	if err != nil {
		return err
	}
	if taken > 0 {
		return db.Errorf(db.Conflict, "the ledger has the %s of %s already", p.Kind, p.Source)
	}
	now, err := New(tx).memberState(ctx, m.ProgramID, m.ID)
	switch {
	case err != nil:
		return orMissing(err, "there is no member %d", m.ID)
	case now.MergedInto != 0:
		return db.Errorf(db.Conflict, "member %d is part of member %d now: try again", m.ID, now.MergedInto)
	case p.lowest() == 0:
		return &ShortError{Cost: -p.Delta, Missing: -p.Delta - now.Balance}
	}
	return db.Errorf(db.Invalid, "a balance is at most %d points", MaxBalance)
}

// clearly gives the rules of the tables that can only be broken by a wrong number, or by a member whose row was not held, words
// that say so.
func clearly(err error) error {
	switch {
	case db.Taken(err, "entries_seq") || db.NotFound(err):
		return db.Errorf(db.Busy, "somebody else is moving this member's points: try again")
	case db.CodeOf(err) == db.Refused && db.Constraint(err) != "":
		return db.Errorf(db.Invalid, "that number of points does not fit the ledger: %w", err)
	}
	return err
}

// before is the balance that the entry found.
func (e Entry) before() int64 { return e.BalanceAfter - e.Delta }

// filled is how many points of a credit went into a debt.
func (e Entry) filled() int64 { return min(max(e.Delta, 0), max(-e.before(), 0)) }

// ShortError says that a member has too few points. Its code is db.Refused.
type ShortError struct {
	Cost    int64 // points asked for
	Missing int64 // points that are missing, a debt included
}

// Error says how many points are missing.
func (e *ShortError) Error() string {
	return fmt.Sprintf("%d points are missing", e.Missing)
}

// Unwrap gives the error its code.
func (e *ShortError) Unwrap() error { return db.Errorf(db.Refused, "%s", e.Error()) }
