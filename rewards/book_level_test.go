package rewards_test

import (
	"time"

	"fiel/rewards"
)

// The book's levels, looked at day by day.

// dateIn is the local date of an instant, as midnight UTC.
func dateIn(zone *time.Location, at int64) time.Time {
	y, m, d := time.UnixMilli(at).In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (b *book) today() time.Time { return dateIn(b.zone, b.now) }

// aYearOn is the same date of the next year, 28 February for the 29th.
func aYearOn(day time.Time) time.Time {
	if day.Month() == time.February && day.Day() == 29 {
		return time.Date(day.Year()+1, time.February, 28, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(day.Year()+1, day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}

// sumOn is what counts in the program's span on a day.
func (a *account) sumOn(day time.Time) (n int64) {
	for d, amounts := range a.counted {
		worth := amounts[0]
		if a.money {
			worth = amounts[1]
		}
		inside := !d.After(day)
		switch a.span {
		case rewards.YearSpan:
			inside = inside && d.Year() == day.Year()
		case rewards.RollingSpan:
			inside = inside && aYearOn(d).After(day)
		}
		if inside {
			n += worth
		}
	}
	return n
}

func (b *book) reached(n int64) (rungs int) {
	for i, r := range b.levels {
		if n >= r.threshold {
			rungs = i + 1
		}
	}
	return rungs
}

// earnedOn is the level that what was earned so far justifies on a day.
func (a *account) earnedOn(day time.Time) (rungs int) {
	switch a.span {
	case rewards.LifetimeSpan:
		return a.reached(a.sumOn(day))
	case rewards.YearSpan:
		for year := day.Year() - 3; year <= day.Year(); year++ {
			last := time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC)
			if day.Before(time.Date(year+2, time.January, 1+a.grace, 0, 0, 0, 0, time.UTC)) {
				rungs = max(rungs, a.reached(a.sumOn(last)))
			}
		}
		return rungs
	}
	for back := range a.grace + 1 {
		rungs = max(rungs, a.reached(a.sumOn(day.AddDate(0, 0, -back))))
	}
	return rungs
}

// standing is the level of today: what was earned, or what came with a merge if that is more.
func (a *account) standing() int {
	rungs := a.earnedOn(a.today())
	if a.given > rungs && a.holdsGiven() {
		rungs = a.given
	}
	return rungs
}

// holdsGiven says whether a level that came with a merge holds today.
func (a *account) holdsGiven() bool {
	return a.given > 0 && (a.until.IsZero() || a.today().Before(a.until))
}

// lasts is the first day on which a level of today is not justified any more; zero when it always will be.
func (a *account) lasts(level int) time.Time {
	if level > a.earnedOn(a.today()) {
		return a.until
	}
	for day, n := a.today(), 0; n < 4*366; day, n = day.AddDate(0, 0, 1), n+1 {
		if a.earnedOn(day) < level {
			return day
		}
	}
	return time.Time{}
}

// count adds to what counts on a day.
func (a *account) count(day time.Time, points, money int64) {
	if points == 0 && money == 0 {
		return
	}
	a.settle()
	c := a.counted[day]
	a.counted[day] = [2]int64{c[0] + points, c[1] + money}
	a.settle()
}

// settle moves the level to where it should be. Each level passed gives its points, at most once in twelve months.
func (a *account) settle() {
	was, today := a.level, a.today()
	a.level = a.standing()
	for n := was; n < min(a.level, a.earnedOn(today)); n++ {
		last, had := a.gifts[n]
		if gift := a.levels[n].gift; gift > 0 && (!had || !aYearOn(last).After(today)) {
			a.gifts[n] = today
			a.credit(gift, 0)
		}
	}
}
