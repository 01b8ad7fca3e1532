package campaigns

import (
	"context"
	"time"

	"fiel/db"
	"fiel/sms"
)

// A greeting comes once a year, a promotion every week: whoever is still to be greeted keeps room for it, on the day and in the week.

// yield leaves room for greetings of higher rank that members are still to get on the day of their text, and in its week. Who has an
// occasion is told from their own row; what else a greeting asks, and whether they had it, is asked of those few alone.
func (pl *planner) yield(ctx context.Context, tx *db.Tx, rows []*planned) error {
	for _, r := range rows {
		r.Yields = sms.Yields{}
	}
	if pl.class != sms.Marketing || pl.occasion.rank() == rankBirthday {
		return nil
	}
	greetings, err := pl.greetings(ctx, tx, rows)
	if err != nil {
		return err
	}
	seen := map[sms.OnceKey]bool{}
	for _, g := range greetings {
		keys := g.keys(rows)
		if len(keys) == 0 {
			continue
		}
		if err := pl.stillOwed(ctx, tx, g, keys); err != nil {
			return err
		}
		for _, r := range rows {
			key := sms.OnceKey{Member: r.Member.ID, Once: keys[r.Member.ID]}
			if key.Once == "" || seen[key] {
				continue
			}
			seen[key] = true
			r.Yields = r.Yields.With(r.Slot.CapDay, g.at.date.String())
		}
	}
	return nil
}

// greeting is what a campaign owes to some members on a date.
type greeting struct {
	who      condition
	occasion occasion
	at       moment
}

// keys are the once keys of those whose occasion it is, by member.
func (g greeting) keys(rows []*planned) map[int64]string {
	keys := map[int64]string{}
	for _, r := range rows {
		if once := g.occasion.once(r.candidate.Member, g.at); once != "" {
			keys[r.candidate.ID] = once
		}
	}
	return keys
}

// greetings are those of higher rank that are not planned yet, from now on to the end of the last week that a text leaves in.
func (pl *planner) greetings(ctx context.Context, tx *db.Tx, rows []*planned) (found []greeting, err error) {
	from, to, err := weeks(rows)
	if err != nil {
		return nil, err
	}
	if today := DateOf(tx.Time().In(pl.zone)); from.Before(today) {
		from = today
	}
	active, err := New(tx).activeCampaigns(ctx, pl.program.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range active {
		s, g, owed, err := pl.greets(c)
		if err != nil {
			return nil, err
		}
		for day := from; owed && !to.Before(day); day = day.Plus(1) {
			due, ok := s.next(pl.zone, day.At(0, pl.zone).Add(-time.Millisecond))
			if !ok || due.Date != day {
				continue
			}
			open, err := unplanned(ctx, tx, c, due)
			if err != nil {
				return nil, err
			}
			if open {
				g.at = moment{program: pl.program, zone: pl.zone, date: day, at: due.At.UnixMilli()}
				g.at.held = birthdays(g.at)
				found = append(found, g)
			}
		}
	}
	return found, nil
}

// greets says whether a campaign greets members on occasions that come first.
func (pl *planner) greets(c Campaign) (s schedule, g greeting, ok bool, err error) {
	if s, err = c.schedule(); err != nil || s.once() || s.event != "" || c.ID == pl.run.CampaignID {
		return s, g, false, err
	}
	if g.who, err = parseAudience([]byte(c.Audience)); err != nil {
		return s, g, false, err
	}
	g.occasion, err = occasionOf(g.who)
	return s, g, err == nil && g.occasion.rank() < pl.occasion.rank(), err
}

// unplanned says whether an occurrence is still to be planned. Of one that was, the room is taken; one that came round before its
// campaign was started is not made up.
func unplanned(ctx context.Context, tx *db.Tx, c Campaign, due Occurrence) (bool, error) {
	if due.At.UnixMilli() > tx.Now {
		return true, nil
	}
	run, err := New(tx).runAt(ctx, runAtParams{ProgramID: c.ProgramID, CampaignID: c.ID, Occurrence: due.Key})
	if db.NotFound(err) {
		return false, nil
	}
	return run.PlannedAt == 0, err
}

// stillOwed takes out those who are not of the greeting's audience, and those who had it.
func (pl *planner) stillOwed(ctx context.Context, tx *db.Tx, g greeting, keys map[int64]string) error {
	var whom oneOf
	var asked []sms.OnceKey
	for id, once := range keys {
		whom, asked = append(whom, id), append(asked, sms.OnceKey{Member: id, Once: once})
	}
	belongs, err := among(ctx, tx, g.who, g.at, whom)
	if err != nil {
		return err
	}
	told, err := pl.outbox.Told(ctx, tx, asked)
	if err != nil {
		return err
	}
	for _, k := range asked {
		if before, used := told[k]; !belongs[k.Member] || used && !before.Free {
			delete(keys, k.Member)
		}
	}
	return nil
}

// weeks are from Monday of the first week that one of the texts leaves in to Sunday of the last.
func weeks(rows []*planned) (from, to Date, err error) {
	for _, r := range rows {
		day, err := ParseDate(r.Slot.CapDay)
		if err != nil {
			return from, to, err
		}
		monday := day.Plus(-(int(day.Weekday()) + 6) % 7)
		if from == (Date{}) || monday.Before(from) {
			from = monday
		}
		if sunday := monday.Plus(6); to.Before(sunday) {
			to = sunday
		}
	}
	return from, to, nil
}
