package rewards_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Split tickets do not farm visits: within the gap of a visit that counted there is no other, before it or after.
func TestTheGapBetweenVisits(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "5 a visit", Kind: rewards.VisitRule, Points: 5, GapMinutes: 60})
		noon := s.clock.Now().UnixMilli()
		s.clock.Add(5 * time.Hour)
		for _, c := range []struct {
			story  string
			minute int64
			points int64
		}{
			{"the first", 0, 5},
			{"a split ticket", 1, 0},
			{"it does not move the gap", 59, 0},
			{"the gap has passed", 60, 5},
			{"a late one too near before", -59, 0},
			{"between two", 30, 0},
			{"a late one far enough before", -60, 5},
			{"far later", 200, 5},
		} {
			if e := s.buyAt(1000, noon+c.minute*60_000); e.Points != c.points {
				t.Errorf("%s: %d points, want %d", c.story, e.Points, c.points)
			}
		}
		s.stands(20, 0, 0)
	})
}

func TestEachRuleHasAGapOfItsOwn(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "2 a visit", Kind: rewards.VisitRule, Points: 2, GapMinutes: 60})
		s.rule(rewards.NewRule{Name: "5 a day", Kind: rewards.VisitRule, Points: 5, GapMinutes: 24 * 60})
		for _, want := range []int64{5, 2, 2} {
			if e := s.buy(1000); e.Points != want {
				t.Errorf("%d points, want %d", e.Points, want)
			}
			s.clock.Add(12*time.Hour - time.Minute)
		}
		s.clock.Add(2 * time.Minute) // a day and a minute after the first, half a day after the last
		if e := s.buy(1000); e.Points != 5 {
			t.Errorf("%d points, want 5", e.Points)
		}
	})
}

func TestAReturnedSaleIsNoVisitThatOthersWaitFor(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "5 a visit", Kind: rewards.VisitRule, Points: 5, GapMinutes: 60})
		slip := s.buy(1000)
		s.refund(slip, money(100))
		if e := s.buy(1000); e.Points != 0 {
			t.Errorf("a part that came back undid the visit: %d points", e.Points)
		}
		s.refund(slip, whole())
		if e := s.buy(1000); e.Points != 5 {
			t.Errorf("the ticket that was rung up right gave %d points", e.Points)
		}
		s.stands(5, 0, 0)
	})
}

func TestTheCapOfADay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.p.PointsPerDay = 15
		s.rule(onePerTen())
		first, second := s.buy(10000), s.buy(10000)
		if first.Points != 10 || second.Points != 5 || second.Breakdown.Capped != 5 {
			t.Errorf("%d points, then %d and %d above the cap", first.Points, second.Points, second.Breakdown.Capped)
		}
		s.refund(first, whole())
		s.stands(5, 0, 0)
		if e := s.buy(10000); e.Points != 0 {
			t.Errorf("a refund freed room: %d points", e.Points)
		}
		s.refund(second, money(4000))
		s.stands(5, 0, 0) // what is left is worth 6, and 5 were given
		s.refund(second, money(2000))
		s.stands(4, 0, 0)
		s.clock.Add(day)
		if e := s.buy(10000); e.Points != 10 {
			t.Errorf("the next day %d points", e.Points)
		}
	})
}

// Purchases of one member at once do not pass the cap together.
func TestTheCapHoldsWhenPurchasesComeAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.p.PointsPerDay = 55
		s.rule(rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1, Carries: true})
		s.rule(rewards.NewRule{Name: "7 a visit", Kind: rewards.VisitRule, Points: 7, GapMinutes: 60})
		var all sync.WaitGroup
		for range 8 {
			id := s.id()
			all.Go(func() {
				_, err := s.earn(rewards.Purchase{ID: id, At: s.clock.Now().UnixMilli(), Sale: rewards.Sale{Amount: 10000}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.stands(55, 0, 0)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			var n int
			err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM visits").Scan(&n)
			if n != 1 {
				t.Errorf("%d visits counted at once", n)
			}
			return err
		})
	})
}

func TestTheLevelBeforeTheSaleMultiplies(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddTier(ctx, tx, s.p, rewards.NewTier{Name: "Oro", Threshold: 10, Times: 1500})
			return err
		})
		first, second := s.buy(10000), s.buy(4000)
		if first.Points != 10 || second.Points != 6 || second.Breakdown.Times[0].Name != "Oro" {
			t.Errorf("%d points, then %d: %+v", first.Points, second.Points, second.Breakdown)
		}
		s.refund(second, money(2000)) // by the level of then
		s.stands(13, 0, 0)
	})
}

