package sms

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	maxTries     = 3                // of a text that is refused for now
	laterAfter   = 5 * time.Minute  // times the tries so far
	throttleWait = time.Second      // at least, after a 429
	lookAfter    = 15 * time.Second // from the start of an unknown attempt to the first look-up
)

// keep writes what became of a claimed text. Only the owner of the attempt may, and only while nobody knows better: a callback that
// came first has the last word.
func (r result) keep(ctx context.Context, tx *db.Tx, sender Sender) error {
	switch {
	case r.released:
		return r.queue(ctx, tx, 0)
	case r.outcome.Result == Accepted:
		return r.accept(ctx, tx, sender.ProgramID)
	case r.outcome.Result == NotSent:
		return r.queue(ctx, tx, r.backoff(tx.Now))
	case r.outcome.Result == Rejected:
		return r.reject(ctx, tx, sender)
	}
	_, err := New(tx).keepUnknown(ctx, keepUnknownParams{
		ProgramID: sender.ProgramID, ID: r.text.ID, Attempt: r.text.Attempt, Lease: tx.Now + lookAfter.Milliseconds(),
	})
	return err
}

// backoff is when a text that was not sent may be tried again: at once where the provider could not be reached (the sender rests then),
// later where it was told to slow down.
func (r result) backoff(now int64) int64 {
	if r.outcome.Trouble.Code == 0 && r.outcome.RetryAfter == 0 {
		return 0
	}
	return now + max(r.outcome.RetryAfter, throttleWait).Milliseconds()
}

// queue puts a text back: its attempt is proven not to have been processed.
func (r result) queue(ctx context.Context, tx *db.Tx, after int64) error {
	_, err := New(tx).keepQueued(ctx, keepQueuedParams{
		ProgramID: r.text.program, ID: r.text.ID, Attempt: r.text.Attempt, SendAfter: after, Error: r.outcome.Trouble.Code,
	})
	return err
}

func (r result) accept(ctx context.Context, tx *db.Tx, program int64) error {
	row := keepAcceptedParams{
		ProgramID: program, ID: r.text.ID, Attempt: r.text.Attempt, State: StateSent, SID: r.outcome.SID, Rank: r.outcome.Rank,
		Error: r.outcome.Trouble.Code, SentAt: tx.Now, ConsentGen: r.text.ConsentGen,
	}
	if state := stateOf(row.Rank); state != "" {
		row.State, row.FinalAt = state, tx.Now
	}
	_, err := New(tx).keepAccepted(ctx, row)
	return err
}

// reject writes down a refusal. The verdict of the provider decides whether the text waits, and what else must not be tried.
func (r result) reject(ctx context.Context, tx *db.Tx, sender Sender) error {
	trouble := r.outcome.Trouble
	switch trouble.Verdict {
	case StopSender:
		if err := haltFor(ctx, tx, sender.ProgramID, sender.ID, trouble); err != nil {
			return err
		}
		return r.queue(ctx, tx, 0)
	case StopRun:
		if err := stopRun(ctx, tx, sender.ProgramID, r.text.RunID, trouble); err != nil {
			return err
		}
	case Later:
		if r.text.Attempts < maxTries {
			_, err := New(tx).keepLater(ctx, keepLaterParams{
				ProgramID: sender.ProgramID, ID: r.text.ID, Attempt: r.text.Attempt,
				SendAfter: tx.Now + r.text.Attempts*laterAfter.Milliseconds(), Error: trouble.Code,
			})
			return err
		}
	}
	_, err := New(tx).keepFailed(ctx, keepFailedParams{
		ProgramID: sender.ProgramID, ID: r.text.ID, Attempt: r.text.Attempt, Reason: trouble.Verdict.String(), Error: trouble.Code, FinalAt: tx.Now,
	})
	return err
}

// keepBlame writes down a refusal that is about the number. It has a transaction of its own, since the number's row comes first.
func (r result) keepBlame(ctx context.Context, tx *db.Tx, sender Sender) error {
	if _, err := members.Touch(ctx, tx, sender.ProgramID, r.text.Hash); err != nil {
		return err
	}
	if err := r.reject(ctx, tx, sender); err != nil {
		return err
	}
	m := Message{ProgramID: sender.ProgramID, ID: r.text.ID, MemberID: r.text.MemberID, Hash: r.text.Hash, Class: r.text.Class, InboundID: r.text.InboundID, CreatedAt: r.text.CreatedAt}
	return blame(ctx, tx, m, r.outcome.Trouble)
}

// aboutNumber says whether the refusal is about the number, whose row has to be taken before the text's.
func (r result) aboutNumber() bool {
	return !r.released && r.outcome.Result == Rejected && r.outcome.Trouble.aboutNumber()
}

func (t Trouble) aboutNumber() bool {
	return t.Verdict == BadNumber || t.Verdict == Landline || t.Verdict == OptedOut
}

// sentence is the trouble in words for the owner.
func (t Trouble) sentence() string {
	if t.Code == 0 {
		return t.Text
	}
	return fmt.Sprintf("%s (error %d)", t.Text, t.Code)
}
