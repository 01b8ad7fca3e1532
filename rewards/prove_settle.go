package rewards

import (
	"context"
	"maps"
	"slices"

	"fiel/db"
)

// settle looks at the sums and asks about every row that did not add up.
func (p *proof) settle(ctx context.Context) error {
	for _, r := range p.readers {
		p.Entries, p.Lots, p.Moves = p.Entries+r.counts[0], p.Lots+r.counts[1], p.Moves+r.counts[2]
	}
	p.settlePurchases()
	suspects := append(p.unbalanced(), p.people.samePhones()...)
	unknown := map[int64]bool{}
	var entries []int64
	for _, r := range p.readers {
		maps.Copy(unknown, r.unknown)
		entries = append(entries, r.entries...)
	}
	strangers := slices.Sorted(maps.Keys(unknown))
	suspects = append(suspects, strangers...)
	slices.Sort(suspects)
	suspects = slices.Compact(suspects)
	var jobs []job
	for _, kind := range []struct {
		about subject
		ids   []int64
	}{{aMember, suspects}, {aVoucher, p.vouchers.unsettled()}, {anEntry, entries}} {
		p.Suspects += int64(len(kind.ids))
		for some := range slices.Chunk(kind.ids, 100) {
			jobs = append(jobs, func(ctx context.Context, tx *db.Tx, _ *reader) error {
				if p.enough() {
					return nil
				}
				return p.ask(ctx, tx, kind.about, some)
			})
		}
	}
	for some := range slices.Chunk(strangers, 100) {
		jobs = append(jobs, func(ctx context.Context, tx *db.Tx, _ *reader) error { return p.askWho(ctx, tx, some) })
	}
	return p.share(ctx, jobs)
}

// unbalanced are the members whose sum is not zero, alone or with those who were merged into them, who moved, or whose balance is
// below zero for no reason.
func (p *proof) unbalanced() (ids []int64) {
	left, sums := p.salt.of(aboutLeft, 0, 0), make([]uint64, len(p.people.rows))
	for i, m := range p.people.rows {
		heir := p.people.at.find(m.id).heir
		own := minus(p.salt.of(aboutChain, link(int32(i), 0), 0), p.salt.of(aboutChain, link(int32(i), m.seq), m.balance))
		own = minus(own, times(left, max(m.balance, 0)))
		sums[heir] = plus(sums[heir], own)
		for _, r := range p.readers {
			sums[i] = plus(sums[i], r.sums[i])
		}
	}
	for i, m := range p.people.rows {
		refunded, moved := false, false
		for _, r := range p.readers {
			refunded, moved = refunded || r.refunded[i], moved || r.moved[i]
		}
		if sums[p.people.at.find(m.id).heir] != 0 || moved || m.odd || m.balance < 0 && !refunded {
			ids = append(ids, m.id)
		}
	}
	return ids
}

// settlePurchases finds purchases that were credited twice, by different readers, and refunds that took more than there was. Both are
// facts, whatever moves: entries do not change, and a refund comes after the credit.
func (p *proof) settlePurchases() {
	all := once{}
	for _, r := range p.readers {
		for _, purchase := range all.join(r.purchases) {
			p.found("I3", creditedTwice, purchase, purchase)
		}
	}
	for purchase, sum := range p.refunds {
		for _, r := range p.readers {
			sum += r.earned[purchase]
		}
		if sum < 0 && purchase != 0 {
			p.found("I6", "purchase %d: refunds took more than it gave", purchase, purchase)
		}
	}
}

// askWho finds members who are not there though something is theirs.
func (p *proof) askWho(ctx context.Context, tx *db.Tx, ids []int64) error {
	for _, id := range ids {
		n, err := New(tx).nobody(ctx, p.program, id)
		if err != nil {
			return err
		}
		if n == 0 {
			p.found("I1", "member %d does not exist, but entries or lots are theirs", id, id)
		}
	}
	return nil
}

// enough says whether so much is wrong that naming more rows helps nobody.
func (p *proof) enough() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.findings) >= 10*mostFindings
}
