package rewards

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"fiel/db"
)

// reader is one of those who read a program's history, with sums of its own.
type reader struct {
	*proof
	sums      []uint64 // a member's, by its place among people
	refunded  []bool   // the member's balance may be below zero
	moved     []bool   // there are entries after those the member's row knows
	purchases once     // that were credited
	earned    map[int64]int64
	unknown   map[int64]bool // members who were not there when members were read
	entries   []int64        // that no voucher knows
	runs      map[string][]sealedRun
	counts    [3]int64 // entries, lots, moves
}

func newReader(p *proof) *reader {
	return &reader{proof: p, purchases: once{}, earned: map[int64]int64{}, unknown: map[int64]bool{}, runs: map[string][]sealedRun{}}
}

// readRefunds adds up what refunds moved, for each purchase. They are few, and found by the index on kind and source.
func (p *proof) readRefunds(ctx context.Context) error {
	const most = 20_000
	query := `SELECT ` + oneText(`t.purchase_id, t.delta, t.source`, texts(3)) + ` FROM entries AS t
		WHERE t.program_id = $1 AND t.kind = 'refund' AND t.source > $2 ORDER BY t.source LIMIT $3`
	last, n := "", make([]int64, 2)
	for count := most; count == most; {
		var page [][2]int64
		next := last
		err := p.read(ctx, func(ctx context.Context, tx *db.Tx) error {
			page = page[:0]
			return eachText(ctx, tx, query, []any{p.program, last, most}, func(text []byte) error {
				source, err := fields(text, n)
				page, next = append(page, [2]int64(n)), string(source)
				return err
			})
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			p.refunds[r[0]] += r[1]
		}
		last, count = next, len(page)
	}
	return nil
}

// readHistory reads everything that happened: entries with their moves, lots, and the other tables that are sealed.
func (p *proof) readHistory(ctx context.Context) error {
	p.people.findHeirs()
	for _, r := range p.readers {
		r.sums = make([]uint64, len(p.people.rows))
		r.refunded, r.moved = make([]bool, len(p.people.rows)), make([]bool, len(p.people.rows))
	}
	var jobs []job
	add := func(table, key string, read func(*reader, context.Context, *db.Tx, int64) error) error {
		blocks, err := p.blocks(ctx, table, key)
		for _, b := range blocks {
			jobs = append(jobs, func(ctx context.Context, tx *db.Tx, r *reader) error { return read(r, ctx, tx, b) })
		}
		return err
	}
	if err := p.addEntries(ctx, &jobs); err != nil {
		return err
	}
	if err := add("lots", "id", (*reader).readLots); err != nil {
		return err
	}
	for _, t := range sealedTables() {
		if t.name == "entries" || t.name == "lot_moves" || p.seals.none() {
			continue
		}
		err := add(t.name, "id", func(r *reader, ctx context.Context, tx *db.Tx, block int64) error {
			return r.readSealed(ctx, tx, t, block)
		})
		if err != nil {
			return err
		}
	}
	return p.share(ctx, jobs)
}

// addEntries adds a job for each block that has entries or moves.
func (p *proof) addEntries(ctx context.Context, jobs *[]job) error {
	entries, err := p.blocks(ctx, "entries", "id")
	if err != nil {
		return err
	}
	moves, err := p.blocks(ctx, "lot_moves", "entry_id")
	all := append(entries, moves...)
	slices.Sort(all)
	for _, b := range slices.Compact(all) {
		*jobs = append(*jobs, func(ctx context.Context, tx *db.Tx, r *reader) error { return r.readEntries(ctx, tx, b) })
	}
	return err
}

// lotMove is a row of lot_moves with its text, which is hashed when the day of its entry is known.
type lotMove struct {
	entry, lot, points int64
	text               []byte
}

// readEntries reads a block of entries beside their moves, both in the order of the entries' ids.
func (r *reader) readEntries(ctx context.Context, tx *db.Tx, block int64) error {
	moves, err := r.readMoves(ctx, tx, block)
	if err != nil {
		return err
	}
	table := sealedTables()[0]
	entries, moved := newRuns(block), newRuns(block)
	n := make([]int64, 8)
	err = r.block(ctx, tx, "SELECT "+table.row(tx.Dialect())+" FROM entries"+inBlock("id", "t.id"), block, func(text []byte) error {
		rest, err := fields(text, n)
		if err != nil {
			return err
		}
		e := Entry{ID: n[0], MemberID: n[1], Seq: n[2], Delta: n[3], BalanceAfter: n[4], At: n[5], PurchaseID: n[6], VoucherID: n[7], Kind: kindOf(rest)}
		if e.Kind == KindMerge {
			e.Source = sourceOf(rest)
		}
		for len(moves) > 0 && moves[0].entry < e.ID {
			moves = r.orphan(moves)
		}
		mine := 0
		for mine < len(moves) && moves[mine].entry == e.ID {
			mine++
		}
		r.entry(e, moves[:mine])
		if day := e.At / dayMillis; day <= r.seals.last {
			entries.add(day, text)
			for _, m := range moves[:mine] {
				moved.add(day, m.text)
			}
		}
		moves = moves[mine:]
		return nil
	})
	for len(moves) > 0 {
		moves = r.orphan(moves)
	}
	r.runs["entries"] = append(r.runs["entries"], entries.done()...)
	r.runs["lot_moves"] = append(r.runs["lot_moves"], moved.done()...)
	return err
}

func (r *reader) readMoves(ctx context.Context, tx *db.Tx, block int64) (moves []lotMove, err error) {
	table, n := sealedTables()[1], make([]int64, 3)
	var texts []byte
	query := "SELECT " + table.row(tx.Dialect()) + " FROM lot_moves" + inBlock("entry_id", "t.entry_id, t.lot_id")
	err = r.block(ctx, tx, query, block, func(text []byte) error {
		_, err := fields(text, n)
		from := len(texts)
		texts = append(texts, text...)
		moves = append(moves, lotMove{n[0], n[1], n[2], texts[from:len(texts):len(texts)]})
		return err
	})
	r.counts[2] += int64(len(moves))
	return moves, err
}

// orphan reports a move whose entry is not there.
func (r *reader) orphan(moves []lotMove) []lotMove {
	r.found("I1", "entry %d moved points of a lot but does not exist", moves[0].entry, moves[0].entry)
	return moves[1:]
}

// entry takes in one row of the ledger.
func (r *reader) entry(e Entry, moves []lotMove) {
	r.counts[0]++
	if e.Delta == 0 || !within(e.Delta, MaxDelta) {
		r.found("I7", "entry %d moves no points, or too many", e.ID, e.ID)
	}
	if e.Kind == KindEarn && e.PurchaseID > 0 {
		if r.purchases.again(e.PurchaseID) {
			r.found("I3", creditedTwice, e.PurchaseID, e.PurchaseID)
		}
		if _, ok := r.refunds[e.PurchaseID]; ok {
			r.earned[e.PurchaseID] += e.Delta
		}
	}
	who := r.people.at.find(e.MemberID)
	if who == nil {
		r.unknown[e.MemberID] = true
		return
	}
	if e.Kind == KindRefund || e.Kind == KindMerge && e.Delta < 0 {
		r.refunded[who.place] = true
	}
	r.spend(e)
	if e.Seq > who.seq {
		r.moved[who.place] = true // it came after the member was read
		return
	}
	r.sums[who.heir] = plus(r.sums[who.heir], r.worth(who.place, e, moves))
}

const creditedTwice = "purchase %d was credited more than once"

// worth is what an entry and its moves add to the sum of their member. When members are merged their points change hands with the lots
// and without a move.
func (r *reader) worth(member int32, e Entry, moves []lotMove) uint64 {
	sum := minus(r.salt.of(aboutChain, link(member, e.Seq), e.BalanceAfter), r.salt.of(aboutChain, link(member, e.Seq-1), e.before()))
	gained := max(e.BalanceAfter, 0) - max(e.before(), 0)
	if e.Kind == KindMerge && (e.Delta < 0 && strings.HasPrefix(e.Source, "merged:") || e.Delta > 0 && strings.HasPrefix(e.Source, "merge:")) {
		gained -= e.Delta
	}
	for _, m := range moves {
		gained -= m.points
		sum = minus(sum, times(r.salt.of(aboutLot, m.lot, 0), m.points))
	}
	return minus(sum, times(r.salt.of(aboutEntry, e.ID, 0), gained))
}

// link names a row of a member's ledger by the member's place and the row's seq.
func link(member int32, seq int64) int64 { return int64(member)<<32 ^ seq }

// spend looks for the voucher that an entry was made for.
func (r *reader) spend(e Entry) {
	kind := uint32(0)
	switch {
	case e.Kind == KindRedeem:
		kind = paidFor
	case e.Kind == KindRelease && e.VoucherID != 0:
		kind = givenBack
	case e.Kind == KindDispute && e.VoucherID != 0:
		kind = disputed
	default:
		return
	}
	i, ok := r.vouchers.at[e.VoucherID]
	if !ok || !r.vouchers.rows[i].names(e, kind) {
		r.entries = append(r.entries, e.ID)
		return
	}
	atomic.OrUint32(&r.vouchers.rows[i].seen, kind)
}

// names says whether a voucher names an entry, and agrees about the points.
func (s *spent) names(e Entry, kind uint32) bool {
	switch kind {
	case paidFor:
		return s.redeem == e.ID && s.cost == -e.Delta
	case givenBack:
		return s.release == e.ID && s.cost == e.Delta
	}
	return s.dispute == e.ID && s.cost == e.Delta
}

// readLots reads a block of lots.
func (r *reader) readLots(ctx context.Context, tx *db.Tx, block int64) error {
	query := `SELECT ` + oneText(`t.id, t.member_id, t.entry_id, t.points, t."left"`, texts(5)) + ` FROM lots` + inBlock("id", "t.id")
	n, left := make([]int64, 5), r.salt.of(aboutLeft, 0, 0)
	return r.block(ctx, tx, query, block, func(text []byte) error {
		if _, err := fields(text, n); err != nil {
			return err
		}
		r.counts[1]++
		who := r.people.at.find(n[1])
		if who == nil {
			r.unknown[n[1]] = true
			return nil
		}
		i := who.heir
		sum := plus(r.sums[i], times(r.salt.of(aboutEntry, n[2], 0), n[3]))
		sum = plus(sum, times(r.salt.of(aboutLot, n[0], 0), n[4]-n[3]))
		r.sums[i] = plus(sum, times(left, n[4]))
		return nil
	})
}

// kindOf reads the text that follows an entry's numbers, and the text's length.
func kindOf(rest []byte) string {
	_, kind, _ := bytes.Cut(rest, []byte{'|'})
	kind, _, _ = bytes.Cut(kind, []byte{'|'})
	for _, known := range entryKinds {
		if string(kind) == known {
			return known
		}
	}
	return ""
}

// sourceOf reads the text after the kind, up to a |: as much as is asked of it.
func sourceOf(rest []byte) string {
	parts := bytes.SplitN(rest, []byte{'|'}, 5)
	if len(parts) < 4 {
		return ""
	}
	return string(parts[3])
}

// entryKinds are those that a proof asks for. Compared in place they cost no copy of each row's text.
var entryKinds = [...]string{KindEarn, KindRefund, KindRedeem, KindRelease, KindDispute, KindMerge}
