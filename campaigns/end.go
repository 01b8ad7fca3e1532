package campaigns

import (
	"context"
	"errors"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// endRuns ends what is over: live runs whose offer has ended or of which nothing is open, paused ones whose offer has ended, runs that
// were cancelled or missed with texts waiting, and campaigns that do not come again.
func (s *Service) endRuns(ctx context.Context, p members.Program, now time.Time) error {
	live, err := s.liveRuns(ctx, p)
	if err != nil {
		return err
	}
	var faults []error
	for _, r := range live {
		if over := now.UnixMilli() >= r.EndsAt; over || r.State == RunRunning && r.rank() == rankOther {
			faults = append(faults, s.endRun(ctx, p, r.Run, over))
		}
	}
	faults = append(faults, s.missPaused(ctx, p, now), s.sweep(ctx, p.ID), s.endCampaigns(ctx, p, now))
	return errors.Join(faults...)
}

// endRun finishes a run once nothing of it is open. After the end of its offer what waits is taken back first; a run that was not
// planned to its end by then is missed.
func (s *Service) endRun(ctx context.Context, p members.Program, r Run, over bool) error {
	if over {
		if err := s.takeBack(ctx, r, sms.ReasonLate); err != nil {
			return err
		}
	}
	return s.onceStill(ctx, r, func(ctx context.Context, tx *db.Tx, now Run) error {
		to := setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: RunDone, DoneAt: tx.Now}
		if now.PlannedAt == 0 {
			to.State, to.Reason = RunMissed, sms.ReasonLate
		}
		if err := New(tx).setRun(ctx, to); err != nil || to.State == RunDone {
			return err
		}
		c, err := campaignByID(ctx, tx, r.ProgramID, r.CampaignID)
		if err != nil {
			return err
		}
		return missed{r.ID, r.when(p.Location()), 1}.tell(ctx, tx, p, c)
	})
}

// missPaused lets go of paused runs whose offer has ended: nothing of them leaves any more, whether anybody resumes them or not.
func (s *Service) missPaused(ctx context.Context, p members.Program, now time.Time) error {
	var over []Run
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		over, err = New(tx).pausedRuns(ctx, p.ID, now.UnixMilli())
		return err
	})
	faults := []error{err}
	for _, r := range over {
		faults = append(faults, s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			c, err := lock(ctx, tx, p.ID, r.CampaignID)
			if err != nil {
				return err
			}
			again, err := New(tx).lockRun(ctx, p.ID, r.ID)
			if err != nil || again.State != RunPaused {
				return err
			}
			return again.miss(ctx, tx, p, c)
		}))
	}
	return errors.Join(faults...)
}

// miss ends a paused run whose offer is over. Where something of it still waits it is missed, and stays held until that is taken back;
// the owners are told. The caller holds the run.
func (r Run) miss(ctx context.Context, tx *db.Tx, p members.Program, c Campaign) error {
	open, err := sms.OpenRun(ctx, tx, r.ProgramID, r.ID)
	if err != nil {
		return err
	}
	to := setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: RunMissed, Reason: sms.ReasonLate}
	if !open && r.PlannedAt != 0 {
		to = setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: RunDone, DoneAt: tx.Now}
	}
	if err := New(tx).setRun(ctx, to); err != nil {
		return err
	}
	if to.State == RunDone {
		return sms.ReleaseRun(ctx, tx, r.ProgramID, r.ID)
	}
	return missed{r.ID, r.when(p.Location()), 1}.tell(ctx, tx, p, c)
}

// sweep takes back the texts of runs that were cancelled or missed, and lets go of them once nothing of them is open: a text on the
// wire may still come back to the queue.
func (s *Service) sweep(ctx context.Context, program int64) error {
	var ended []Run
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		ended, err = New(tx).endedRuns(ctx, program)
		return err
	})
	faults := []error{err}
	for _, r := range ended {
		faults = append(faults, s.letGo(ctx, r))
	}
	return errors.Join(faults...)
}

func (s *Service) letGo(ctx context.Context, r Run) error {
	if err := s.takeBack(ctx, r, r.Reason); err != nil {
		return err
	}
	return s.onceStill(ctx, r, func(ctx context.Context, tx *db.Tx, _ Run) error {
		if err := New(tx).setRun(ctx, setRunParams{ProgramID: r.ProgramID, ID: r.ID, State: r.State, Reason: r.Reason, DoneAt: tx.Now}); err != nil {
			return err
		}
		return sms.ReleaseRun(ctx, tx, r.ProgramID, r.ID)
	})
}

// onceStill does something about a run, under its lock, if it is still in the state it was seen in and nothing of it is open.
func (s *Service) onceStill(ctx context.Context, r Run, f func(context.Context, *db.Tx, Run) error) error {
	return s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		now, err := New(tx).lockRun(ctx, r.ProgramID, r.ID)
		if err != nil || now.State != r.State {
			return err
		}
		open, err := sms.OpenRun(ctx, tx, r.ProgramID, r.ID)
		if err != nil || open {
			return err
		}
		return f(ctx, tx, now)
	})
}

// takeBack cancels the texts of a run that wait, with their room of the caps, and the vouchers that nobody was told of.
func (s *Service) takeBack(ctx context.Context, r Run, reason string) error {
	steps := []func(context.Context, *db.Tx) (int64, error){
		func(ctx context.Context, tx *db.Tx) (int64, error) {
			return sms.CancelRun(ctx, tx, r.ProgramID, r.ID, reason, chunk)
		},
		func(ctx context.Context, tx *db.Tx) (int64, error) {
			return New(tx).withdrawVouchers(ctx, withdrawVouchersParams{ProgramID: r.ProgramID, RunID: r.ID, Limit: chunk})
		},
	}
	for _, step := range steps {
		for n := int64(1); n > 0; {
			err := s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = step(ctx, tx)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// endCampaigns notes which campaigns will not come again.
func (s *Service) endCampaigns(ctx context.Context, p members.Program, now time.Time) error {
	over := func(ctx context.Context, tx *db.Tx) (ids []int64, err error) {
		active, err := New(tx).activeCampaigns(ctx, p.ID)
		for _, c := range active {
			if _, again := c.Next(p, now); again || err != nil {
				continue
			}
			var live []Run
			if live, err = New(tx).liveRunsOf(ctx, p.ID, c.ID); len(live) == 0 {
				ids = append(ids, c.ID)
			}
		}
		return ids, err
	}
	var ids []int64
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = over(ctx, tx)
		return err
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		ids, err := over(ctx, tx)
		for _, id := range ids {
			if err == nil {
				err = New(tx).endCampaign(ctx, p.ID, id)
			}
		}
		return err
	})
}
