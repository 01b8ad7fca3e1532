package rewards_test

import (
	"errors"
	"fmt"
	"math"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/rewards"
)

// The steps of a history that have to do with sales and vouchers.

func (l *life) buy() {
	amount := rapid.Int64Range(1, 300).Draw(l.T, "amount")
	b := &bought{earning: amount, carry: l.carry}
	b.points, l.carry = worth(l.step, l.points, l.carries, l.visit, l.minimum, amount, l.carry)
	p := rewards.Purchase{ID: l.tx.ID(), At: l.now, Sale: rewards.Sale{Amount: amount}}
	e, _, err := rewards.Earn(l.ctx, l.tx, l.p, l.m, p, nil)
	l.must(err)
	if e.Points != b.points {
		l.Fatalf("a sale of %d gave %d, want %d", amount, e.Points, b.points)
	}
	b.real = &sold{Purchase: p, Earned: e}
	if piles := len(l.lots); b.points > 0 {
		l.credit(fmt.Sprintf("earn %d", p.ID), b.points, math.MaxInt64)
		if len(l.lots) > piles {
			b.pile = l.lots[piles]
		}
	}
	l.bought = append(l.bought, b)
}

func (l *life) redeem() {
	number := int64(rapid.IntRange(1, len(l.costs)).Draw(l.T, "reward"))
	cost := l.costs[number-1]
	known := l.open(number)
	v, open, err := rewards.Redeem(l.ctx, l.tx, l.p, l.m, number)
	l.lapse()
	short := new(rewards.ShortError)
	switch {
	case known != nil:
		l.must(err)
		if !open || v.ID != known.real.ID {
			l.Fatalf("voucher %d is open, voucher %d was answered", known.real.ID, v.ID)
		}
	case l.balance() < cost:
		if !errors.As(err, &short) || short.Missing != cost-l.balance() {
			l.Fatalf("%d of %d points: %v", l.balance(), cost, err)
		}
	default:
		l.must(err)
		l.tickets = append(l.tickets, &ticket{real: v, number: number, bites: l.take(cost, nil)})
	}
}

// open finds the voucher of the same reward that was asked for less than ten minutes ago.
func (l *life) open(number int64) *ticket {
	for _, t := range l.tickets {
		if t.number == number && !t.closed && t.real.IssuedAt > l.now-10*time.Minute.Milliseconds() {
			return t
		}
	}
	return nil
}

func (l *life) use() {
	if len(l.tickets) == 0 || len(l.bought) == 0 {
		return
	}
	t := rapid.SampledFrom(l.tickets).Draw(l.T, "ticket")
	b := rapid.SampledFrom(l.bought).Draw(l.T, "on")
	used, err := rewards.Use(l.ctx, l.tx, l.p, rewards.Using{Code: t.real.Code, Purchase: b.real.ID, Actor: "till:1", Door: "till"})
	l.must(err)
	if good := !t.closed && l.now < t.real.ExpiresAt; good != (used.Why == nil) {
		l.Fatalf("voucher %d, good %v: %v", t.real.ID, good, used.Why)
	}
	if used.Why == nil {
		t.closed, t.usedOn = true, b
	}
}

func (l *life) release() {
	due := int64(0)
	n, err := rewards.ReleaseDue(l.ctx, l.tx, l.p, 100)
	l.must(err)
	for _, t := range l.tickets {
		if !t.closed && t.real.ExpiresAt <= l.now {
			t.closed = true
			l.giveBack(t.bites)
			due++
		}
	}
	if n != due {
		l.Fatalf("%d vouchers released, want %d", n, due)
	}
}

// refund gives back some money of a sale, or all that is left. A repeated refund must do nothing.
func (l *life) refund() {
	if len(l.bought) == 0 {
		return
	}
	b := rapid.SampledFrom(l.bought).Draw(l.T, "sale")
	if b.whole {
		return
	}
	part := money(rapid.Int64Range(1, b.earning-b.back).Draw(l.T, "back"))
	part.whole = b.back+part.Money == b.earning
	ask := b.real.back(l.tx.ID(), part)
	got, m, err := rewards.TakeBack(l.ctx, l.tx, l.p, l.m, ask, nil)
	l.must(err)
	b.real.keep(part, got)
	if want := l.takeBack(b, b.back+part.Money, part.whole); got != want {
		l.Fatalf("a refund did %+v, want %+v", got, want)
	}
	if got.Points > got.Forgotten && (!l.clamps || l.balance() > 0) { // else there is nothing left to take twice
		again, _, err := rewards.TakeBack(l.ctx, l.tx, l.p, m, ask, nil)
		if db.CodeOf(err) != db.Conflict {
			l.Fatalf("a repeated refund: %+v, %v", again, err)
		}
	}
}

func (l *life) takeBack(b *bought, back int64, whole bool) (t rewards.TakenBack) {
	if whole {
		for _, used := range l.tickets {
			if used.usedOn == b {
				used.usedOn = nil
				t.GivenBack += used.real.Cost
				l.giveBack(used.bites)
			}
		}
	}
	l.lapse()
	_, before := worth(l.step, l.points, l.carries, l.visit, l.minimum, b.left(b.back, b.whole), b.carry)
	kept, after := worth(l.step, l.points, l.carries, l.visit, l.minimum, b.left(back, whole), b.carry)
	l.carry += after - before
	t.Points = b.points - kept - b.taken
	room := b.points - (b.taken - b.missed)
	if b.pile != nil {
		room -= b.pile.lapsed
	}
	lost := min(t.Points, room)
	if l.clamps {
		lost = min(lost, max(0, l.balance()))
	}
	if lost > 0 {
		l.take(lost, b.pile)
	}
	t.Forgotten = t.Points - lost
	b.taken, b.missed, b.back, b.whole = b.taken+t.Points, b.missed+t.Forgotten, back, whole
	return t
}
