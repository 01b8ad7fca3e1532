package rewards_test

import (
	"context"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) notes() (n int64) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM parked WHERE reason = 'velocity' AND kind = 'credit'").Scan(&n)
	})
	return n
}

// Five times on one day is once too often for the owner not to know; they are told once.
func TestOnePersonGivesOneMemberAgainAndAgain(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		eva, luz := s.staff("Eva", "+51987650009"), s.staff("Luz", "+51987650008")
		give := func(who members.Staff) {
			t.Helper()
			_, err := s.credit(rewards.Crediting{Points: 10, Reason: "amable", Staff: who.ID, Actor: fmt.Sprintf("staff:%d", who.ID), Door: "page"})
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			give(eva)
			give(luz)
		}
		if n := s.notes(); n != 0 {
			t.Errorf("%d notes after four each", n)
		}
		give(eva)
		give(eva)
		if n := s.notes(); n != 1 {
			t.Errorf("%d notes after six, want one", n)
		}
		s.clock.Add(day)
		give(eva)
		if n := s.notes(); n != 1 {
			t.Errorf("%d notes on the next day", n)
		}
		s.p.MovementsPerDay = 0
		for range 5 {
			give(luz)
		}
		if n := s.notes(); n != 1 {
			t.Errorf("%d notes though nobody wants to know", n)
		}
	})
}

// A cashier who puts their own number to the sales of others stands out among customers, however carefully they do it.
func TestConcentrationShowsSeededFraud(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		sale := func(m members.Member, till, n int64) {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
				if err != nil {
					return err
				}
				_, _, err = rewards.Earn(ctx, tx, s.p, m, rewards.Purchase{
					ID: 1000*till + n, Till: till, At: tx.Now, Day: "2027-01-01", Sale: rewards.Sale{Amount: 5000, Currency: "PEN"},
				}, nil)
				return err
			})
		}
		n := int64(0)
		for range 10 {
			for i := range 4 {
				n++
				sale(s.join(members.Phone(fmt.Sprintf("+519800%05d", n))), 1+int64(i%2), n)
			}
			n++
			sale(s.ana, 1, n)
			s.clock.Add(day)
		}
		var list []rewards.Concentration
		s.read(func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = rewards.Concentrations(ctx, tx, s.p.ID, 0, 20)
			return err
		})
		if len(list) != 1 || list[0].Member != s.ana.ID || list[0].Till != 1 || list[0].Earns != 10 || list[0].Points != 50 || list[0].Times < 6 || list[0].Share < 0.3 {
			t.Errorf("%+v", list)
		}
	})
}
