package campaigns

import (
	"context"

	"fiel/db"
	"fiel/sms"
)

// Restored marks the runs of a program that came back from a backup as missed: what was planned may have been sent since the backup
// was made, so it never is. Called once more after a tick has made the runs that came round between the backup and now, it does the same to
// those: nobody is greeted a second time. Their texts and vouchers are taken back by the next tick.
func Restored(ctx context.Context, tx *db.Tx, program int64) error {
	live, err := New(tx).liveRuns(ctx, program)
	if err != nil {
		return err
	}
	for _, r := range live {
		if err := sms.HoldRun(ctx, tx, program, r.ID, sms.ReasonRestored); err != nil {
			return err
		}
	}
	return New(tx).missAll(ctx, program)
}
