package rewards_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// Whatever a member buys and gives back over the years, and whether or not a round has come by, the level is the one that a count of
// every single day gives, it ends on the day that count ends it, and each level's reward is paid once in twelve months.
func TestLevelsAgreeWithACountOfEveryDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			if err := d.Reserve(context.Background(), 500); err != nil {
				t.Fatal(err)
			}
			inOneTx(d, func(ctx context.Context, tx *db.Tx) { climb(t, ctx, tx).live() })
		})
	})
}

// climber is a member on a ladder, and a plain count of what each day gave.
type climber struct {
	*rapid.T
	ctx    context.Context
	tx     *db.Tx
	p      members.Program
	id     int64
	levels []rewards.Tier
	bought []*sold

	day    int              // days since start
	days   map[int]counting // what counted on each
	gifted map[int]int      // by the rank of a level, the day its reward was paid
	points int64            // that the levels have paid
}

var climbStart = time.Date(2027, time.November, 20, 12, 0, 0, 0, time.UTC)

func climb(t *rapid.T, ctx context.Context, tx *db.Tx) *climber {
	c := &climber{T: t, ctx: ctx, tx: tx, days: map[int]counting{}, gifted: map[int]int{}}
	tx.Now = climbStart.UnixMilli()
	p, err := members.CreateProgram(ctx, tx, members.NewProgram{Name: "Sol", Country: "ES", Currency: "EUR", Zone: "Europe/Madrid", Language: "es"})
	c.must(err)
	m, _, err := members.Join(ctx, tx, p, members.Joining{Phone: "+34612345678", Hash: "h"})
	c.must(err)
	c.id = m.ID
	c.p, err = levelRules{
		By:        rapid.SampledFrom([]string{rewards.ByPoints, rewards.ByMoney}).Draw(t, "by"),
		Span:      rapid.SampledFrom([]string{rewards.YearSpan, rewards.RollingSpan, rewards.LifetimeSpan}).Draw(t, "span"),
		GraceDays: rapid.SampledFrom([]int64{0, 1, 20, 90, 366}).Draw(t, "grace"),
	}.set(ctx, tx, p.ID)
	c.must(err)
	_, err = rewards.AddRule(ctx, tx, p, rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
	c.must(err)
	for i, threshold := range []int64{40, 90, 160} {
		level, err := rewards.AddTier(ctx, tx, p, rewards.NewTier{Name: string(rune('A' + i)), Threshold: threshold, EntryPoints: int64(1000 * (i + 1))})
		c.must(err)
		c.levels = append(c.levels, level)
	}
	return c
}

func (c *climber) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *climber) live() {
	steps := []func(){c.buy, c.buy, c.buy, c.refund, c.wait, c.wait, c.round}
	for range rapid.IntRange(5, 30).Draw(c.T, "steps") {
		steps[rapid.IntRange(0, len(steps)-1).Draw(c.T, "step")]()
		c.compare()
	}
}

func date(day int) time.Time { return climbStart.AddDate(0, 0, day) }

// yearOn is the day of the same date a year later.
func yearOn(day int) int {
	d := date(day)
	next := time.Date(d.Year()+1, d.Month(), d.Day(), 12, 0, 0, 0, time.UTC)
	if d.Month() == time.February && d.Day() == 29 {
		next = time.Date(d.Year()+1, time.February, 28, 12, 0, 0, 0, time.UTC)
	}
	return int(next.Sub(climbStart) / (24 * time.Hour))
}

// counting is what a day gave, with the year it belongs to and the day it falls out of twelve months.
type counting struct{ n, year, out int }

// sumOn is what counts on a day, looking at no other.
func (c *climber) sumOn(on int) int {
	this, last, all, months, year := 0, 0, 0, 0, date(on).Year()
	for day, a := range c.days {
		all += a.n
		switch a.year {
		case year:
			this += a.n
		case year - 1:
			last += a.n
		}
		if day <= on && on < a.out {
			months += a.n
		}
	}
	return map[string]int{rewards.LifetimeSpan: all, rewards.RollingSpan: months, rewards.YearSpan: max(this, last)}[c.p.TierWindow]
}

// eachDay goes through the days from one on, with the level of each (0 to 3): what any of the days of grace before it justified.
func (c *climber) eachDay(from int, see func(day, rank int) (more bool)) {
	grace := int(c.p.TierGraceDays)
	justified := [4]int{0, from - grace - 1, from - grace - 1, from - grace - 1} // the last day that did, by rank
	for day := from - grace; ; day++ {
		sum, rank := c.sumOn(day), 0
		for i, level := range c.levels {
			if sum >= int(level.Threshold) {
				justified[i+1] = day
			}
			if justified[i+1] >= day-grace {
				rank = i + 1
			}
		}
		if day >= from && !see(day, rank) {
			return
		}
	}
}

