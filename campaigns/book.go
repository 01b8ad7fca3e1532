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

// book takes the room of the texts that wait. Where a member's cap of the day is full, or belongs to a greeting they are still to get,
// the text moves on to the next day at the campaign's time, as long as the offer is alive.
func (pl *planner) book(ctx context.Context, tx *db.Tx, rows []*planned, book booker) error {
	left := waiting(rows)
	today := DateOf(time.UnixMilli(pl.now).In(pl.zone))
	for day := today; len(left) > 0; {
		if err := pl.yield(ctx, tx, day, left); err != nil {
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

// yield leaves room for greetings of higher rank that members are still to get on a date.
func (pl *planner) yield(ctx context.Context, tx *db.Tx, day Date, rows []*planned) error {
	for _, r := range rows {
		r.Yields = 0
	}
	if pl.class != sms.Marketing || pl.occasion.rank() == rankBirthday {
		return nil
	}
	active, err := New(tx).activeCampaigns(ctx, pl.program.ID)
	if err != nil {
		return err
	}
	for _, c := range active {
		who, at, owed, err := pl.owed(ctx, tx, c, day)
		if err != nil {
			return err
		}
		if !owed {
			continue
		}
		ids, err := among(ctx, tx, who, at, rows[0].Member.ID, rows[len(rows)-1].Member.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if ids[r.Member.ID] {
				r.Yields++
			}
		}
	}
	return nil
}

// owed says whether a campaign has a greeting of higher rank to plan on a date, and for whom.
func (pl *planner) owed(ctx context.Context, tx *db.Tx, c Campaign, day Date) (who condition, at moment, owed bool, err error) {
	s, err := c.schedule()
	if err != nil || s.once() || c.ID == pl.run.CampaignID {
		return who, at, false, err
	}
	if who, err = parseAudience([]byte(c.Audience)); err != nil {
		return who, at, false, err
	}
	o, err := occasionOf(who)
	if err != nil || o.rank() >= pl.occasion.rank() {
		return who, at, false, err
	}
	due, ok := s.next(pl.zone, day.At(0, pl.zone).Add(-time.Millisecond))
	if !ok || due.Date != day {
		return who, at, false, nil
	}
	at = moment{program: pl.program, zone: pl.zone, date: due.Date, at: due.At.UnixMilli()}
	run, err := New(tx).runAt(ctx, runAtParams{ProgramID: c.ProgramID, CampaignID: c.ID, Occurrence: due.Key})
	if db.NotFound(err) {
		return who, at, due.At.UnixMilli() > tx.Now, nil // else its time came before it was started
	}
	return who, at, run.PlannedAt == 0, err // else their room is taken
}

func waiting(rows []*planned) (left []*planned) {
	for _, r := range rows {
		if !r.Holdout && r.LeftOut == "" {
			left = append(left, r)
		}
	}
	return left
}
