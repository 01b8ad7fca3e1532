package rewards

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// ruling is the rule that a program came to have at an instant.
type ruling struct {
	zone    *time.Location
	was, x  Expiry // before, and since
	gen     int64  // of x
	changed int64
	floor   int64 // one full period after the change: nothing ends sooner because of it
}

func rulingOf(p members.Program) ruling {
	was := Expiry{Mode: p.ExpiryWas, Months: p.ExpiryWasMonths}
	return newRuling(p.Location(), was, ExpiryOf(p), p.ExpiryGen, p.ExpiryChangedAt)
}

func newRuling(zone *time.Location, was, x Expiry, gen, changed int64) ruling {
	return ruling{zone, was, x, gen, changed, x.end(zone, changed)}
}

// end is when a lot of an older rule ends: exclusive. A rule that gives it longer than the one before does so; one that gives it less
// is never sooner than one full period after the change. What was past its day at the change stays past it.
func (r ruling) end(lot Lot, active int64) int64 {
	if lot.LapsesAt <= r.changed {
		return lot.ExpiresFirst
	}
	was, end := lot.ExpiresFirst, r.x.ofLot(r.zone, lot, active)
	if lot.Gen == r.gen-1 { // else rules went by while it was empty
		was = r.was.ofLot(r.zone, lot, active)
	}
	switch {
	case end > was:
		return max(end, lot.ExpiresFirst)
	case end < was:
		return min(lot.ExpiresFirst, max(end, r.floor))
	}
	return lot.ExpiresFirst
}

// ofLot is when a lot ends whose day is the rule's own.
func (x Expiry) ofLot(zone *time.Location, lot Lot, active int64) int64 {
	if x.Mode == Inactivity {
		return x.end(zone, active)
	}
	return x.end(zone, lot.CreatedAt)
}

// date is the lot as the rule dates it. Delivered is when a warning of the day it had arrived, 0: none.
func (r ruling) date(lot Lot, active, delivered int64) Lot {
	end := r.end(lot, active)
	same := end == lot.ExpiresFirst
	switch {
	case lot.LapsesAt <= r.changed:
	case end == never:
		lot.LapsesAt = never
	case r.x.Proof && same && delivered != 0:
		lot.LapsesAt = max(end, delivered+grace)
	case r.x.Proof:
		lot.LapsesAt = never
	case end > r.changed:
		lot.LapsesAt = end
	case lot.LapsesAt == never: // only the missing warning kept it
		end, lot.LapsesAt = r.floor, r.floor
	}
	lot.ExpiresFirst, lot.ExpiresAt, lot.Gen = end, orNone(end), r.gen
	return lot
}

// orNone is an end as expires_at has it: 0 is never.
func orNone(end int64) int64 {
	if end == never {
		return 0
	}
	return end
}

// DateAnew brings lots that an older rule dated, and that hold points, under the program's rule: about limit of them. N is how many;
// when there are none left the program is noted as dated. Any number of processes may call it at once.
func DateAnew(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return 0, err
	}
	whose, err := New(tx).lotsOfAnOlderRule(ctx, lotsOfAnOlderRuleParams{ProgramID: p.ID, Gen: p.ExpiryGen, Column3: limit})
	if err != nil {
		return 0, err
	}
	if len(whose) == 0 && p.ExpiryDatedGen < p.ExpiryGen {
		return 0, members.Dated(ctx, tx, p)
	}
	for _, id := range each(whose) {
		m, err := members.Lock(ctx, tx, p.ID, id)
		if err != nil {
			return 0, err
		}
		stale, err := New(tx).staleLots(ctx, staleLotsParams{ProgramID: p.ID, MemberID: m.ID, Gen: p.ExpiryGen})
		if err != nil {
			return 0, err
		}
		if _, err := dateLots(ctx, tx, p, m, stale); err != nil {
			return 0, err
		}
	}
	return int64(len(whose)), nil
}

// each is the ids in rising order, each once: members are locked so.
func each(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// dateLots dates those of a member's lots that an older rule dated, and answers all as they are then, in the order they are spent.
func dateLots(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, lots []Lot) ([]Lot, error) {
	r := rulingOf(p)
	for i, lot := range lots {
		if lot.Gen >= p.ExpiryGen {
			continue
		}
		delivered, err := r.delivered(ctx, tx, lot)
		if err != nil {
			return nil, err
		}
		lot = r.date(lot, m.ActiveAt, delivered)
		_, err = New(tx).dateLot(ctx, dateLotParams{
			ExpiresAt: lot.ExpiresAt, ExpiresFirst: lot.ExpiresFirst, LapsesAt: lot.LapsesAt, Gen: lot.Gen, ProgramID: p.ID, ID: lot.ID,
		})
		if err != nil {
			return nil, err
		}
		lots[i] = lot
	}
	slices.SortFunc(lots, func(a, b Lot) int {
		return cmp.Or(cmp.Compare(a.ExpiresFirst, b.ExpiresFirst), cmp.Compare(a.ID, b.ID))
	})
	return lots, nil
}

// delivered is when a warning of the lot's day arrived, where the rule asks for one; one that has not is looked at again.
func (r ruling) delivered(ctx context.Context, tx *db.Tx, lot Lot) (int64, error) {
	if !r.x.Proof || lot.ExpiresFirst == never {
		return 0, nil
	}
	w, err := New(tx).warning(ctx, warningParams{ProgramID: lot.ProgramID, MemberID: lot.MemberID, ExpiresAt: lot.ExpiresFirst})
	switch {
	case db.NotFound(err):
		return 0, nil
	case err != nil || w.DeliveredAt != 0:
		return w.DeliveredAt, err
	}
	return 0, New(tx).lookAgain(ctx, lookAgainParams{ProgramID: w.ProgramID, MemberID: w.MemberID, ExpiresAt: w.ExpiresAt, LookAt: tx.Now})
}
