package main

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

const (
	keepWords    = 400 * 24 * time.Hour // of texts, both ways
	blankAtOnce  = 20                   // steps of a tick, some hundred rows each
	blankingRest = 24 * time.Hour       // from one pass over all texts to the next
)

// blanking is a pass over a program's texts that takes the words out of old ones, a little at each tick.
type blanking struct {
	at    sms.BlankCursor
	began time.Time
}

// forget drops status callbacks that met no text in a week, and takes the words out of texts that are older than they are kept.
func (h *house) forget(ctx context.Context) error {
	var programs []members.Program
	err := h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		return err
	})
	for _, p := range programs {
		if err == nil {
			err = h.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
				_, err := sms.PruneCallbacks(ctx, tx, p.ID)
				return err
			})
		}
		if err == nil {
			err = h.blankSome(ctx, p.ID)
		}
	}
	return err
}

func (h *house) blankSome(ctx context.Context, program int64) error {
	now := h.app.clock()
	pass, ok := h.blankings[program]
	if !ok || pass.at.Done && now.Sub(pass.began) >= blankingRest {
		pass = blanking{began: now}
	}
	for step := 0; step < blankAtOnce && !pass.at.Done && ctx.Err() == nil; step++ {
		next := pass.at
		err := h.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			next, _, err = sms.Blank(ctx, tx, program, now.Add(-keepWords).UnixMilli(), pass.at)
			return err
		})
		if err != nil {
			return err
		}
		pass.at = next
	}
	h.blankings[program] = pass
	return nil
}
