package sms

import (
	"context"
	"time"

	"fiel/db"
)

// lately is how far back the rate of a run is measured.
const lately = 5 * time.Minute

// Progress is how far the texts of a run have come.
type Progress struct {
	Tallies []Tally
	Rate    float64 // texts a minute over the last five, 0 when none left
	Finish  int64   // when the last is expected to leave at the sender's pace, behind what waits ahead: unix ms; 0 when nobody can tell
	Stopped string  // why nothing leaves by the sender
}

// RunProgress tells how far the texts of a run have come. It may be asked once a second: it reads the run's rows once, and what is due by
// its sender once.
func RunProgress(ctx context.Context, tx *db.Tx, program, run int64) (p Progress, err error) {
	rows, err := New(tx).progress(ctx, progressParams{ProgramID: program, RunID: run, Since: tx.Now - lately.Milliseconds()})
	if err != nil {
		return p, err
	}
	left, first := int64(0), tx.Now
	waiting, last := int64(0), int64(0)
	for _, r := range rows {
		p.Tallies = append(p.Tallies, Tally{State: r.State, Reason: r.Reason, Texts: r.Texts, Parts: r.Parts})
		left, first = left+r.Lately, min(first, r.FirstAt)
		if r.State == StateQueued || r.State == StateSending {
			waiting, last = waiting+r.Parts, max(last, r.LastAfter)
		}
	}
	if left > 0 {
		p.Rate = float64(left) / max(time.Duration(tx.Now-first)*time.Millisecond, time.Second).Minutes()
	}
	if waiting == 0 {
		return p, nil
	}
	return p, p.expect(ctx, tx, program, run, waiting, last)
}

// expect works out when the parts that wait have left: not before the hour of the last.
func (p *Progress) expect(ctx context.Context, tx *db.Tx, program, run, waiting, last int64) error {
	s, err := DefaultSender(ctx, tx, program)
	if err != nil {
		return err
	}
	p.Stopped = s.Stopped
	rate := float64(s.Pace)
	if rate == 0 {
		rate = p.Rate / 60
	}
	if rate == 0 || s.Stopped != "" {
		return nil
	}
	ahead, err := New(tx).ahead(ctx, aheadParams{ProgramID: program, SenderID: s.ID, RunID: run, Now: tx.Now})
	if err != nil {
		return err
	}
	p.Finish = max(tx.Now, last) + int64(float64(waiting+ahead)/rate*1000)
	return nil
}
