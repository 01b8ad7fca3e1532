package sms

import (
	"context"
	"time"

	"fiel/db"
)

// ReasonRestored is why a text never leaves: the database came back from a backup, and the text may have left since that was made.
const ReasonRestored = "restored"

// stoppedRestored begins the reason why the senders of a restored program are stopped.
const stoppedRestored = "restored from the backup of "

// Restored keeps everything of a program that came back from a backup from leaving, until [ReadyAgain]: its senders stop, what was
// queued or on the wire will never be sent, and nothing that has its once keys either.
func Restored(ctx context.Context, tx *db.Tx, program int64, made time.Time) error {
	err := New(tx).stopRestored(ctx, stopRestoredParams{
		ProgramID: program, RestoredFrom: made.UnixMilli(), Stopped: stoppedRestored + made.UTC().Format("2006-01-02 15:04 MST") + ": run fiel resume",
	})
	if err != nil {
		return err
	}
	return forgoAll(ctx, tx, program, Reply)
}

// ReadyAgain lets a restored program send again, but for senders that were stopped for another reason. What was queued meanwhile and is no answer is taken back for good: members may have
// had it before the restore.
func ReadyAgain(ctx context.Context, tx *db.Tx, program int64) error {
	if err := forgoAll(ctx, tx, program, Service); err != nil {
		return err
	}
	if err := New(tx).startRestored(ctx, stoppedRestored, program); err != nil {
		return err
	}
	wakeAfter(ctx, tx)
	return nil
}

func forgoAll(ctx context.Context, tx *db.Tx, program int64, from Class) error {
	const most = 1000
	if err := New(tx).forgoOpen(ctx, tx.Now, program); err != nil {
		return err
	}
	senders, err := SendersOf(ctx, tx, program)
	if err != nil {
		return err
	}
	for _, s := range senders {
		for n := int64(most); n == most; {
			n, err = New(tx).forgoQueued(ctx, forgoQueuedParams{Now: tx.Now, SenderID: s.ID, Class: int64(from), Most: most})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// RestoredSenders are the senders of a program that came back from a backup and have not been resumed; none in other programs.
func RestoredSenders(ctx context.Context, tx *db.Tx, program int64) ([]Sender, error) {
	return New(tx).restoredSenders(ctx, program)
}
