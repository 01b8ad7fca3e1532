package pos

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Approve credits a purchase that was reported too late to count by itself, by the rules of its day. ID is that of its parked note,
// which is seen with that. If its number is still no member the purchase is held for it from now on, as long as any other.
//
// Errors: db.Missing when nothing of that id is parked, db.Refused when it is not a purchase under review, db.Invalid when its points
// do not fit the ledger.
func Approve(ctx context.Context, tx *db.Tx, p members.Program, id int64, actor, door string) error {
	sale, m, err := reviewed(ctx, tx, p, id)
	if err != nil {
		return err
	}
	if m.ID == 0 {
		err = New(tx).holdReviewed(ctx, p.ID, sale.ID)
	} else {
		news := rewards.News{Unasked: true}
		if _, m, err = creditWaiting(ctx, tx, p, m, sale, &news); err == nil {
			err = news.Tell(ctx, tx, p, m)
		}
	}
	if err != nil {
		return err
	}
	return settleReview(ctx, tx, p, id, sale, "purchase.approve", actor, door)
}

// Dismiss leaves a purchase under review uncredited for good; errors as for [Approve].
func Dismiss(ctx context.Context, tx *db.Tx, p members.Program, id int64, actor, door string) error {
	sale, _, err := reviewed(ctx, tx, p, id)
	if err != nil {
		return err
	}
	if _, err := New(tx).dropPurchase(ctx, p.ID, sale.ID); err != nil {
		return err
	}
	return settleReview(ctx, tx, p, id, sale, "purchase.dismiss", actor, door)
}

func settleReview(ctx context.Context, tx *db.Tx, p members.Program, id int64, sale Purchase, action, actor, door string) error {
	err := members.Record(ctx, tx, p.ID, members.Act{Actor: actor, Door: door, Action: action, Subject: fmt.Sprintf("purchase:%d", sale.ID)})
	if err != nil {
		return err
	}
	return SeeParked(ctx, tx, p.ID, id)
}

// reviewed finds the purchase under review that a parked note is about, and the member its number is now, if any. Their rows are held.
func reviewed(ctx context.Context, tx *db.Tx, p members.Program, id int64) (Purchase, members.Member, error) {
	n, err := New(tx).parkedByID(ctx, p.ID, id)
	if db.NotFound(err) {
		return Purchase{}, members.Member{}, db.Errorf(db.Missing, "there is nothing parked under %d", id)
	}
	if err != nil {
		return Purchase{}, members.Member{}, err
	}
	sale, err := New(tx).purchaseByRef(ctx, purchaseByRefParams{ProgramID: p.ID, TillID: n.TillID, Ref: n.Ref})
	if err == nil {
		sale, _, err = hold(ctx, tx, sale)
	}
	if db.NotFound(err) || err == nil && (sale.State != review || n.Kind != "purchase" || n.Meant != sale.Meant) {
		return Purchase{}, members.Member{}, db.Errorf(db.Refused, "note %d is not about a purchase under review", id)
	}
	if err != nil {
		return Purchase{}, members.Member{}, err
	}
	member, err := New(tx).memberOfHash(ctx, p.ID, sale.Hash)
	if db.NotFound(err) {
		return sale, members.Member{}, nil
	}
	if err != nil {
		return Purchase{}, members.Member{}, err
	}
	m, err := members.Lock(ctx, tx, p.ID, member)
	return sale, m, err
}
