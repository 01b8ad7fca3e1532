package rewards_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fiel/members"
	"fiel/rewards"
)

// made is a rule as it would be kept, with that id.
func made(id int64, change func(*rewards.Rule)) rewards.Rule {
	r := rewards.Rule{ID: id, Name: fmt.Sprint("rule ", id), Times: 1000}
	change(&r)
	return r
}

func on(kind string, step, points int64, categories ...string) func(*rewards.Rule) {
	return func(r *rewards.Rule) {
		r.Kind, r.Step, r.Points = kind, step, points
		if len(categories) > 0 {
			r.Categories = `["` + strings.Join(categories, `","`) + `"]`
		}
	}
}

func times(kind string, thousandths int64, more ...func(*rewards.Rule)) func(*rewards.Rule) {
	return func(r *rewards.Rule) {
		r.Kind, r.Times = kind, thousandths
		for _, f := range more {
			f(r)
		}
	}
}

func tender(kind string) func(*rewards.Rule) {
	return func(r *rewards.Rule) { r.Tender = kind }
}

func hours(days string, from, until int64) func(*rewards.Rule) {
	return func(r *rewards.Rule) { r.Weekdays, r.FromMinute, r.UntilMinute = days, from, until }
}

// friday is half past six on Friday, 5 March 2027.
const friday = "2027-03-05T18:30"

