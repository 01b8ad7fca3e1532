package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"fiel/rewards"
)

// forge writes the history of a large shop straight into the tables, as sound as if it had been lived through, for measuring only.
type forge struct {
	out     *bulk
	random  *rand.Rand
	program int64
	till    int64
	id      int64 // the last one given
	at      int64 // unix milliseconds
	people  []forged
	lots    []forgedLot
}

// forged is a member as the history goes on.
type forged struct {
	id, balance, seq int64
	live             []int32 // lots with something left, in the order they are eaten
	sale, earned     int64   // the last purchase, and what of it was not taken back
	open             forgedVoucher
}

type forgedLot struct{ id, member, entry, points, left, at int64 }

// forgedVoucher is bought and neither used nor over yet; id 0: none.
type forgedVoucher struct {
	id, entry, at int64
	eaten         []forgedMove
}

type forgedMove struct {
	lot    int32
	points int64
}

const forgedCost = 50 // points of a voucher

func (f *forge) next() int64 { f.id++; return f.id }

// history writes members and entries, spread over two years that end at the given instant.
func (f *forge) history(ctx context.Context, people, entries int, until time.Time, step func(done int)) error {
	const span = 2 * 365 * 24 * 60 * 60 * 1000
	begin := until.UnixMilli() - span
	f.people = make([]forged, people)
	for i := range f.people {
		f.at = begin
		f.people[i].id = f.next()
	}
	if err := f.joined(ctx); err != nil {
		return err
	}
	for n := 0; n < entries; n++ {
		f.at = begin + int64(float64(n)/float64(entries)*span)
		if err := f.live(ctx, f.random.IntN(people)); err != nil {
			return err
		}
		step(n + 1)
	}
	return f.end(ctx)
}

// live is one movement of a member: mostly a purchase.
func (f *forge) live(ctx context.Context, i int) error {
	m, dice := &f.people[i], f.random.IntN(100)
	switch {
	case m.open.id != 0 && dice < 30:
		return f.release(ctx, i)
	case m.open.id != 0 && dice < 60:
		if err := f.voucher(ctx, i, "redeemed", 0); err != nil {
			return err
		}
	case m.open.id == 0 && m.balance >= forgedCost && dice < 12:
		return f.redeem(ctx, i)
	case m.earned > 0 && dice < 18:
		return f.refund(ctx, i)
	case len(m.live) > 3 && dice < 24:
		return f.lapse(ctx, i)
	case dice < 32:
		id := f.next()
		return f.credit(ctx, i, rewards.KindBonus, fmt.Sprint("join:", id), 0, 10)
	}
	m.sale, m.earned = f.next(), 1+f.random.Int64N(30)
	return f.credit(ctx, i, rewards.KindEarn, fmt.Sprint("purchase:", m.sale), 0, m.earned)
}

// entry writes one row of the ledger.
func (f *forge) entry(ctx context.Context, m *forged, kind, source string, voucher, delta int64) (int64, error) {
	id := f.next()
	m.balance, m.seq = m.balance+delta, m.seq+1
	purchase, words, breakdown := int64(0), "", ""
	switch kind {
	case rewards.KindEarn:
		purchase, breakdown = m.sale, `{"base":"amount","points":5,"times":1000}`
	case rewards.KindRefund:
		purchase = m.sale
	case rewards.KindRedeem, rewards.KindRelease:
		words = "Cafe gratis"
	}
	return id, f.out.insert(ctx, "entries", f.program, id, m.id, m.seq, kind, delta, m.balance, source, f.at, int64(0), int64(0), f.till,
		purchase, voucher, max(delta, 0)*1000, int64(0), int64(1000), int64(120), int64(340), words, breakdown)
}

// credit gives points: first into the debt, the rest into a lot of its own.
func (f *forge) credit(ctx context.Context, i int, kind, source string, voucher, points int64) error {
	m := &f.people[i]
	filled := min(points, max(-m.balance, 0))
	entry, err := f.entry(ctx, m, kind, source, voucher, points)
	f.lot(m, entry, points-filled)
	return err
}

func (f *forge) lot(m *forged, entry, points int64) {
	if points > 0 {
		m.live = append(m.live, int32(len(f.lots)))
		f.lots = append(f.lots, forgedLot{f.next(), m.id, entry, points, points, f.at})
	}
}

// eat takes points from the oldest lots; what is missing is the debt.
func (f *forge) eat(ctx context.Context, m *forged, entry, points int64) (eaten []forgedMove, err error) {
	for points > 0 && len(m.live) > 0 && err == nil {
		n := m.live[0]
		bite := min(points, f.lots[n].left)
		f.lots[n].left -= bite
		points -= bite
		eaten = append(eaten, forgedMove{n, bite})
		if f.lots[n].left == 0 {
			m.live = m.live[1:]
		}
		err = f.out.insert(ctx, "lot_moves", f.program, entry, f.lots[n].id, -bite)
	}
	return eaten, err
}

