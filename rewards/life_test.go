package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// Whatever happens to two members, in whatever order and however often it is repeated, the ledger and the book agree on balances, lots
// and levels, and no invariant is broken. One history is one transaction whose clock moves, so that a refused step must leave the
// transaction fit to go on.
func TestAnyHistoryAgreesWithTheBook(t *testing.T) {
	t.Parallel()
	hundreds := map[string]int{"sqlite": 1, "postgres": 1} // that rapid draws at a time
	if os.Getenv("CI") == "true" {
		hundreds = map[string]int{"sqlite": 80, "postgres": 20}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Parallel()
		for range hundreds[path.Base(t.Name())] {
			rapid.Check(t, func(t *rapid.T) {
				if err := d.Reserve(context.Background(), 3000); err != nil {
					t.Fatal(err)
				}
				inOneTx(d, func(ctx context.Context, tx *db.Tx) { begin(t, ctx, tx).live() })
			})
		}
	})
}

var errRollBack = errors.New("rolled back")

// inOneTx runs f in a transaction that is thrown away. It runs here and not inside the closure: rapid fails by a panic, and has to
// see where it came from.
func inOneTx(d *db.DB, f func(context.Context, *db.Tx)) {
	type inside struct {
		ctx context.Context
		tx  *db.Tx
	}
	open, done, closed := make(chan inside), make(chan struct{}), make(chan error, 1)
	go func() {
		closed <- d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			open <- inside{ctx, tx}
			<-done
			return errRollBack
		})
	}()
	in := <-open
	defer func() {
		close(done)
		<-closed
	}()
	f(in.ctx, in.tx)
}

// life is one history: the real ledger and the book, side by side.
type life struct {
	*rapid.T
	ctx context.Context
	tx  *db.Tx
	p   members.Program
	*book
	people  []*person
	sales   []*bought
	tickets []*ticket
	costs   []int64
	tiers   []int64 // ids of the levels
	n       int     // of the step of the history, for sources
}

// person is a member in the ledger and in the book.
type person struct {
	*account
	m       members.Member
	sources map[string]bool
}

func begin(t *rapid.T, ctx context.Context, tx *db.Tx) *life {
	l := &life{T: t, ctx: ctx, tx: tx, book: &book{now: tx.Now}}
	zone := rapid.SampledFrom([]string{"America/Lima", "Europe/Madrid"}).Draw(t, "zone")
	var err error
	l.zone, err = time.LoadLocation(zone)
	l.must(err)
	l.p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Sol", Country: "PE", Currency: "PEN", Zone: zone, Language: "es"})
	l.must(err)
	l.settings()
	l.ladder()
	l.rules()
	for i, cost := range rapid.SliceOfN(rapid.Int64Range(1, 60), 1, 2).Draw(t, "costs") {
		l.costs = append(l.costs, cost)
		_, err := rewards.AddReward(ctx, tx, l.p, rewards.NewReward{
			Number: int64(i + 1), Name: "Premio", Kind: rewards.FreeItem, Cost: cost, Stock: rewards.Unlimited, Days: 7,
		})
		l.must(err)
	}
	for i := range 2 {
		m, _, err := members.Join(ctx, tx, l.p, members.Joining{Phone: members.Phone(fmt.Sprintf("+5198765432%d", i)), Hash: fmt.Sprint("h", i)})
		l.must(err)
		l.people = append(l.people, &person{account: l.newAccount(), m: m, sources: map[string]bool{}})
	}
	return l
}

func (l *life) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// settings draws what a program decides beside its rules.
func (l *life) settings() {
	l.clamps = rapid.Bool().Draw(l.T, "clamps")
	l.room = rapid.SampledFrom([]int64{0, 0, 20}).Draw(l.T, "room")
	if l.clamps {
		l.set("refund_policy", rewards.Clamp)
	}
	l.set("points_per_day", fmt.Sprint(l.room))
	l.rule.mode = rewards.NoExpiry
}