func TestRulesOfEveryKind(t *testing.T) {
	basket := func(lines ...rewards.Line) rewards.Sale {
		s := rewards.Sale{Lines: lines}
		for _, l := range lines {
			s.Amount += l.Amount
		}
		return s
	}
	cake, coffee := rewards.Line{SKU: "K", Category: "Pastel", Quantity: 1, Amount: 3000}, rewards.Line{SKU: "C", Category: "Café", Quantity: 2, Amount: 2000}
	base := perAmount(1000, 1, false)
	carrying := perAmount(1000, 1, true)
	double := made(5, on(rewards.AmountRule, 1000, 2, "CAFE"))
	sale := func(amount int64) rewards.Sale { return rewards.Sale{Amount: amount} }
	paid := func(store, cash int64) rewards.Sale {
		return rewards.Sale{Amount: store + cash, Tender: []rewards.Tender{{Kind: "store_card", Amount: store}, {Kind: "cash", Amount: cash}}}
	}
	for _, c := range []struct {
		story  string
		rules  []rewards.Rule
		sale   rewards.Sale
		facts  rewards.Facts
		points int64
		carry  int64
	}{
		{"lines go to the rule that gives most for each", []rewards.Rule{base, double}, basket(cake, coffee), rewards.Facts{}, 3 + 4, 0},
		{"a product is a line of its own, whatever its category", []rewards.Rule{base, made(5, func(r *rewards.Rule) {
			on(rewards.AmountRule, 1000, 3)(r)
			r.Products = `["K"]`
		})}, basket(cake, coffee), rewards.Facts{}, 9 + 2, 0},
		{"the steps of a rule are counted over its lines together", []rewards.Rule{base}, basket(rewards.Line{Amount: 500}, rewards.Line{Amount: 500}), rewards.Facts{}, 1, 0},
		{"money beyond the lines goes to the main rule", []rewards.Rule{base, double}, rewards.Sale{Amount: 6000, Lines: []rewards.Line{coffee}}, rewards.Facts{}, 4 + 4, 0},
		{"without a rule for them lines earn nothing", []rewards.Rule{double}, basket(cake, coffee), rewards.Facts{}, 4, 0},
		{"the carry belongs to the main rule", []rewards.Rule{carrying, double}, basket(rewards.Line{Amount: 700}, rewards.Line{Category: "cafe", Amount: 1500}), rewards.Facts{Carry: 400}, 1 + 2, 100},
		{"a sale without money for the main rule leaves the carry alone", []rewards.Rule{carrying, double}, basket(coffee), rewards.Facts{Carry: 900}, 4, 900},
		{"the main rule takes what rounding leaves over", []rewards.Rule{perAmount(1, 1, true), made(5, on(rewards.AmountRule, 1, 2, "cafe"))}, rewards.Sale{
			Amount: 100, Lines: []rewards.Line{{Amount: 100}, {Category: "cafe", Amount: 50}},
		}, rewards.Facts{}, 67 + 2*33, 0},
		{"kilometres", []rewards.Rule{base, made(5, on(rewards.QuantityRule, 100, 5, "trip"))}, basket(rewards.Line{Category: "trip", Quantity: 250, Amount: 800}), rewards.Facts{}, 10, 0},
		{"things that were paid with points count by share", []rewards.Rule{made(5, on(rewards.QuantityRule, 1, 10))}, rewards.Sale{
			Amount: 1000, Lines: []rewards.Line{{Quantity: 2, Amount: 1000}}, Tender: []rewards.Tender{{Kind: "points", Amount: 500}, {Kind: "cash", Amount: 500}},
		}, rewards.Facts{}, 10, 0},
		{"what the program leaves out earns nothing", []rewards.Rule{base}, basket(cake, coffee), rewards.Facts{Scope: rewards.Scope{Never: []string{"pastel"}}}, 2, 0},
		{"a rule below its minimum leaves its lines to others", []rewards.Rule{base, made(5, func(r *rewards.Rule) {
			on(rewards.AmountRule, 1000, 2, "cafe")(r)
			r.Minimum = 5001
		})}, basket(cake, coffee), rewards.Facts{}, 5, 0},
		{"the best of all lines and a visit, not the sum", []rewards.Rule{base, double, perVisit(8, 0)}, basket(cake, coffee), rewards.Facts{}, 8, 0},
		{"a visit too soon after the last gives nothing", []rewards.Rule{made(2, func(r *rewards.Rule) {
			*r = perVisit(8, 0)
			r.GapMinutes = 60
		})}, sale(5000), rewards.Facts{Soon: []int64{2}}, 0, 0},
		{"a level of x1.5 makes 6 of 4", []rewards.Rule{base}, sale(4000), rewards.Facts{Times: 1500}, 6, 0},
		{"the product is floored once", []rewards.Rule{base, made(6, times(rewards.CampaignRule, 1500))}, sale(3000), rewards.Facts{Times: 1500}, 6, 0},
		{"of each kind the best counts", []rewards.Rule{base, made(6, times(rewards.CampaignRule, 1500)), made(7, times(rewards.CampaignRule, 2000))}, sale(3000), rewards.Facts{}, 6, 0},
		{"all together at most ten times", []rewards.Rule{base, made(6, times(rewards.CampaignRule, 10000))}, sale(3000), rewards.Facts{Times: 10000}, 30, 0},
		{"store card x2 on its share", []rewards.Rule{base, made(6, times(rewards.TenderRule, 2000, tender("store_card")))}, paid(5000, 5000), rewards.Facts{}, 15, 0},
		{"store card x2 on all", []rewards.Rule{base, made(6, times(rewards.TenderRule, 2000, tender("store_card")))}, paid(10000, 0), rewards.Facts{}, 20, 0},
		{"who does not say how they paid gets none", []rewards.Rule{base, made(6, times(rewards.TenderRule, 2000, tender("store_card")))}, sale(10000), rewards.Facts{}, 10, 0},
		{"happy hour", []rewards.Rule{base, made(6, times(rewards.WindowRule, 2000, hours(`["fri"]`, 1080, 1140)))}, sale(10000), rewards.Facts{}, 20, 0},
		{"at other stores", []rewards.Rule{base, made(6, times(rewards.WindowRule, 2000, hours(`["fri"]`, 0, 0), func(r *rewards.Rule) { r.Stores = "[7]" }))}, sale(10000), rewards.Facts{Store: 8}, 10, 0},
		{"for other levels", []rewards.Rule{base, made(6, times(rewards.WindowRule, 2000, hours(`["fri"]`, 0, 0), func(r *rewards.Rule) { r.Tiers = "[7]" }))}, sale(10000), rewards.Facts{Level: 8}, 10, 0},
		{"for this level", []rewards.Rule{base, made(6, times(rewards.WindowRule, 2000, hours(`["fri"]`, 0, 0), func(r *rewards.Rule) { r.Tiers = "[7,8]" }))}, sale(10000), rewards.Facts{Level: 8}, 20, 0},
		{"the day's cap leaves what is left under it", []rewards.Rule{base}, sale(10000), rewards.Facts{Capped: true, Room: 4}, 4, 0},
		{"another currency earns nothing, not even a visit", []rewards.Rule{base, perVisit(5, 0)}, rewards.Sale{Currency: "USD", Amount: 10000}, rewards.Facts{Carry: 5}, 0, 5},
	} {
		c.facts.Local = friday
		e := computed(t, members.Program{Currency: "PEN"}, c.rules, c.sale, c.facts)
		if e.Points != c.points || e.CarryAfter != c.carry {
			t.Errorf("%s: %d points and carry %d, want %d and %d; %s", c.story, e.Points, e.CarryAfter, c.points, c.carry, e.Breakdown.Explain("PEN"))
		}
	}
}

