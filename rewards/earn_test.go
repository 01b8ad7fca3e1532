package rewards_test

import (
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// perAmount is a main rule: so many points per step of money.
func perAmount(step, points int64, carries bool) rewards.Rule {
	return rewards.Rule{ID: 1, Kind: rewards.AmountRule, Step: step, Points: points, Carries: carries, Main: true}
}

func perVisit(points, minimum int64) rewards.Rule {
	return rewards.Rule{ID: 2, Kind: rewards.VisitRule, Points: points, Minimum: minimum}
}

// computed is what a sale is worth; the rules of a test can be read.
func computed(t interface{ Fatal(...any) }, p members.Program, rules []rewards.Rule, s rewards.Sale, f rewards.Facts) rewards.Earned {
	e, err := rewards.Compute(p, rules, s, f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWhatASaleIsWorth(t *testing.T) {
	one := []rewards.Rule{perAmount(1000, 1, false)}
	carrying := []rewards.Rule{perAmount(5000, 1, true)}
	program := members.Program{Currency: "PEN"}
	net := members.Program{Currency: "PEN", NetOfTax: true}
	for _, c := range []struct {
		story   string
		p       members.Program
		rules   []rewards.Rule
		sale    rewards.Sale
		carry   int64
		earning int64
		points  int64
		left    int64
		rule    int64
	}{
		{"105.00 at 1 per 10 is 10", program, one, rewards.Sale{Amount: 10500}, 0, 10500, 10, 0, 1},
		{"a step is only full at its last cent", program, one, rewards.Sale{Amount: 999}, 0, 999, 0, 0, 1},
		{"30 at 1 per 50 waits", program, carrying, rewards.Sale{Amount: 3000}, 0, 3000, 0, 3000, 1},
		{"and with 20 more makes one", program, carrying, rewards.Sale{Amount: 2000}, 3000, 2000, 1, 0, 1},
		{"a carry counts for a rule that carries only", program, one, rewards.Sale{Amount: 500}, 900, 500, 0, 900, 1},
		{"a carry below zero is worked off first", program, carrying, rewards.Sale{Amount: 2000}, -3000, 2000, 0, -1000, 1},
		{"and what is above it counts", program, carrying, rewards.Sale{Amount: 9000}, -3000, 9000, 1, 1000, 1},
		{"tip never earns", program, one, rewards.Sale{Amount: 11000, Tip: 1000}, 0, 10000, 10, 0, 1},
		{"tax earns as a rule", program, one, rewards.Sale{Amount: 11800, Tax: 1800}, 0, 11800, 11, 0, 1},
		{"but not in a program that says net", net, one, rewards.Sale{Amount: 11800, Tax: 1800}, 0, 10000, 10, 0, 1},
		{"a basket of 50 with a gift card of 20 earns on 30", program, one, rewards.Sale{
			Amount: 5000, Lines: []rewards.Line{{Category: "gift_card", Amount: 2000}, {Category: "bread", Amount: 3000}},
		}, 0, 3000, 3, 0, 1},
		{"delivery never earns", program, one, rewards.Sale{
			Amount: 5000, Lines: []rewards.Line{{Category: "delivery", Amount: 1000}, {Amount: 4000}},
		}, 0, 4000, 4, 0, 1},
		{"paying with a gift card earns", program, one, rewards.Sale{
			Amount: 5000, Tender: []rewards.Tender{{Kind: "gift_card", Amount: 5000}},
		}, 0, 5000, 5, 0, 1},
		{"paying with points or a voucher does not", program, one, rewards.Sale{
			Amount: 5000, Tender: []rewards.Tender{{Kind: "voucher", Amount: 1000}, {Kind: "points", Amount: 500}, {Kind: "cash", Amount: 3500}},
		}, 0, 3500, 3, 0, 1},
		{"what is no money comes off the earning part", program, one, rewards.Sale{
			Amount: 5000, Lines: []rewards.Line{{Category: "gift_card", Amount: 3000}, {Amount: 2000}},
			Tender: []rewards.Tender{{Kind: "voucher", Amount: 2500}, {Kind: "card", Amount: 2500}},
		}, 0, 0, 0, 0, 0},
		{"another currency earns nothing", program, one, rewards.Sale{Currency: "USD", Amount: 10500}, 0, 0, 0, 0, 0},
		{"the program's own does", program, one, rewards.Sale{Currency: "PEN", Amount: 10500}, 0, 10500, 10, 0, 1},
		{"the best rule counts, not the sum", program, append([]rewards.Rule{perVisit(7, 0)}, one...), rewards.Sale{Amount: 5000}, 0, 5000, 7, 0, 2},
		{"and leaves the carry alone when it is not the main one", program, append([]rewards.Rule{perVisit(7, 0)}, carrying...), rewards.Sale{Amount: 9000}, 100, 9000, 7, 100, 2},
		{"among equals the main one counts", program, append([]rewards.Rule{perVisit(1, 0)}, carrying...), rewards.Sale{Amount: 6000}, 0, 6000, 1, 1000, 1},
		{"the minimum is compared with the earning money", program, []rewards.Rule{perVisit(7, 3000)}, rewards.Sale{Amount: 3500, Tip: 600}, 0, 2900, 0, 0, 0},
		{"and reached by its last cent", program, []rewards.Rule{perVisit(7, 3000)}, rewards.Sale{Amount: 3500, Tip: 500}, 0, 3000, 7, 0, 2},
		{"a ticket without money is no visit", program, []rewards.Rule{perVisit(7, 0)}, rewards.Sale{
			Amount: 500, Tender: []rewards.Tender{{Kind: "voucher", Amount: 500}},
		}, 0, 0, 0, 0, 0},
		{"no rules, no points", program, nil, rewards.Sale{Amount: 500}, 40, 500, 0, 40, 0},
		{"nothing overflows", program, []rewards.Rule{perAmount(1, 1_000_000, true)}, rewards.Sale{
			Amount: 1e12, Tip: -5, Lines: []rewards.Line{{Category: "delivery", Amount: -1 << 62}, {Amount: 1<<63 - 1}},
		}, 1e12, 1e12, 2e18, 0, 1},
	} {
		e := computed(t, c.p, c.rules, c.sale, rewards.Facts{Scope: rewards.Scope{Net: c.p.NetOfTax}, Carry: c.carry})
		if e.Earning != c.earning || e.Points != c.points || e.CarryAfter != c.left || e.Rule != c.rule || e.CarryBefore != c.carry {
			t.Errorf("%s: %+v; want earning %d, points %d, carry %d, rule %d", c.story, e, c.earning, c.points, c.left, c.rule)
		}
	}
}

// A carry loses no money: whatever the tickets, all of it together makes as many points as one ticket would.
func TestCarryLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := perAmount(rapid.Int64Range(1, 9999).Draw(t, "step"), rapid.Int64Range(1, 20).Draw(t, "points"), true)
		points, carry, all := int64(0), int64(0), int64(0)
		for _, amount := range rapid.SliceOfN(rapid.Int64Range(1, 99999), 1, 20).Draw(t, "tickets") {
			e := computed(t, members.Program{}, []rewards.Rule{rule}, rewards.Sale{Amount: amount}, rewards.Facts{Carry: carry})
			points, carry, all = points+e.Points, e.CarryAfter, all+amount
		}
		if want := all / rule.Step * rule.Points; points != want || carry != all%rule.Step {
			t.Fatalf("%d points and carry %d, want %d and %d", points, carry, want, all%rule.Step)
		}
	})
}

