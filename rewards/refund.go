package rewards

import (
	"context"
	"fmt"
	"math/big"

	"fiel/db"
	"fiel/members"
)

// Policies of a program for points that a refund asks for and the member has no more.
const (
	CarryDebt = "carry" // they are a debt, which the next points fill
	Clamp     = "clamp" // they are forgotten
)

// Returned is how much of a sale has come back, over all its refunds. It is a sum, so that the order of refunds does not matter.
type Returned struct {
	Whole bool  // nothing of the sale is left, or all the money is back
	Money int64 // minor units given back by refunds that named no lines
	Lines int64 // minor units of the earning lines given back
}

// ReturnOf is what one refund adds: the lines it names, or the money it gives back when it names none.
func ReturnOf(money int64, lines []Line) Returned {
	if len(lines) == 0 {
		return Returned{Money: money}
	}
	r := Returned{}
	for _, l := range lines {
		if l.Earns() {
			r.Lines = capped(r.Lines, l.Amount)
		}
	}
	return r
}

// Plus adds up two refunds of a sale.
func (r Returned) Plus(more Returned) Returned {
	return Returned{Whole: r.Whole || more.Whole, Money: capped(r.Money, more.Money), Lines: capped(r.Lines, more.Lines)}
}

// Remaining is what is left of a sale's earning money (minor units) as if the returned part had not been there:
//
//	earning − floor(earning × (lines back ÷ earning lines + money back ÷ money paid))
//
// A line stands for its share, so that it takes tax, tip and what was paid with points along by share. What the lines of a ticket
// leave out counts as one more earning line. The floor is taken once, of all that came back so far; therefore any refunds, in any
// order, leave exactly what one refund of them all would, and nothing once the whole is back.
func (s Sale) Remaining(earning int64, r Returned) int64 {
	if r.Whole {
		return 0
	}
	back := share(r.Lines, s.earningLines())
	back.Add(back, share(r.Money, s.Money()))
	back.Mul(back, new(big.Rat).SetInt64(earning))
	whole := new(big.Int).Quo(back.Num(), back.Denom())
	if !whole.IsInt64() {
		return 0
	}
	return max(0, earning-whole.Int64())
}

func share(part, of int64) *big.Rat {
	if of <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(part, of)
}

// earningLines is the money of the lines that earn, with what the ticket has beyond its lines, tax and tip.
func (s Sale) earningLines() int64 {
	earning, all := int64(0), int64(0)
	for _, l := range s.Lines {
		all = capped(all, l.Amount)
		if l.Earns() {
			earning = capped(earning, l.Amount)
		}
	}
	return capped(earning, s.Amount-capped(0, s.Tip)-capped(0, s.Tax)-all)
}

// Back is one refund of a purchase, with what the purchase gave and what has come back of it.
type Back struct {
	Refund             int64 // its id; an entry is written once for it
	Store, Staff, Till int64

	Purchase    int64
	Sale        Sale
	At          int64 // when it happened, as Earn was told
	Day         string
	Earning     int64 // what Earn answered for it: earning money,
	Points      int64 // points
	CarryBefore int64 // and the carry it saw
	Taken       int64 // points that earlier refunds settled, those forgotten included
	Forgotten   int64 // of them those that nobody lost

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
	points, carried := b.owed(rules)
	lost := min(points, room)
	if p.RefundPolicy == Clamp {
		lost = min(lost, max(0, m.Balance))
	}
	t.Points, t.Forgotten = points, points-lost
	if m, err = b.take(ctx, tx, p, m, lost, carried, own.ID); err != nil {
		return TakenBack{}, members.Member{}, err
	}
	m, err = counted(ctx, tx, p, m, count{day: b.Day, points: -points, money: b.Sale.Remaining(b.Earning, b.After) - b.Sale.Remaining(b.Earning, b.Before)}, news)
	if err == nil && b.After.Whole {
		m, err = notBrought(ctx, tx, p, m, b.Purchase, news)
	}
	return t, m, err
}

// owed is what this refund has to settle, and by how much the carry moves.
func (b Back) owed(rules []Rule) (points, carried int64) {
	before := best(rules, b.Sale.Remaining(b.Earning, b.Before), b.CarryBefore)
	after := best(rules, b.Sale.Remaining(b.Earning, b.After), b.CarryBefore)
	return min(max(b.Points-after.points-b.Taken, 0), b.Points-b.Taken), after.carry - before.carry
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
