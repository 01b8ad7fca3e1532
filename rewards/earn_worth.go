package rewards

import (
	"math"
	"math/big"
	"slices"

	"fiel/members"
)

// Compute finds what a sale is worth by the rules and facts given. It changes nothing.
//
// Each line goes to the amount or quantity rule that gives most for it (the main one among equals, then the oldest); the steps of a
// rule are counted over its lines together. For the main rule the carry counts too, if it carries, and the remainder is the new carry.
// Of the points of all lines together and those of each visit rule the best counts, not the sum. Then the multipliers of level, window,
// tender and campaign apply, the best of each kind, at most 10 together, and the product is floored once. What is above the room under
// the day's cap is not given. Rules whose minimum the earning money does not reach do not count. A sale without earning money, or in
// another currency than the program's, is worth nothing.
//
// The error, db.Internal, is for rules that cannot be read; those that [AddRule] made can be.
func Compute(p members.Program, rules []Rule, s Sale, f Facts) (Earned, error) {
	open, err := openRules(rules)
	if err != nil {
		return Earned{}, err
	}
	if s.Currency != "" && s.Currency != p.Currency {
		return Earned{Money: s.Money(), CarryBefore: f.Carry, CarryAfter: f.Carry, Facts: f}, nil
	}
	w := judge(open, s, f, Returned{})
	for _, g := range w.stamps {
		w.breakdown.Stamps = append(w.breakdown.Stamps, Gain{Rule: g.rule.ID, Name: g.rule.Name, Kind: StampRule, Basis: g.n})
	}
	return Earned{
		Money: s.Money(), Earning: w.earning, Rule: w.rule(), Points: w.points, CarryBefore: f.Carry, CarryAfter: w.carry,
		Breakdown: w.breakdown, Facts: f, stamps: w.stamps, visited: w.visited,
	}, nil
}

// worth is what a sale, or what is left of one, comes to.
type worth struct {
	earning   int64 // minor units
	points    int64
	carry     int64 // after it, minor units
	breakdown Breakdown
	stamps    []stamped
	visited   []int64 // rules that count visits and counted this one
}

// rule is the one that gave most.
func (w worth) rule() int64 {
	id, most := int64(0), int64(-1)
	for _, g := range w.breakdown.Rules {
		if g.Points > most {
			id, most = g.Rule, g.Points
		}
	}
	return id
}

// judge finds what is left of a sale is worth, as if what came back of it had not been there.
//
// It never rises when more comes back, which is why a refund never gives, and why any order of refunds ends where one of them all
// would. For fixed rules that is so because each line stays with its rule (as sold) and every share only shrinks. Where so much came
// back that a rule's minimum is not reached any more, its lines go to other rules, which may round better than it did: then the worth
// with the rule counts, if that is less.
func judge(rules []term, s Sale, f Facts, back Returned) worth {
	b := s.basket(f.Scope, back)
	least := b.under(rules, f, b.earning)
	least.stamps, least.visited = b.stamps(rules, f)
	for _, r := range rules {
		if b.earning > 0 && r.Minimum > b.earning && r.Minimum <= b.whole {
			if w := b.under(rules, f, r.Minimum); w.points < least.points {
				least.points, least.carry, least.breakdown = w.points, w.carry, w.breakdown
			}
		}
	}
	return least
}

// under finds the worth by the rules whose minimum is reached by so much money.
func (b basket) under(rules []term, f Facts, reached int64) worth {
	w := worth{earning: b.earning, carry: f.Carry}
	if b.earning <= 0 {
		return w
	}
	counting := make([]term, 0, len(rules))
	for _, r := range rules {
		if r.Minimum <= reached && r.counts(f) {
			counting = append(counting, r)
		}
	}
	base := new(big.Int)
	for _, g := range b.groups(counting) {
		gain, carry := b.gain(g, w.carry)
		w.carry, w.breakdown.Rules = carry, append(w.breakdown.Rules, gain)
		base.Add(base, big.NewInt(gain.Points))
	}
	if v, better := bestVisit(counting, base); better {
		w.carry, w.breakdown.Rules = f.Carry, []Gain{{Rule: v.ID, Name: v.Name, Kind: v.Kind, Basis: b.earning, Points: v.Points}}
		base.SetInt64(v.Points)
	}
	times := w.breakdown.multiply(b.factors(counting, f))
	w.points = floor(times.Mul(times, new(big.Rat).SetInt(base)))
	if f.Capped && w.points > f.Room {
		w.breakdown.Capped, w.points = w.points-f.Room, f.Room
	}
	w.breakdown.CarryBefore, w.breakdown.CarryAfter = f.Carry, w.carry
	return w
}

// bestVisit is the visit rule that gives most, if that is more than the base.
func bestVisit(rules []term, base *big.Int) (best term, better bool) {
	for _, r := range rules {
		if r.Kind == VisitRule && r.Points > best.Points {
			best = r
		}
	}
	return best, base.Cmp(big.NewInt(best.Points)) < 0
}

// stamps counts what each stamp rule gives, and which rules count this visit.
func (b basket) stamps(rules []term, f Facts) (given []stamped, visited []int64) {
	for _, r := range rules {
		if b.earning <= 0 || r.Minimum > b.earning || !r.counts(f) {
			continue
		}
		n := int64(0)
		switch {
		case r.Kind == VisitRule:
			n = 1
		case r.Kind == StampRule && r.Counts == CountsItems:
			n = b.things(r)
		case r.Kind == StampRule && (r.general() || b.has(r)):
			n = 1
		}
		if n > 0 && r.GapMinutes > 0 {
			visited = append(visited, r.ID)
		}
		if n > 0 && r.Kind == StampRule {
			given = append(given, stamped{r.Rule, n})
		}
	}
	return given, visited
}

// term is a rule whose lists are read.
type term struct {
	Rule
	categories, products, weekdays []string
	stores, tiers                  []int64
}

// openRules reads the lists of rules and puts them in order: the main one first, then the oldest.
func openRules(rules []Rule) ([]term, error) {
	all := make([]term, len(rules))
	for i, r := range rules {
		all[i].Rule = r
		for _, read := range []func() error{
			into(&all[i].categories, r.Categories), into(&all[i].products, r.Products), into(&all[i].weekdays, r.Weekdays),
			into(&all[i].stores, r.Stores), into(&all[i].tiers, r.Tiers),
		} {
			if err := read(); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(a, b term) int {
		switch {
		case a.Main != b.Main && a.Main:
			return -1
		case a.Main != b.Main:
			return 1
		}
		return int(min(max(a.ID-b.ID, -1), 1))
	})
	return all, nil
}

// general says whether a rule counts for all lines.
func (r term) general() bool { return len(r.categories)+len(r.products) == 0 }

// matches says whether a rule counts for a line.
func (r term) matches(l Line) bool {
	return r.general() || l.SKU != "" && slices.Contains(r.products, l.SKU) || l.Category != "" && oneOf(l.Category, r.categories)
}

// floor is the largest whole number not above r; one that no int64 holds becomes the largest that there is.
func floor(r *big.Rat) int64 {
	n := new(big.Int).Div(r.Num(), r.Denom())
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}

// ceil is the smallest whole number not below r.
func ceil(r *big.Rat) int64 { return -floor(new(big.Rat).Neg(r)) }