// More money never makes fewer points; that is why a refund never gives.
func TestMoreMoneyNeverMakesFewerPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := []rewards.Rule{
			perVisit(rapid.Int64Range(1, 30).Draw(t, "visit"), rapid.Int64Range(0, 5000).Draw(t, "minimum")),
			perAmount(rapid.Int64Range(1, 3000).Draw(t, "step"), rapid.Int64Range(1, 9).Draw(t, "points"), rapid.Bool().Draw(t, "carries")),
		}
		carry, amount := rapid.Int64Range(-5000, 5000).Draw(t, "carry"), rapid.Int64Range(1, 9999).Draw(t, "amount")
		less := computed(t, members.Program{}, rules, rewards.Sale{Amount: amount}, rewards.Facts{Carry: carry})
		more := computed(t, members.Program{}, rules, rewards.Sale{Amount: amount + rapid.Int64Range(0, 9999).Draw(t, "more")}, rewards.Facts{Carry: carry})
		if more.Points < less.Points {
			t.Fatalf("%+v is worth less than %+v", more, less)
		}
	})
}

func TestEarning(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 50", Kind: rewards.AmountRule, Step: 5000, Points: 1, Carries: true})
		first := s.buy(3000)
		s.stands(0, 0, 3000)
		second := s.buy(2000)
		s.stands(1, 0, 0)
		if first.Points != 0 || second.Points != 1 || second.CarryBefore != 3000 {
			t.Errorf("30 gave %+v, then 20 gave %+v", first.Earned, second.Earned)
		}
		if s.now().Seq != 1 {
			t.Errorf("a sale without points wrote an entry: seq %d", s.now().Seq)
		}
		_, err := s.earn(second.Purchase)
		wantCode(t, err, db.Conflict)
		s.stands(1, 0, 0)
	})
}

func TestALatePurchaseEarnsByTheRulesOfItsDay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		old := s.rule(rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1})
		before := s.clock.Now().UnixMilli()
		s.clock.Add(day)
		s.write(retire(s, old.ID))
		s.rule(rewards.NewRule{Name: "1 per 5", Kind: rewards.AmountRule, Step: 500, Points: 1})
		for _, c := range []struct {
			story  string
			at     int64
			points int64
		}{
			{"yesterday", before, 5},
			{"at the instant of the change", s.clock.Now().UnixMilli(), 10},
			{"long before the first rule", before - 1e9, 5},
			{"by a till whose clock is ahead", s.clock.Now().UnixMilli() + 1e9, 10},
		} {
			if e := s.buyAt(5000, c.at); e.Points != c.points {
				t.Errorf("%s: %d points, want %d", c.story, e.Points, c.points)
			}
		}
		s.sound()
	})
}
