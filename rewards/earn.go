package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// Earned is what a sale is worth.
type Earned struct {
	Money   int64 // paid with money, minor units
	Earning int64 // of it what can earn points, minor units
	Rule    int64 // id of the rule that gave most, 0: none counted
	Points  int64
	// The member's carry before and after, in minor units: money of the main rule that has not yet made a point.
	CarryBefore, CarryAfter int64

	Breakdown Breakdown
	Facts     Facts // what of the member and the moment decided it: keep it with the purchase, a refund is judged by it

	stamps  []stamped
	visited []int64 // rules that count visits and counted this one
}

// stamped is what a stamp rule gives for a sale.
type stamped struct {
	rule Rule
	n    int64
}

// Purchase is a sale that a member made.
type Purchase struct {
	ID, Store, Staff, Till int64
	At                     int64  // when it happened; its rules count, not today's. What lies ahead counts as now
	Day                    string // the store's local date of it; '' is that of Local
	Local                  string // the store's clock at it, "2027-03-05T18:30"; '' is the program's
	Sale                   Sale
}

func (p Purchase) source() string { return fmt.Sprintf("purchase:%d", p.ID) }

// Earn gives a member the points and stamps of a purchase and moves the carry. A sale that is worth no point writes no entry, but may
// leave a carry. What else is known of a purchase (last visit, counts, the receipt) is its caller's, who also sees to it that each
// purchase comes here once; one that made an entry is db.Conflict the second time. What follows from it is added to the news. The
// caller holds the member's row. db.Invalid, found before anything was written, when the points do not fit the ledger or the stamps the card.
func Earn(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, news *News) (Earned, members.Member, error) {
	rules, err := RulesAt(ctx, tx, p.ID, min(sold.At, tx.Now))
	if err != nil {
		return Earned{}, members.Member{}, err
	}
	e, err := decide(ctx, tx, p, m, sold, rules)
	if err == nil {
		err = stampsFit(ctx, tx, m, e.stamps)
	}
	if err != nil {
		return Earned{}, members.Member{}, err
	}
	if m, err = enter(ctx, tx, p, m, sold, e); err != nil {
		return Earned{}, members.Member{}, err
	}
	if err := keepVisit(ctx, tx, p, m, sold, e, rules); err != nil {
		return Earned{}, members.Member{}, err
	}
	if m, err = follow(ctx, tx, p, m, sold, e, news); db.CodeOf(err) == db.Invalid {
		err = db.Errorf(db.Internal, "what follows from purchase %d: %w", sold.ID, err) // nothing of it may stay
	}
	return e, m, err
}

// decide finds what a purchase is worth to a member, who may be none. It changes nothing.
func decide(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, rules []Rule) (Earned, error) {
	f, err := factsOf(ctx, tx, p, m, sold, rules)
	if err != nil {
		return Earned{}, err
	}
	return Compute(p, rules, sold.Sale, f)
}

// enter writes the entry of a purchase, or moves the carry alone.
func enter(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, e Earned) (members.Member, error) {
	if e.Points == 0 {
		return carryOnly(ctx, tx, m, sold, e)
	}
	_, m, err := Post(ctx, tx, p, m, Posting{
		Kind: KindEarn, Delta: e.Points, Source: sold.source(), Store: sold.Store, Staff: sold.Staff, Till: sold.Till, Purchase: sold.ID,
		Basis: e.Earning, Rule: e.Rule, Multiplier: e.Breakdown.thousandths(), CarryBefore: e.CarryBefore, CarryAfter: e.CarryAfter,
		Breakdown: e.Breakdown.json(),
	})
	return m, err
}

// follow does what follows from a purchase.
func follow(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, e Earned, news *News) (members.Member, error) {
	m, err := counted(ctx, tx, p, m, count{day: sold.day(e.Facts), points: e.Points, money: e.Earning}, news)
	if err != nil {
		return members.Member{}, err
	}
	if m, err = firstPurchase(ctx, tx, p, m, sold.ID, e.Earning, news); err != nil {
		return members.Member{}, err
	}
	for _, s := range e.stamps {
		if err := stamp(ctx, tx, p, m, sold.ID, s.rule, s.n, news); err != nil {
			return members.Member{}, err
		}
	}
	return issueAutomatic(ctx, tx, p, m, news)
}

// carryOnly is what remains of a sale that is worth no point. One that was worth some before is told apart by its entry.
func carryOnly(ctx context.Context, tx *db.Tx, m members.Member, sold Purchase, e Earned) (members.Member, error) {
	n, err := New(tx).sourceTaken(ctx, sourceTakenParams{ProgramID: m.ProgramID, Kind: KindEarn, Source: sold.source()})
	if err != nil {
		return members.Member{}, err
	}
	if n > 0 {
		return members.Member{}, db.Errorf(db.Conflict, "purchase %d was credited already", sold.ID)
	}
	return carryOver(ctx, tx, m, e.CarryAfter-e.CarryBefore)
}

// carryOver moves the carry where no entry does.
func carryOver(ctx context.Context, tx *db.Tx, m members.Member, by int64) (members.Member, error) {
	if by == 0 {
		return m, nil
	}
	carry, err := New(tx).moveCarry(ctx, moveCarryParams{ProgramID: m.ProgramID, ID: m.ID, Carry: by})
	if db.NotFound(err) {
		return members.Member{}, db.Errorf(db.Invalid, "a carry is at most %d minor units", maxCarry)
	}
	m.Carry = carry
	return m, err
}
