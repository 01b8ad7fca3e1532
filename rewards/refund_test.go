package rewards_test

import (
	"slices"
	"testing"

	"fiel/db"
	"fiel/rewards"
)

func onePerTen() rewards.NewRule {
	return rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1}
}

func TestARefundAfterThePointsWereSpent(t *testing.T) {
	t.Run("leaves a debt that the next sale fills", func(t *testing.T) {
		inEachShop(t, func(t *testing.T, s *shop) {
			s.rule(onePerTen())
			sale := s.buy(10000)
			s.spend(8)
			if back := s.refund(sale, whole()); back.Points != 10 || back.Forgotten != 0 {
				t.Errorf("taken back: %+v", back)
			}
			s.stands(-8, 8, 0)
			s.buy(5000)
			s.stands(-3, 3, 0)
			s.buy(5000)
			s.stands(2, 0, 0)
			if got := s.lots(); !slices.Equal(got, []lot{{2, 0}}) {
				t.Errorf("lots %v, want what is left after the debt", got)
			}
		})
	})
	t.Run("stops at zero where the program clamps", func(t *testing.T) {
		inEachShop(t, func(t *testing.T, s *shop) {
			s.clamps()
			s.rule(onePerTen())
			sale := s.buy(10000)
			s.spend(8)
			if back := s.refund(sale, whole()); back.Points != 10 || back.Forgotten != 8 {
				t.Errorf("taken back: %+v", back)
			}
			s.stands(0, 0, 0)
			s.buy(5000)
			s.stands(5, 0, 0)
		})
	})
}

// spend takes points off Ana by hand.
func (s *shop) spend(points int64) {
	s.t.Helper()
	if _, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -points, Source: "spend"}); err != nil {
		s.t.Fatal(err)
	}
}

func TestARefundTakesFromItsOwnLotFirst(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.gift(5, 10*day)
		sale := s.buy(10000)
		soon := s.clock.Now().Add(10 * day).UnixMilli()
		s.refund(sale, money(4000))
		if got, want := s.lots(), []lot{{5, soon}, {6, 0}}; !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		s.spend(9) // all that expires first, and 4 of the sale's
		s.refund(sale, money(4000))
		s.stands(-2, 2, 0)
	})
}

func TestPointsThatLapsedAreNotTakenAgain(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		sale := s.buy(10000)
		s.write(expireLots(s, s.clock.Now().Add(day).UnixMilli()))
		s.spend(3)
		s.clock.Add(2 * day)
		back := s.refund(sale, money(2000))
		if back.Points != 2 || back.Forgotten != 0 {
			t.Errorf("first: %+v, want 2 of the 3 that did not lapse", back)
		}
		back = s.refund(sale, whole())
		if back.Points != 8 || back.Forgotten != 7 {
			t.Errorf("then: %+v, want 8, 7 of which had lapsed", back)
		}
		s.stands(-3, 3, 0)
	})
}

func TestRefundsAndTheCarry(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 50", Kind: rewards.AmountRule, Step: 5000, Points: 1, Carries: true})
		first := s.buy(3000)
		second := s.buy(2000)
		s.stands(1, 0, 0)
		s.refund(first, whole())
		s.stands(1, 0, -3000) // the point stays with the sale that gave it; the money for it is owed
		s.refund(second, money(500))
		s.stands(0, 0, 1500)
		s.refund(second, money(1500))
		s.stands(0, 0, 0)
	})
}

