package campaigns

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// A series has one run a local day, open while the day lasts: each tick plans in it whoever has become due since the last one. The
// cursor of the run is the time up to which that was looked at, and the next day's run goes on from there. What lies a little before
// the cursor is looked at again, because what happened then may have been written down only since; the once keys keep anybody from
// being told twice, also by two processes at once, after a crash, and when a clock is set back.

const (
	lookBack  = 15 * time.Minute // before the cursor: no transaction takes as long
	moveAfter = 5 * time.Minute  // of time before the cursor is moved: a tick that finds nothing writes nothing
	farthest  = 40 * oneDay      // what was due before is not even counted
)

// openSeries makes today's run of a series and closes the one before it. The caller holds the tick's row.
func openSeries(ctx context.Context, tx *db.Tx, p members.Program, c Campaign, s schedule, now time.Time) error {
	live, err := New(tx).liveRunsOf(ctx, p.ID, c.ID)
	if err != nil {
		return err
	}
	today := DateOf(now.In(p.Location())).String()
	for _, r := range live {
		switch {
		case r.State != RunPlanning:
		case r.Occurrence >= today: // or a clock was set back: it stays open
			return nil
		default:
			to := moveCursorParams{ProgramID: p.ID, ID: r.ID, Cursor: r.Cursor, State: RunRunning, PlannedAt: tx.Now}
			if err := New(tx).moveCursor(ctx, to); err != nil {
				return err
			}
		}
	}
	o := s.openOn(DateOf(now.In(p.Location())), p.Location())
	if s.last != (Date{}) && s.last.Before(o.Date) {
		return nil
	}
	from, err := lookedAt(ctx, tx, c)
	if err != nil {
		return err
	}
	m, err := materialise(ctx, tx, c, o, now)
	if err != nil || m.run == 0 {
		return err
	}
	return New(tx).moveCursor(ctx, moveCursorParams{ProgramID: p.ID, ID: m.run, Cursor: from, State: RunPlanning})
}

// lookedAt is the time up to which the campaign's last run has looked at what happened: none, since it was started.
func lookedAt(ctx context.Context, tx *db.Tx, c Campaign) (int64, error) {
	r, err := New(tx).latestRun(ctx, c.ProgramID, c.ID)
	if db.NotFound(err) {
		return c.ActiveAt, nil
	}
	return max(r.Cursor, c.ActiveAt), err
}

// sweep is a look at what has become due for a series, in a run that is open.
type sweep struct {
	*planner
	from, to time.Time // of due times, the first excluded
}

func newSweep(ctx context.Context, tx *db.Tx, r Run) (sweep, error) {
	pl, err := newPlannerOf(ctx, tx, r)
	if err != nil {
		return sweep{}, err
	}
	w := sweep{planner: pl, to: tx.Time(), from: time.UnixMilli(r.Cursor).Add(-lookBack)}
	if r.Cursor > tx.Now { // the clock was ahead: what happened meanwhile was not there to be seen
		w.from = w.to.Add(-mostLife)
	}
	if oldest := w.to.Add(-farthest); w.from.Before(oldest) {
		w.from = oldest
	}
	return w, nil
}

// planSeries plans whoever has become due in the open run of a series, and whose consent came after their text was due.
func (s *Service) planSeries(ctx context.Context, r Run, now time.Time) error {
	var due []search
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = dueSteps(ctx, tx, r)
		return err
	})
	for i := range due {
		if err == nil {
			err = s.planStep(ctx, r, &due[i])
		}
	}
	if err != nil {
		return err
	}
	return s.moveSweep(ctx, r, now)
}

// dueSteps are the steps of a series for which somebody is due: at most ticks none.
func dueSteps(ctx context.Context, tx *db.Tx, r Run) ([]search, error) {
	w, err := newSweep(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	var due []search
	for i := range w.series.steps {
		for _, late := range []bool{false, true} {
			some, err := w.some(ctx, tx, search{step: i, late: late})
			if err != nil {
				return nil, err
			}
			if some {
				due = append(due, search{step: i, late: late})
			}
		}
	}
	return due, nil
}

// moveSweep notes up to when a run has looked.
func (s *Service) moveSweep(ctx context.Context, r Run, now time.Time) error {
	if now.Sub(time.UnixMilli(r.Cursor)).Abs() < moveAfter {
		return nil
	}
	return s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		now, err := New(tx).lockRun(ctx, r.ProgramID, r.ID)
		if err != nil || now.State != RunPlanning || now.Cursor != r.Cursor {
			return err
		}
		return New(tx).moveCursor(ctx, moveCursorParams{ProgramID: r.ProgramID, ID: r.ID, Cursor: tx.Now, State: RunPlanning})
	})
}

