package pos

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// keepBodies is how long what a till sent is kept word for word, with the numbers in it: 30 days, in milliseconds.
const keepBodies = 30 * day

const day = 24 * 60 * 60 * 1000 // milliseconds

// Tidy ends what is kept for a time only: bodies of tills after 30 days, and purchases held for a number that has not joined in the
// days the program keeps them. It changes at most limit rows of each kind, at most 1,000, and says how many in all; it is done when
// that is 0.
func Tidy(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	most := int32(min(limit, 1000))
	q, before := New(tx), tx.Now-keepBodies
	for _, end := range []func() (int64, error){
		func() (int64, error) { return q.dropOldHeld(ctx, dropOldHeldParams{p.ID, heldSince(tx, p), most}) },
		func() (int64, error) { return q.blankPurchases(ctx, blankPurchasesParams{p.ID, before, most}) },
		func() (int64, error) { return q.blankRefunds(ctx, blankRefundsParams{p.ID, before, most}) },
		func() (int64, error) { return q.blankParked(ctx, blankParkedParams{p.ID, before, most}) },
	} {
		ended, err := end()
		if err != nil {
			return 0, err
		}
		n += ended
	}
	return n, nil
}

// Tidy does so for every program, until there is nothing left to end. It may be called at any time and by any number of processes.
func (s *Service) Tidy(ctx context.Context) error {
	var programs []members.Program
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		return err
	})
	for _, p := range programs {
		for more := true; more && err == nil && ctx.Err() == nil; {
			err = s.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
				n, err := Tidy(ctx, tx, p, 200)
				more = n > 0
				return err
			})
		}
	}
	return err
}

// heldSince is when a purchase must have happened at the earliest to be held still, unix milliseconds.
func heldSince(tx *db.Tx, p members.Program) int64 { return tx.Now - p.HeldDays*day }
