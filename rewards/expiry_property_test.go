package rewards_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// However the rule changes while points come and go, no point lapses before the day it was promised: the old day or, where that is
// sooner, the later of the new day and one full period after the change. And the ledger stays sound.
func TestNoPointLapsesBeforeItsDay(t *testing.T) {
	t.Parallel()
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, clock)
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			clock.Set(dbtest.Start())
			s.t = t
			s.newProgram(n)
			l := &promises{T: r, s: s, at: map[int64]int64{}}
			r.Repeat(map[string]func(*rapid.T){
				"credit": l.credit, "debit": l.debit, "time": l.time, "change": l.change, "change and go on": l.changeOnly, "night": l.night,
			})
			s.round(rewards.DateAnew)
			s.sound()
		})
	}, dbtest.WithClock(clock))
}

// newProgram puts Ana into a program of her own.
func (s *shop) newProgram(n int) {
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
		return err
	})
	s.ana = s.join(members.Phone(fmt.Sprintf("+5198%07d", n)))
}

// promises keeps, for each lot, the earliest instant at which it may lapse.
type promises struct {
	*rapid.T
	s  *shop
	at map[int64]int64
}

type promised struct{ id, left, created, ends, lapses int64 }

func (l *promises) lots() (all []promised) {
	l.s.read(func(ctx context.Context, tx *db.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, `SELECT id, "left", created_at, expires_first, lapses_at FROM lots WHERE program_id = $1`, l.s.p.ID)
		if err != nil {
			return err
		}
		for rows.Next() {
			var p promised
			if err := rows.Scan(&p.id, &p.left, &p.created, &p.ends, &p.lapses); err != nil {
				return err
			}
			all = append(all, p)
		}
		return rows.Err()
	})
	return all
}

// monthsOn is n whole months after an instant in Lima, the day clamped: the least a rule of n months promises.
func monthsOn(at, n int64) int64 {
	from := time.UnixMilli(at).In(time.FixedZone("Lima", -5*60*60))
	to := from.AddDate(0, int(n), 0)
	if to.Day() != from.Day() {
		to = to.AddDate(0, 0, -to.Day())
	}
	return to.UnixMilli()
}

func (l *promises) now() int64 { return l.s.clock.Now().UnixMilli() }

// least is what the rule of now promises to points earned, or touched, at an instant.
func (l *promises) least(at int64) int64 {
	if l.s.p.Expiry == rewards.NoExpiry {
		return math.MaxInt64
	}
	return monthsOn(at, l.s.p.ExpiryMonths)
}

func (l *promises) credit(*rapid.T) {
	l.s.bonus(rapid.Int64Range(1, 100).Draw(l.T, "points"))
	l.touched()
}

func (l *promises) debit(*rapid.T) {
	if st := l.s.standing(); st.Balance > 0 {
		if err := l.s.debit(rapid.Int64Range(1, st.Balance).Draw(l.T, "points")); err != nil {
			l.Fatal(err)
		}
		l.touched()
	}
}

// touched notes what an entry promises: its own lot by the rule; by inactivity all that live still.
func (l *promises) touched() {
	for _, p := range l.lots() {
		if _, known := l.at[p.id]; !known || l.s.p.Expiry == rewards.Inactivity && p.left > 0 && p.lapses > l.now() {
			l.at[p.id] = max(l.at[p.id], l.least(l.now()))
		}
	}
}

func (l *promises) time(*rapid.T) {
	l.s.clock.Add(time.Duration(rapid.Int64Range(1, 100*24).Draw(l.T, "hours")) * time.Hour)
}

func (l *promises) change(r *rapid.T) {
	l.changeOnly(r)
	l.s.round(rewards.DateAnew)
}

// changeOnly changes the rule and leaves the dating for later.
func (l *promises) changeOnly(*rapid.T) {
	l.s.round(rewards.DateAnew)
	before := l.s.p.ExpiryGen
	x := rewards.Expiry{Mode: rapid.SampledFrom([]string{rewards.NoExpiry, rewards.Rolling, rewards.Inactivity}).Draw(l.T, "mode")}
	if x.Mode != rewards.NoExpiry {
		x.Months = rapid.Int64Range(1, 12).Draw(l.T, "months")
	}
	l.s.setExpiry(x)
	if l.s.p.ExpiryGen == before {
		return
	}
	for _, p := range l.lots() {
		if p.lapses <= l.now() {
			continue
		}
		promise := max(l.least(p.created), l.least(l.now()))
		if promise < l.at[p.id] {
			l.at[p.id] = promise
		}
	}
}

func (l *promises) night(*rapid.T) {
	left := map[int64]int64{}
	for _, p := range l.lots() {
		left[p.id] = p.left
	}
	l.s.round(rewards.DateAnew)
	l.s.round(rewards.LapseDue)
	if again := l.s.once(rewards.LapseDue, 100); again != 0 {
		l.Fatalf("a second run lapsed %d", again)
	}
	for _, p := range l.lots() {
		if lost := left[p.id] - p.left; lost > 0 && l.now() < l.at[p.id] {
			l.Fatalf("lot %d lost %d points at %v, promised until %v", p.id, lost, l.s.clock.Now(), time.UnixMilli(l.at[p.id]))
		}
		if p.left > 0 && p.lapses <= l.now() {
			l.Fatalf("lot %d is past its day and holds %d", p.id, p.left)
		}
	}
}
