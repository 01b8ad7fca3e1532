package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// Whatever happens to a member, in whatever order, the ledger and a plain model agree, and no invariant is broken. One history is
// one transaction whose clock moves, so that a refused step must leave the transaction fit to go on.
func TestAnyHistoryAgreesWithAPlainModel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			if err := d.Reserve(context.Background(), 3000); err != nil {
				t.Fatal(err)
			}
			inOneTx(d, func(ctx context.Context, tx *db.Tx) { begin(t, ctx, tx).live() })
		})
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

// life is one history: the real member and the model, side by side.
type life struct {
	*rapid.T
	ctx context.Context
	tx  *db.Tx
	p   members.Program
	m   members.Member
	*account

	step, points, visit, minimum int64
	carries                      bool
	costs                        []int64
	bought                       []*bought
	tickets                      []*ticket
	n                            int // of the step of the history, for sources
}

func begin(t *rapid.T, ctx context.Context, tx *db.Tx) *life {
	l := &life{T: t, ctx: ctx, tx: tx}
	var err error
	l.p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
	l.must(err)
	l.m, _, err = members.Join(ctx, tx, l.p, members.Joining{Phone: "+51987654321", Hash: "h"})
	l.must(err)
	l.account = newAccount(tx.Now, rapid.Bool().Draw(t, "clamps"))
	if l.clamps {
		l.p.RefundPolicy = rewards.Clamp
	}
	l.rules()
	for i, cost := range rapid.SliceOfN(rapid.Int64Range(1, 60), 1, 3).Draw(t, "costs") {
		l.costs = append(l.costs, cost)
		_, err := rewards.AddReward(ctx, tx, l.p, rewards.NewReward{
			Number: int64(i + 1), Name: "Premio", Kind: rewards.FreeItem, Cost: cost, Stock: rewards.Unlimited, Days: 7,
		})
		l.must(err)
	}
	return l
}

func (l *life) rules() {
	l.step = rapid.Int64Range(1, 50).Draw(l.T, "step")
	l.points = rapid.Int64Range(1, 3).Draw(l.T, "points")
	l.carries = rapid.Bool().Draw(l.T, "carries")
	l.visit = rapid.Int64Range(0, 9).Draw(l.T, "visit")
	l.minimum = rapid.Int64Range(0, 100).Draw(l.T, "minimum")
	_, err := rewards.AddRule(l.ctx, l.tx, l.p, rewards.NewRule{
		Name: "amount", Kind: rewards.AmountRule, Step: l.step, Points: l.points, Carries: l.carries,
	})
	l.must(err)
	if l.visit > 0 {
		_, err = rewards.AddRule(l.ctx, l.tx, l.p, rewards.NewRule{Name: "visit", Kind: rewards.VisitRule, Points: l.visit, Minimum: l.minimum})
		l.must(err)
	}
}

func (l *life) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// live draws steps and compares after each.
func (l *life) live() {
	steps := []func(){l.buy, l.buy, l.gift, l.adjust, l.redeem, l.redeem, l.use, l.refund, l.refund, l.wait, l.release}
	for l.n = range rapid.IntRange(20, 60).Draw(l.T, "steps") {
		steps[rapid.IntRange(0, len(steps)-1).Draw(l.T, "step")]()
		l.compare()
	}
	found, err := rewards.Check(l.ctx, l.tx, l.p.ID)
	l.must(err)
	for _, f := range found {
		l.Errorf("%s: %s", f.Invariant, f.Text)
	}
}

// compare looks at the database itself, and at the member that the last step handed back.
func (l *life) compare() {
	m, err := members.ByID(l.ctx, l.tx, l.p.ID, l.m.ID)
	l.must(err)
	if m.Balance != l.balance() || m.Debt != l.debt || m.Carry != l.carry || m.Seq != l.entries {
		l.Fatalf("the ledger says balance %d, debt %d, carry %d, seq %d; the model %d, %d, %d, %d",
			m.Balance, m.Debt, m.Carry, m.Seq, l.balance(), l.debt, l.carry, l.entries)
	}
	l.m = m
	lots, err := lotsOf(l.ctx, l.tx, m)
	l.must(err)
	if !slices.Equal(lots, l.state()) {
		l.Fatalf("the ledger says lots %v, the model %v", lots, l.state())
	}
	st, err := rewards.StandingOf(l.ctx, l.tx, l.p, m)
	l.must(err)
	if st.Balance != l.spendable() {
		l.Fatalf("the standing says %d, the model %d", st.Balance, l.spendable())
	}
}

func (l *life) wait() {
	// Often a few minutes, for what is asked twice; else days, for what ends.
	if rapid.Bool().Draw(l.T, "long") {
		l.now += rapid.Int64Range(1, 9).Draw(l.T, "days") * day.Milliseconds()
	} else {
		l.now += rapid.Int64Range(1, 11).Draw(l.T, "minutes") * time.Minute.Milliseconds()
	}
	l.tx.Now = l.now
}

func (l *life) source() string {
	return fmt.Sprintf("step:%d", rapid.IntRange(0, l.n).Draw(l.T, "source"))
}

func (l *life) gift() {
	p := rewards.Posting{Kind: rewards.KindBonus, Delta: rapid.Int64Range(1, 60).Draw(l.T, "gift"), Source: l.source()}
	expires := int64(math.MaxInt64)
	if days := rapid.SampledFrom([]int64{0, 1, 3, 7, 12, 30}).Draw(l.T, "days"); days > 0 {
		expires = l.now + days*day.Milliseconds()
		p.ExpiresAt = expires
	}
	_, _, err := rewards.Post(l.ctx, l.tx, l.p, l.m, p)
	l.conflict(l.credit("bonus "+p.Source, p.Delta, expires), err)
}

// conflict checks that a repeated source, and no other, was refused.
func (l *life) conflict(fresh bool, err error) {
	if fresh {
		l.must(err)
	} else if db.CodeOf(err) != db.Conflict {
		l.Fatalf("a repeated source: %v", err)
	}
}

func (l *life) adjust() {
	points := rapid.Int64Range(1, 60).Draw(l.T, "adjust")
	p := rewards.Posting{Kind: rewards.KindAdjust, Delta: -points, Source: l.source()}
	_, _, err := rewards.Post(l.ctx, l.tx, l.p, l.m, p)
	short := new(rewards.ShortError)
	switch {
	case l.sources["adjust "+p.Source]:
		l.conflict(false, err)
		l.lapse()
	case l.spendable() < points:
		if !errors.As(err, &short) || short.Missing != points-l.spendable() {
			l.Fatalf("%d of %d points: %v", points, l.spendable(), err)
		}
		l.lapse()
	default:
		l.must(err)
		l.sources["adjust "+p.Source] = true
		l.take(points, nil)
	}
}