func TestHoursOfARule(t *testing.T) {
	for _, c := range []struct {
		story       string
		days        string
		from, until int64
		local       string
		want        bool
	}{
		{"the first minute", "[]", 16 * 60, 18 * 60, "2027-03-05T16:00", true},
		{"the last one", "[]", 16 * 60, 18 * 60, "2027-03-05T17:59", true},
		{"the end is over", "[]", 16 * 60, 18 * 60, "2027-03-05T18:00", false},
		{"before", "[]", 16 * 60, 18 * 60, "2027-03-05T15:59", false},
		{"another weekday", `["mon"]`, 16 * 60, 18 * 60, "2027-03-05T17:00", false},
		{"all Friday", `["fri"]`, 0, 0, "2027-03-05T23:59", true},
		{"Saturday is not Friday", `["fri"]`, 0, 0, "2027-03-06T00:00", false},
		{"Friday night before twelve", `["fri"]`, 22 * 60, 2 * 60, "2027-03-05T22:00", true},
		{"Friday night after twelve", `["fri"]`, 22 * 60, 2 * 60, "2027-03-06T01:59", true},
		{"it ends at two", `["fri"]`, 22 * 60, 2 * 60, "2027-03-06T02:00", false},
		{"the night before Friday is Thursday's", `["fri"]`, 22 * 60, 2 * 60, "2027-03-05T01:00", false},
		{"from ten to midnight", `["fri"]`, 22 * 60, 24 * 60, "2027-03-05T23:59", true},
		{"from ten, and zero is midnight too", `["fri"]`, 22 * 60, 0, "2027-03-05T23:59", true},
		{"midnight is the next day", `["fri"]`, 22 * 60, 0, "2027-03-06T00:00", false},
	} {
		rules := []rewards.Rule{perAmount(100, 1, false), made(6, times(rewards.WindowRule, 2000, hours(c.days, c.from, c.until)))}
		e := computed(t, members.Program{}, rules, rewards.Sale{Amount: 100}, rewards.Facts{Local: c.local})
		if got := e.Points == 2; got != c.want {
			t.Errorf("%s: %v", c.story, got)
		}
	}
	for local, want := range map[string]int64{"2027-02-28T23:59": 1, "2027-03-01T00:00": 2, "2027-03-31T23:59": 2, "2027-04-01T00:00": 1} {
		march := made(6, times(rewards.CampaignRule, 2000, func(r *rewards.Rule) { r.StartsDay, r.EndsDay = "2027-03-01", "2027-03-31" }))
		e := computed(t, members.Program{}, []rewards.Rule{perAmount(100, 1, false), march}, rewards.Sale{Amount: 100}, rewards.Facts{Local: local})
		if e.Points != want {
			t.Errorf("%s: %d points, want %d", local, e.Points, want)
		}
	}
}

