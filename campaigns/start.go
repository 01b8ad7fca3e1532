package campaigns

import (
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// Start makes a draft active: from now on its times count. What happens once and whose time has come gets its run at once, the id of
// which is returned; 0 when there is nothing to plan yet.
//
// Errors: db.Conflict when it was started before, db.Refused when its offer is over, db.Missing when there is no such campaign or
// the program has no sender.
func Start(ctx context.Context, tx *db.Tx, p members.Program, id int64) (c Campaign, run int64, err error) {
	if c, err = lock(ctx, tx, p.ID, id); err != nil {
		return Campaign{}, 0, err
	}
	if c.State != Draft {
		return Campaign{}, 0, db.Errorf(db.Conflict, "%q was started before: it is %s.", c.Name, c.State)
	}
	if _, err := sms.DefaultSender(ctx, tx, p.ID); err != nil {
		return Campaign{}, 0, err
	}
	if c, err = New(tx).setCampaign(ctx, setCampaignParams{ProgramID: p.ID, ID: id, State: Active, ActiveAt: tx.Now}); err != nil {
		return Campaign{}, 0, err
	}
	first, once, err := c.upcoming(p, tx.Time())
	if err != nil || !once {
		return c, 0, err
	}
	if !first.Alive(tx.Time()) {
		return Campaign{}, 0, db.Errorf(db.Refused, "The offer of %q is over since %s.", c.Name, first.Ends.Format(time.DateTime))
	}
	if first.At.After(tx.Time()) {
		return c, 0, nil
	}
	m, err := materialise(ctx, tx, c, first, tx.Time())
	return c, m.run, err
}

// upcoming is the next time of the campaign from now on; of what happens a single time, that, also when it has passed.
func (c Campaign) upcoming(p members.Program, now time.Time) (o Occurrence, single bool, err error) {
	s, err := c.schedule()
	if err != nil {
		return Occurrence{}, false, err
	}
	loc := p.Location()
	switch {
	case s.now:
		return s.started(loc, now), true, nil
	case s.once():
		return s.occurrence(s.date.Held(loc), loc), true, nil
	}
	o, _ = s.next(loc, now)
	return o, false, nil
}

// Next is the next time an active campaign happens; false when it does not happen again, or not in the year to come.
func (c Campaign) Next(p members.Program, now time.Time) (Occurrence, bool) {
	s, err := c.schedule()
	if err != nil || c.State != Active {
		return Occurrence{}, false
	}
	return s.next(p.Location(), now)
}

// Pause keeps everything of a campaign from leaving, from this commit on: its runs are held, and new ones are not made. db.Refused
// when it is not active.
func Pause(ctx context.Context, tx *db.Tx, program, id int64) (Campaign, error) {
	c, err := lock(ctx, tx, program, id)
	if err != nil {
		return Campaign{}, err
	}
	if c.State != Active {
		return Campaign{}, db.Errorf(db.Refused, "%q is %s and cannot be paused.", c.Name, c.State)
	}
	if err := holdLive(ctx, tx, c); err != nil {
		return Campaign{}, err
	}
	return New(tx).setCampaign(ctx, setCampaignParams{ProgramID: program, ID: id, State: Paused, ActiveAt: c.ActiveAt})
}

// Cancel ends a campaign for good. Its runs are held in this commit, so nothing more leaves; the texts that wait are taken back by
// [Service.Cancel], or the next tick. db.Refused when it is over already.
func Cancel(ctx context.Context, tx *db.Tx, program, id int64) (Campaign, error) {
	c, err := lock(ctx, tx, program, id)
	if err != nil {
		return Campaign{}, err
	}
	if c.State == Cancelled || c.State == Ended {
		return Campaign{}, db.Errorf(db.Refused, "%q is over already: it is %s.", c.Name, c.State)
	}
	if err := endLive(ctx, tx, c, RunCancelled, reasonCancelled); err != nil {
		return Campaign{}, err
	}
	return New(tx).setCampaign(ctx, setCampaignParams{ProgramID: program, ID: id, State: Cancelled, ActiveAt: c.ActiveAt})
}

// holdLive pauses the campaign's live runs. One that was stopped keeps its reason.
func holdLive(ctx context.Context, tx *db.Tx, c Campaign) error {
	live, err := New(tx).liveRunsOf(ctx, c.ProgramID, c.ID)
	if err != nil {
		return err
	}
	for _, r := range live {
		if r.State == RunPaused {
			continue
		}
		if err := r.hold(ctx, tx, RunPaused, ""); err != nil {
			return err
		}
	}
	return nil
}

// endLive holds the texts of the campaign's live runs and gives the runs another state.
func endLive(ctx context.Context, tx *db.Tx, c Campaign, state, reason string) error {
	live, err := New(tx).liveRunsOf(ctx, c.ProgramID, c.ID)
	if err != nil {
		return err
	}
	for _, r := range live {
		if err := r.hold(ctx, tx, state, reason); err != nil {
			return err
		}
	}
	return nil
}

// hold keeps the texts of a run from leaving and gives it another state. One that has ended since it was read stays as it is.
func (r Run) hold(ctx context.Context, tx *db.Tx, state, reason string) error {
	now, err := New(tx).lockRun(ctx, r.ProgramID, r.ID)
	if err != nil || now.State != RunPlanning && now.State != RunRunning && now.State != RunPaused {
		return err
	}
	if err := sms.HoldRun(ctx, tx, r.ProgramID, r.ID, state); err != nil {
		return err
	}
	return New(tx).setRun(ctx, setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: state, Reason: reason})
}

