package campaigns

import (
	"math"
	"math/big"
)

// Below these numbers an interval is not to be relied on: Student's t asks for means that are about normal, and what people spend is
// many noughts and a few large amounts.
const (
	FewHeldOut = 300
	FewBuyers  = 30
)

// sure is the share of intervals that hold the truth.
const sure = 0.95

// Group is the people of one side of a comparison and what they spent inside the offer's time, net of refunds.
type Group struct {
	Members   int64   `json:"members"`
	Buyers    int64   `json:"buyers"`
	Revenue   int64   `json:"revenue"`    // minor units
	PerMember float64 `json:"per_member"` // minor units; who bought nothing counts with 0
}

// Lift is what a campaign brought: the difference between those it was for and those who were drawn out of it beforehand. Everybody
// who was assigned at the planning counts for their side, whatever became of their text.
type Lift struct {
	Treated Group `json:"treated"`
	HeldOut Group `json:"held_out"`

	Known     bool    `json:"known"`      // there is something to compare: two members at least on either side
	PerMember float64 `json:"per_member"` // more spent by a member of the treated, minor units
	Low       float64 `json:"low"`        // of its interval, 95 % sure
	High      float64 `json:"high"`
	Extra     int64   `json:"extra"` // by all of them together, minor units
	ExtraLow  int64   `json:"extra_low"`
	ExtraHigh int64   `json:"extra_high"`

	Seen bool `json:"seen"` // the interval leaves out zero: a difference can be seen
	Few  bool `json:"few"`  // below 300 held out or 30 buyers on a side: not to be relied on
}

// sums is what a mean and a variance are made of, exactly: they add up in any order and never overflow.
type sums struct {
	members, buyers int64
	total, squares  big.Int
}

// add counts a member who bought, with what they spent; minor units, not below zero.
func (s *sums) add(spent int64) {
	v := big.NewInt(spent)
	s.buyers++
	s.total.Add(&s.total, v)
	s.squares.Add(&s.squares, v.Mul(v, v))
}

// join adds what another one counted.
func (s *sums) join(o *sums) {
	s.members, s.buyers = s.members+o.members, s.buyers+o.buyers
	s.total.Add(&s.total, &o.total)
	s.squares.Add(&s.squares, &o.squares)
}

func (s *sums) mean() float64 {
	if s.members == 0 {
		return 0
	}
	return ratio(&s.total, big.NewInt(s.members))
}

// variance is that of one member, from n Σx² − (Σx)² over n (n − 1).
func (s *sums) variance() float64 {
	n := big.NewInt(s.members)
	above := new(big.Int).Mul(n, &s.squares)
	above.Sub(above, new(big.Int).Mul(&s.total, &s.total))
	return ratio(above, new(big.Int).Mul(n, big.NewInt(s.members-1)))
}

func ratio(a, b *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	return f
}

func (s *sums) group() Group {
	return Group{Members: s.members, Buyers: s.buyers, Revenue: s.total.Int64(), PerMember: s.mean()}
}

// sides are the two groups of a comparison in which everybody had the same chance to be held out.
type sides struct{ treated, held sums }

// strata are the sides of a comparison by the share that was held out. Runs with one share are one: everybody in them had the same
// chance. Runs with different shares are compared each for itself, or a run at Christmas with a small share would look like lift.
type strata map[int64]*sides

func (st strata) of(share int64) *sides {
	if st[share] == nil {
		st[share] = &sides{}
	}
	return st[share]
}

func (st strata) join(o strata) {
	for share, s := range o {
		st.of(share).treated.join(&s.treated)
		st.of(share).held.join(&s.held)
	}
}

// lift compares the sides: the mean of the differences, weighted by how many were treated; its interval by Welch, with the degrees of
// freedom of Satterthwaite over all means in it.
func (st strata) lift() Lift {
	var all sides
	var treated, estimate, variance, below float64
	for _, s := range st {
		all.treated.join(&s.treated)
		all.held.join(&s.held)
		if s.comparable() {
			treated += float64(s.treated.members)
		}
	}
	l := Lift{Treated: all.treated.group(), HeldOut: all.held.group()}
	l.Few = l.HeldOut.Members < FewHeldOut || min(l.Treated.Buyers, l.HeldOut.Buyers) < FewBuyers
	for _, s := range st {
		if !s.comparable() {
			continue
		}
		weight := float64(s.treated.members) / treated
		estimate += weight * (s.treated.mean() - s.held.mean())
		for _, g := range []*sums{&s.treated, &s.held} {
			v := weight * weight * g.variance() / float64(g.members)
			variance += v
			below += v * v / float64(g.members-1)
		}
		l.Known = true
	}
	return l.between(estimate, variance, below, treated)
}

// comparable: none below two members a group.
func (s *sides) comparable() bool { return s.treated.members >= 2 && s.held.members >= 2 }

func (l Lift) between(estimate, variance, below, treated float64) Lift {
	if !l.Known {
		return l
	}
	reach := 0.0
	if variance > 0 {
		reach = quantile((1+sure)/2, variance*variance/below) * math.Sqrt(variance)
	}
	l.PerMember, l.Low, l.High = estimate, estimate-reach, estimate+reach
	l.Extra, l.ExtraLow, l.ExtraHigh = rounded(estimate*treated), rounded(l.Low*treated), rounded(l.High*treated)
	l.Seen = variance > 0 && (l.Low > 0 || l.High < 0) // without any spread nothing can be told from chance
	return l
}

func rounded(v float64) int64 { return int64(math.Round(v)) }
