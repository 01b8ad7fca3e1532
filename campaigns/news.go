package campaigns

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// lateAfter is how late a run may be made before the owners are told.
const lateAfter = 10 * time.Minute

// missed is a run whose offer ended before its texts could leave: the last of so many in a row.
type missed struct {
	run   int64
	when  Occurrence
	times int
}

// tell tells the owners, once for the run.
func (m missed) tell(ctx context.Context, tx *db.Tx, p members.Program, c Campaign) error {
	f := templates.Fields{"campaign": c.Name, "date": templates.DateYear(p.Language, m.when.At.In(p.Location()))}
	if m.times > 1 {
		f["number"] = strconv.Itoa(min(m.times, 99))
	}
	_, err := sms.Note(ctx, tx, p, sms.NewsRunMissed, subjectOf(m.run), sms.NewsRunMissed, f)
	return err
}

func tellLate(ctx context.Context, tx *db.Tx, p members.Program, c Campaign, run int64, o Occurrence) error {
	_, err := sms.Note(ctx, tx, p, sms.NewsRunLate, subjectOf(run), sms.NewsRunLate, templates.Fields{
		"campaign": c.Name, "begin": templates.Moment(p.Language, o.At.In(p.Location())),
	})
	return err
}

func subjectOf(run int64) string { return fmt.Sprint("run:", run) }

// failing counts, run by run, how often planning has failed in a row. It is this process's own: another one counts for itself, and the
// owners are told once.
type failing struct {
	mu sync.Mutex
	n  map[int64]int
}

// triesToTell is how often a run cannot be planned, a minute apart, before the owners are told.
const triesToTell = 3

// add counts an attempt and says how often it has failed in a row by now.
func (f *failing) add(run int64, err error) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		delete(f.n, run)
		return 0
	}
	if f.n == nil {
		f.n = map[int64]int{}
	}
	f.n[run]++
	return f.n[run]
}

// tried notes how planning a run went, and tells the owners when it goes on failing. What another process overtook is no failure.
func (s *Service) tried(ctx context.Context, p members.Program, r Run, failed error) error {
	if code := db.CodeOf(failed); ctx.Err() != nil || code == db.Busy || code == db.Conflict {
		return nil
	}
	if s.failing.add(r.ID, failed) < triesToTell {
		return nil
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		c, err := campaignByID(ctx, tx, p.ID, r.CampaignID)
		if err != nil {
			return err
		}
		_, err = sms.Note(ctx, tx, p, sms.NewsPlanFailing, subjectOf(r.ID), sms.NewsPlanFailing, templates.Fields{"campaign": c.Name})
		return err
	})
}

// Stopped is why runs of campaigns were stopped and wait for the owner, by campaign: the provider's trouble in a sentence.
func Stopped(ctx context.Context, tx *db.Tx, program int64) (map[int64]string, error) {
	rows, err := New(tx).stoppedRuns(ctx, program)
	why := map[int64]string{}
	for _, r := range rows {
		why[r.CampaignID] = r.Reason
	}
	return why, err
}
