package campaigns

import (
	"context"

	"fiel/db"
	"fiel/sms"
)

// Restored marks the runs of a program that came back from a backup as missed: what was planned may have been sent since the backup
// was made, so it never is. A run whose audience was not planned to its end goes on being planned, while nothing leaves: whom it may have
// texted since must be known by their once keys, or a later run would tell them again. [Resumed] gives it up.
func Restored(ctx context.Context, tx *db.Tx, program int64) error {
	return giveUp(ctx, tx, program, func(r Run) (bool, error) { return r.State != RunPlanning, nil })
}

// Resumed gives up the runs of a restored program that are under way, after a tick has made and planned those that came round between the
// backup and now: nobody is greeted a second time. Their texts and vouchers are taken back by the next tick. The open run of a series
// stays, since it is also of what happens from now on; its texts so far are given up by [sms.ReadyAgain], as all that wait.
func Resumed(ctx context.Context, tx *db.Tx, program int64) error {
	return giveUp(ctx, tx, program, func(r Run) (bool, error) {
		_, follows, err := r.occasion()
		return !follows || r.State != RunPlanning, err
	})
}

func giveUp(ctx context.Context, tx *db.Tx, program int64, which func(Run) (bool, error)) error {
	open, err := New(tx).openRuns(ctx, program)
	for _, r := range open {
		if err != nil {
			break
		}
		var this bool
		if this, err = which(r); err == nil && this {
			err = r.hold(ctx, tx, RunMissed, sms.ReasonRestored)
		}
	}
	return err
}
