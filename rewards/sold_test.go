package rewards_test

import (
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// sold is a purchase as a till's package keeps it: what it gave and what has come back.
type sold struct {
	rewards.Purchase
	rewards.Earned
	taken, forgotten int64
	returned         []part
}

// part is what one refund gives back of a sale: money or lines, or all that is left.
type part struct {
	rewards.Return
	whole bool
}

// back adds up what refunds gave back of a sale.
func back(s rewards.Sale, f rewards.Facts, parts []part) rewards.Returned {
	var all []rewards.Return
	whole := false
	for _, p := range parts {
		all, whole = append(all, p.Return), whole || p.whole
	}
	sum := s.Returned(f.Scope, all...)
	sum.Whole = whole
	return sum
}

func (s *shop) earn(bought rewards.Purchase) (e rewards.Earned, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		e, _, err = rewards.Earn(ctx, tx, s.p, m, bought, nil)
		return err
	})
	return e, err
}

func (s *shop) buy(amount int64) *sold { return s.buyAt(amount, s.clock.Now().UnixMilli()) }

func (s *shop) buyAt(amount, at int64) *sold {
	s.t.Helper()
	return s.sell(rewards.Sale{Amount: amount}, at)
}

func (s *shop) sell(sale rewards.Sale, at int64) *sold {
	s.t.Helper()
	bought := rewards.Purchase{ID: s.id(), At: at, Day: time.UnixMilli(at).In(s.p.Location()).Format(time.DateOnly), Sale: sale}
	e, err := s.earn(bought)
	if err != nil {
		s.t.Fatal(err)
	}
	return &sold{Purchase: bought, Earned: e}
}

func (s *shop) id() (id int64) {
	s.t.Helper()
	s.write(func(_ context.Context, tx *db.Tx) error {
		id = tx.ID()
		return nil
	})
	return id
}

// back is the refund of a part of a sale, as [rewards.TakeBack] asks for it.
func (p *sold) back(refund int64, this part) rewards.Back {
	return rewards.Back{
		Refund: refund, Store: p.Store, Purchase: p.ID, Sale: p.Sale, At: p.At, Day: p.Day, Points: p.Points, Facts: p.Facts, Taken: p.taken, Forgotten: p.forgotten,
		Before: back(p.Sale, p.Facts, p.returned), After: back(p.Sale, p.Facts, append(slices.Clone(p.returned), this)),
	}
}

// keep notes what a refund did.
func (p *sold) keep(this part, t rewards.TakenBack) {
	p.taken, p.forgotten, p.returned = p.taken+t.Points, p.forgotten+t.Forgotten, append(p.returned, this)
}

// refund gives a part of a sale back and keeps what it did.
func (s *shop) refund(p *sold, this part) (t rewards.TakenBack) {
	s.t.Helper()
	t, err := s.takeBack(p.back(s.id(), this))
	if err != nil {
		s.t.Fatal(err)
	}
	p.keep(this, t)
	return t
}

func (s *shop) takeBack(b rewards.Back) (t rewards.TakenBack, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		t, _, err = rewards.TakeBack(ctx, tx, s.p, m, b, nil)
		return err
	})
	return t, err
}

// money is a refund that names no lines, lines one that names some; whole is one of all that is left.
func money(amount int64) part { return part{Return: rewards.Return{Money: amount}} }

func lines(all ...rewards.Line) part { return part{Return: rewards.Return{Lines: all}} }

func whole() part { return part{whole: true} }

func retire(s *shop, rule int64) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error { return rewards.RetireRule(ctx, tx, s.p.ID, rule) }
}

// expireLots gives all of Ana's lots an end.
func expireLots(s *shop, at int64) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE lots SET expires_at = $3, expires_first = $3, lapses_at = $3 WHERE program_id = $1 AND member_id = $2", s.p.ID, s.ana.ID, at)
		return err
	}
}
