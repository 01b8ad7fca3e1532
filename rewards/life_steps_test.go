package rewards_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/rewards"
)

// The steps of a history that move points.

func (l *life) gift() {
	who := l.one()
	source := l.source()
	p := rewards.Posting{Kind: rewards.KindOpening, Delta: rapid.Int64Range(1, 60).Draw(l.T, "gift"), Source: source}
	if days := rapid.SampledFrom([]int64{0, 0, 1, 3, 7, 12, 30}).Draw(l.T, "days"); days > 0 {
		p.ExpiresAt = l.now + days*day.Milliseconds()
	}
	_, _, err := rewards.Post(l.ctx, l.tx, l.p, who.m, p)
	if l.fresh(who, "opening "+source, err) {
		who.credit(p.Delta, p.ExpiresAt)
	}
}

func (l *life) source() string {
	return fmt.Sprintf("step:%d", rapid.IntRange(0, l.n).Draw(l.T, "source"))
}

// fresh checks that a repeated source, and no other, was refused. Sources are the program's.
func (l *life) fresh(who *person, source string, err error) bool {
	if l.people[0].sources[source] {
		if db.CodeOf(err) != db.Conflict {
			l.Fatalf("a repeated source: %v", err)
		}
		return false
	}
	l.must(err)
	l.people[0].sources[source] = true
	return true
}

func (l *life) adjust() {
	who := l.one()
	points := rapid.Int64Range(1, 60).Draw(l.T, "adjust")
	p := rewards.Posting{Kind: rewards.KindAdjust, Delta: -points, Source: l.source()}
	_, _, err := rewards.Post(l.ctx, l.tx, l.p, who.m, p)
	who.lapse()
	short := new(rewards.ShortError)
	switch {
	case l.people[0].sources["adjust "+p.Source]:
		l.fresh(who, "adjust "+p.Source, err)
	case who.balance() < points:
		if !errors.As(err, &short) || short.Missing != points-who.balance() {
			l.Fatalf("%d of %d points: %v", points, who.balance(), err)
		}
	default:
		l.fresh(who, "adjust "+p.Source, err)
		who.take(points, nil)
	}
}

func (l *life) buy() {
	who := l.one()
	s := &bought{who: who.account, member: who.m.ID, day: l.today(), carry: who.carry, times: 1000, card: rapid.Bool().Draw(l.T, "store card")}
	if rungs := who.standing(); rungs > 0 {
		s.times = l.levels[rungs-1].times
	}
	s.room = max(0, l.room-who.spent[s.day])
	sale := rewards.Sale{}
	for n := range rapid.IntRange(1, 3).Draw(l.T, "lines") {
		w := ware{bread: rapid.Bool().Draw(l.T, "bread"), amount: rapid.Int64Range(1, 150).Draw(l.T, "amount")}
		s.wares, s.gone = append(s.wares, w), append(s.gone, false)
		line := rewards.Line{SKU: fmt.Sprint("sku", n), Quantity: 1, Amount: w.amount}
		if w.bread {
			line.Category = "Pan"
		}
		sale.Lines, sale.Amount = append(sale.Lines, line), sale.Amount+w.amount
	}
	sale.Tender = []rewards.Tender{{Kind: "cash", Amount: sale.Amount}}
	if s.card {
		sale.Tender[0].Kind = "store_card"
	}
	won, carry := l.worth(s, s.gone)
	p := rewards.Purchase{ID: l.tx.ID(), At: l.now, Sale: sale}
	e, _, err := rewards.Earn(l.ctx, l.tx, l.p, who.m, p, nil)
	l.must(err)
	if e.Points != won {
		l.Fatalf("a sale of %+v gave %d, want %d", sale, e.Points, won)
	}
	s.real, s.points, who.carry = &sold{Purchase: p, Earned: e}, won, carry
	if won > 0 {
		s.pile = who.credit(won, 0)
		who.spent[s.day] += won
	}
	who.count(s.day, won, sale.Amount)
	l.sales = append(l.sales, s)
	if won == 0 {
		return
	}
	if _, _, err := rewards.Earn(l.ctx, l.tx, l.p, who.m, p, nil); db.CodeOf(err) != db.Conflict {
		l.Fatalf("a purchase was credited twice: %v", err)
	}
}

func (l *life) redeem() {
	who := l.one()
	number := int64(rapid.IntRange(1, len(l.costs)).Draw(l.T, "reward"))
	cost := l.costs[number-1]
	known := l.open(who.account, number)
	v, open, err := rewards.Redeem(l.ctx, l.tx, l.p, who.m, number)
	who.lapse()
	short := new(rewards.ShortError)
	switch {
	case known != nil:
		l.must(err)
		if !open || v.ID != known.id {
			l.Fatalf("voucher %d is open, voucher %d was answered", known.id, v.ID)
		}
	case who.balance() < cost:
		if !errors.As(err, &short) || short.Missing != cost-who.balance() {
			l.Fatalf("%d of %d points: %v", who.balance(), cost, err)
		}
	default:
		l.must(err)
		l.tickets = append(l.tickets, &ticket{
			code: v.Code, id: v.ID, cost: cost, issued: v.IssuedAt, expires: v.ExpiresAt, number: number, who: who.account, bites: who.take(cost, nil),
		})
	}
}

