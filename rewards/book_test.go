package rewards_test

import (
	"cmp"
	"math"
	"slices"
	"time"

	"fiel/rewards"
)

// book is a program's ledger as a careful person would keep it on paper: one point at a time, one day at a time, in plain loops and
// without a table. The real one is compared with it.
type book struct {
	now  int64
	zone *time.Location

	clamps bool
	rule   ending // of points
	was    ending // the rule before
	gen    int    // of the rule
	since  int64  // when it came

	step, points         int64 // the main rule
	carries              bool
	breadStep, breadEach int64 // the rule for bread; step 0: none
	visit, minimum       int64 // visit 0: no such rule
	storeCard            int64 // thousandths
	room                 int64 // of a member and day; 0: no cap

	span   string
	money  bool // levels go by money
	grace  int  // days
	levels []rung

	opened int // lots so far
}

// ending is a rule for the end of points.
type ending struct {
	mode   string
	months int
}

// rung is a level.
type rung struct{ threshold, times, gift int64 }

// pile is a lot.
type pile struct {
	opened  int
	left    int64
	created int64
	expires int64 // math.MaxInt64: never
	gen     int
	lapsed  int64
}

// account is one member in the book.
type account struct {
	*book
	lots    []*pile
	debt    int64
	carry   int64
	entries int64
	active  int64

	counted map[time.Time][2]int64 // points and money, by day
	spent   map[time.Time]int64    // room of the day's cap that is used
	level   int                    // rungs up, as the ledger last saw it
	gifts   map[int]time.Time      // day of a rung's last gift
	given   int                    // a level that came with a merge,
	until   time.Time              // and the day it ends; zero: never
}

func (b *book) newAccount() *account {
	return &account{book: b, counted: map[time.Time][2]int64{}, spent: map[time.Time]int64{}, gifts: map[int]time.Time{}}
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

// entry is one more row; a lapse is no activity.
func (a *account) entry(lapse bool) {
	a.entries++
	if !lapse {
		a.active = a.now
	}
}

// ends is when points end that were earned, or renewed, at an instant: exclusive.
func (b *book) ends(r ending, from int64) int64 {
	day := time.UnixMilli(from).In(b.zone)
	first := time.Date(day.Year(), day.Month(), 1, 12, 0, 0, 0, b.zone)
	for range r.months {
		first = first.AddDate(0, 1, 0)
	}
	last := first
	for last.AddDate(0, 0, 1).Month() == first.Month() && (r.mode == rewards.Rolling || last.Day() < day.Day()) {
		last = last.AddDate(0, 0, 1)
	}
	if r.mode == rewards.NoExpiry {
		return math.MaxInt64
	}
	return time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, b.zone).UnixMilli()
}

// endsBy is when a lot ends by a rule alone.
func (a *account) endsBy(r ending, p *pile) int64 {
	if r.mode == rewards.Inactivity {
		return a.ends(r, a.active)
	}
	return a.ends(r, p.created)
}

// date brings a lot under the rule of now.
func (a *account) date(p *pile) {
	if p.gen == a.gen {
		return
	}
	was, end := p.expires, a.endsBy(a.rule, p)
	if p.gen == a.gen-1 {
		was = a.endsBy(a.was, p)
	}
	p.gen = a.gen
	switch {
	case p.expires <= a.since: // past its day then
	case end > was:
		p.expires = max(p.expires, end)
	case end < was:
		p.expires = min(p.expires, max(end, a.ends(a.rule, a.since))) // not before one full period has passed
	}
}

// dateAll brings all live lots under the rule of now.
func (a *account) dateAll() {
	for _, p := range a.lots {
		if p.left > 0 {
			a.date(p)
		}
	}
}

// renew lets all live points end together where they go by inactivity.
func (a *account) renew() {
	if a.rule.mode != rewards.Inactivity {
		return
	}
	for _, p := range a.lots {
		if p.left > 0 && p.expires > a.now {
			p.gen, p.expires = a.gen, max(p.expires, a.ends(a.rule, a.now))
		}
	}
}

// credit fills the debt, and opens a pile with the rest. Expires 0: by the rule.
func (a *account) credit(points, expires int64) *pile {
	a.entry(false)
	for ; points > 0 && a.debt > 0; points-- {
		a.debt--
	}
	var p *pile
	if points > 0 {
		p = a.open(points, expires)
	}
	a.renew()
	return p
}

func (a *account) open(points, expires int64) *pile {
	p := &pile{opened: a.opened, left: points, created: a.now, expires: expires, gen: a.gen}
	if expires == 0 {
		p.expires = a.ends(a.rule, a.now)
	}
	a.opened++
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
	a.entry(false)
	bites = a.eat(points, own)
	a.renew()
	return bites
}

func (a *account) eat(points int64, own *pile) (bites []bite) {
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
	if own != nil && own.left > 0 && own.expires > a.now && slices.Contains(a.lots, own) {
		return own
	}
	for _, p := range a.lots {
		if p.left > 0 && p.expires > a.now && (found == nil || sooner(p, found) < 0) {
			found = p
		}
	}
	return found
}

func sooner(a, b *pile) int {
	return cmp.Or(cmp.Compare(a.expires, b.expires), cmp.Compare(a.opened, b.opened))
}

// lapse writes off what is past its day, one entry a pile.
func (a *account) lapse() {
	a.dateAll()
	for _, p := range a.lots {
		if p.left > 0 && p.expires <= a.now {
			p.left, p.lapsed = 0, p.lapsed+p.left
			a.entry(true)
		}
	}
}

const week = 7 * 24 * int64(time.Hour/time.Millisecond)

// giveBack puts bites back where they came from, those that would have ended first into the debt, and those with less than a week to
// live into a new pile of a week, or where points go by inactivity of as long as any.
func (a *account) giveBack(bites []bite) {
	a.entry(false)
	for _, b := range bites {
		a.date(b.from)
	}
	slices.SortFunc(bites, func(x, y bite) int { return sooner(x.from, y.from) })
	soon, young := a.now+week, int64(0)
	for _, b := range bites {
		for ; b.points > 0; b.points-- {
			switch {
			case a.debt > 0:
				a.debt--
			case b.from.expires <= soon:
				young++
			default:
				b.from.left++
			}
		}
	}
	if a.rule.mode == rewards.Inactivity {
		soon = 0
	}
	if young > 0 {
		a.open(young, soon)
	}
	a.renew()
}

// merge takes over all that another has. The lots of both pay the debt of either.
func (a *account) merge(from *account) {
	from.lapse()
	a.lapse()
	points, debt := from.balance(), a.debt+from.debt
	a.lots = append(a.lots, from.lots...)
	a.carry += from.carry
	for day, n := range from.spent { // two cards have one cap from now on
		a.spent[day] += n
	}
	from.lots, from.carry, from.debt = nil, 0, 0
	if points != 0 {
		from.entry(false)
		a.entry(false)
		a.debt = 0
		a.eat(debt, nil)
		a.renew()
	}
	if level := from.standing(); level > a.standing() {
		a.given, a.until = level, from.lasts(level)
		a.settle()
	} else if from.holdsGiven() && !a.holdsGiven() {
		a.given, a.until = from.given, from.until
	}
	from.level, from.given, from.counted = 0, 0, nil
}

// state is the piles as the table shows them.
func (a *account) state() (all []lot) {
	live := slices.Clone(a.lots)
	slices.SortFunc(live, sooner)
	for _, p := range live {
		switch {
		case p.left == 0:
		case p.expires == math.MaxInt64:
			all = append(all, lot{p.left, 0})
		default:
			all = append(all, lot{p.left, p.expires})
		}
	}
	return all
}