func TestWhatIsLeftOfASale(t *testing.T) {
	bread, card := rewards.Line{Category: "bread", Amount: 3000}, rewards.Line{Category: "gift_card", Amount: 2000}
	basket := rewards.Sale{Amount: 5000, Lines: []rewards.Line{card, bread}}
	shoes := rewards.Line{SKU: "S", Amount: 5900}
	net := rewards.Scope{Net: true}
	gross := rewards.Sale{Amount: 11800, Tax: 1800, Lines: []rewards.Line{shoes, {SKU: "T", Amount: 5900}}}
	untaxed := rewards.Sale{Amount: 11800, Tax: 1800, Lines: []rewards.Line{{SKU: "S", Amount: 5000}, {SKU: "T", Amount: 5000}}}
	partly := rewards.Sale{Amount: 10000, Lines: []rewards.Line{{Name: "Café", Amount: 4000}}}
	withVoucher := rewards.Sale{Amount: 5000, Tender: []rewards.Tender{{Kind: "voucher", Amount: 1000}, {Kind: "cash", Amount: 4000}}}
	for _, c := range []struct {
		story string
		sale  rewards.Sale
		scope rewards.Scope
		back  []part
		left  int64
	}{
		{"the bread comes back", basket, rewards.Scope{}, []part{lines(bread)}, 0},
		{"the gift card comes back", basket, rewards.Scope{}, []part{lines(card)}, 3000},
		{"half the money comes back", basket, rewards.Scope{}, []part{money(2500)}, 1500},
		{"a line takes tax by share", gross, net, []part{lines(shoes)}, 5000},
		{"also where lines are without tax", untaxed, net, []part{lines(untaxed.Lines[0])}, 5000},
		{"also where tax earns", untaxed, rewards.Scope{}, []part{lines(untaxed.Lines[0])}, 5900},
		{"what is not on a line stays", partly, rewards.Scope{}, []part{lines(rewards.Line{Name: "CAFE", Amount: 4000})}, 6000},
		{"what is more than the line was counts as money", partly, rewards.Scope{}, []part{lines(rewards.Line{Name: "Café", Amount: 5000})}, 5000},
		{"a line that the sale has not counts as money", partly, rewards.Scope{}, []part{lines(rewards.Line{SKU: "X", Amount: 1000})}, 9000},
		{"money back is compared with money paid", withVoucher, rewards.Scope{}, []part{money(1000)}, 3000},
		{"more than all is all", withVoucher, rewards.Scope{}, []part{money(9000)}, 0},
		{"a third is rounded for the member", rewards.Sale{Amount: 300, Tip: 200}, rewards.Scope{}, []part{money(100)}, 67},
		{"and two thirds in one go", rewards.Sale{Amount: 300, Tip: 200}, rewards.Scope{}, []part{money(100), money(100)}, 34},
		{"lines and money add up", basket, rewards.Scope{}, []part{lines(rewards.Line{Category: "bread", Amount: 1500}), money(2500)}, 0},
		{"whole is whole", basket, rewards.Scope{}, []part{whole()}, 0},
		{"nothing was paid, nothing comes back", rewards.Sale{}, rewards.Scope{}, []part{money(5)}, 0},
	} {
		f := rewards.Facts{Scope: c.scope}
		points, _, earning, _ := rewards.LeftOf([]rewards.Rule{perAmount(1, 1, false)}, c.sale, f, back(c.sale, f, c.back))
		if earning != c.left || points != c.left {
			t.Errorf("%s: %d left, worth %d, want %d", c.story, earning, points, c.left)
		}
	}
}

func TestARefundOfASaleThatFallsBelowTheMinimum(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "5 a visit from 30", Kind: rewards.VisitRule, Points: 5, Minimum: 3000})
		sale := s.buy(4000)
		s.stands(5, 0, 0)
		s.refund(sale, money(1000))
		s.stands(5, 0, 0)
		s.refund(sale, money(1))
		s.stands(0, 0, 0)
		if back := s.refund(sale, whole()); back.Points != 0 {
			t.Errorf("taken twice: %+v", back)
		}
	})
}

func TestARefundIsJudgedByTheRulesOfItsSale(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		old := s.rule(onePerTen())
		sale := s.buy(10000)
		s.clock.Add(day)
		s.write(retire(s, old.ID))
		s.rule(rewards.NewRule{Name: "9 per 1", Kind: rewards.AmountRule, Step: 100, Points: 9})
		s.refund(sale, money(5000))
		s.stands(5, 0, 0)
	})
}

func TestASaleOfATillWhoseClockIsAhead(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		old := s.rule(onePerTen())
		sale := s.buyAt(10000, s.clock.Now().Add(2*day).UnixMilli())
		s.clock.Add(day)
		s.write(retire(s, old.ID))
		s.rule(rewards.NewRule{Name: "9 per 1", Kind: rewards.AmountRule, Step: 100, Points: 9})
		s.clock.Add(2 * day)
		s.refund(sale, money(5000)) // it earned by the first rule, and is judged by it
		s.stands(5, 0, 0)
	})
}

func TestARefundCountsOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		sale := s.buy(10000)
		b := sale.back(7, money(3000))
		if _, err := s.takeBack(b); err != nil {
			t.Fatal(err)
		}
		_, err := s.takeBack(b)
		wantCode(t, err, db.Conflict)
		s.stands(7, 0, 0)
	})
}

func TestAWholeRefundBringsTheVoucherBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.gift(50, 30*day)
		s.coffee(1)
		v, _, err := s.redeem(s.ana, 1)
		if err != nil {
			t.Fatal(err)
		}
		gift := s.grant(0, 3*day)
		sale := s.buy(10000)
		for _, code := range []string{v.Code, gift.Code} {
			if used := s.use(rewards.Using{Code: code, Purchase: sale.ID}); used.Why != nil {
				t.Fatal(used.Why)
			}
		}
		if back := s.refund(sale, money(9000)); back.GivenBack != 0 {
			t.Errorf("a part brought vouchers back: %+v", back)
		}
		if back := s.refund(sale, whole()); back.GivenBack != 50 || back.Points != 1 {
			t.Errorf("the whole: %+v", back)
		}
		s.stands(50, 0, 0)
		wantCode(t, s.use(rewards.Using{Code: v.Code}).Why, db.Refused)
		if used := s.use(rewards.Using{Code: gift.Code}); used.Why != nil {
			t.Errorf("the gift cannot be used again: %v", used.Why)
		}
		s.gift(50, 0)
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Errorf("the coffee is not back in stock: %v", err)
		}
		s.sound()
	})
}
