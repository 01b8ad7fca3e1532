package campaigns

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// Rehearse is [Service.Preflight] of a campaign that is not made: nothing is stored. Errors are those of [Add] and of the pre-flight.
func (s *Service) Rehearse(ctx context.Context, p members.Program, n NewCampaign) (Preflight, error) {
	var c Campaign
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := n.row(ctx, tx, p)
		c = Campaign{
			ProgramID: p.ID, Name: row.Name, Recipe: row.Recipe, Words: row.Words, Offer: row.Offer, Audience: row.Audience, Calendar: row.Calendar,
			Holdout: row.Holdout, WordsB: row.WordsB, Steps: row.Steps, Game: row.Game, PartsCap: row.PartsCap, AsMany: row.AsMany, Version: 1, State: Draft,
		}
		return err
	})
	if err != nil {
		return Preflight{}, err
	}
	return rehearsal(c).fly(ctx, s.DB.Read, func(int64) {})
}

// Make is [Add] within a transaction, written down as by says.
func Make(ctx context.Context, tx *db.Tx, p members.Program, by members.Act, n NewCampaign) (Campaign, error) {
	c, err := Add(ctx, tx, p, n)
	if err != nil {
		return Campaign{}, err
	}
	return c, record(ctx, tx, by, "campaign.add", c)
}

// StartSeen is [Start] of a campaign whose pre-flight was just made, and whose people were told to whoever says go. Its texts are planned
// by the next tick.
func StartSeen(ctx context.Context, tx *db.Tx, p members.Program, by members.Act, id int64, seen Preflight) (Campaign, error) {
	c, run, err := Start(ctx, tx, p, id)
	if err == nil {
		err = setFit(ctx, tx, p.ID, run, seen.fit)
	}
	if err != nil {
		return Campaign{}, err
	}
	return c, record(ctx, tx, by, "campaign.start", c)
}

// PauseBy is [Pause], written down as by says.
func PauseBy(ctx context.Context, tx *db.Tx, program int64, by members.Act, id int64) (Campaign, error) {
	c, err := Pause(ctx, tx, program, id)
	if err != nil {
		return Campaign{}, err
	}
	return c, record(ctx, tx, by, "campaign.pause", c)
}

// ResumeBy is [Resume], written down as by says. What is left of its runs is planned by the next tick.
func ResumeBy(ctx context.Context, tx *db.Tx, p members.Program, by members.Act, id int64) (Campaign, error) {
	c, err := Resume(ctx, tx, p, id)
	if err != nil {
		return Campaign{}, err
	}
	return c, record(ctx, tx, by, "campaign.resume", c)
}

// Live is what has become so far of the run that began last of those under way.
type Live struct {
	Campaign              string // its name
	Sent, Delivered, Used int64  // texts that left, those that arrived, vouchers that were used
}

// LiveNow tells how the run stands that began last of those under way; db.Missing when none is.
func LiveNow(ctx context.Context, tx *db.Tx, program int64) (Live, error) {
	runs, err := New(tx).liveRuns(ctx, program)
	if err != nil {
		return Live{}, err
	}
	if len(runs) == 0 {
		return Live{}, db.Errorf(db.Missing, "No campaign is under way.")
	}
	r := runs[len(runs)-1]
	c, err := campaignByID(ctx, tx, program, r.CampaignID)
	if err != nil {
		return Live{}, err
	}
	l := Live{Campaign: c.Name}
	tally, err := sms.RunTally(ctx, tx, program, r.ID)
	if err != nil {
		return Live{}, err
	}
	for _, t := range tally {
		switch t.State {
		case sms.StateDelivered:
			l.Delivered += t.Texts
			l.Sent += t.Texts
		case sms.StateSent, sms.StateUndelivered, sms.StateUnproven:
			l.Sent += t.Texts
		}
	}
	vouchers, err := New(tx).vouchersUsed(ctx, program, r.ID)
	l.Used = vouchers.Used
	return l, err
}
