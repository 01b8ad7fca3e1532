package campaigns

import (
	"context"

	"fiel/db"
	"fiel/sms"
)

// Progress is how far a run has come.
type Progress struct {
	Run        int64            `json:"run"`
	Occurrence string           `json:"occurrence"`
	State      string           `json:"state"`
	Reason     string           `json:"reason,omitempty"` // why it was stopped, or ended
	Starts     int64            `json:"starts"`           // unix ms, as all times here
	Ends       int64            `json:"ends"`             // of the offer
	Planned    bool             `json:"planned"`          // the whole audience is; else what follows counts those so far
	Audience   int64            `json:"audience"`
	Texts      int64            `json:"texts"` // of the audience, who gets one
	Left       int64            `json:"left"`  // of these, have left or may have
	Waiting    int64            `json:"waiting"`
	Holdout    int64            `json:"holdout"`
	States     map[string]int64 `json:"states"`   // see sms.State...
	LeftOut    map[string]int64 `json:"left_out"` // by reason, and what was taken back by its
	Rate       float64          `json:"rate"`     // texts a minute over the last five
	Finish     int64            `json:"finish"`   // when the last is expected to leave; 0: nobody can tell, or nothing waits
	Stopped    string           `json:"sender_stopped,omitempty"`
}

// Live says whether more may come of the run by itself, or once somebody resumes it.
func (p Progress) Live() bool {
	return p.State == RunPlanning || p.State == RunRunning || p.State == RunPaused
}

// Progress tells how far the live runs of a campaign have come; without any, its latest run; of one that has not happened yet nothing.
// db.Missing when there is no such campaign.
func (s *Service) Progress(ctx context.Context, program, id int64) (all []Progress, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		if _, err := campaignByID(ctx, tx, program, id); err != nil {
			return err
		}
		runs, err := New(tx).liveRunsOf(ctx, program, id)
		if err == nil && len(runs) == 0 {
			runs, err = New(tx).runsOf(ctx, runsOfParams{ProgramID: program, CampaignID: id, Limit: 1})
		}
		for _, r := range runs {
			if err != nil {
				break
			}
			var p Progress
			p, err = r.progress(ctx, tx)
			all = append(all, p)
		}
		return err
	})
	return all, err
}

func (r Run) progress(ctx context.Context, tx *db.Tx) (Progress, error) {
	p := Progress{
		Run: r.ID, Occurrence: r.Occurrence, State: r.State, Reason: r.Reason, Starts: r.StartsAt, Ends: r.EndsAt, Planned: r.PlannedAt != 0,
		States: map[string]int64{}, LeftOut: map[string]int64{},
	}
	of, err := sms.RunProgress(ctx, tx, r.ProgramID, r.ID)
	for _, t := range of.Tallies {
		p.count(t)
	}
	p.Texts = p.Left + p.Waiting
	p.Rate, p.Stopped = of.Rate, of.Stopped
	if r.State == RunPlanning || r.State == RunRunning {
		p.Finish = of.Finish
	}
	return p, err
}

func (p *Progress) count(t sms.Tally) {
	p.Audience += t.Texts
	p.States[t.State] += t.Texts
	switch t.State {
	case sms.StateHoldout:
		p.Holdout += t.Texts
	case sms.StateLeftOut, sms.StateCancelled:
		p.LeftOut[t.Reason] += t.Texts
	case sms.StateQueued, sms.StateSending:
		p.Waiting += t.Texts
	default:
		p.Left += t.Texts
	}
}
