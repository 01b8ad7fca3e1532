package campaigns

import (
	"context"

	"fiel/db"
	"fiel/sms"
)

// Report is what became of a campaign.
type Report struct {
	Campaign Campaign    `json:"campaign"`
	Runs     []RunReport `json:"runs"`             // the latest first, at most 50
	Before   *Preflight  `json:"before,omitempty"` // of a campaign that was not started yet
}

// RunReport is what became of one run. The group that was texted and the one that was held out are told apart: only the difference
// between them is the campaign's doing.
type RunReport struct {
	Run            Run              `json:"run"`
	States         map[string]int64 `json:"states"`   // texts by state, see sms.State...
	LeftOut        map[string]int64 `json:"left_out"` // by reason, and texts that were taken back by theirs
	Parts          int64            `json:"parts"`    // billed, of texts that left or may have left
	Vouchers       int64            `json:"vouchers"`
	VouchersUsed   int64            `json:"vouchers_used"`
	Buyers         int64            `json:"buyers"`  // of those texted, inside the offer's time
	Revenue        int64            `json:"revenue"` // of theirs, net of refunds, minor units
	HeldOutBuyers  int64            `json:"held_out_buyers"`
	HeldOutRevenue int64            `json:"held_out_revenue"`
}

// mostRuns is how many runs a report tells of.
const mostRuns = 50

// Report tells what became of a campaign: db.Missing when there is none such.
func (s *Service) Report(ctx context.Context, program, id int64) (r Report, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r = Report{}
		if r.Campaign, err = campaignByID(ctx, tx, program, id); err != nil {
			return err
		}
		if r.Campaign.State == Draft {
			f, err := preflight(ctx, tx, r.Campaign)
			if err != nil {
				return err
			}
			r.Before = &f
		}
		runs, err := New(tx).runsOf(ctx, runsOfParams{ProgramID: program, CampaignID: id, Limit: mostRuns})
		if err != nil {
			return err
		}
		for _, run := range runs {
			one, err := reportRun(ctx, tx, run)
			if err != nil {
				return err
			}
			r.Runs = append(r.Runs, one)
		}
		return nil
	})
	return r, err
}

func reportRun(ctx context.Context, tx *db.Tx, run Run) (RunReport, error) {
	r := RunReport{Run: run, States: map[string]int64{}, LeftOut: map[string]int64{}}
	tally, err := sms.RunTally(ctx, tx, run.ProgramID, run.ID)
	if err != nil {
		return r, err
	}
	for _, t := range tally {
		r.States[t.State] += t.Texts
		switch t.State {
		case sms.StateLeftOut, sms.StateCancelled:
			r.LeftOut[t.Reason] += t.Texts
		case sms.StateSent, sms.StateDelivered, sms.StateUndelivered, sms.StateSending, sms.StateUnknown, sms.StateUnproven:
			r.Parts += t.Parts
		}
	}
	vouchers, err := New(tx).vouchersUsed(ctx, run.ProgramID, run.ID)
	if err != nil {
		return r, err
	}
	r.Vouchers, r.VouchersUsed = vouchers.Granted, vouchers.Used
	bought, err := New(tx).boughtInside(ctx, boughtInsideParams{ProgramID: run.ProgramID, RunID: run.ID, StartsAt: run.StartsAt, EndsAt: run.EndsAt})
	for _, b := range bought {
		if b.Part == sms.StateHoldout {
			r.HeldOutBuyers, r.HeldOutRevenue = b.Buyers, b.Revenue
		} else {
			r.Buyers, r.Revenue = b.Buyers, b.Revenue
		}
	}
	return r, err
}
