package sms

import (
	"context"

	"fiel/db"
)

// HoldRun keeps the texts of a run from leaving: nothing held is claimed, and what was claimed a moment ago goes back to the queue
// unless its request is on the wire. A run that is held already keeps its first reason.
func HoldRun(ctx context.Context, tx *db.Tx, program, run int64, reason string) error {
	if run == 0 {
		return db.Errorf(db.Invalid, "Only the texts of a run can be held.")
	}
	_, err := holdFree(ctx, tx, program, run, reason)
	return err
}

// holdFree holds a run and says whether it was free.
func holdFree(ctx context.Context, tx *db.Tx, program, run int64, reason string) (bool, error) {
	n, err := New(tx).insertHold(ctx, insertHoldParams{ProgramID: program, RunID: run, Reason: reason, At: tx.Now})
	return n > 0, err
}

// ReleaseRun lets the texts of a run leave again. A run that is not held stays as it is.
func ReleaseRun(ctx context.Context, tx *db.Tx, program, run int64) error {
	n, err := New(tx).deleteHold(ctx, program, run)
	if err == nil && n > 0 {
		wakeAfter(ctx, tx)
	}
	return err
}

// HeldRun is why and since when a run is held; db.Missing when it is not.
func HeldRun(ctx context.Context, tx *db.Tx, program, run int64) (Hold, error) {
	h, err := New(tx).hold(ctx, program, run)
	if db.NotFound(err) {
		return Hold{}, db.Errorf(db.Missing, "Run %d is not held.", run)
	}
	return h, err
}

// heldRuns is the set of the program's runs that are held.
func heldRuns(ctx context.Context, tx *db.Tx, program int64) (map[int64]bool, error) {
	holds, err := New(tx).holdsOf(ctx, program)
	if err != nil {
		return nil, err
	}
	held := make(map[int64]bool, len(holds))
	for _, h := range holds {
		held[h.RunID] = true
	}
	return held, nil
}