// open finds the voucher of the same reward that was asked for less than ten minutes ago.
func (l *life) open(who *account, number int64) (last *ticket) {
	for _, t := range l.tickets {
		if t.who == who && t.number == number && !t.closed && t.issued > l.now-10*time.Minute.Milliseconds() {
			last = t
		}
	}
	return last
}

func (l *life) use() {
	if len(l.tickets) == 0 || len(l.sales) == 0 {
		return
	}
	t := l.tickets[rapid.IntRange(0, len(l.tickets)-1).Draw(l.T, "ticket")]
	s := l.sales[rapid.IntRange(0, len(l.sales)-1).Draw(l.T, "on")]
	used, err := rewards.Use(l.ctx, l.tx, l.p, rewards.Using{Code: t.code, Purchase: s.real.ID, Actor: "till:1", Door: "till"})
	l.must(err)
	if good := !t.closed && l.now < t.expires; good != (used.Why == nil) {
		l.Fatalf("voucher %d, good %v: %v", t.id, good, used.Why)
	}
	if used.Why == nil {
		t.closed, t.usedOn = true, s
	}
}

func (l *life) release() {
	due := int64(0)
	n, err := rewards.ReleaseDue(l.ctx, l.tx, l.p, 100)
	l.must(err)
	// In the order of members, then vouchers.
	for _, who := range l.people {
		for _, t := range l.tickets {
			if t.who == who.account && !t.closed && t.expires <= l.now {
				t.closed = true
				who.giveBack(t.bites)
				due++
			}
		}
	}
	if n != due {
		l.Fatalf("%d vouchers released, want %d", n, due)
	}
}

// refund gives some lines of a sale back, or all that is left. A repeated refund must do nothing.
func (l *life) refund() {
	if len(l.sales) == 0 {
		return
	}
	s := l.sales[rapid.IntRange(0, len(l.sales)-1).Draw(l.T, "sale")]
	if s.whole() {
		return
	}
	who := l.people[0]
	for _, p := range l.people {
		if p.account == s.who {
			who = p
		}
	}
	gone, part := slices.Clone(s.gone), part{}
	for i := range gone {
		if !gone[i] && rapid.Bool().Draw(l.T, "back") {
			gone[i] = true
			part.Lines = append(part.Lines, s.real.Sale.Lines[i])
		}
	}
	if len(part.Lines) == 0 {
		return
	}
	part.whole = s.earning(gone) == 0
	ask := s.real.back(l.tx.ID(), part)
	ask.Member = s.member
	got, m, err := rewards.TakeBack(l.ctx, l.tx, l.p, who.m, ask, nil)
	l.must(err)
	s.real.keep(part, got)
	if want := l.takeBack(who.account, s, gone); got != want {
		l.Fatalf("a refund did %+v, want %+v", got, want)
	}
	if got.Points > got.Forgotten && (!l.clamps || who.balance() > 0) { // else there is nothing left to take twice
		again, _, err := rewards.TakeBack(l.ctx, l.tx, l.p, m, ask, nil)
		if db.CodeOf(err) != db.Conflict {
			l.Fatalf("a repeated refund: %+v, %v", again, err)
		}
	}
}

func (l *life) takeBack(who *account, s *bought, gone []bool) (t rewards.TakenBack) {
	kept, after := l.worth(s, gone)
	_, before := l.worth(s, s.gone)
	money := s.earning(gone) - s.earning(s.gone)
	s.gone = gone
	if s.whole() {
		for _, used := range l.tickets {
			if used.usedOn == s {
				used.usedOn = nil
				used.who.giveBack(used.bites)
				if used.who == who {
					t.GivenBack += used.cost
				}
			}
		}
	}
	who.lapse()
	who.carry += after - before
	t.Points = max(0, s.points-kept-s.taken)
	room := s.points - (s.taken - s.missed)
	if s.pile != nil {
		room -= s.pile.lapsed
	}
	lost := min(t.Points, max(0, room))
	if l.clamps {
		lost = min(lost, max(0, who.balance()))
	}
	if lost > 0 {
		who.take(lost, s.pile)
	}
	t.Forgotten = t.Points - lost
	s.taken, s.missed = s.taken+t.Points, s.missed+t.Forgotten
	if !s.merged {
		who.count(s.day, -t.Points, money)
	}
	return t
}