// some says whether a look finds anybody.
func (w sweep) some(ctx context.Context, tx *db.Tx, at search) (bool, error) {
	for {
		found, more, err := w.look(ctx, tx, &at)
		if err != nil || len(found) > 0 || !more {
			return len(found) > 0, err
		}
	}
}

// search goes through the events of a step, some at a time.
type search struct {
	step  int
	late  bool  // those of members who have consented since the last look, however long ago they were due
	span  int   // of the step's spans
	after event // in the span
	whom  int64 // late: after whom
}

// planStep plans the events of a step, chunk by chunk. Who they are is found before the transaction begins that plans them: most looks
// find nobody and write nothing.
func (s *Service) planStep(ctx context.Context, r Run, at *search) error {
	for more := true; more; {
		var found []event
		next := *at
		err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			next = *at
			w, err := newSweep(ctx, tx, r)
			if err == nil {
				found, more, err = w.look(ctx, tx, &next)
			}
			return err
		})
		if err != nil {
			return err
		}
		*at = next
		if len(found) == 0 {
			continue
		}
		if err := s.DB.Reserve(ctx, 2*len(found)); err != nil {
			return err
		}
		err = s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			now, err := New(tx).lockRun(ctx, r.ProgramID, r.ID)
			if err != nil || now.State != RunPlanning {
				return err
			}
			return planEvents(ctx, tx, now, at.step, found)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// look finds the next events of a search that nobody was told of, and says whether there may be more.
func (w sweep) look(ctx context.Context, tx *db.Tx, at *search) (found []event, more bool, err error) {
	st := w.series.steps[at.step]
	if at.late {
		return w.lookLate(ctx, tx, at)
	}
	spans := w.series.spans(st, w.from, w.to, w.zone)
	if at.span >= len(spans) {
		return nil, false, nil
	}
	found, err = w.series.happened(ctx, tx, w.program.ID, spans[at.span], at.after, nil, chunk)
	if len(found) < chunk {
		at.span, at.after = at.span+1, event{}
	} else {
		at.after = found[len(found)-1]
	}
	if err == nil {
		found, err = w.untoldOf(ctx, tx, st, found, false)
	}
	return found, true, err
}

// lookLate finds events of members who have consented since the last look, while the texts about them are alive.
func (w sweep) lookLate(ctx context.Context, tx *db.Tx, at *search) (found []event, more bool, err error) {
	st := w.series.steps[at.step]
	whom, err := consented(ctx, tx, w.program.ID, span{w.from.UnixMilli(), w.to.UnixMilli() + 1}, at.whom, chunk)
	if err != nil || len(whom) == 0 {
		return nil, false, err
	}
	at.whom = whom[len(whom)-1]
	for _, one := range w.series.spans(st, w.to.Add(-st.life), w.to, w.zone) {
		some, err := w.series.happened(ctx, tx, w.program.ID, one, event{}, whom, chunk)
		if err != nil {
			return nil, false, err
		}
		found = append(found, some...)
	}
	found, err = w.untoldOf(ctx, tx, st, found, true)
	return found, len(whom) == chunk, err
}

// untoldOf keeps the events that no text is about, one a member, the last; free also those whose text never left.
func (w sweep) untoldOf(ctx context.Context, tx *db.Tx, of step, found []event, free bool) ([]event, error) {
	last := map[int64]event{}
	var keys []sms.OnceKey
	for _, e := range found {
		if w.series.event != onExpiring || e.extra > 0 {
			last[e.member] = e
		}
	}
	for _, e := range last {
		keys = append(keys, sms.OnceKey{Member: e.member, Once: w.series.once(e, of, w.zone)})
	}
	told, err := w.outbox.Told(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	var fresh []event
	for _, k := range keys {
		if before, used := told[k]; !used || free && before.Free {
			fresh = append(fresh, last[k.Member])
		}
	}
	return fresh, nil
}

// planEvents writes the texts of a step about events.
func planEvents(ctx context.Context, tx *db.Tx, r Run, step int, found []event) error {
	pl, err := newPlannerOf(ctx, tx, r)
	if err != nil {
		return err
	}
	pl.take(pl.series.steps[step], found)
	var whom oneOf
	for id := range pl.events {
		whom = append(whom, id)
	}
	who, err := page(ctx, tx, pl.who, pl.at, 0, len(whom), whom)
	if err != nil {
		return err
	}
	if who, err = pl.goingOn(ctx, tx, who, whom); err != nil {
		return err
	}
	return pl.write(ctx, tx, who)
}