// Resume lets a paused campaign go on where it stood, and an active one whose run was stopped. Runs whose offer has ended meanwhile are
// missed: their waiting texts are taken back and never sent, and the owners are told. What came round during the pause is made up while
// its offer lives. db.Refused when nothing of it is paused.
func Resume(ctx context.Context, tx *db.Tx, p members.Program, id int64) (Campaign, error) {
	c, err := lock(ctx, tx, p.ID, id)
	if err != nil {
		return Campaign{}, err
	}
	live, err := New(tx).liveRunsOf(ctx, p.ID, id)
	if err != nil {
		return Campaign{}, err
	}
	stopped := slices.ContainsFunc(live, func(r Run) bool { return r.State == RunPaused })
	if c.State != Paused && (c.State != Active || !stopped) {
		return Campaign{}, db.Errorf(db.Refused, "%q is not paused: it is %s.", c.Name, c.State)
	}
	for _, r := range live {
		if r.State != RunPaused {
			continue
		}
		if err := r.resume(ctx, tx, p, c); err != nil {
			return Campaign{}, err
		}
	}
	if err := catchUp(ctx, tx, p, c); err != nil {
		return Campaign{}, err
	}
	return New(tx).setCampaign(ctx, setCampaignParams{ProgramID: p.ID, ID: id, State: Active, ActiveAt: c.ActiveAt})
}

func (r Run) resume(ctx context.Context, tx *db.Tx, p members.Program, c Campaign) error {
	to := setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: RunRunning}
	switch {
	case r.EndsAt <= tx.Now:
		return r.miss(ctx, tx, p, c)
	case r.PlannedAt == 0:
		to.State = RunPlanning
	}
	if err := New(tx).setRun(ctx, to); err != nil {
		return err
	}
	return sms.ReleaseRun(ctx, tx, r.ProgramID, r.ID)
}

// catchUp makes the runs that came round during a pause and whose offers are alive.
func catchUp(ctx context.Context, tx *db.Tx, p members.Program, c Campaign) error {
	s, err := c.schedule()
	if err != nil {
		return err
	}
	for _, o := range s.due(p.Location(), time.UnixMilli(c.ActiveAt), tx.Time()) {
		if !o.Alive(tx.Time()) {
			continue
		}
		if _, err := materialise(ctx, tx, c, o, tx.Time()); err != nil {
			return err
		}
	}
	return nil
}
