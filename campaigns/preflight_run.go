package campaigns

import (
	"context"
	"strconv"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// lateShare is how much of a run, in per cent, may be left at its end without its being refused when its time comes: what was accepted
// when it was started is not given up for a handful who joined since.
const lateShare = 1

// judgeRun looks, before anybody of a run is planned, whether it can be sent in time, as Start does for what happens once: the audience,
// the queue and the hours are those of now. A run that goes to as many as fit learns who they are. One that cannot be sent is missed, and
// the owners are told. Greetings are not judged: each has an occasion of its own, and days to go out in.
func (s *Service) judgeRun(ctx context.Context, program, run int64) error {
	fl, r, judge, err := s.toJudge(ctx, program, run)
	if err != nil || !judge {
		return err
	}
	f, err := fl.fly(ctx, s.DB.Read, func(int64) {})
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		now, err := New(tx).lockRun(ctx, program, run)
		if err != nil || now.State != RunPlanning || now.Cursor != 0 {
			return err
		}
		key, reason := f.fails()
		if key == "" {
			return setFit(ctx, tx, program, run, f.fit)
		}
		if err := New(tx).setRun(ctx, setRunParams{ProgramID: program, ID: run, State: RunMissed, Reason: reason, DoneAt: tx.Now}); err != nil {
			return err
		}
		return alertRun(ctx, tx, fl.campaign, r, key, f)
	})
}

// fails is the text about a run that cannot be sent, and the reason it is missed for; ” when it can.
func (f Preflight) fails() (key, reason string) {
	switch {
	case f.Texts+f.Holdout == 0 && f.LeftOut[sms.ReasonHours] > 0:
		return "run_no_hours", sms.ReasonHours
	case !f.AsMany && f.Late*100 > f.Texts*lateShare:
		return "run_no_time", reasonRoom
	}
	return "", ""
}

// toJudge says whether a run has to be judged: nobody of it is planned yet, nobody has looked, and it is a promotion to a whole audience.
func (s *Service) toJudge(ctx context.Context, program, run int64) (fl flight, r Run, judge bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r, err = New(tx).run(ctx, program, run); err != nil || r.State != RunPlanning || r.Cursor != 0 {
			return err
		}
		var c content
		if err := unpack(r.Frozen, &c); err != nil {
			return err
		}
		o, follows, err := r.occasion()
		if err != nil {
			return err
		}
		_, whole := o.(inRun)
		if judge = whole && !follows && c.Fit == 0 && c.Class == sms.Marketing.String(); !judge {
			return nil
		}
		fl.campaign, err = campaignByID(ctx, tx, program, r.CampaignID)
		fl.run = func(context.Context, *db.Tx) (Run, error) { return r, nil }
		return err
	})
	return fl, r, judge, err
}

// setFit writes into a run who of its audience goes; it does nothing without a run, or once somebody of it is planned.
func setFit(ctx context.Context, tx *db.Tx, program, run int64, fit uint64) error {
	if run == 0 || fit == 0 {
		return nil
	}
	r, err := New(tx).run(ctx, program, run)
	if err != nil {
		return err
	}
	var c content
	if err := unpack(r.Frozen, &c); err != nil {
		return err
	}
	c.Fit = fit
	frozen, err := pack(c)
	if err != nil {
		return err
	}
	return New(tx).freeze(ctx, freezeParams{ProgramID: program, ID: run, Frozen: frozen})
}

func alertRun(ctx context.Context, tx *db.Tx, c Campaign, r Run, key string, f Preflight) error {
	p, err := members.ProgramByID(ctx, tx, c.ProgramID)
	if err != nil {
		return err
	}
	fields := templates.Fields{
		"campaign": c.Name, "date": templates.Date(p.Language, time.UnixMilli(r.StartsAt).In(p.Location())), "people": strconv.FormatInt(f.Late, 10),
	}
	for name := range fields {
		if !templates.Takes(key, name) {
			delete(fields, name)
		}
	}
	_, err = sms.Alert(ctx, tx, p, key, "run:"+strconv.FormatInt(r.ID, 10), key, fields)
	return err
}
