package rewards_test

import (
	"context"
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
	returned         rewards.Returned
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
func (p *sold) back(refund int64, part rewards.Returned) rewards.Back {
	return rewards.Back{
		Refund: refund, Purchase: p.ID, Sale: p.Sale, At: p.At, Day: p.Day, Earning: p.Earning, Points: p.Points, CarryBefore: p.CarryBefore,
		Taken: p.taken, Forgotten: p.forgotten, Before: p.returned, After: p.returned.Plus(part),
	}
}

// keep notes what a refund did.
func (p *sold) keep(part rewards.Returned, t rewards.TakenBack) {
	p.taken, p.forgotten, p.returned = p.taken+t.Points, p.forgotten+t.Forgotten, p.returned.Plus(part)
}

// refund gives a part of a sale back and keeps what it did.
func (s *shop) refund(p *sold, part rewards.Returned) (t rewards.TakenBack) {
	s.t.Helper()
	t, err := s.takeBack(p.back(s.id(), part))
	if err != nil {
		s.t.Fatal(err)
	}
	p.keep(part, t)
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

// money is a refund that names no lines; whole is one of all that is left.
func money(amount int64) rewards.Returned { return rewards.ReturnOf(amount, nil) }

func whole() rewards.Returned { return rewards.Returned{Whole: true} }

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
