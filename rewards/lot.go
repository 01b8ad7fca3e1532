package rewards

import (
	"context"
	"fmt"
	"math"

	"fiel/db"
	"fiel/members"
)

// grace is how long points last at least when they come back: 7 days, in milliseconds.
const grace = 7 * 24 * 60 * 60 * 1000

// never is the place of a lot without an end in the order of spending. The table's default is the same.
const never = 1<<53 - 1

// openLot keeps the points of a credit together. What filled a debt is not among them; without points there is no lot. Own is the day
// that came with the points, exclusive; 0: the program's rule says when they end.
func openLot(ctx context.Context, tx *db.Tx, p members.Program, e Entry, points, own int64) error {
	if points == 0 {
		return nil
	}
	x, end := ExpiryOf(p), own
	if own == 0 {
		end = x.end(p.Location(), tx.Now)
	}
	return New(tx).insertLot(ctx, insertLotParams{
		ProgramID: e.ProgramID, ID: tx.ID(), MemberID: e.MemberID, EntryID: e.ID, Points: points,
		ExpiresAt: orNone(end), ExpiresFirst: end, LapsesAt: x.lapse(end), Gen: p.ExpiryGen, CreatedAt: tx.Now,
	})
}

// renew is what activity does to all live points of a member in a program where they go by inactivity: they end together, anew.
// Whatever date an older rule gave them, this is what [DateAnew] would come to: the period after the change began before now.
func renew(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	if p.Expiry != Inactivity {
		return nil
	}
	x := ExpiryOf(p)
	end := x.end(p.Location(), tx.Now)
	return New(tx).renewLots(ctx, renewLotsParams{
		Ends: end, Lapses: x.lapse(end), Gen: p.ExpiryGen, ProgramID: p.ID, MemberID: m.ID, Now: tx.Now,
	})
}

// eatLots takes the points of a debit out of the member's lots, as many as there were; the rest is the debt.
func eatLots(ctx context.Context, tx *db.Tx, e Entry, own int64) error {
	points := min(-e.Delta, max(e.before(), 0))
	if points == 0 {
		return nil
	}
	eaten, err := New(tx).takeFromLots(ctx, takeFromLotsParams{
		EntryID: e.ID, Points: points, Own: own, ProgramID: e.ProgramID, MemberID: e.MemberID, Now: tx.Now,
	})
	if err != nil {
		return err
	}
	if sum(eaten) != -points {
		return db.Errorf(db.Internal, "the lots of member %d do not add up to the balance: run `fiel db check`", e.MemberID)
	}
	return New(tx).settleLots(ctx, e.ProgramID, e.ID)
}

// giveBack writes a credit of all the points that an entry (by its id) took. They go to the lots they came from, with their old
// end; those whose end is past, or within 7 days, open a lot that lasts 7 days. A debt is filled first, with the points that would
// have expired first.
func giveBack(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, n Posting, from int64) (Entry, members.Member, error) {
	e, m, err := write(ctx, tx, &p, m, n)
	if err == nil {
		err = dateEaten(ctx, tx, p, m, from)
	}
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	soon := tx.Now + grace
	home, err := New(tx).putIntoLots(ctx, putIntoLotsParams{
		EntryID: e.ID, Filled: e.filled(), ProgramID: e.ProgramID, FromEntry: from, Soon: soon,
	})
	if err == nil && len(home) > 0 {
		err = New(tx).settleLots(ctx, e.ProgramID, e.ID)
	}
	if err == nil {
		err = openLot(ctx, tx, p, e, e.Delta-e.filled()-sum(home), soon)
	}
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	return e, m, renew(ctx, tx, p, m)
}

// dateEaten dates the lots that an entry ate by the program's rule: while they were empty nobody else did.
func dateEaten(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, from int64) error {
	stale, err := New(tx).staleLotsOf(ctx, staleLotsOfParams{ProgramID: p.ID, EntryID: from, Column3: p.ExpiryGen})
	if err == nil {
		_, err = dateLots(ctx, tx, p, m, stale)
	}
	return err
}

// lapse writes off what is past its day, one entry per lot: such points cannot be spent, whether or not a nightly run came by. What an
// older rule dated is dated first.
func lapse(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (members.Member, error) {
	lots, err := New(tx).lotsToSettle(ctx, lotsToSettleParams{ProgramID: m.ProgramID, MemberID: m.ID, LapsesAt: tx.Now})
	if err != nil || len(lots) == 0 {
		return m, err
	}
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return members.Member{}, err
	}
	if lots, err = dateLots(ctx, tx, p, m, lots); err != nil {
		return members.Member{}, err
	}
	for _, lot := range lots {
		if lot.LapsesAt > tx.Now {
			continue
		}
		if m, err = lapseLot(ctx, tx, p, m, lot, fmt.Sprintf("lot:%d", lot.ID)); err != nil {
			return members.Member{}, err
		}
	}
	return m, nil
}

// deadPoints are those of a member that are past their day and have not been written off. It only reads; what an older rule dated is
// judged by the rule of now.
func deadPoints(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (dead int64, err error) {
	lots, err := New(tx).lotsToSettle(ctx, lotsToSettleParams{ProgramID: p.ID, MemberID: m.ID, LapsesAt: tx.Now})
	if err != nil || len(lots) == 0 {
		return 0, err
	}
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return 0, err
	}
	if m, err = members.ByID(ctx, tx, p.ID, m.ID); err != nil {
		return 0, err
	}
	for _, lot := range lots {
		if lot.Gen < p.ExpiryGen {
			lot = rulingOf(p).date(lot, m.ActiveAt, 0)
		}
		if lot.LapsesAt <= tx.Now {
			dead += lot.Left
		}
	}
	return dead, nil
}

func lapseLot(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, lot Lot, source string) (members.Member, error) {
	e, m, err := write(ctx, tx, &p, m, Posting{Kind: KindExpire, Delta: -lot.Left, Source: source})
	if err != nil {
		return members.Member{}, err
	}
	err = New(tx).takeFromLot(ctx, takeFromLotParams{ProgramID: e.ProgramID, EntryID: e.ID, LotID: lot.ID, Points: e.Delta})
	if err != nil {
		return members.Member{}, err
	}
	return m, New(tx).settleLots(ctx, e.ProgramID, e.ID)
}

func sum(all []int64) (n int64) {
	for _, v := range all {
		n += v
	}
	return n
}

// mostRows is a LIMIT that a slice can hold.
func mostRows(n, most int64) int32 { return int32(max(0, min(n, most, math.MaxInt32))) }
