package pos

import (
	"context"
	"net/http"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// States of a refund, beside test.
const (
	applied  = "applied"
	parked   = "parked"   // its sale has not come
	rejected = "rejected" // remembered: other values under its id are no second try
)

// recordRefund takes in one refund. Until its sale is stored there is no row that both would take, so the refund takes the place of
// the sale in the unique key for the length of its transaction: either the sale sees the parked refund, or the refund the sale.
func recordRefund(ctx context.Context, tx *db.Tx, key members.Key, r Refund) (Answer, error) {
	d, err := openDesk(ctx, tx, key, r.Program, r.Till)
	if err != nil {
		return Answer{}, err
	}
	if r.Test {
		return d.firstOrAgain(ctx, tx, r, func(row RefundRow) (RefundRow, error) { return row, nil })
	}
	sale, err := New(tx).purchaseByRef(ctx, purchaseByRefParams{ProgramID: r.Program, TillID: r.Till, Ref: r.Purchase})
	if db.NotFound(err) {
		return d.parkRefund(ctx, tx, r)
	}
	if err != nil {
		return Answer{}, err
	}
	if sale, err = sale.counted(ctx, tx); err != nil {
		return Answer{}, err
	}
	sale, m, err := hold(ctx, tx, sale)
	if err != nil {
		return Answer{}, err
	}
	return d.firstOrAgain(ctx, tx, r, func(row RefundRow) (RefundRow, error) { return d.refund(ctx, tx, sale, m, row) })
}

// parkRefund keeps a refund until its sale comes.
func (d desk) parkRefund(ctx context.Context, tx *db.Tx, r Refund) (Answer, error) {
	place := tx.ID()
	n, err := New(tx).takePlace(ctx, takePlaceParams{
		ProgramID: r.Program, ID: place, TillID: r.Till, Ref: r.Purchase, StoreID: d.store.ID, OccurredAt: tx.Now,
	})
	if err != nil {
		return Answer{}, err
	}
	if n == 0 {
		return Answer{}, errOvertaken // by the sale, or by another refund of it
	}
	answer, err := d.firstOrAgain(ctx, tx, r, func(row RefundRow) (RefundRow, error) {
		row.State = parked
		o := outcome{Status: parked, ID: r.Ref, Purchase: r.Purchase}
		o.Warnings = []warning{{"no_sale", "The sale has not been reported yet. The refund counts as soon as it is."}}
		row.Answer = string(marshal(o))
		return row, nil
	})
	if err != nil {
		return Answer{}, err
	}
	return answer, New(tx).leavePlace(ctx, r.Program, place)
}

// firstOrAgain answers a refund that is known, or has do complete the row of a new one and stores it.
func (d desk) firstOrAgain(ctx context.Context, tx *db.Tx, r Refund, do func(RefundRow) (RefundRow, error)) (Answer, error) {
	meant := r.meant()
	first, err := New(tx).refundByRef(ctx, refundByRefParams{ProgramID: r.Program, TillID: r.Till, Ref: r.Ref})
	if err == nil {
		return d.again(ctx, tx, first.Meant, Answer{int(first.Status), []byte(first.Answer)}, note{kind: "refund", ref: r.Ref, meant: meant, body: r.Body})
	}
	if !db.NotFound(err) {
		return Answer{}, err
	}
	row, err := do(RefundRow{
		ProgramID: r.Program, ID: tx.ID(), TillID: r.Till, Ref: r.Ref, Meant: meant, PurchaseRef: r.Purchase, State: test, Amount: r.Amount,
		Currency: r.Currency, Lines: string(marshal(list(r.Lines))), ReceivedAt: tx.Now, Status: http.StatusOK, Body: r.Body,
		Answer: string(marshal(outcome{Status: test, ID: r.Ref, Purchase: r.Purchase})),
	})
	if err != nil {
		return Answer{}, err
	}
	n, err := New(tx).insertRefund(ctx, insertRefundParams(row))
	if err == nil && n == 0 {
		err = errOvertaken
	}
	return Answer{int(row.Status), []byte(row.Answer)}, err
}

// refund judges a refund whose sale is there, and answers its row.
func (d desk) refund(ctx context.Context, tx *db.Tx, sale Purchase, m members.Member, row RefundRow) (RefundRow, error) {
	var news rewards.News
	j, err := judge(ctx, tx, d.program, sale, m, row, &news)
	if err != nil {
		return RefundRow{}, err
	}
	row.State, row.PurchaseID, row.Amount, row.Taken = j.state, sale.ID, j.amount, j.taken
	if j.state == rejected {
		row.Status = http.StatusUnprocessableEntity
		row.Answer = string(ErrorBody("refused", j.sentence(), j.field()))
		return row, d.park(ctx, tx, row.note(j.reason))
	}
	o := outcome{Status: j.state, ID: row.Ref, Purchase: row.PurchaseRef, Member: whose(sale.MemberID, sale.Hash), Points: j.points}
	if j.member.ID != 0 {
		o.Balance = &j.member.Balance
	}
	row.Answer = string(marshal(o))
	if err := tellRefund(ctx, tx, d, j.member, j.points); err != nil {
		return RefundRow{}, err
	}
	return row, news.Tell(ctx, tx, d.program, j.member)
}

func (r RefundRow) note(reason string) note {
	return note{kind: "refund", ref: r.Ref, meant: r.Meant, reason: reason, body: r.Body}
}

// hold takes the rows of whoever the purchase belongs to and then its own, in the order of every write about a person. Somebody may
// join and be credited with it meanwhile; then it is theirs.
func hold(ctx context.Context, tx *db.Tx, sale Purchase) (Purchase, members.Member, error) {
	friends, err := sale.friends(ctx, tx)
	if err != nil {
		return Purchase{}, members.Member{}, err
	}
	for range 3 {
		var m members.Member
		if sale.MemberID == 0 && sale.Hash != "" {
			_, err = members.Touch(ctx, tx, sale.ProgramID, sale.Hash)
		}
		if err == nil {
			m, err = lockOwner(ctx, tx, sale, friends)
		}
		if err != nil {
			return Purchase{}, members.Member{}, err
		}
		now, err := New(tx).lockPurchase(ctx, sale.ProgramID, sale.ID)
		if err != nil {
			return Purchase{}, members.Member{}, err
		}
		if now.MemberID == sale.MemberID && now.Hash == sale.Hash {
			return now, m, nil
		}
		sale = now
	}
	return Purchase{}, members.Member{}, errOvertaken
}

// friends are the members whose vouchers were used on the sale.
func (s Purchase) friends(ctx context.Context, tx *db.Tx) ([]int64, error) {
	if s.Voucher == "" {
		return []int64{}, nil
	}
	return rewards.VoucherOwners(ctx, tx, s.ProgramID, s.ID)
}

// lockOwner takes the row of the member a purchase belongs to, and those of friends: who was merged into another one is that one now.
func lockOwner(ctx context.Context, tx *db.Tx, sale Purchase, friends []int64) (members.Member, error) {
	var m members.Member
	var err error
	if sale.MemberID != 0 {
		m, err = members.Survivor(ctx, tx, sale.ProgramID, sale.MemberID)
	}
	if err == nil {
		m, _, err = lockWith(ctx, tx, sale.ProgramID, m.ID, friends)
	}
	if err == nil && m.MergedInto != 0 {
		err = errOvertaken // by the merging
	}
	return m, err
}

// finishReturned judges the refunds that were parked for a sale which has now come, in the order they came, and answers the till.
func (a *arrival) finishReturned(ctx context.Context, tx *db.Tx, waiting []RefundRow) (Answer, error) {
	sale, err := New(tx).purchaseByRef(ctx, purchaseByRefParams{ProgramID: a.program.ID, TillID: a.till.ID, Ref: a.sale.Ref})
	if err == nil {
		sale, err = sale.counted(ctx, tx)
	}
	if err != nil {
		return Answer{}, err
	}
	for _, r := range waiting {
		j, err := judge(ctx, tx, a.program, sale, a.member, r, &a.news)
		if err != nil {
			return Answer{}, err
		}
		err = New(tx).judgeRefund(ctx, judgeRefundParams{
			ProgramID: r.ProgramID, ID: r.ID, State: j.state, PurchaseID: sale.ID, Amount: j.amount, Taken: j.taken,
		})
		if err == nil && j.state == rejected {
			err = a.park(ctx, tx, r.note(j.reason))
		}
		if err != nil {
			return Answer{}, err
		}
		sale, a.member, a.returned = j.sale, j.member, a.returned+j.points
	}
	a.warnings = append(a.warnings, warning{"returned", "Refunds of this sale came before it."})
	answer := a.outcome().answer()
	if err := New(tx).answerPurchase(ctx, answerPurchaseParams{ProgramID: sale.ProgramID, ID: sale.ID, Answer: string(answer.Body)}); err != nil {
		return Answer{}, err
	}
	return answer, a.tell(ctx, tx)
}
