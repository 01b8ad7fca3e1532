package pos

import (
	"context"
	"encoding/json"

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
	var lines []Line
	if err := json.Unmarshal([]byte(r.Lines), &lines); err != nil {
		return judged{}, db.Errorf(db.Internal, "the lines of refund %d: %w", r.ID, err)
	}
	if sale.State == test {
		j.state = test
		return j, nil
	}
	if j.amount, j.reason = sale.giveBack(r, lines); j.reason != "" {
		j.state, j.amount = rejected, r.Amount
		return j, nil
	}
	before, after := sale.returned(0), sale.returned(j.amount).Plus(rewards.ReturnOf(j.amount, lineFacts(lines)))
	back, m, err := takeBack(ctx, tx, p, sale, m, r.ID, before, after, news)
	if err != nil {
		return judged{}, err
	}
	j.taken, j.points = back.Points, back.GivenBack-(back.Points-back.Forgotten)
	j.member = m
	j.sale, err = New(tx).returnPurchase(ctx, returnPurchaseParams{
		ProgramID: sale.ProgramID, ID: sale.ID, Refunded: j.amount, ReturnedMoney: after.Money, ReturnedLines: after.Lines,
		Taken: back.Points, Forgotten: back.Forgotten,
	})
	if err == nil && sale.State == credited && sale.Money > 0 && after.Whole && !before.Whole {
		err = New(tx).uncountVisit(ctx, sale.ProgramID, sale.MemberID)
	}
	return j, err
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

// returned is what has come back of the sale so far; more money may make it whole.
func (s Purchase) returned(more int64) rewards.Returned {
	money := s.Refunded + more
	return rewards.Returned{
		Whole: money >= s.Amount || s.Money > 0 && money >= s.Money,
		Money: s.ReturnedMoney, Lines: s.ReturnedLines,
	}
}

// takeBack settles the points of a credited sale. Of any other sale only the vouchers used on it return, when all of it has.
func takeBack(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase, m members.Member, refund int64, before, after rewards.Returned, news *rewards.News) (rewards.TakenBack, members.Member, error) {
	b := rewards.Back{Refund: refund, Store: sale.StoreID, Till: sale.TillID, Purchase: sale.ID, At: sale.OccurredAt, Day: sale.Day, Before: before, After: after}
	if sale.State != credited {
		return rewards.TakenBack{}, m, returnVoucher(ctx, tx, p, sale, b)
	}
	facts, err := sale.facts(ctx, tx)
	if err != nil {
		return rewards.TakenBack{}, members.Member{}, err
	}
	b.Sale, b.Earning, b.Points, b.CarryBefore, b.Taken, b.Forgotten = facts, sale.Earning, sale.Points, sale.CarryBefore, sale.Taken, sale.Forgotten
	return rewards.TakeBack(ctx, tx, p, m, b, news)
}

// returnVoucher gives back the voucher that was used on a sale which is nobody's, to its own member.
func returnVoucher(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase, b rewards.Back) error {
	if sale.Voucher == "" || !b.After.Whole || b.Before.Whole {
		return nil
	}
	v, err := rewards.VoucherByCode(ctx, tx, p.ID, sale.Voucher)
	if code := db.CodeOf(err); code == db.Invalid || code == db.Missing || err == nil && v.PurchaseID != sale.ID {
		return nil // it was refused at the sale
	}
	if err != nil {
		return err
	}
	owner, err := members.Lock(ctx, tx, p.ID, v.MemberID)
	if err == nil {
		_, _, err = rewards.TakeBack(ctx, tx, p, owner, b, nil)
	}
	return err
}

// facts is the stored sale as the rules see it. Of the tender they need to know only what was no money.
func (s Purchase) facts(ctx context.Context, tx *db.Tx) (rewards.Sale, error) {
	lines, err := New(tx).linesOfPurchase(ctx, s.ProgramID, s.ID)
	if err != nil {
		return rewards.Sale{}, err
	}
	f := rewards.Sale{Currency: s.Currency, Amount: s.Amount, Tax: s.Tax, Tip: s.Tip}
	for _, l := range lines {
		f.Lines = append(f.Lines, rewards.Line{SKU: l.SKU, Category: l.Category, Amount: l.Amount})
	}
	if s.Money < s.Amount {
		f.Tender = []rewards.Tender{{Kind: "cash", Amount: s.Money}, {Kind: "points", Amount: s.Amount - s.Money}}
	}
	return f, nil
}