// drawRules draws a program's rules, a main one among them or not.
func drawRules(t *rapid.T) (all []rewards.Rule) {
	categories := []string{"[]", `["bread"]`, `["milk","bread"]`, `["milk"]`}
	for id := int64(1); id <= int64(rapid.IntRange(1, 6).Draw(t, "rules")); id++ {
		kind := rapid.SampledFrom([]string{"amount", "amount", "quantity", "visit", "stamp", "tender", "campaign"}).Draw(t, "kind")
		r := made(id, func(r *rewards.Rule) {
			r.Kind, r.Minimum, r.Counts = kind, rapid.SampledFrom([]int64{0, 0, 500, 3000}).Draw(t, "minimum"), "visit"
		})
		switch kind {
		case "tender", "campaign":
			r.Times, r.Tender = rapid.Int64Range(1001, 10000).Draw(t, "times"), "card"
		default:
			r.Step, r.Points = rapid.Int64Range(1, 999).Draw(t, "step"), rapid.Int64Range(1, 20).Draw(t, "points")
			r.Categories = rapid.SampledFrom(categories).Draw(t, "categories")
			r.Main = kind == "amount" && r.Categories == "[]" && id == 1
			r.Carries = r.Main && rapid.Bool().Draw(t, "carries")
			r.Counts = rapid.SampledFrom([]string{"visit", "item"}).Draw(t, "counts")
		}
		if kind == "visit" {
			r.Categories = "[]"
		}
		all = append(all, r)
	}
	return all
}

func drawLine(t *rapid.T) rewards.Line {
	return rewards.Line{
		SKU:      rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "sku"),
		Name:     rapid.SampledFrom([]string{"", "Pan", "Leche"}).Draw(t, "name"),
		Category: rapid.SampledFrom([]string{"", "bread", "milk", "gift_card", "delivery"}).Draw(t, "category"),
		Quantity: rapid.Int64Range(1, 5).Draw(t, "quantity"),
		Amount:   rapid.Int64Range(0, 3000).Draw(t, "amount"),
	}
}

func drawBasket(t *rapid.T) rewards.Sale {
	sale := rewards.Sale{Lines: rapid.SliceOfN(rapid.Custom(drawLine), 0, 5).Draw(t, "lines")}
	for _, l := range sale.Lines {
		sale.Amount += l.Amount
	}
	sale.Amount += rapid.Int64Range(1, 3000).Draw(t, "beyond")
	sale.Tax = rapid.Int64Range(0, sale.Amount/5).Draw(t, "tax")
	sale.Tip = rapid.Int64Range(0, sale.Amount/5).Draw(t, "tip")
	if rapid.Bool().Draw(t, "tender") {
		points := rapid.Int64Range(0, sale.Amount/2).Draw(t, "paid with points")
		card := rapid.Int64Range(0, sale.Amount-points).Draw(t, "card")
		sale.Tender = []rewards.Tender{{Kind: "points", Amount: points}, {Kind: "card", Amount: card}, {Kind: "cash", Amount: sale.Amount - points - card}}
	}
	return sale
}

func drawFacts(t *rapid.T) rewards.Facts {
	f := rewards.Facts{Local: friday, Carry: rapid.Int64Range(-999, 999).Draw(t, "carry"), Times: rapid.Int64Range(1000, 10000).Draw(t, "level")}
	f.Net = rapid.Bool().Draw(t, "net")
	if rapid.Bool().Draw(t, "capped") {
		f.Capped, f.Room = true, rapid.Int64Range(0, 200).Draw(t, "room")
	}
	if rapid.Bool().Draw(t, "never") {
		f.Never = []string{"MILK"}
	}
	return f
}

