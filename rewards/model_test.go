package rewards_test

import (
	"cmp"
	"math"
	"slices"

	"fiel/rewards"
)

// account is the ledger of one member as a person would keep it: one point at a time, in plain loops, without a table. The real one
// is compared with it.
type account struct {
	now     int64
	clamps  bool
	lots    []*pile // in the order they were opened
	debt    int64
	carry   int64
	entries int64
	sources map[string]bool
}

// pile is a lot.
type pile struct {
	opened  int
	left    int64
	expires int64 // math.MaxInt64: never
	lapsed  int64
}

func newAccount(now int64, clamps bool) *account {
	return &account{now: now, clamps: clamps, sources: map[string]bool{}}
}

func (a *account) balance() (n int64) {
	for _, p := range a.lots {
		n += p.left
	}
	return n - a.debt
}

// spendable leaves out what is past its day.
func (a *account) spendable() (n int64) {
	for _, p := range a.lots {
		if p.expires > a.now {
			n += p.left
		}
	}
	return n - a.debt
}

// credit fills the debt, and opens a pile with the rest. It says false for a source that was there before.
func (a *account) credit(source string, points, expires int64) bool {
	if a.sources[source] {
		return false
	}
	a.sources[source] = true
	a.entries++
	for ; points > 0 && a.debt > 0; points-- {
		a.debt--
	}
	if points > 0 {
		a.open(points, expires)
	}
	return true
}

func (a *account) open(points, expires int64) *pile {
	p := &pile{opened: len(a.lots), left: points, expires: expires}
	a.lots = append(a.lots, p)
	return p
}

// bite is what a debit took out of a pile.
type bite struct {
	from   *pile
	points int64
}

// take takes points one by one: from own, then from the live pile that ends first; what is not there is a debt.
func (a *account) take(points int64, own *pile) (bites []bite) {
	a.lapse()
	a.entries++
	for ; points > 0; points-- {
		p := a.first(own)
		if p == nil {
			a.debt++
			continue
		}
		p.left--
		if n := len(bites); n > 0 && bites[n-1].from == p {
			bites[n-1].points++
		} else {
			bites = append(bites, bite{p, 1})
		}
	}
	return bites
}

func (a *account) first(own *pile) (found *pile) {
	if own != nil && own.left > 0 && own.expires > a.now {
		return own
	}
	for _, p := range a.lots {
		if p.left > 0 && p.expires > a.now && (found == nil || p.expires < found.expires) {
			found = p
		}
	}
	return found
}

// lapse writes off what is past its day, one entry a pile.
func (a *account) lapse() {
	for _, p := range a.lots {
		if p.left > 0 && p.expires <= a.now {
			p.left, p.lapsed = 0, p.lapsed+p.left
			a.entries++
		}
	}
}

// giveBack puts bites back where they came from, those that would have ended first into the debt, and those with less than a week to
// live into a new pile of a week.
func (a *account) giveBack(bites []bite) {
	a.entries++
	slices.SortFunc(bites, func(x, y bite) int {
		return cmp.Or(cmp.Compare(x.from.expires, y.from.expires), cmp.Compare(x.from.opened, y.from.opened))
	})
	week := a.now + 7*day.Milliseconds()
	young := int64(0)
	for _, b := range bites {
		for ; b.points > 0; b.points-- {
			switch {
			case a.debt > 0:
				a.debt--
			case b.from.expires <= week:
				young++
			default:
				b.from.left++
			}
		}
	}
	if young > 0 {
		a.open(young, week)
	}
}

// state is the piles as the table shows them.
func (a *account) state() (all []lot) {
	for _, p := range a.lots {
		if p.left > 0 {
			all = append(all, lot{p.left, p.expires})
		}
	}
	slices.SortStableFunc(all, func(x, y lot) int { return cmp.Compare(x.expires, y.expires) })
	for i := range all {
		if all[i].expires == math.MaxInt64 {
			all[i].expires = 0
		}
	}
	return all
}

// worth counts steps one by one. The rule is the main one; a visit gives its points too, and the better counts.
func worth(step, points int64, carries bool, visit, minimum, earning, carry int64) (won, left int64) {
	if earning <= 0 {
		return 0, carry
	}
	left = carry
	money := earning
	if carries {
		money += carry
	}
	for ; money >= step; money -= step {
		won += points
	}
	if carries {
		left = money
	}
	if visit > won && earning >= minimum {
		return visit, carry
	}
	return won, left
}

// bought is a purchase in the model, with what came of it.
type bought struct {
	real                  *sold
	earning, carry        int64 // the carry it saw
	points, taken, missed int64
	back                  int64 // money that has come back
	whole                 bool
	pile                  *pile // nil: the points filled a debt, or there were none
}

// left is the earning money that remains.
func (b *bought) left(back int64, whole bool) int64 {
	if whole || back >= b.earning {
		return 0
	}
	return b.earning - back
}

// ticket is a voucher in the model.
type ticket struct {
	real   rewards.Voucher
	number int64 // of the reward
	bites  []bite
	usedOn *bought
	closed bool
}
