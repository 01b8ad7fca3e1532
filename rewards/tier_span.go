package rewards

import (
	"maps"
	"slices"
	"time"
)

// Spans in which a program counts for levels, and what it counts.
const (
	YearSpan     = "year"     // a calendar year; its level lasts through the next
	RollingSpan  = "rolling"  // the twelve months up to today
	LifetimeSpan = "lifetime" // all there ever was
	ByPoints     = "points"
	ByMoney      = "money" // earning money
)

// amount is what counted on a day. Days are dates, as times at midnight UTC.
type amount struct {
	day time.Time
	n   int64
}

// piece says that n is what a member has in the program's span from one day until another (exclusive; zero: for ever). A level that
// it reaches is held until it ends; up to counts it grows with what the member earns.
type piece struct {
	from, until, counts time.Time
	n                   int64
}

// spans are the pieces of a member, in the order of their beginnings. Of those that run on a day the best one counts.
type spans []piece

// spansOf lays out what counted (rising days) over the calendar; grace days are added to the end of each piece.
func spansOf(span string, counted []amount, grace int64) spans {
	all := rolling
	switch span {
	case YearSpan:
		all = yearly
	case LifetimeSpan:
		all = lifelong
	}
	list := all(counted)
	for i := range list {
		if !list[i].until.IsZero() {
			list[i].until = list[i].until.AddDate(0, 0, int(grace))
		}
	}
	return list
}

func yearly(counted []amount) (list spans) {
	sums := map[int]int64{}
	for _, a := range counted {
		sums[a.day.Year()] += a.n
	}
	for _, y := range slices.Sorted(maps.Keys(sums)) {
		list = append(list, piece{from: newYear(y), counts: newYear(y + 1), until: newYear(y + 2), n: sums[y]})
	}
	return list
}

func newYear(y int) time.Time { return time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC) }

func lifelong(counted []amount) spans {
	all := int64(0)
	for _, a := range counted {
		all += a.n
	}
	return spans{{n: all}}
}

// rolling is the sum of the twelve months before, as it steps up with each purchase and down on the same date of the next year.
func rolling(counted []amount) (list spans) {
	steps := map[time.Time]int64{}
	for _, a := range counted {
		steps[a.day] += a.n
		steps[nextYear(a.day)] -= a.n
	}
	sum, edges := int64(0), slices.SortedFunc(maps.Keys(steps), time.Time.Compare)
	for i := 0; i+1 < len(edges); i++ {
		sum += steps[edges[i]]
		list = append(list, piece{from: edges[i], counts: edges[i+1], until: edges[i+1], n: sum})
	}
	return list
}

// nextYear is the same date a year on, 28 February for the 29th.
func nextYear(d time.Time) time.Time {
	next := d.AddDate(1, 0, 0)
	if next.Month() != d.Month() {
		return next.AddDate(0, 0, -next.Day())
	}
	return next
}

// fallen is the last day whose purchases have fallen out of the twelve months by d.
func fallen(d time.Time) time.Time {
	last := d.AddDate(-1, 0, 1)
	for nextYear(last).After(d) {
		last = last.AddDate(0, 0, -1)
	}
	return last
}

// best is the most that counts on a day.
func (s spans) best(day time.Time) (most int64) {
	for _, p := range s {
		if !p.from.After(day) && (p.until.IsZero() || day.Before(p.until)) {
			most = max(most, p.n)
		}
	}
	return most
}

// growing is what the member has on a day and adds to by earning.
func (s spans) growing(day time.Time) (n int64) {
	for _, p := range s {
		if !p.from.After(day) && (p.counts.IsZero() || day.Before(p.counts)) {
			n = p.n
		}
	}
	return n
}

// lasts is the first day from day on which so much does not count any more; zero: it always will.
func (s spans) lasts(day time.Time, threshold int64) time.Time {
	for _, p := range s {
		if p.n < threshold || p.from.After(day) {
			continue
		}
		if p.until.IsZero() {
			return time.Time{}
		}
		if p.until.After(day) {
			day = p.until
		}
	}
	return day
}

// reached is the highest level for which so much is enough.
func (l Ladder) reached(n int64) Tier {
	for _, t := range slices.Backward(l) {
		if n >= t.Threshold {
			return t
		}
	}
	return noLevel()
}

// dateOf is the local date of an instant.
func dateOf(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
