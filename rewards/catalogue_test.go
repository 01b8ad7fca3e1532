package rewards_test

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/rewards"
)

func TestWhatIsMissingToTheNextReward(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		if st := s.standing(); st.Next != nil || st.Balance != 0 {
			t.Errorf("without a catalogue: %+v", st)
		}
		s.reward(rewards.NewReward{Number: 3, Name: "Café", Kind: rewards.FreeItem, Cost: 50, Stock: rewards.Unlimited, Days: 7})
		s.reward(rewards.NewReward{Name: "10 %", Kind: rewards.PercentOff, Value: 10, Cost: 80, Stock: 5, Days: 7})
		s.reward(rewards.NewReward{Name: "Agotado", Kind: rewards.FreeItem, Cost: 60, Stock: 0, Days: 7})
		for _, c := range []struct {
			gift, missing int64
			next          string
		}{{0, 50, "Café"}, {30, 20, "Café"}, {20, 30, "10 %"}, {29, 1, "10 %"}, {1, 0, ""}} {
			if c.gift > 0 {
				s.gift(c.gift, 0)
			}
			st := s.standing()
			if next := st.Next; st.Missing != c.missing || next == nil && c.next != "" || next != nil && next.Name != c.next {
				t.Errorf("after %d more: %+v, want %d missing to %q", c.gift, st, c.missing, c.next)
			}
		}
	})
}

func TestADebtIsMissingToo(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.coffee(rewards.Unlimited)
		sale := s.buy(30000)
		s.spend(30)
		s.refund(sale, whole())
		if st := s.standing(); st.Balance != -30 || st.Debt != 30 || st.Missing != 80 {
			t.Errorf("%+v", st)
		}
		_, _, err := s.redeem(s.ana, 1)
		if !isShort(err, 80) {
			t.Error(err)
		}
	})
}

func TestTheCatalogue(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		good := rewards.NewReward{Name: "Café", Kind: rewards.FreeItem, Cost: 50, Stock: rewards.Unlimited, Days: 7}
		s.reward(good)
		two := good
		two.Number = 2
		s.reward(two)
		if third := s.reward(good); third.Number != 3 {
			t.Errorf("the lowest free number is %d", third.Number)
		}
		for story, c := range map[string]struct {
			change func(*rewards.NewReward)
			code   db.Code
		}{
			"a number taken":     {func(n *rewards.NewReward) { n.Number = 2 }, db.Conflict},
			"a number too high":  {func(n *rewards.NewReward) { n.Number = 100 }, db.Invalid},
			"no name":            {func(n *rewards.NewReward) { n.Name = " " }, db.Invalid},
			"too long a name":    {func(n *rewards.NewReward) { n.Name = strings.Repeat("ñ", 41) }, db.Invalid},
			"an unknown kind":    {func(n *rewards.NewReward) { n.Kind = "trip" }, db.Invalid},
			"101 per cent":       {func(n *rewards.NewReward) { n.Kind, n.Value = rewards.PercentOff, 101 }, db.Invalid},
			"nothing off":        {func(n *rewards.NewReward) { n.Kind = rewards.AmountOff }, db.Invalid},
			"for free":           {func(n *rewards.NewReward) { n.Cost = 0 }, db.Invalid},
			"a stock below zero": {func(n *rewards.NewReward) { n.Stock = -2 }, db.Invalid},
			"no day to use it":   {func(n *rewards.NewReward) { n.Days = 0 }, db.Invalid},
			"a minimum below 0":  {func(n *rewards.NewReward) { n.Minimum = -1 }, db.Invalid},
		} {
			n := good
			c.change(&n)
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.AddReward(ctx, tx, s.p, n)
				return err
			})
			if db.CodeOf(err) != c.code {
				t.Errorf("%s: %v", story, err)
			}
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.RetireReward(ctx, tx, s.p.ID, 2) })
		err := s.try(func(ctx context.Context, tx *db.Tx) error { return rewards.RetireReward(ctx, tx, s.p.ID, 2) })
		wantCode(t, err, db.Missing)
		if again := s.reward(good); again.Number != 2 {
			t.Errorf("a retired number is free again, not %d", again.Number)
		}
	})
}

func TestRules(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		first := s.rule(onePerTen())
		again := onePerTen()
		wantCode(t, s.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddRule(ctx, tx, s.p, again)
			return err
		}), db.Conflict)
		again.Name = "Otra"
		second := s.rule(again)
		visit := s.rule(rewards.NewRule{Name: "visita", Kind: rewards.VisitRule, Points: 5})
		if !first.Main || second.Main || visit.Main {
			t.Errorf("main rules: %v %v %v", first.Main, second.Main, visit.Main)
		}
		s.write(retire(s, first.ID))
		wantCode(t, s.try(retire(s, first.ID)), db.Missing)
		if third := s.rule(onePerTen()); !third.Main {
			t.Error("the first amount rule after the main one was retired is not the main one")
		}
		for story, n := range map[string]rewards.NewRule{
			"no name":            {Kind: rewards.VisitRule, Points: 1},
			"an unknown kind":    {Name: "a", Kind: "wish", Points: 1},
			"no points":          {Name: "a", Kind: rewards.VisitRule},
			"no step":            {Name: "a", Kind: rewards.AmountRule, Points: 1},
			"a visit that steps": {Name: "a", Kind: rewards.VisitRule, Points: 1, Step: 5},
			"a minimum below 0":  {Name: "a", Kind: rewards.VisitRule, Points: 1, Minimum: -1},
		} {
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.AddRule(ctx, tx, s.p, n)
				return err
			})
			if db.CodeOf(err) != db.Invalid {
				t.Errorf("%s: %v", story, err)
			}
		}
	})
}
