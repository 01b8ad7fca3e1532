package campaigns

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// Preflight is what would happen if a campaign's next run were planned now. Times are unix milliseconds, money is millionths of Unit.
type Preflight struct {
	Audience  int64            `json:"audience"` // for whom the conditions hold
	Texts     int64            `json:"texts"`    // who would get one
	Parts     int64            `json:"parts"`    // billed SMS parts of them all
	MostParts int64            `json:"most_parts"`
	Holdout   int64            `json:"holdout"`
	Told      int64            `json:"told"`     // who got it before
	LeftOut   map[string]int64 `json:"left_out"` // by reason, see sms.Reason...
	Sample    string           `json:"sample"`   // the first text

	Languages []LanguageParts `json:"languages"`
	Letters   []Letter        `json:"letters"`   // that force UCS-2, those of most texts first
	Spellings []Spelling      `json:"spellings"` // of the campaign's words that would cost less
	TooLong   []TooLong       `json:"too_long"`
	Respelt   int64           `json:"respelt"` // texts whose names lose their accents, so that they keep to the cheaper alphabet
	Added     []Addition      `json:"added"`   // what countries ask for and the words do not say

	Unit     string         `json:"unit"`
	Prices   []CountryPrice `json:"prices"`
	Total    int64          `json:"total"`    // of the countries whose price is known
	Unpriced int64          `json:"unpriced"` // parts to countries whose price is not

	Starts    int64    `json:"starts"`
	Ends      int64    `json:"ends"`       // of the offer, exclusive
	First     int64    `json:"first"`      // when its first text would leave, 0: never
	Finish    int64    `json:"finish"`     // when its last one would have left
	Pace      int64    `json:"pace"`       // of its sender, parts a second; 0: unlimited
	Late      int64    `json:"late"`       // texts that would not leave before the end
	NextLegal int64    `json:"next_legal"` // when somebody of those outside their hours could be texted next; 0: nobody is outside
	AsMany    bool     `json:"as_many"`    // it goes to as many as fit
	Refused   string   `json:"refused,omitempty"`
	Warnings  []string `json:"warnings"`

	Steps []StepCount `json:"steps,omitempty"` // of a series

	fit uint64 // see [content.Fit]
}

// Preflight counts what the campaign's next run would come to, and changes nothing. It goes through the whole audience, a piece at a
// time: what is written meanwhile may or may not be in it.
func (s *Service) Preflight(ctx context.Context, program, id int64) (Preflight, error) {
	return s.PreflightShown(ctx, program, id, false, func(int64) {})
}

// PreflightShown is [Service.Preflight] of a campaign that goes to as many as fit where asMany says so, whatever the campaign says. Shown
// is told now and then how many members it has looked at.
func (s *Service) PreflightShown(ctx context.Context, program, id int64, asMany bool, shown func(done int64)) (f Preflight, err error) {
	var c Campaign
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = campaignByID(ctx, tx, program, id)
		return err
	})
	if err != nil {
		return Preflight{}, err
	}
	c.AsMany = c.AsMany || asMany
	return rehearsal(c).fly(ctx, s.DB.Read, shown)
}

// reader opens a snapshot: db.DB.Read, or one that is open already.
type reader func(context.Context, func(context.Context, *db.Tx) error) error

// preflight is the look at a campaign within one snapshot.
func preflight(ctx context.Context, tx *db.Tx, c Campaign) (Preflight, error) {
	within := func(ctx context.Context, f func(context.Context, *db.Tx) error) error { return f(ctx, tx) }
	return rehearsal(c).fly(ctx, within, func(int64) {})
}

// flight is a look at one run of a campaign, that would be or that has just been made.
type flight struct {
	campaign Campaign
	run      func(context.Context, *db.Tx) (Run, error)
}

// rehearsal is a look at the run that would be next.
func rehearsal(c Campaign) flight {
	return flight{campaign: c, run: func(ctx context.Context, tx *db.Tx) (Run, error) { return c.nextRun(ctx, tx) }}
}

func (c Campaign) nextRun(ctx context.Context, tx *db.Tx) (Run, error) {
	p, err := members.ProgramByID(ctx, tx, c.ProgramID)
	if err != nil {
		return Run{}, err
	}
	next, _, err := c.upcoming(p, tx.Time())
	if err != nil {
		return Run{}, err
	}
	if next.Ends.IsZero() {
		return Run{}, db.Errorf(db.Refused, "%q does not happen again.", c.Name)
	}
	frozen, err := c.content()
	if err != nil {
		return Run{}, err
	}
	if frozen, err = frozen.linked(ctx, tx, c); err != nil {
		return Run{}, err
	}
	r := Run{
		ProgramID: c.ProgramID, CampaignID: c.ID, Occurrence: next.Key, StartsAt: next.At.UnixMilli(), EndsAt: next.Ends.UnixMilli(),
	}
	r.Frozen, err = pack(frozen)
	return r, err
}

// pagesARead is how many pages of an audience one snapshot looks at: a tenth of a second or so.
const pagesARead = 20

// fly looks at the whole audience. A campaign that goes to as many as fit is looked at a second time, at those alone.
func (fl flight) fly(ctx context.Context, read reader, shown func(int64)) (Preflight, error) {
	v, err := fl.survey(ctx, read, 0, shown)
	if err != nil {
		return Preflight{}, err
	}
	f, fit := v.result(), uint64(everyone)
	if f.AsMany && f.Late > 0 {
		fit = belowLie(v.drawn, f.Texts-f.Late)
		if v, err = fl.survey(ctx, read, fit, shown); err != nil {
			return Preflight{}, err
		}
		f = v.result()
	}
	f.fit = fit
	v.judge(&f)
	return f, nil
}

func (fl flight) survey(ctx context.Context, read reader, fit uint64, shown func(int64)) (*survey, error) {
	var v *survey
	err := read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = fl.begin(ctx, tx, fit)
		return err
	})
	for err == nil && v.more {
		if err = ctx.Err(); err != nil {
			break
		}
		err = read(ctx, func(ctx context.Context, tx *db.Tx) error { return v.pages(ctx, tx, pagesARead) })
		shown(v.f.Audience)
	}
	return v, err
}

func (fl flight) begin(ctx context.Context, tx *db.Tx, fit uint64) (*survey, error) {
	r, err := fl.run(ctx, tx)
	if err != nil {
		return nil, err
	}
	pl, err := newPlanner(ctx, tx, fl.campaign, r)
	if err != nil {
		return nil, err
	}
	if pl.content.Fit = fit; pl.series != nil { // as if it had just happened to everybody
		pl.take(pl.series.steps[0], nil)
	}
	sender, err := sms.DefaultSender(ctx, tx, r.ProgramID)
	if err != nil {
		return nil, err
	}
	v := newSurvey(pl, fl.campaign)
	v.f.Pace, v.kind = sender.Pace, sender.Kind
	if pl.series != nil {
		if v.f.Steps, err = pl.stepCounts(ctx, tx); err != nil {
			return nil, err
		}
	}
	v.cast, err = sms.NewForecast(ctx, tx, sender, max(r.StartsAt, tx.Now)+time.Minute.Milliseconds())
	return v, err
}