// ladder draws levels, or none.
func (l *life) ladder() {
	l.span = rapid.SampledFrom([]string{rewards.YearSpan, rewards.RollingSpan, rewards.LifetimeSpan}).Draw(l.T, "span")
	l.money, l.grace = rapid.Bool().Draw(l.T, "money"), rapid.SampledFrom([]int{0, 30}).Draw(l.T, "grace")
	by := rewards.ByPoints
	if l.money {
		by = rewards.ByMoney
	}
	l.set("tier_by", by)
	l.set("tier_window", l.span)
	l.set("tier_grace_days", fmt.Sprint(l.grace))
	for n := range rapid.IntRange(0, 2).Draw(l.T, "levels") {
		r := rung{threshold: rapid.Int64Range(10, 100).Draw(l.T, "threshold") + int64(n)*100, times: 1000 + 500*int64(n+1), gift: rapid.Int64Range(0, 9).Draw(l.T, "entry gift")}
		t, err := rewards.AddTier(l.ctx, l.tx, l.p, rewards.NewTier{Name: fmt.Sprint("Nivel ", n), Threshold: r.threshold, Times: rewards.Times(r.times), EntryPoints: r.gift})
		l.must(err)
		l.levels, l.tiers = append(l.levels, r), append(l.tiers, t.ID)
	}
}

func (l *life) set(name, value string) {
	var err error
	l.p, err = members.Set(l.ctx, l.tx, l.p.ID, name, value)
	l.must(err)
}

func (l *life) rules() {
	l.step, l.points, l.carries = rapid.Int64Range(1, 50).Draw(l.T, "step"), rapid.Int64Range(1, 3).Draw(l.T, "points"), rapid.Bool().Draw(l.T, "carries")
	l.add(rewards.NewRule{Name: "amount", Kind: rewards.AmountRule, Step: l.step, Points: l.points, Carries: l.carries})
	if rapid.Bool().Draw(l.T, "bread rule") {
		l.breadStep, l.breadEach = rapid.Int64Range(1, 50).Draw(l.T, "bread step"), rapid.Int64Range(1, 3).Draw(l.T, "bread points")
		l.add(rewards.NewRule{Name: "bread", Kind: rewards.AmountRule, Step: l.breadStep, Points: l.breadEach, Categories: []string{"pan"}})
	}
	if l.visit = rapid.SampledFrom([]int64{0, 3, 9}).Draw(l.T, "visit"); l.visit > 0 {
		l.minimum = rapid.Int64Range(0, 100).Draw(l.T, "minimum")
		l.add(rewards.NewRule{Name: "visit", Kind: rewards.VisitRule, Points: l.visit, Minimum: l.minimum})
	}
	if l.storeCard = rapid.SampledFrom([]int64{1000, 2000, 9000}).Draw(l.T, "store card"); l.storeCard > 1000 {
		l.add(rewards.NewRule{Name: "card", Kind: rewards.TenderRule, Times: rewards.Times(l.storeCard), Tender: "store_card"})
	}
}

func (l *life) add(n rewards.NewRule) {
	_, err := rewards.AddRule(l.ctx, l.tx, l.p, n)
	l.must(err)
}

// live draws steps and compares after each.
func (l *life) live() {
	steps := []func(){l.buy, l.buy, l.buy, l.gift, l.adjust, l.redeem, l.redeem, l.use, l.refund, l.refund, l.wait, l.wait, l.release, l.night, l.expire, l.mergeAll}
	for l.n = range rapid.IntRange(10, 30).Draw(l.T, "steps") {
		steps[rapid.IntRange(0, len(steps)-1).Draw(l.T, "step")]()
		for _, who := range l.people {
			l.compare(who)
		}
	}
	found, err := rewards.Check(l.ctx, l.tx, l.p.ID)
	l.must(err)
	for _, f := range found {
		l.Errorf("%s: %s", f.Invariant, f.Text)
	}
}

// compare looks at the database itself.
func (l *life) compare(who *person) {
	m, err := members.ByID(l.ctx, l.tx, l.p.ID, who.m.ID)
	l.must(err)
	if m.Balance != who.balance() || m.Debt != who.debt || m.Carry != who.carry || m.Seq != who.entries {
		l.Fatalf("the ledger says balance %d, debt %d, carry %d, seq %d; the book %d, %d, %d, %d",
			m.Balance, m.Debt, m.Carry, m.Seq, who.balance(), who.debt, who.carry, who.entries)
	}
	who.m = m
	if lots, err := lotsOf(l.ctx, l.tx, m); err != nil || !slices.Equal(lots, who.state()) {
		l.Fatalf("the ledger says lots %v, the book %v: %v", lots, who.state(), err)
	}
	if rungs := slices.Index(l.tiers, m.TierID) + 1; rungs != who.level {
		l.Fatalf("the ledger says level %d, the book %d", rungs, who.level)
	}
	if level, err := rewards.LevelOf(l.ctx, l.tx, l.p, m); err != nil || slices.Index(l.tiers, level.ID)+1 != who.standing() {
		l.Fatalf("the level now is %d, the book says %d: %v", slices.Index(l.tiers, level.ID)+1, who.standing(), err)
	}
	if l.n%4 > 0 {
		return
	}
	if st, err := rewards.StandingOf(l.ctx, l.tx, l.p, m); err != nil || st.Balance != who.spendable() {
		l.Fatalf("the standing says %d, the book %d: %v", st.Balance, who.spendable(), err)
	}
}

