package rewards

import (
	"bytes"
	"cmp"
	"context"
	"hash/maphash"
	"slices"

	"fiel/db"
)

// people are the members of a program as their rows stood when they were read.
type people struct {
	at    places // by id
	rows  []person
	phone []phoneOf
}

type person struct {
	id, seq, balance, merged int64
	odd                      bool // what its own row shows to be wrong
}

// phoneOf is a fingerprint of a member's number.
type phoneOf struct{ print, member uint64 }

// vouchers are those that cost points, or gave some back.
type vouchers struct {
	at   map[int64]int32 // by id
	rows []spent
}

// spent is a voucher and the entries that it names, and which of them were found.
type spent struct {
	id, cost, redeem, release, dispute int64
	over                               bool // it is used no more
	odd                                bool // its own row disagrees with itself
	seen                               uint32
}

const (
	paidFor uint32 = 1 << iota
	givenBack
	disputed
)

// readPeople reads members and vouchers.
func (p *proof) readPeople(ctx context.Context) error {
	seed := maphash.MakeSeed()
	var jobs []job
	for _, t := range []struct {
		table string
		read  func(context.Context, *db.Tx, int64) error
	}{
		{"members", func(ctx context.Context, tx *db.Tx, block int64) error { return p.readMembers(ctx, tx, block, seed) }},
		{"vouchers", p.readVouchers},
	} {
		blocks, err := p.blocks(ctx, t.table, "id")
		if err != nil {
			return err
		}
		for _, b := range blocks {
			jobs = append(jobs, func(ctx context.Context, tx *db.Tx, _ *reader) error { return t.read(ctx, tx, b) })
		}
	}
	return p.share(ctx, jobs)
}

func (p *proof) readMembers(ctx context.Context, tx *db.Tx, block int64, seed maphash.Seed) error {
	var rows []person
	var phones []phoneOf
	n := make([]int64, 5)
	query := `SELECT ` + oneText(`t.id, t.seq, t.balance, t.debt, t.merged_into, CASE WHEN t.phone <> '' THEN t.hash ELSE '' END`, texts(6)) + `
		FROM members` + inBlock("id", "t.id")
	err := p.block(ctx, tx, query, block, func(text []byte) error {
		rest, err := fields(text, n)
		rows = append(rows, person{id: n[0], seq: n[1], balance: n[2], merged: n[4], odd: n[3] != max(-n[2], 0)})
		if hash := bytes.TrimSpace(rest); len(hash) > 0 {
			phones = append(phones, phoneOf{maphash.Bytes(seed, hash), uint64(n[0])})
		}
		return err
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range rows {
		p.people.at.add(one.id, one.seq, int32(len(p.people.rows)))
		p.people.rows = append(p.people.rows, one)
	}
	p.people.phone = append(p.people.phone, phones...)
	p.Members += int64(len(rows))
	return nil
}

// oddVoucher is what no voucher may be by itself, so that the whole table is read once: halfUsed, halfReserved, usedOutOfTime and
// wronglySettled in check.sql say which of it a voucher is.
const oddVoucher = `t.state = 'redeemed' AND t.redeemed_at = 0 OR t.state IN ('issued', 'reserved', 'expired') AND t.redeemed_at <> 0
	OR t.state = 'reserved' AND (t.reserved_until = 0 OR t.reserved_by = '' OR t.reserved_until > t.expires_at)
	OR t.state <> 'reserved' AND (t.reserved_until <> 0 OR t.reserved_by <> '')
	OR t.redeemed_at <> 0 AND (t.redeemed_at < t.valid_from OR t.redeemed_at >= t.expires_at)
	OR (t.settled_at <> 0) <> (t.settlement <> '') OR t.disputed_at = 0 AND t.settled_at <> 0
	OR t.dispute_entry <> 0 AND t.settlement <> 'returned'
	OR t.settlement = 'returned' AND t.state <> 'cancelled' OR t.settlement = 'upheld' AND t.state <> 'redeemed'
	OR t.disputed_at <> 0 AND t.state NOT IN ('redeemed', 'cancelled')`

func (p *proof) readVouchers(ctx context.Context, tx *db.Tx, block int64) error {
	var rows []spent
	n := make([]int64, 7)
	query := `SELECT ` + oneText(`t.id, t.cost, t.redeem_entry, t.release_entry, t.dispute_entry,
		CASE WHEN t.state IN ('expired', 'cancelled') THEN 1 ELSE 0 END, CASE WHEN `+oddVoucher+` THEN 1 ELSE 0 END`, texts(7)) + ` FROM vouchers` + inBlock("id", "t.id")
	err := p.block(ctx, tx, query, block, func(text []byte) error {
		_, err := fields(text, n)
		rows = append(rows, spent{id: n[0], cost: n[1], redeem: n[2], release: n[3], dispute: n[4], over: n[5] == 1, odd: n[6] == 1})
		return err
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range rows {
		p.vouchers.at[one.id] = int32(len(p.vouchers.rows))
		p.vouchers.rows = append(p.vouchers.rows, one)
	}
	p.Vouchers += int64(len(rows))
	return nil
}

// findHeirs follows members who were merged to the last one: their lots and vouchers are that member's now, so their sums are one.
func (p *people) findHeirs() {
	for _, one := range p.rows {
		self := p.at.find(one.id)
		for steps := 0; one.merged != 0 && steps < 100; steps++ {
			next := p.at.find(one.merged)
			if next == nil {
				break
			}
			self.heir, one = next.place, p.rows[next.place]
		}
	}
}

// samePhones are members whose number another member seems to have.
func (p *people) samePhones() (ids []int64) {
	slices.SortFunc(p.phone, func(a, b phoneOf) int { return cmp.Compare(a.print, b.print) })
	for i := 1; i < len(p.phone); i++ {
		if p.phone[i].print == p.phone[i-1].print {
			ids = append(ids, int64(p.phone[i-1].member), int64(p.phone[i].member))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// unsettled are vouchers whose entries were not all found, or that gave back and did not as their state says.
func (v *vouchers) unsettled() (ids []int64) {
	for _, s := range v.rows {
		want := uint32(0)
		if s.cost > 0 {
			want |= paidFor
		}
		if s.release != 0 {
			want |= givenBack
		}
		if s.dispute != 0 {
			want |= disputed
		}
		if s.odd || s.seen&want != want || s.cost > 0 && s.over != (s.release != 0 || s.dispute != 0) {
			ids = append(ids, s.id)
		}
	}
	return ids
}
