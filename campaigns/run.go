package campaigns

import (
	"context"
	"time"

	"fiel/db"
	"fiel/rewards"
	"fiel/sms"
)

// States of a run.
const (
	RunPlanning  = "planning" // its audience is being written to the outbox; what is written leaves already
	RunRunning   = "running"
	RunPaused    = "paused"
	RunDone      = "done"
	RunCancelled = "cancelled"
	RunMissed    = "missed" // its offer ended, or will end, before its texts could leave
)

// reasonCancelled is why texts of a cancelled campaign do not leave.
const reasonCancelled = "cancelled"

// made is what materialise came to.
type made struct {
	run    int64 // 0 when the occurrence has its run already
	missed bool  // its offer is over: the run is only written down
}

// materialise makes the run of an occurrence with the campaign's content as it stands. The caller holds the campaign's or the tick's row.
func materialise(ctx context.Context, tx *db.Tx, c Campaign, o Occurrence, now time.Time) (made, error) {
	frozen, err := c.content()
	if err != nil {
		return made{}, err
	}
	if frozen, err = frozen.linked(ctx, tx, c); err != nil {
		return made{}, err
	}
	row := insertRunParams{
		ProgramID: c.ProgramID, ID: tx.ID(), CampaignID: c.ID, Occurrence: o.Key, State: RunPlanning, Version: c.Version,
		StartsAt: o.At.UnixMilli(), EndsAt: o.Ends.UnixMilli(), CreatedAt: tx.Now,
	}
	if row.Frozen, err = pack(frozen); err != nil {
		return made{}, err
	}
	if row.Asks, err = asks(frozen.Game); err != nil {
		return made{}, err
	}
	if !o.Alive(now) {
		row.State, row.Reason, row.DoneAt = RunMissed, sms.ReasonLate, tx.Now
	}
	n, err := New(tx).insertRun(ctx, row)
	if err != nil || n == 0 {
		return made{}, err
	}
	return made{row.ID, row.State == RunMissed}, nil
}

// Sizes of what is planned in one transaction. The first of a run is small, so that sending begins at once.
const (
	firstChunk = 100
	chunk      = 500
)

// planRun plans what is left of a run, chunk by chunk. Whom the next chunk is for is looked up before its transaction begins, which
// asks again for these few: finding them can mean passing over a hundred thousand members who were told long ago. Each chunk commits
// its rows together with the run's cursor: whoever comes after a crash goes on behind it, and two processes take turns.
func (s *Service) planRun(ctx context.Context, program, run int64, size int) error {
	if err := s.judgeRun(ctx, program, run); err != nil {
		return err
	}
	lane := db.Interactive
	if err := s.setPace(ctx, program, run); err != nil {
		return err
	}
	for more := true; more; size, lane = chunk, db.Bulk {
		if err := s.DB.Reserve(ctx, 2*size); err != nil {
			return err
		}
		var next piece
		err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = nextPiece(ctx, tx, program, run, size)
			return err
		})
		if err != nil {
			return err
		}
		err = s.DB.Write(ctx, lane, func(ctx context.Context, tx *db.Tx) (err error) {
			more, err = planPiece(ctx, tx, program, run, next)
			return err
		})
		if err != nil {
			return err
		}
		if next.cursor == 0 {
			if err := s.tellStaff(ctx, program, run); err != nil {
				return err
			}
		}
	}
	return nil
}

// piece is a part of a run's audience: who comes after a cursor.
type piece struct {
	cursor int64
	who    oneOf
	last   bool // nobody comes after them
}

func nextPiece(ctx context.Context, tx *db.Tx, program, run int64, size int) (piece, error) {
	r, err := New(tx).run(ctx, program, run)
	if err != nil {
		return piece{}, err
	}
	pl, err := newPlannerOf(ctx, tx, r)
	if err != nil {
		return piece{}, err
	}
	who, err := page(ctx, tx, pl.who, pl.at, r.Cursor, size, nil)
	next := piece{cursor: r.Cursor, last: len(who) < size}
	for _, c := range who {
		next.who = append(next.who, c.ID)
	}
	return next, err
}

// planPiece plans those of a piece who still belong to the audience; more says that there is something left to plan. It does nothing
// when another process has planned the piece meanwhile.
func planPiece(ctx context.Context, tx *db.Tx, program, run int64, next piece) (more bool, err error) {
	r, err := New(tx).lockRun(ctx, program, run)
	if err != nil || r.State != RunPlanning {
		return false, err
	}
	if r.Cursor != next.cursor {
		return true, nil
	}
	to := moveCursorParams{ProgramID: program, ID: run, Cursor: r.Cursor, State: RunPlanning}
	if len(next.who) > 0 {
		to.Cursor = next.who[len(next.who)-1]
		pl, err := newPlannerOf(ctx, tx, r)
		if err != nil {
			return false, err
		}
		who, err := page(ctx, tx, pl.who, pl.at, r.Cursor, len(next.who), next.who)
		if err != nil {
			return false, err
		}
		if err := pl.write(ctx, tx, who); err != nil {
			return false, err
		}
	}
	if next.last {
		to.State, to.PlannedAt = RunRunning, tx.Now
	}
	return !next.last, New(tx).moveCursor(ctx, to)
}

func newPlannerOf(ctx context.Context, tx *db.Tx, r Run) (*planner, error) {
	c, err := New(tx).campaign(ctx, r.ProgramID, r.CampaignID)
	if err != nil {
		return nil, err
	}
	return newPlanner(ctx, tx, c, r)
}

// write plans members and writes their rows, with a voucher for each text that waits.
func (pl *planner) write(ctx context.Context, tx *db.Tx, who []candidate) error {
	rows, err := pl.plan(ctx, tx, who, pl.booking())
	if err != nil {
		return err
	}
	texts := make([]sms.Planned, len(rows))
	for i, r := range rows {
		if r.free != 0 {
			if err := pl.outbox.Drop(ctx, tx, r.free); err != nil {
				return err
			}
		}
		if err := pl.grant(ctx, tx, r); err != nil {
			return err
		}
		texts[i] = r.Planned
	}
	return pl.outbox.Insert(ctx, tx, texts)
}

// grant gives the member of a text that waits their voucher and writes its code into the text. Nobody else keeps a body: who gets no
// text has none.
func (pl *planner) grant(ctx context.Context, tx *db.Tx, r *planned) error {
	if r.Holdout || r.LeftOut != "" {
		r.Body, r.Parts = "", 0
		return nil
	}
	o := pl.content.Offer
	if o.Kind == "" {
		return nil
	}
	name, _ := wordsIn(o.Text, r.Language, pl.program.Language)
	v, err := rewards.Grant(ctx, tx, pl.program, r.Member, rewards.Terms{
		Name: clip(name, 40), Kind: o.Kind, Value: o.Value, Minimum: o.Minimum, Stores: o.Stores, ValidFrom: pl.run.StartsAt, ExpiresAt: pl.run.EndsAt,
	}, pl.run.ID)
	if err != nil {
		return err
	}
	return pl.render(r, v.Code)
}

// clip cuts a name to at most n letters.
func clip(name string, n int) string {
	letters := []rune(name)
	return string(letters[:min(n, len(letters))])
}