// one draws a member.
func (l *life) one() *person { return l.people[rapid.IntRange(0, len(l.people)-1).Draw(l.T, "who")] }

func (l *life) wait() {
	// Often a few minutes, for what is asked twice; else to where something ends, or for days or months.
	switch rapid.IntRange(0, 3).Draw(l.T, "long") {
	case 0:
		if all := l.edges(); len(all) > 0 {
			l.now = all[rapid.IntRange(0, len(all)-1).Draw(l.T, "edge")] - rapid.Int64Range(0, 1).Draw(l.T, "before")
		}
	case 1:
		l.now += rapid.Int64Range(1, 200).Draw(l.T, "days") * day.Milliseconds()
	default:
		l.now += rapid.Int64Range(1, 11).Draw(l.T, "minutes") * time.Minute.Milliseconds()
	}
	l.tx.Now = l.now
}

// edges are moments to come at which something ends, or may be had again.
func (l *life) edges() (all []int64) {
	year := l.today().Year()
	for _, day := range []time.Time{newYearDay(year + 1), newYearDay(year+1).AddDate(0, 0, l.grace), aYearOn(l.today()), aYearOn(l.today()).AddDate(0, 0, l.grace)} {
		all = append(all, time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, l.zone).UnixMilli())
	}
	for _, who := range l.people {
		for _, p := range who.lots {
			all = append(all, p.expires, p.expires-week)
		}
	}
	for _, t := range l.tickets {
		all = append(all, t.expires)
	}
	all = slices.DeleteFunc(all, func(at int64) bool { return at <= l.now+1 || at == math.MaxInt64 || at == math.MaxInt64-week })
	slices.Sort(all)
	return slices.Compact(all)
}

func newYearDay(y int) time.Time { return time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC) }

// night is what the rounds do; done twice it does nothing more.
func (l *life) night() {
	for range 2 {
		for _, round := range []func(context.Context, *db.Tx, members.Program, int64) (int64, error){
			rewards.DateAnew, rewards.LapseDue, rewards.LevelsChanged, rewards.LevelsDue,
		} {
			_, err := round(l.ctx, l.tx, l.p, 100)
			l.must(err)
		}
	}
	for _, who := range l.people {
		who.lapse()
		who.settle()
	}
}

// expire changes how points end.
func (l *life) expire() {
	x := rewards.Expiry{Mode: rapid.SampledFrom([]string{rewards.NoExpiry, rewards.Rolling, rewards.Inactivity}).Draw(l.T, "mode")}
	if x.Mode != rewards.NoExpiry {
		x.Months = rapid.Int64Range(1, 6).Draw(l.T, "months")
	}
	now := ending{x.Mode, int(x.Months)}
	if now == l.rule {
		return
	}
	p, err := rewards.SetExpiry(l.ctx, l.tx, l.p, x, members.Act{Actor: "cli:ana", Door: "cli"})
	l.must(err)
	l.p, l.was, l.rule, l.gen, l.since = p, l.rule, now, l.gen+1, l.now
	for range 2 {
		_, err := rewards.DateAnew(l.ctx, l.tx, l.p, 1000)
		l.must(err)
	}
	for _, who := range l.people {
		who.dateAll()
	}
}

// mergeAll makes the two members one.
func (l *life) mergeAll() {
	if len(l.people) < 2 {
		return
	}
	from, into := l.people[1], l.people[0]
	_, err := rewards.Merge(l.ctx, l.tx, l.p, from.m.ID, into.m.ID, members.Act{Actor: "cli:ana", Door: "cli"})
	l.must(err)
	into.merge(from.account)
	l.compare(from)
	for _, s := range l.sales {
		if s.who == from.account {
			s.merged = true
		}
	}
	for _, t := range l.tickets {
		t.who = into.account
	}
	l.people = l.people[:1]
}
