package campaigns

import (
	"context"
	"time"

	"fiel/db"
	"fiel/sms"
)

// booker takes room of the caps for texts, or looks whether there is room, and gives it back: see [planner.booking] and [planner.looking].
type booker struct {
	take, give func(context.Context, *db.Tx, []*sms.Planned) error
}

func (pl *planner) booking() booker { return booker{pl.outbox.Book, pl.outbox.Unbook} }
func (pl *planner) looking() booker { return booker{pl.outbox.Peek, pl.outbox.Unpeek} }

// book takes the room of the texts that wait. Where a member's cap of the day or week is full, or belongs to a greeting they are still to
// get, the text moves on to the next day at the campaign's time, as long as the offer is alive.
func (pl *planner) book(ctx context.Context, tx *db.Tx, rows []*planned, book booker) error {
	left := waiting(rows)
	for day := DateOf(time.UnixMilli(pl.now).In(pl.zone)); len(left) > 0; {
		if err := pl.yield(ctx, tx, left); err != nil {
			return err
		}
		texts := make([]*sms.Planned, len(left))
		for i, r := range left {
			texts[i] = &r.Planned
		}
		if err := book.take(ctx, tx, texts); err != nil {
			return err
		}
		day = day.Plus(1)
		next := day.At(pl.content.Minute, pl.zone).UnixMilli()
		if next >= pl.run.EndsAt {
			return nil
		}
		left = pl.moveOn(left, next)
	}
	return nil
}

// moveOn gives those for whom a cap was full another slot, from an instant on, and returns who got one.
func (pl *planner) moveOn(rows []*planned, from int64) (moved []*planned) {
	for _, r := range rows {
		if r.LeftOut != sms.ReasonCap && r.LeftOut != sms.ReasonSpend {
			continue
		}
		slot, closed := pl.outbox.Opening(r.Member, r.candidate.storeZone, from, r.Before)
		if closed == "" {
			r.Slot, r.LeftOut = slot, ""
			moved = append(moved, r)
		}
	}
	return moved
}

func waiting(rows []*planned) (left []*planned) {
	for _, r := range rows {
		if !r.Holdout && r.LeftOut == "" {
			left = append(left, r)
		}
	}
	return left
}
