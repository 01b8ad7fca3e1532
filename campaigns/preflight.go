package campaigns

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Preflight is what would happen if a campaign's next run were planned now.
type Preflight struct {
	Audience  int64            `json:"audience"` // for whom the conditions hold
	Texts     int64            `json:"texts"`    // who would get one
	Parts     int64            `json:"parts"`    // billed SMS parts of them all
	MostParts int64            `json:"most_parts"`
	Holdout   int64            `json:"holdout"`
	Told      int64            `json:"told"`     // who got it before
	LeftOut   map[string]int64 `json:"left_out"` // by reason, see sms.Reason...
	Sample    string           `json:"sample"`   // the first text
}

// Preflight counts what the campaign's next run would come to, and changes nothing. It goes through the whole audience.
func (s *Service) Preflight(ctx context.Context, program, id int64) (f Preflight, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := campaignByID(ctx, tx, program, id)
		if err != nil {
			return err
		}
		f, err = preflight(ctx, tx, c)
		return err
	})
	return f, err
}

func preflight(ctx context.Context, tx *db.Tx, c Campaign) (Preflight, error) {
	f := Preflight{LeftOut: map[string]int64{}}
	pl, err := rehearsal(ctx, tx, c)
	if err != nil {
		return f, err
	}
	for after, more := int64(0), true; more; {
		who, err := page(ctx, tx, pl.who, pl.at, after, chunk, nil)
		if err != nil {
			return f, err
		}
		rows, err := pl.plan(ctx, tx, who, pl.looking())
		if err != nil {
			return f, err
		}
		f.add(who, rows)
		if more = len(who) == chunk; more {
			after = who[len(who)-1].ID
		}
	}
	return f, nil
}

// rehearsal is the planner of the run that would be next.
func rehearsal(ctx context.Context, tx *db.Tx, c Campaign) (*planner, error) {
	p, err := members.ProgramByID(ctx, tx, c.ProgramID)
	if err != nil {
		return nil, err
	}
	next, _, err := c.upcoming(p, tx.Time())
	if err != nil {
		return nil, err
	}
	if next.Ends.IsZero() {
		return nil, db.Errorf(db.Refused, "%q does not happen again.", c.Name)
	}
	frozen, err := c.content()
	if err != nil {
		return nil, err
	}
	if frozen, err = frozen.linked(ctx, tx, c); err != nil {
		return nil, err
	}
	r := Run{
		ProgramID: c.ProgramID, CampaignID: c.ID, Occurrence: next.Key, StartsAt: next.At.UnixMilli(), EndsAt: next.Ends.UnixMilli(),
	}
	if r.Frozen, err = pack(frozen); err != nil {
		return nil, err
	}
	pl, err := newPlanner(ctx, tx, c, r)
	if err == nil && pl.series != nil { // as if it had just happened to everybody
		pl.take(pl.series.steps[0], nil)
	}
	return pl, err
}

func (f *Preflight) add(who []candidate, rows []*planned) {
	f.Audience += int64(len(who))
	f.Told += int64(len(who) - len(rows))
	for _, r := range rows {
		switch {
		case r.Holdout:
			f.Holdout++
		case r.LeftOut != "":
			f.LeftOut[r.LeftOut]++
		default:
			if f.Texts == 0 {
				f.Sample = r.Body
			}
			f.Texts++
			f.Parts += r.Parts
			f.MostParts = max(f.MostParts, r.Parts)
		}
	}
}