func (c *climber) rankOn(on int) (rank int) {
	c.eachDay(on, func(_, found int) bool {
		rank = found
		return false
	})
	return rank
}

// count adds to what a day gave.
func (c *climber) count(day, n int) {
	a := c.days[day]
	c.days[day] = counting{n: a.n + n, year: date(day).Year(), out: yearOn(day)}
}

func (c *climber) member() members.Member {
	m, err := members.Lock(c.ctx, c.tx, c.p.ID, c.id)
	c.must(err)
	return m
}

func (c *climber) buy() {
	n := rapid.IntRange(1, 60).Draw(c.T, "amount")
	before := c.rankOn(c.day)
	bought := rewards.Purchase{ID: c.tx.ID(), At: c.tx.Now, Day: date(c.day).Format(time.DateOnly), Sale: rewards.Sale{Amount: int64(n)}}
	e, _, err := rewards.Earn(c.ctx, c.tx, c.p, c.member(), bought, nil)
	c.must(err)
	c.bought = append(c.bought, &sold{Purchase: bought, Earned: e})
	c.count(c.day, n)
	for rank, now := before+1, c.rankOn(c.day); rank <= now; rank++ {
		if paid, ever := c.gifted[rank]; !ever || yearOn(paid) <= c.day {
			c.gifted[rank] = c.day
			c.points += c.levels[rank-1].EntryPoints
		}
	}
}

func (c *climber) refund() {
	if len(c.bought) == 0 {
		return
	}
	b := rapid.SampledFrom(c.bought).Draw(c.T, "sale")
	left := b.Points - b.taken
	if left == 0 {
		return
	}
	part := money(rapid.Int64Range(1, left).Draw(c.T, "back"))
	taken, _, err := rewards.TakeBack(c.ctx, c.tx, c.p, c.member(), b.back(c.tx.ID(), part), nil)
	c.must(err)
	b.keep(part, taken)
	on, err := time.Parse(time.DateOnly, b.Day)
	c.must(err)
	c.count(int(on.Add(12*time.Hour).Sub(climbStart)/(24*time.Hour)), -int(part.Money))
}

func (c *climber) wait() {
	c.day += rapid.SampledFrom([]int{1, 7, 30, 91, 365, 366}).Draw(c.T, "days")
	c.tx.Now = date(c.day).UnixMilli()
}

func (c *climber) round() {
	for _, round := range []func(context.Context, *db.Tx, members.Program, int64) (int64, error){rewards.LevelsChanged, rewards.LevelsDue} {
		_, err := round(c.ctx, c.tx, c.p, 10)
		c.must(err)
	}
}

func (c *climber) compare() {
	m, err := members.ByID(c.ctx, c.tx, c.p.ID, c.id)
	c.must(err)
	level, err := rewards.LevelOf(c.ctx, c.tx, c.p, m)
	c.must(err)
	want := c.rankOn(c.day)
	if rank := int(level.EntryPoints / 1000); rank != want {
		c.Fatalf("on day %d (%s) level %d, want %d: %v", c.day, date(c.day).Format(time.DateOnly), rank, want, c.days)
	}
	earned := int64(0)
	for _, a := range c.days {
		earned += int64(a.n)
	}
	if m.Balance != earned+c.points {
		c.Fatalf("balance %d, want %d and %d for levels", m.Balance, earned, c.points)
	}
	st, err := rewards.LevelStandingOf(c.ctx, c.tx, c.p, m)
	c.must(err)
	if st.Until == 0 {
		return
	}
	c.eachDay(c.day+1, func(day, rank int) bool {
		start := time.Date(date(day).Year(), date(day).Month(), date(day).Day(), 0, 0, 0, 0, c.p.Location()).UnixMilli()
		if (rank != want) != (start == st.Until) {
			c.Fatalf("level %d of day %d ends on %v, on day %d it is %d: %v", want, c.day, time.UnixMilli(st.Until).UTC(), day, rank, c.days)
		}
		return rank == want
	})
	if m.TierUntil == 0 || m.TierUntil > st.Until {
		c.Fatalf("the level is looked at again at %d, and ends at %d", m.TierUntil, st.Until)
	}
}