func (f *forge) redeem(ctx context.Context, i int) error {
	m := &f.people[i]
	voucher := f.next()
	entry, err := f.entry(ctx, m, rewards.KindRedeem, fmt.Sprint("voucher:", voucher), voucher, -forgedCost)
	if err != nil {
		return err
	}
	eaten, err := f.eat(ctx, m, entry, forgedCost)
	m.open = forgedVoucher{voucher, entry, f.at, eaten}
	return err
}

// release gives the points of a voucher back: to the lots they came from that are still there, the rest to a new one.
func (f *forge) release(ctx context.Context, i int) error {
	m := &f.people[i]
	v, filled := m.open, min(forgedCost, max(-m.balance, 0))
	entry, err := f.entry(ctx, m, rewards.KindRelease, fmt.Sprint("voucher:", v.id), v.id, forgedCost)
	rest := forgedCost - filled
	for _, e := range v.eaten {
		if filled > 0 || err != nil || f.lots[e.lot].left == 0 {
			continue
		}
		f.lots[e.lot].left += e.points
		rest -= e.points
		err = f.out.insert(ctx, "lot_moves", f.program, entry, f.lots[e.lot].id, e.points)
	}
	f.lot(m, entry, rest)
	if err != nil {
		return err
	}
	return f.voucher(ctx, i, "expired", entry)
}

func (f *forge) refund(ctx context.Context, i int) error {
	m := &f.people[i]
	points := 1 + f.random.Int64N(m.earned)
	before := max(m.balance, 0)
	entry, err := f.entry(ctx, m, rewards.KindRefund, fmt.Sprint("refund:", f.next()), 0, -points)
	if err == nil {
		_, err = f.eat(ctx, m, entry, min(points, before))
	}
	m.earned -= points
	return err
}

func (f *forge) lapse(ctx context.Context, i int) error {
	m := &f.people[i]
	n := m.live[0]
	left := f.lots[n].left
	entry, err := f.entry(ctx, m, rewards.KindExpire, fmt.Sprint("lot:", f.lots[n].id, ":", f.id), 0, -left)
	if err == nil {
		_, err = f.eat(ctx, m, entry, left)
	}
	return err
}

// voucher writes the member's open voucher in its last state.
func (f *forge) voucher(ctx context.Context, i int, state string, release int64) error {
	v := f.people[i].open
	f.people[i].open = forgedVoucher{}
	used, expires := int64(0), v.at+365*24*60*60*1000*2
	if state == "redeemed" {
		used = f.at
	}
	return f.out.insert(ctx, "vouchers", f.program, v.id, fmt.Sprintf("%08X", v.id), f.people[i].id, int64(1), "Cafe gratis", "item", int64(900),
		int64(forgedCost), state, v.at, v.at, expires, used, v.entry, release)
}

// joined writes what is left behind by joining.
func (f *forge) joined(ctx context.Context) error {
	for _, m := range f.people {
		for _, kind := range []string{"service", "marketing"} {
			err := f.out.insert(ctx, "consents", f.program, f.next(), m.id, kind, "sms", true, f.at, "text", "member", "es",
				"Al escribir ALTA aceptas los textos de Cafe Flor. BAJA para salir", fmt.Sprint(f.id))
			if err != nil {
				return err
			}
		}
		err := f.out.insert(ctx, "audits", f.program, f.next(), f.at, "till:6", "till", "", "member.enrol", fmt.Sprint("member:", m.id), "", `{"store":2}`, "")
		if err != nil {
			return err
		}
	}
	return nil
}

// end writes everything whose last state is known only now.
func (f *forge) end(ctx context.Context) error {
	for i, m := range f.people {
		if m.open.id != 0 {
			if err := f.voucher(ctx, i, "issued", 0); err != nil {
				return err
			}
		}
		err := f.out.insert(ctx, "members", f.program, m.id, fmt.Sprintf("+51%09d", i), fmt.Sprintf("%064x", m.id), "Rosa", "es", f.at,
			m.balance, max(-m.balance, 0), m.seq)
		if err != nil {
			return err
		}
	}
	for _, l := range f.lots {
		if err := f.out.insert(ctx, "lots", f.program, l.id, l.member, l.entry, l.points, l.left, l.at); err != nil {
			return err
		}
	}
	return f.out.close(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE id_blocks SET next = "+fmt.Sprint(f.id+1))
		return err
	})
}
