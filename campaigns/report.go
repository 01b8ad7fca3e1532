package campaigns

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Report is what became of a campaign.
type Report struct {
	Campaign Campaign    `json:"campaign"`
	Runs     []RunReport `json:"runs"`             // the latest first
	Total    *Results    `json:"total,omitempty"`  // of these runs together
	Before   *Preflight  `json:"before,omitempty"` // of a campaign that was not started yet
}

// RunReport is what became of one run.
type RunReport struct {
	Run Run `json:"run"`
	Results
}

// mostRuns is how many runs a report tells of.
const mostRuns = 50

// Report tells what became of a campaign, of its latest 50 runs: db.Missing when there is none such.
func (s *Service) Report(ctx context.Context, program, id int64) (Report, error) {
	return s.ReportLatest(ctx, program, id, mostRuns)
}

// ReportLatest is Report of some of the latest runs. Each is read in a transaction of its own: what changes meanwhile is in the later
// ones.
func (s *Service) ReportLatest(ctx context.Context, program, id int64, most int32) (r Report, err error) {
	var runs []Run
	var total account
	b := bookkeeper{}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, b = Report{Runs: []RunReport{}}, bookkeeper{}
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
		if err := b.open(ctx, tx, r.Campaign); err != nil {
			return err
		}
		runs, err = New(tx).runsOf(ctx, runsOfParams{ProgramID: program, CampaignID: id, Limit: most})
		return err
	})
	if err != nil {
		return r, err
	}
	b.deal(runs)
	for _, run := range runs {
		a, err := s.accountOf(ctx, &b, run)
		if err != nil {
			return r, err
		}
		r.Runs = append(r.Runs, RunReport{run, a.results(&b)})
		total.join(a)
	}
	if len(runs) > 0 {
		all := total.results(&b)
		r.Total = &all
	}
	return r, nil
}

func (s *Service) accountOf(ctx context.Context, b *bookkeeper, run Run) (a *account, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = b.account(ctx, tx, run)
		return err
	})
	return a, err
}

// bookkeeper holds what the accounts of all runs of a campaign need.
type bookkeeper struct {
	program members.Program
	stores  map[int64]string
	clicks  []campaignClicksRow
	dealt   map[int64]map[string]int64 // clicks by run and wording
}

func (b *bookkeeper) open(ctx context.Context, tx *db.Tx, c Campaign) (err error) {
	if b.program, err = members.ProgramByID(ctx, tx, c.ProgramID); err != nil {
		return err
	}
	all, err := members.Stores(ctx, tx, c.ProgramID)
	if err != nil {
		return err
	}
	b.stores = map[int64]string{}
	for _, s := range all {
		b.stores[s.ID] = s.Name
	}
	b.clicks, err = New(tx).campaignClicks(ctx, c.ProgramID, c.ID)
	return err
}

// deal gives each run the clicks of the days from its own to the next run's: a link does not know in which text it was read.
func (b *bookkeeper) deal(runs []Run) {
	b.dealt = map[int64]map[string]int64{}
	byTime := slices.SortedFunc(slices.Values(runs), func(x, y Run) int { return cmp.Compare(x.StartsAt, y.StartsAt) })
	for _, c := range b.clicks {
		owner := int64(0)
		for _, r := range byTime {
			if DateOf(time.UnixMilli(r.StartsAt).In(b.program.Location())).String() <= c.Day {
				owner = r.ID
			}
		}
		if b.dealt[owner] == nil {
			b.dealt[owner] = map[string]int64{}
		}
		b.dealt[owner][c.Wording] += c.N
	}
}
