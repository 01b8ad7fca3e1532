package campaigns

import (
	"context"
	"log/slog"
	"strconv"

	"fiel/db"
	"fiel/members"
)

// Service opens the transactions. Its methods write down who did what (members.Record): By carries the actor, the door and where
// from; the action and its subject are filled in here.
type Service struct {
	DB  *db.DB
	Log *slog.Logger // nil logs nothing

	// Taken says whether a text means something already, such as a stop word or a keyword: no code of a game may. nil: none does.
	Taken func(text string) bool

	failing failing
}

// Add makes a campaign as a draft: see [Add].
func (s *Service) Add(ctx context.Context, by members.Act, program int64, n NewCampaign) (c Campaign, err error) {
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		if err := s.checkCodes(n.Game); err != nil {
			return err
		}
		if c, err = Add(ctx, tx, p, n); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.add", c)
	})
	return c, err
}

// Start makes a campaign active and plans what is due: the first texts can leave before it returns. What happens once is refused when
// its pre-flight is (db.Refused with why and the next legal time), and asks for the number of people it goes to, as [Service.Preflight]
// says it: another number is db.Refused, with the right one. Other errors: see [Start].
func (s *Service) Start(ctx context.Context, by members.Act, program, id, typed int64) (Campaign, error) {
	return s.start(ctx, by, program, id, typed, false)
}

// StartAsMany is [Service.Start] of a campaign that is told to go to as many as fit before its end, in their hours (see [draw]): from now
// on, each time it happens.
func (s *Service) StartAsMany(ctx context.Context, by members.Act, program, id, typed int64) (Campaign, error) {
	return s.start(ctx, by, program, id, typed, true)
}

func (s *Service) start(ctx context.Context, by members.Act, program, id, typed int64, asMany bool) (c Campaign, err error) {
	fit, err := s.checkTyped(ctx, program, id, typed, asMany)
	if err != nil {
		return Campaign{}, err
	}
	var run int64
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		if asMany {
			if err := New(tx).goAsMany(ctx, program, id); err != nil {
				return err
			}
		}
		if c, run, err = Start(ctx, tx, p, id); err != nil {
			return err
		}
		if err := setFit(ctx, tx, program, run, fit); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.start", c)
	})
	if err == nil && run != 0 {
		s.goOn(ctx, program, run)
	}
	return c, err
}

// goOn plans a run that was just made. Where it fails the next tick goes on: the run stands.
func (s *Service) goOn(ctx context.Context, program, run int64) {
	if err := s.planRun(ctx, program, run, firstChunk); err != nil {
		s.log().Error("planning stopped; the next tick goes on", "run", run, "error", err)
	}
}

// checkTyped refuses what its pre-flight refuses, and another number than that of the people it goes to. It answers who fits, see
// [content.Fit]; 0 for what comes again, where nobody has looked.
func (s *Service) checkTyped(ctx context.Context, program, id, typed int64, asMany bool) (fit uint64, err error) {
	var c Campaign
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = campaignByID(ctx, tx, program, id)
		return err
	})
	if err != nil || c.State != Draft {
		return 0, err // Start says what is wrong with another state
	}
	sch, err := c.schedule()
	if err != nil || !sch.once() {
		return 0, err
	}
	f, err := s.PreflightShown(ctx, program, id, asMany, func(int64) {})
	switch {
	case err != nil:
		return 0, err
	case f.Refused != "":
		return 0, db.Errorf(db.Refused, "%s", f.Refused)
	case f.Texts == 0 && typed != 0:
		return 0, db.Errorf(db.Refused, "%q goes to nobody now: its pre-flight says why.", c.Name)
	case f.Texts != typed:
		return 0, db.Errorf(db.Refused, "%q goes to %d people now: type %d to send it to them.", c.Name, f.Texts, f.Texts)
	}
	return f.fit, nil
}

// Pause keeps everything of a campaign from leaving: see [Pause].
func (s *Service) Pause(ctx context.Context, by members.Act, program, id int64) (c Campaign, err error) {
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if c, err = Pause(ctx, tx, program, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.pause", c)
	})
	return c, err
}

// Resume lets a paused campaign go on, plans what is left, and takes back what has been missed: see [Resume].
func (s *Service) Resume(ctx context.Context, by members.Act, program, id int64) (c Campaign, err error) {
	var live []Run
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		if c, err = Resume(ctx, tx, p, id); err != nil {
			return err
		}
		if live, err = New(tx).liveRunsOf(ctx, program, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.resume", c)
	})
	if err != nil {
		return c, err
	}
	for _, r := range live {
		if _, follows, err := r.occasion(); r.State == RunPlanning && !follows && err == nil { // a series goes on with the next tick
			s.goOn(ctx, program, r.ID)
		}
	}
	return c, s.sweep(ctx, program)
}

// Cancel ends a campaign for good and takes back the texts that wait, with their room of the caps and their vouchers: see [Cancel].
func (s *Service) Cancel(ctx context.Context, by members.Act, program, id int64) (c Campaign, err error) {
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if c, err = Cancel(ctx, tx, program, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.cancel", c)
	})
	if err != nil {
		return c, err
	}
	return c, s.sweep(ctx, program)
}

func record(ctx context.Context, tx *db.Tx, by members.Act, action string, c Campaign) error {
	by.Action, by.Subject = action, "campaign:"+strconv.FormatInt(c.ID, 10)
	by.After = map[string]any{"name": c.Name, "recipe": c.Recipe, "state": c.State}
	return members.Record(ctx, tx, c.ProgramID, by)
}
