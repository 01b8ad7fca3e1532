package pos

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Admission is what a new member begins with.
type Admission struct {
	Bonus  int64 // points of the gift for joining, 0 when they had it before
	Held   int   // purchases that were held for the number and are theirs now
	Points int64 // in all: those of the gift and of the purchases, less what was returned of them
	Member members.Member
	News   rewards.News // what followed; whoever admits tells it after the welcome
}

// Admit gives somebody who has joined the gift for joining ([rewards.JoinGift]), once in a lifetime and once a year for a number whoever
// has it, and the purchases that were held for the number: by the rules of their day, entered today. Held ones older than the program
// keeps them are dropped. It takes the rows it needs; whoever
// joins has taken the number's (members.Touch) before, so that no purchase slips in between.
func Admit(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Admission, error) {
	m, number, err := members.LockNumbered(ctx, tx, p.ID, m.ID)
	if err != nil {
		return Admission{}, err
	}
	a := Admission{Member: m}
	if number.NoBonusUntil <= tx.Now {
		if err := a.joinGift(ctx, tx, p); err != nil {
			return a, err
		}
	}
	return a, a.heldFor(ctx, tx, p)
}

// heldFor credits what was held for the member's number.
func (a *Admission) heldFor(ctx context.Context, tx *db.Tx, p members.Program) error {
	if a.Member.Hash == "" {
		return nil
	}
	waiting, err := New(tx).heldPurchases(ctx, p.ID, a.Member.Hash)
	if err != nil {
		return err
	}
	for _, sale := range waiting {
		if err := a.credit(ctx, tx, p, sale); err != nil {
			return err
		}
	}
	return nil
}

// credit gives the new member a purchase that was held, or drops it.
func (a *Admission) credit(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase) error {
	if sale.OccurredAt < heldSince(tx, p) || sale.whole(0) {
		_, err := New(tx).dropPurchase(ctx, p.ID, sale.ID)
		return err
	}
	points, m, err := creditWaiting(ctx, tx, p, a.Member, sale, &a.News)
	if db.CodeOf(err) == db.Invalid {
		return nil // more points than fit: it is left as it is
	}
	if err == nil {
		a.Held, a.Points, a.Member = a.Held+1, a.Points+points, m
	}
	return err
}

func (a *Admission) joinGift(ctx context.Context, tx *db.Tx, p members.Program) error {
	gift, m, err := rewards.JoinGift(ctx, tx, p, a.Member, &a.News)
	if err == nil {
		a.Bonus, a.Points, a.Member = gift.Points, gift.Points, m
	}
	return err
}

// creditWaiting gives a purchase that waited to the member it was waiting for, less what was returned of it meanwhile. Points is what
// the member has more. db.Invalid, found before anything was written, when they do not fit the ledger.
func creditWaiting(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sale Purchase, news *rewards.News) (points int64, _ members.Member, err error) {
	told, err := sale.told(ctx, tx)
	if err != nil {
		return 0, members.Member{}, err
	}
	e, m, err := rewards.Earn(ctx, tx, p, m, rewards.Purchase{ID: sale.ID, Store: sale.StoreID, Till: sale.TillID, At: sale.OccurredAt, Day: sale.Day, Local: told.facts.Local, Sale: told.sale}, news)
	if err != nil {
		return 0, members.Member{}, err
	}
	n, err := New(tx).creditPurchase(ctx, creditPurchaseParams{
		ProgramID: p.ID, ID: sale.ID, MemberID: m.ID, Earning: e.Earning, RuleID: e.Rule, Points: e.Points, CarryBefore: e.CarryBefore, CarryAfter: e.CarryAfter,
		Facts: keep(e.Facts, told.sale.Tender),
	})
	if err == nil && n == 0 {
		err = db.Errorf(db.Busy, "somebody else is crediting purchase %d: try again", sale.ID)
	}
	if err == nil && e.Money > 0 {
		err = New(tx).countVisit(ctx, countVisitParams{At: sale.OccurredAt, PurchaseID: sale.ID, ProgramID: p.ID, MemberID: m.ID})
	}
	if err == nil {
		err = bring(ctx, tx, p.ID, m.ID, sale.OccurredAt, told.sale.Lines)
	}
	if err != nil || sale.Refunded == 0 {
		return e.Points, m, err
	}
	sale.State, sale.MemberID, sale.Points = credited, m.ID, e.Points
	told.facts = e.Facts
	lost, m, err := settleReturned(ctx, tx, p, m, sale, told, news)
	return e.Points - lost, m, err
}

// settleReturned takes back the points for what was returned before there was anybody to take them from, in one entry that bears the
// id of the last refund.
func settleReturned(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sale Purchase, told told, news *rewards.News) (lost int64, _ members.Member, err error) {
	last, err := New(tx).lastRefund(ctx, p.ID, sale.ID)
	if err != nil {
		return 0, members.Member{}, err
	}
	is, err := sale.returned(ctx, tx, told)
	if err != nil {
		return 0, members.Member{}, err
	}
	back, m, err := takeBack(ctx, tx, p, sale, m, told, last, rewards.Returned{}, is, news)
	if err != nil {
		return 0, members.Member{}, err
	}
	_, err = New(tx).returnPurchase(ctx, returnPurchaseParams{
		ProgramID: p.ID, ID: sale.ID, Taken: back.Points, Forgotten: back.Forgotten,
	})
	if err == nil && is.Whole && sale.Money > 0 {
		err = noVisit(ctx, tx, m)
	}
	if err == nil && is.Whole {
		err = takeAway(ctx, tx, m, told.sale.Lines)
	}
	return back.Points - back.Forgotten, m, err
}
