package rewards

import (
	"context"
	"fmt"
	"slices"

	"fiel/db"
	"fiel/members"
)

// Policies of a program for points that a refund asks for and the member has no more.
const (
	CarryDebt = "carry" // they are a debt, which the next points fill
	Clamp     = "clamp" // they are forgotten
)

// Back is one refund of a purchase, with what the purchase gave and what has come back of it.
type Back struct {
	Refund             int64 // its id; an entry is written once for it
	Member             int64 // who bought; 0: who gives back. What one who is merged now bought never counted for the level of who stayed
	Store, Staff, Till int64

	Purchase  int64
	Sale      Sale
	At        int64 // when it happened, as Earn was told
	Day       string
	Points    int64 // what Earn answered for it,
	Facts     Facts // and by which facts
	Taken     int64 // points that earlier refunds settled, those forgotten included
	Forgotten int64 // of them those that nobody lost

	Before, After Returned // what had come back before this refund, and with it
}

// TakenBack is what a refund did.
type TakenBack struct {
	Points    int64 // settled by this refund: add them to the purchase's taken
	Forgotten int64 // of them those that nobody lost: add them to its forgotten
	GivenBack int64 // points of vouchers that were used on the sale, when all of it came back
}

// TakeBack takes back what a purchase gave for the part that was returned. The caller holds the member's row, and keeps in the
// purchase what it answers.
//
// The sale is judged anew as if all that was returned so far had not been there, by its own rules, minimum and carry; it has to lose
// the difference to what it gave, less what earlier refunds settled. So a refund never takes more than the sale gave, and partial
// refunds add up. The member's carry moves by the same reasoning and may go below zero.
//
// When the whole sale is back, first the vouchers used on it return: points to their lots, gifts to be used again. Then points are
// taken, from the sale's own lot and then by earliest end. Points of the sale that lapsed are not taken again. What is missing
// becomes a debt, or is forgotten where the program clamps.
func TakeBack(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, b Back, news *News) (TakenBack, members.Member, error) {
	var t TakenBack
	var err error
	if b.After.Whole {
		if m, t.GivenBack, err = returnVouchers(ctx, tx, p, m, b.Purchase); err != nil {
			return TakenBack{}, members.Member{}, err
		}
	}
	if m, err = lapse(ctx, tx, p, m); err != nil {
		return TakenBack{}, members.Member{}, err
	}
	own, room, err := b.room(ctx, tx, p.ID)
	if err != nil {
		return TakenBack{}, members.Member{}, err
	}
	rules, err := RulesAt(ctx, tx, p.ID, min(b.At, own.At))
	if err != nil {
		return TakenBack{}, members.Member{}, err
	}
	was, is, err := b.judge(rules)
	if err != nil {
		return TakenBack{}, members.Member{}, err
	}
	t.Points = b.owed(is)
	lost := min(t.Points, room)
	if p.RefundPolicy == Clamp {
		lost = min(lost, max(0, m.Balance))
	}
	t.Forgotten = t.Points - lost
	if m, err = b.take(ctx, tx, p, m, lost, is.carry-was.carry, own.ID); err != nil {
		return TakenBack{}, members.Member{}, err
	}
	if err := b.unvisit(ctx, tx, p, m, min(b.At, own.At), was, is, news); err != nil {
		return TakenBack{}, members.Member{}, err
	}
	if b.Member == 0 || b.Member == m.ID {
		m, err = counted(ctx, tx, p, m, count{day: b.day(), points: -t.Points, money: is.earning - was.earning}, news)
	}
	if err == nil && b.After.Whole {
		m, err = notBrought(ctx, tx, p, m, b.Purchase, news)
	}
	return t, m, err
}

// day is the local date that the sale counted on.
func (b Back) day() string { return Purchase{Day: b.Day}.day(b.Facts) }

// judge finds what was left of the sale before this refund, and what is with it. A purchase that gave nothing to anybody, whose sale is
// not told, is worth nothing.
func (b Back) judge(rules []Rule) (was, is worth, err error) {
	open, err := openRules(rules)
	if err != nil {
		return worth{}, worth{}, err
	}
	f := b.Facts
	f.Store = b.Store
	return judge(open, b.Sale, f, b.Before), judge(open, b.Sale, f, b.After), nil
}

// owed is what this refund has to settle.
func (b Back) owed(is worth) int64 { return min(max(b.Points-is.points-b.Taken, 0), b.Points-b.Taken) }

// unvisit takes back the stamps of what was returned, and the visit when nothing of it is left to count.
func (b Back) unvisit(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, at int64, was, is worth, news *News) error {
	for _, s := range was.stamps {
		if n := s.n - is.stampsBy(s.rule.ID); n > 0 {
			if err := unstamp(ctx, tx, p, m, b.Purchase, b.Refund, s.rule, n, news); err != nil {
				return err
			}
		}
	}
	for _, rule := range was.visited {
		if slices.Contains(is.visited, rule) {
			continue
		}
		err := New(tx).dropVisits(ctx, dropVisitsParams{ProgramID: p.ID, MemberID: m.ID, RuleID: rule, At: at, PurchaseID: b.Purchase})
		if err != nil {
			return err
		}
	}
	return nil
}

// stampsBy is how many a rule gives.
func (w worth) stampsBy(rule int64) int64 {
	for _, s := range w.stamps {
		if s.rule.ID == rule {
			return s.n
		}
	}
	return 0
}

// room finds the entry that gave the points, and how many of them can still be taken: those that lapsed cannot. A sale that gave none
// has no entry.
func (b Back) room(ctx context.Context, tx *db.Tx, program int64) (own Entry, points int64, err error) {
	if b.Points == 0 {
		return Entry{At: tx.Now}, 0, nil
	}
	own, err = New(tx).entryBySource(ctx, entryBySourceParams{
		ProgramID: program, Kind: KindEarn, Source: Purchase{ID: b.Purchase}.source(),
	})
	if err != nil {
		return Entry{}, 0, orMissing(err, "purchase %d gave no points", b.Purchase)
	}
	lapsed, err := New(tx).lapsedOf(ctx, program, own.ID)
	return own, max(0, b.Points-lapsed-(b.Taken-b.Forgotten)), err
}

func (b Back) take(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, points, carried, own int64) (members.Member, error) {
	if points == 0 {
		return carryOver(ctx, tx, m, carried)
	}
	_, m, err := debit(ctx, tx, p, m, Posting{
		Kind: KindRefund, Delta: -points, Source: fmt.Sprintf("refund:%d", b.Refund), Store: b.Store, Staff: b.Staff, Till: b.Till,
		Purchase: b.Purchase, CarryBefore: m.Carry, CarryAfter: m.Carry + carried,
	}, own)
	return m, err
}

// returnVouchers gives back what was redeemed on a purchase that is undone.
func returnVouchers(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase int64) (members.Member, int64, error) {
	used, err := New(tx).vouchersSpentOn(ctx, m.ProgramID, purchase)
	if err != nil {
		return members.Member{}, 0, err
	}
	given := int64(0)
	for _, v := range used {
		owner := m
		if v.MemberID != m.ID {
			if owner, err = members.Lock(ctx, tx, m.ProgramID, v.MemberID); err != nil {
				return members.Member{}, 0, err
			}
		}
		owner, back, err := v.undo(ctx, tx, p, owner)
		if err != nil {
			return members.Member{}, 0, err
		}
		if owner.ID == m.ID {
			m, given = owner, given+back
		}
	}
	return m, given, nil
}
