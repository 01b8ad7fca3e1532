package pos

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// judged is what becomes of a refund.
type judged struct {
	state  string
	reason string // why it was rejected
	amount int64  // money given back
	taken  int64  // points settled, as rewards.TakenBack counts them
	points int64  // by which the member's balance moved
	sale   Purchase
	member members.Member
}

func (j judged) sentence() string {
	if j.reason == foreign {
		return "The sale was in another currency."
	}
	return "More is given back than is left of the sale."
}

func (j judged) field() string {
	if j.reason == foreign {
		return "data.currency"
	}
	return "data.amount"
}

// judge applies a refund to its sale, or rejects it. The rows of the sale and of its member, if it has one, are held.
func judge(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase, m members.Member, r RefundRow, news *rewards.News) (judged, error) {
	j := judged{state: applied, sale: sale, member: m}
	lines, err := readLines(r.Lines)
	if err != nil {
		return judged{}, err
	}
	if sale.State == test {
		j.state = test
		return j, nil
	}
	if j.amount, j.reason = sale.giveBack(r, lines); j.reason != "" {
		j.state, j.amount = rejected, r.Amount
		return j, nil
	}
	told, err := sale.told(ctx, tx)
	if err != nil {
		return judged{}, err
	}
	before, after, err := sale.comesBack(ctx, tx, told, j.amount, lines)
	if err != nil {
		return judged{}, err
	}
	back, m, err := takeBack(ctx, tx, p, sale, m, told, r.ID, before, after, news)
	if err != nil {
		return judged{}, err
	}
	j.taken, j.points = back.Points, back.GivenBack-(back.Points-back.Forgotten)
	j.member = m
	j.sale, err = New(tx).returnPurchase(ctx, returnPurchaseParams{
		ProgramID: sale.ProgramID, ID: sale.ID, Refunded: j.amount, Taken: back.Points, Forgotten: back.Forgotten,
	})
	if err != nil || sale.State != credited || !after.Whole || before.Whole {
		return j, err
	}
	if sale.Money > 0 {
		err = noVisit(ctx, tx, m)
	}
	if err == nil {
		err = takeAway(ctx, tx, m, told.sale.Lines)
	}
	return j, err
}

// noVisit is for a purchase that has wholly come back: the one before it is the member's last, be it of somebody who was merged
// into them.
func noVisit(ctx context.Context, tx *db.Tx, m members.Member) error {
	all, err := members.MergedInto(ctx, tx, m.ProgramID, m.ID)
	if err != nil {
		return err
	}
	var last lastVisitRow
	for _, id := range append(all, m.ID) {
		one, err := New(tx).lastVisit(ctx, m.ProgramID, id)
		if err != nil && !db.NotFound(err) {
			return err
		}
		if one.OccurredAt > last.OccurredAt {
			last = one
		}
	}
	return New(tx).uncountVisit(ctx, uncountVisitParams{
		ProgramID: m.ProgramID, ID: m.ID, LastPurchaseID: last.ID, LastPurchaseAt: last.OccurredAt,
	})
}

// giveBack is the money that a refund gives back, or the reason why it cannot be.
func (s Purchase) giveBack(r RefundRow, lines []Line) (amount int64, reason string) {
	left := s.Amount - s.Refunded
	amount = r.Amount
	for _, l := range lines {
		if r.Amount == 0 {
			amount += l.Amount
		}
	}
	if amount == 0 && len(lines) == 0 {
		amount = left // all that has not come back yet
	}
	switch {
	case r.Currency != "" && r.Currency != s.Currency:
		return 0, foreign
	case amount > left || left == 0:
		return 0, over
	}
	return amount, ""
}

// takeBack settles the points of a credited sale. Of any other sale only the vouchers used on it return, when all of it has.
func takeBack(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase, m members.Member, told told, refund int64, before, after rewards.Returned, news *rewards.News) (rewards.TakenBack, members.Member, error) {
	b := rewards.Back{Refund: refund, Member: sale.MemberID, Store: sale.StoreID, Till: sale.TillID, Purchase: sale.ID, At: sale.OccurredAt, Day: sale.Day, Before: before, After: after}
	if sale.State != credited {
		return rewards.TakenBack{}, m, returnVouchers(ctx, tx, p, sale, b)
	}
	b.Sale, b.Facts, b.Points, b.Taken, b.Forgotten = told.sale, told.facts, sale.Points, sale.Taken, sale.Forgotten
	return rewards.TakeBack(ctx, tx, p, m, b, news)
}

// returnVouchers gives back the vouchers that were used on a sale which is nobody's, to their own members.
func returnVouchers(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase, b rewards.Back) error {
	if sale.Voucher == "" || !b.After.Whole || b.Before.Whole {
		return nil
	}
	return rewards.ReturnVouchers(ctx, tx, p, sale.ID)
}
