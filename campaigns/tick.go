package campaigns

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Tick does for every program what time has brought: it makes the runs that have come due since the last tick, ends what is over, plans
// what is due, gives late consents their greeting, and releases vouchers that were not used. It may be called at any interval and by any
// number of processes at once; a tick that was missed is made up by the next one, while offers live.
//
// What fails in one program does not stop the others; the errors come back together.
func (s *Service) Tick(ctx context.Context, now time.Time) error {
	var programs []members.Program
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		return err
	})
	for _, p := range programs {
		for _, step := range []func(context.Context, members.Program, time.Time) error{s.makeRuns, s.endRuns, s.planRuns, s.releaseVouchers} {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			err = errors.Join(err, step(ctx, p, now))
		}
	}
	return err
}

// makeRuns makes the runs that have come due since the program's last tick. The tick's row is held meanwhile, and runs are unique by
// occurrence: two ticks at once make each run once. A clock that was set back makes nothing twice either.
func (s *Service) makeRuns(ctx context.Context, p members.Program, now time.Time) error {
	var faults []error
	err := s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		faults = nil
		last, err := New(tx).takeTick(ctx, p.ID)
		if err != nil {
			return err
		}
		active, err := New(tx).activeCampaigns(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, c := range active {
			fault, err := makeDue(ctx, tx, p, c, last, now)
			if err != nil {
				return err
			}
			faults = append(faults, fault)
		}
		return New(tx).moveTick(ctx, p.ID, now.UnixMilli())
	})
	return errors.Join(append(faults, err)...)
}

// makeDue makes the runs of one campaign that have come due, and tells the owners which could not go out in time, or go out late. A
// calendar that cannot be read is a fault of this campaign alone.
func makeDue(ctx context.Context, tx *db.Tx, p members.Program, c Campaign, last int64, now time.Time) (fault, err error) {
	schedule, err := c.schedule()
	if err != nil {
		return err, nil
	}
	if schedule.event != "" {
		return nil, openSeries(ctx, tx, p, c, schedule, now)
	}
	var over missed
	for _, o := range schedule.due(p.Location(), time.UnixMilli(max(last, c.ActiveAt)), now) {
		m, err := materialise(ctx, tx, c, o, now)
		switch {
		case err != nil:
			return nil, err
		case m.missed:
			over = missed{m.run, o, over.times + 1}
		case m.run != 0 && now.Sub(o.At) >= lateAfter:
			if err := tellLate(ctx, tx, p, c, m.run, o); err != nil {
				return nil, err
			}
		}
	}
	if over.times == 0 {
		return nil, nil
	}
	return nil, over.tell(ctx, tx, p, c)
}

// planRuns plans every run that is not planned to its end, greetings first, and then those members whose greeting waited for their
// consent.
func (s *Service) planRuns(ctx context.Context, p members.Program, now time.Time) error {
	live, err := s.liveRuns(ctx, p)
	if err != nil {
		return err
	}
	var faults []error
	for _, r := range live {
		switch {
		case now.UnixMilli() >= r.EndsAt: // see endRuns
		case r.State == RunPlanning && r.follows:
			faults = append(faults, s.planSeries(ctx, r.Run, now))
		case r.State == RunPlanning:
			err := s.planRun(ctx, p.ID, r.ID, chunk)
			faults = append(faults, err, s.tried(ctx, p, r.Run, err))
		case r.rank() < rankOther:
			faults = append(faults, s.planLate(ctx, r.Run))
		}
		if now.UnixMilli()-r.CreatedAt < tellStaffFor.Milliseconds() {
			faults = append(faults, s.tellStaff(ctx, p.ID, r.ID))
		}
	}
	return errors.Join(faults...)
}

// liveRun is a run with what orders it among others.
type liveRun struct {
	Run
	occasion occasion
	follows  bool // it is of a series
}

func (r liveRun) rank() int { return r.occasion.rank() }

func (s *Service) liveRuns(ctx context.Context, p members.Program) ([]liveRun, error) {
	var live []liveRun
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := New(tx).liveRuns(ctx, p.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			o, follows, err := r.occasion()
			if err != nil {
				return err
			}
			live = append(live, liveRun{r, o, follows})
		}
		return nil
	})
	slices.SortStableFunc(live, func(a, b liveRun) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.StartsAt, b.StartsAt), cmp.Compare(a.ID, b.ID))
	})
	return live, err
}

// occasion is what the run's audience asks for; follows says that the run is of a series.
func (r Run) occasion() (o occasion, follows bool, err error) {
	var c content
	if err := unpack(r.Frozen, &c); err != nil {
		return nil, false, err
	}
	who, err := parseAudience(c.Audience)
	if err != nil {
		return nil, false, err
	}
	o, err = occasionOf(who)
	return o, c.Event != "", err
}

// planLate plans members who were left out of a greeting for want of consent and consent now, while the greeting lives.
func (s *Service) planLate(ctx context.Context, r Run) error {
	for after, more := int64(0), true; more; {
		var late []candidate
		err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			late, err = lateFor(ctx, tx, r, after)
			return err
		})
		if err != nil || len(late) == 0 {
			return err
		}
		err = s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			now, err := New(tx).lockRun(ctx, r.ProgramID, r.ID)
			if err != nil || now.State != RunRunning {
				return err
			}
			if late, err = lateFor(ctx, tx, r, after); err != nil {
				return err
			}
			pl, err := newPlannerOf(ctx, tx, now)
			if err != nil {
				return err
			}
			return pl.write(ctx, tx, late)
		})
		if err != nil || len(late) == 0 {
			return err
		}
		after, more = late[len(late)-1].ID, len(late) == chunk
	}
	return nil
}

func lateFor(ctx context.Context, tx *db.Tx, r Run, after int64) ([]candidate, error) {
	if n, err := New(tx).someLate(ctx, r.ProgramID, r.ID); err != nil || n == 0 {
		return nil, err // most minutes: nothing that the audience would have to be asked for
	}
	pl, err := newPlannerOf(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	return page(ctx, tx, pl.who, pl.at, after, chunk, waitingFor(r.ID))
}

// releaseVouchers ends vouchers that were not used in time.
func (s *Service) releaseVouchers(ctx context.Context, p members.Program, _ time.Time) error {
	const limit = 200
	for n := int64(limit); n == limit; {
		err := s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = rewards.ReleaseDue(ctx, tx, p, limit)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}