// drawPart draws a refund: money, lines of the sale or parts of them, or lines that the sale has not.
func drawPart(sale rewards.Sale) func(*rapid.T) part {
	return func(t *rapid.T) part {
		if rapid.Bool().Draw(t, "by money") {
			return money(rapid.Int64Range(1, sale.Amount).Draw(t, "money"))
		}
		if len(sale.Lines) == 0 || rapid.Bool().Draw(t, "of no line") {
			return lines(drawLine(t))
		}
		l := rapid.SampledFrom(sale.Lines).Draw(t, "line")
		l.Amount = rapid.Int64Range(0, l.Amount).Draw(t, "part")
		l.Quantity = rapid.Int64Range(1, l.Quantity).Draw(t, "of it")
		return lines(l)
	}
}

// Any refunds of any sale by any rules, in any order, end where one refund of them all would: points, carry, money and stamps. On the
// way each only takes, and never more than was given; what is left of nothing is nothing.
func TestAnyRefundsInAnyOrderEndAtTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, sale, f := drawRules(t), drawBasket(t), drawFacts(t)
		parts := rapid.SliceOfN(rapid.Custom(drawPart(sale)), 1, 6).Draw(t, "parts")
		given, _, _, stamps := rewards.LeftOf(rules, sale, f, rewards.Returned{})
		if e := computed(t, members.Program{}, rules, sale, f); e.Points != given || given < 0 {
			t.Fatalf("a sale gave %d, all of it is worth %d", e.Points, given)
		}
		left, money := given, int64(1<<62)
		for i := range parts {
			points, _, earning, now := rewards.LeftOf(rules, sale, f, back(sale, f, parts[:i+1]))
			if points > left || points < 0 || earning > money || earning < 0 {
				t.Fatalf("%d points for %d left after %d for %d", points, earning, left, money)
			}
			for rule, n := range now {
				if n > stamps[rule] || n < 0 {
					t.Fatalf("%d stamps of %d left after %d", n, rule, stamps[rule])
				}
			}
			left, money, stamps = points, earning, now
		}
		_, carry, _, _ := rewards.LeftOf(rules, sale, f, back(sale, f, parts))
		points, other, earning, now := rewards.LeftOf(rules, sale, f, back(sale, f, rapid.Permutation(parts).Draw(t, "another order")))
		if points != left || other != carry || earning != money || fmt.Sprint(now) != fmt.Sprint(stamps) {
			t.Fatalf("%d points, carry %d, %d money, stamps %v in one order; %d, %d, %d, %v in another", left, carry, money, stamps, points, other, earning, now)
		}
		if points, carry, earning, now := rewards.LeftOf(rules, sale, f, back(sale, f, append(parts, whole()))); points != 0 || earning != 0 || carry != f.Carry || len(now) != 0 {
			t.Fatalf("%d points, carry %d, %d money, stamps %v when all is back", points, carry, earning, now)
		}
	})
}

// No sale makes points of nothing: they are at most ten times what the rules give, and the money that they counted is at most what
// earns.
func TestNoSaleIsWorthMoreThanItsMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, sale, f := drawRules(t), drawBasket(t), drawFacts(t)
		e := computed(t, members.Program{}, rules, sale, f)
		base, counted := new(big.Int), int64(0)
		for _, g := range e.Breakdown.Rules {
			base.Add(base, big.NewInt(g.Points))
			if g.Kind == rewards.AmountRule {
				counted += g.Basis
			}
		}
		if most := base.Mul(base, big.NewInt(10)); big.NewInt(e.Points).Cmp(most) > 0 || e.Breakdown.Product > 10_000 {
			t.Fatalf("%d points of %v at most, x%v", e.Points, most, e.Breakdown.Product)
		}
		if counted > e.Earning || e.Earning > e.Money {
			t.Fatalf("%d counted of %d that earn of %d", counted, e.Earning, e.Money)
		}
	})
}
