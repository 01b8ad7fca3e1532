package rewards

import (
	"math/big"
	"math/bits"
)

// basket is a sale, with what is left of it, as the rules share it out.
type basket struct {
	parts   []part
	sold    int64    // of all parts, minor units
	left    int64    // of them what did not come back by line, minor units
	money   *big.Rat // the earning money that is left: the parts share it by what is left of each
	earning int64    // the same, rounded up
	whole   int64    // the earning money of the whole sale
	paid    *big.Rat // of what is left, the share that did not come back as money
	real    *big.Rat // the share of the earning part that was paid with money
	tender  []Tender
	spent   int64 // all that was paid with money
}

// part is a piece of a sale that earns: a line, or the money that the ticket has beyond its lines.
type part struct {
	line   Line // as sold
	beyond bool // no line
	left   int64
	things int64 // of its quantity what did not come back
}

// basket takes a sale apart. What came back by line leaves its line; what came back as money leaves every line by share:
//
//	money left = earning × (1 − lines back ÷ earning lines − money back ÷ money paid)
func (s Sale) basket(c Scope, back Returned) basket {
	b := basket{whole: s.Earning(c), money: new(big.Rat), paid: new(big.Rat), tender: s.Tender, spent: s.Money()}
	b.parts = s.parts(c, b.whole, back)
	for _, p := range b.parts {
		b.sold, b.left = b.sold+p.line.Amount, b.left+p.left
	}
	b.real = share(b.whole, s.less(s.Amount, c))
	if back.Whole || b.left == 0 {
		return b
	}
	remains := share(b.left, b.sold)
	remains.Sub(remains, share(back.Money, b.spent))
	if remains.Sign() <= 0 {
		return b
	}
	b.money.Mul(remains, new(big.Rat).SetInt64(b.whole))
	b.earning = ceil(b.money)
	b.paid.Quo(remains, share(b.left, b.sold))
	return b
}

// parts are the lines that earn, and one part for the money beyond lines. A line that cost nothing earns nothing.
func (s Sale) parts(c Scope, earning int64, back Returned) (all []part) {
	beyond := s.Amount - capped(0, s.Tip) - capped(0, s.Tax)
	for i, l := range s.Lines {
		beyond -= capped(0, l.Amount)
		if !c.earns(l) || l.Amount <= 0 {
			continue
		}
		l.Amount, l.Quantity = capped(0, l.Amount), capped(0, l.Quantity)
		p := part{line: l, left: l.Amount, things: l.Quantity}
		if i < len(back.Lines) {
			p.left, p.things = max(0, p.left-back.Lines[i].Amount), max(0, p.things-back.Lines[i].Quantity)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		beyond = earning // whatever the lines are, this money is none of theirs
	}
	if beyond > 0 {
		all = append(all, part{line: Line{Amount: beyond}, beyond: true, left: beyond})
	}
	return all
}

// group is what one rule counts together.
type group struct {
	rule   term
	amount int64 // of its parts what is left, minor units
	things int64
}

// groups gives each part to the rule that gives most for it. They come in the order of the rules.
func (b basket) groups(rules []term) (all []group) {
	at := make(map[int64]int, 2)
	for _, r := range rules {
		if r.Kind == AmountRule || r.Kind == QuantityRule {
			at[r.ID] = len(all)
			all = append(all, group{rule: r})
		}
	}
	some := make([]bool, len(all))
	for _, p := range b.parts {
		if r, ok := p.best(all); ok {
			g := &all[at[r]]
			g.amount, g.things = g.amount+p.left, g.things+p.things
			some[at[r]] = true
		}
	}
	used := all[:0]
	for i, g := range all {
		if some[i] {
			used = append(used, g)
		}
	}
	return used
}

// best finds the rule that gives most for a part as it was sold: the first of equals.
func (p part) best(groups []group) (id int64, found bool) {
	var best rate
	for _, g := range groups {
		if r := p.rate(g.rule); r.of > 0 && (!found || best.less(r)) {
			id, best, found = g.rule.ID, r, true
		}
	}
	return id, found
}

// rate is points × of ÷ step.
type rate struct{ points, of, step int64 }

func (p part) rate(r term) rate {
	switch {
	case p.beyond && (!r.general() || r.Kind == QuantityRule), !r.matches(p.line):
		return rate{}
	case r.Kind == QuantityRule:
		return rate{r.Points, p.line.Quantity, r.Step}
	}
	return rate{r.Points, p.line.Amount, r.Step}
}

// less compares exactly: points × of is at most 10^18, times a step more than an int64 holds.
func (r rate) less(than rate) bool {
	high, low := bits.Mul64(uint64(r.points*r.of), uint64(than.step))              //nolint:gosec // none is below zero
	otherHigh, otherLow := bits.Mul64(uint64(than.points*than.of), uint64(r.step)) //nolint:gosec // as above
	return high < otherHigh || high == otherHigh && low < otherLow
}

// gain is what a rule gives for its group, and the carry after it. The main rule's money is rounded up and that of the others down, so
// that what rounding leaves over is carried and nothing is counted twice.
func (b basket) gain(g group, carry int64) (Gain, int64) {
	r := g.rule
	gain := Gain{Rule: r.ID, Name: r.Name, Kind: r.Kind}
	if r.Kind == QuantityRule {
		things := new(big.Rat).SetInt64(g.things)
		gain.Basis = floor(things.Mul(things, b.paid).Mul(things, b.real))
		gain.Points = gain.Basis / r.Step * r.Points
		return gain, carry
	}
	money := share(g.amount, b.left)
	money.Mul(money, b.money)
	if gain.Basis = floor(money); r.Main {
		gain.Basis = ceil(money)
	}
	if !r.Main || !r.Carries || gain.Basis == 0 {
		gain.Points = gain.Basis / r.Step * r.Points
		return gain, carry
	}
	all := gain.Basis + carry
	steps := max(all, 0) / r.Step // a carry below zero is worked off first
	gain.Points = steps * r.Points
	return gain, all - steps*r.Step
}

// things counts what is left of the lines that a rule counts for. What came back as money takes whole things only.
func (b basket) things(r term) (n int64) {
	for _, p := range b.parts {
		if !p.beyond && p.left > 0 && r.matches(p.line) {
			n += p.things
		}
	}
	things := new(big.Rat).SetInt64(n)
	return ceil(things.Mul(things, b.paid))
}

// has says whether anything is left of a line that a rule counts for.
func (b basket) has(r term) bool { return b.things(r) > 0 }

// share is a part of a whole; of nothing it is none.
func share(part, of int64) *big.Rat {
	if of <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(part, of)
}
