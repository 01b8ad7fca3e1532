package rewards

import (
	"context"
	"fmt"
	"slices"

	"fiel/db"
	"fiel/members"
)

// Sale is what a till says was bought, in the minor units of its currency.
type Sale struct {
	Currency string // ISO 4217; '' is the program's
	Amount   int64  // of the ticket: after discounts, tip and tax included
	Tax, Tip int64
	Lines    []Line   // after discount; none: only the ticket is known
	Tender   []Tender // how it was paid; none: all with money
}

// Line is one line of a ticket, after discount.
type Line struct {
	SKU      string
	Category string
	Amount   int64 // minor units
}

// Earns says whether the line can earn points: buying a gift card does not (paying with it will), nor does delivery.
func (l Line) Earns() bool { return l.Category != "gift_card" && l.Category != "delivery" }

// Tender is one way a ticket was paid: cash, card, store_card, gift_card, voucher, points, other.
type Tender struct {
	Kind   string
	Amount int64 // minor units
}

// Money says whether the tender is money. Vouchers and points are not, and earn nothing.
func (t Tender) Money() bool { return t.Kind != "voucher" && t.Kind != "points" }

// Money is what was paid with money, in minor units.
func (s Sale) Money() int64 {
	other := int64(0)
	for _, t := range s.Tender {
		if !t.Money() {
			other = capped(other, t.Amount)
		}
	}
	return max(0, s.Amount-other)
}

// Earning is the money that can earn points: the ticket less tip, lines that never earn, what was not paid with money and, in a
// program that says net, tax.
func (s Sale) Earning(netOfTax bool) int64 {
	earning := s.Money() - capped(0, s.Tip)
	if netOfTax {
		earning -= capped(0, s.Tax)
	}
	for _, l := range s.Lines {
		if !l.Earns() {
			earning -= capped(0, l.Amount)
		}
		earning = max(0, earning)
	}
	return max(0, earning)
}

// capped adds two amounts of a ticket. No ticket is above 10^12, so nothing above it matters, and nothing overflows.
func capped(sum, amount int64) int64 { return min(sum+min(max(amount, 0), MaxBalance), MaxBalance) }

// Earned is what a sale is worth.
type Earned struct {
	Money   int64 // paid with money, minor units
	Earning int64 // of it what can earn points, minor units
	Rule    int64 // id of the rule that counted, 0: none did
	Points  int64
	// The member's carry before and after, in minor units: money of the main rule that has not yet made a point.
	CarryBefore, CarryAfter int64
}

// Compute finds what a sale is worth by the rules given, for a member with that carry. It changes nothing.
//
// An amount rule gives floor((earning money + carry) / step) x points, where the carry counts for the main rule if it carries, and
// the remainder is the new carry. A visit rule gives its points. Of the rules whose minimum the earning money reaches the best one
// counts (the main one among equals), not the sum; the others leave the carry alone. A sale without earning money, or in another
// currency than the program's, is worth nothing.
func Compute(p members.Program, rules []Rule, s Sale, carry int64) Earned {
	e := Earned{Money: s.Money(), Earning: s.Earning(p.NetOfTax)}
	if s.Currency != "" && s.Currency != p.Currency {
		e.Earning = 0
	}
	w := best(rules, e.Earning, carry)
	e.Rule, e.Points, e.CarryBefore, e.CarryAfter = w.rule, w.points, carry, w.carry
	return e
}

// worth is what some earning money comes to.
type worth struct{ rule, points, carry int64 }

// best never falls when the earning money grows, which is why a refund never gives.
func best(rules []Rule, earning, carry int64) worth {
	won := worth{carry: carry}
	for _, r := range slices.SortedStableFunc(slices.Values(rules), mainFirst) {
		if earning <= 0 || earning < r.Minimum {
			continue
		}
		if w := r.worth(earning, carry); won.rule == 0 || w.points > won.points {
			won = w
		}
	}
	return won
}

func mainFirst(a, b Rule) int {
	switch {
	case a.Main == b.Main:
		return 0
	case a.Main:
		return -1
	}
	return 1
}

func (r Rule) worth(earning, carry int64) worth {
	if r.Kind == VisitRule {
		return worth{r.ID, r.Points, carry}
	}
	if !r.Main || !r.Carries {
		return worth{r.ID, earning / r.Step * r.Points, carry}
	}
	money := earning + carry
	steps := max(money, 0) / r.Step // a carry below zero is worked off first
	return worth{r.ID, steps * r.Points, money - steps*r.Step}
}

// Purchase is a sale that a member made.
type Purchase struct {
	ID, Store, Staff, Till int64
	At                     int64  // when it happened; its rules count, not today's. What lies ahead counts as now
	Day                    string // the store's local date of it
	Sale                   Sale
}

func (p Purchase) source() string { return fmt.Sprintf("purchase:%d", p.ID) }

// Earn gives a member the points of a purchase and moves the carry. A sale that is worth no point writes no entry, but may leave a
// carry. What else is known of a purchase (last visit, counts, the receipt) is its caller's, who also sees to it that each purchase
// comes here once; one that made an entry is db.Conflict the second time. What follows from it is added to the news. The caller holds
// the member's row.
func Earn(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, news *News) (Earned, members.Member, error) {
	rules, err := RulesAt(ctx, tx, p.ID, min(sold.At, tx.Now))
	if err != nil {
		return Earned{}, members.Member{}, err
	}
	e := Compute(p, rules, sold.Sale, m.Carry)
	if e.Points == 0 {
		if m, err = carryOnly(ctx, tx, m, sold, e); err != nil {
			return Earned{}, members.Member{}, err
		}
		m, err = follow(ctx, tx, p, m, sold, e, news)
		return e, m, err
	}
	_, m, err = Post(ctx, tx, p, m, Posting{
		Kind: KindEarn, Delta: e.Points, Source: sold.source(), Store: sold.Store, Staff: sold.Staff, Till: sold.Till, Purchase: sold.ID,
		Basis: e.Earning, Rule: e.Rule, CarryBefore: e.CarryBefore, CarryAfter: e.CarryAfter,
	})
	if err != nil {
		return Earned{}, members.Member{}, err
	}
	m, err = follow(ctx, tx, p, m, sold, e, news)
	return e, m, err
}

// follow does what follows from the points of a purchase.
func follow(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, e Earned, news *News) (members.Member, error) {
	m, err := counted(ctx, tx, p, m, count{day: sold.Day, points: e.Points, money: e.Earning}, news)
	if err != nil {
		return members.Member{}, err
	}
	if m, err = firstPurchase(ctx, tx, p, m, sold.ID, e.Earning, news); err != nil {
		return members.Member{}, err
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