func TestTheEntrySaysHowItCameAbout(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		main := s.rule(rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1, Carries: true})
		s.rule(rewards.NewRule{Name: "Tarjeta", Kind: rewards.TenderRule, Times: 2000, Tender: "store_card"})
		s.rule(rewards.NewRule{Name: "Cada dia", Kind: rewards.WindowRule, Times: 1500, Weekdays: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}})
		s.sell(rewards.Sale{Amount: 10500, Tender: []rewards.Tender{{Kind: "store_card", Amount: 10500}}}, s.clock.Now().UnixMilli())
		s.read(func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.History(ctx, tx, s.p, s.ana, 1)
			if err != nil {
				return err
			}
			e := list[0]
			b, ok := e.ReadBreakdown()
			const want = `10 for S/ 105 by "1 per 10" (carried before: S/ 0, after: S/ 5), times x1.5 (Cada dia) and x2 (Tarjeta).`
			if got := b.Explain("PEN"); !ok || got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			if e.Delta != 30 || e.Multiplier != 3000 || e.Basis != 10500 || e.RuleID != main.ID {
				t.Errorf("%+v", e)
			}
			return nil
		})
	})
}

// A preview says what the sale then gives, and changes nothing.
func TestAPreviewIsWhatTheSaleGives(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.p.PointsPerDay = 20
		s.rule(rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1, Carries: true})
		s.rule(rewards.NewRule{Name: "9 a visit", Kind: rewards.VisitRule, Points: 9, GapMinutes: 60})
		for _, amount := range []int64{4500, 3600, 99900, 1000} {
			var before, nobody rewards.Earned
			s.read(func(ctx context.Context, tx *db.Tx) (err error) {
				if before, err = rewards.Preview(ctx, tx, s.p, s.now(), rewards.Purchase{Sale: rewards.Sale{Amount: amount}}); err == nil {
					nobody, err = rewards.Preview(ctx, tx, s.p, members.Member{}, rewards.Purchase{Sale: rewards.Sale{Amount: amount}})
				}
				return err
			})
			after := s.buy(amount)
			was, is := asJSON(t, before), asJSON(t, after.Earned)
			if was != is || nobody.Points < 9 {
				t.Errorf("%d: foretold %s, was %s; nobody would get %d", amount, was, is, nobody.Points)
			}
		}
		s.sound()
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Two of three lines that come back take what those two gave, also where each has a rule of its own.
func TestLinesThatComeBackTakeWhatTheyGave(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.rule(rewards.NewRule{Name: "Coffee", Kind: rewards.AmountRule, Step: 1000, Points: 3, Categories: []string{"Coffee"}})
		s.rule(rewards.NewRule{Name: "Nights", Kind: rewards.QuantityRule, Step: 1, Points: 20, Products: []string{"N"}})
		coffee, night, cake := rewards.Line{Category: "coffee", Quantity: 4, Amount: 2000}, rewards.Line{SKU: "N", Quantity: 3, Amount: 9000}, rewards.Line{Name: "Cake", Quantity: 1, Amount: 4000}
		for i, c := range []struct {
			story string
			back  []part
			left  int64
		}{
			{"nothing", nil, 6 + 60 + 4},
			{"two of three", []part{lines(coffee, cake)}, 60},
			{"one after the other", []part{lines(cake), lines(coffee)}, 60},
			{"a night of three", []part{lines(rewards.Line{SKU: "N", Quantity: 1, Amount: 3000})}, 6 + 40 + 4},
			{"half the money", []part{money(7500)}, 3 + 20 + 2},
			{"a line and then all", []part{lines(coffee), whole()}, 0},
		} {
			before := s.now().Balance
			sale := s.sell(rewards.Sale{Amount: 15000, Lines: []rewards.Line{coffee, night, cake}}, s.clock.Now().UnixMilli())
			for _, p := range c.back {
				s.refund(sale, p)
			}
			if got := s.now().Balance - before; got != c.left {
				t.Errorf("%d %s: %d points left, want %d (%s)", i, c.story, got, c.left, fmt.Sprint(sale.Breakdown))
			}
		}
		s.sound()
	})
}
