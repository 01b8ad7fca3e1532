package members

import (
	"context"

	"fiel/db"
)

// Number is what we know of a phone number without holding it: whether it has stopped us, whether texts arrive, and how often we
// answered it lately.
type Number struct {
	ProgramID int64
	Hash      string
	touchNumberRow
}

// Health of a number.
const (
	HealthGood     = ""
	HealthBad      = "bad"      // never text it again
	HealthLandline = "landline" // cannot receive texts
	HealthConfirm  = "confirm"  // ask at the till whether it is still theirs; no offers until then
	HealthSuspect  = "suspect"  // somebody said "wrong number"
)

// Stopped says whether the number has left all texts, or was erased.
func (n Number) Stopped() bool { return n.StoppedAt != 0 || n.SuppressedAt != 0 }

// Textable says whether a text of ours may go there at all.
func (n Number) Textable() bool {
	return !n.Stopped() && n.Health != HealthBad && n.Health != HealthLandline && n.Health != HealthSuspect
}

// Touch takes the row of a number, making it if need be, and holds it until the transaction ends. It comes before any other
// write about that person: without it PostgreSQL lost purchases that raced with joining.
func Touch(ctx context.Context, tx *db.Tx, program int64, hash string) (Number, error) {
	row, err := New(tx).touchNumber(ctx, touchNumberParams{ProgramID: program, Hash: hash, Touched: tx.Now})
	return Number{ProgramID: program, Hash: hash, touchNumberRow: row}, err
}

// What a provider's own list says of a number, as far as we heard; ” is nothing.
const (
	ProviderStopped = "stopped" // it refuses our texts to it
	ProviderStarted = "started"
)

// HearProvider notes what the provider's own list says of a number, [ProviderStopped] or [ProviderStarted], since when (unix
// milliseconds). What is known already keeps its time. The caller holds the number's row.
func HearProvider(ctx context.Context, tx *db.Tx, program int64, hash, says string, since int64) error {
	return New(tx).hearProvider(ctx, hearProviderParams{ProgramID: program, Hash: hash, Provider: says, ProviderAt: since})
}

// Mark records the health of a number.
func Mark(ctx context.Context, tx *db.Tx, program int64, hash, health string) error {
	return New(tx).markNumber(ctx, markNumberParams{ProgramID: program, Hash: hash, Health: health})
}

// HealthOf is what is known of a member's number without taking its row; HealthGood when nothing is.
func HealthOf(ctx context.Context, tx *db.Tx, m Member) (string, error) {
	health, err := New(tx).healthOf(ctx, m.ProgramID, m.Hash)
	if db.NotFound(err) {
		return HealthGood, nil
	}
	return health, err
}

// Confirm notes that a number of doubt ([HealthConfirm]) is still the member's, since somebody asked them at the till: offers go to it
// again. db.Refused when there was no doubt.
func Confirm(ctx context.Context, tx *db.Tx, m Member) error {
	n, err := New(tx).confirmNumber(ctx, m.ProgramID, m.Hash)
	if err == nil && n == 0 {
		err = db.Errorf(db.Refused, "Nobody doubts that this number is the member's.")
	}
	return err
}

// dormant is how long a member may not have been seen before a text from their number no longer says that it is still theirs: carriers
// give numbers to others after some 90 days.
const dormant = 90 * 24 * 60 * 60 * 1000 // milliseconds

// HeardFrom clears the doubt about a number that the member has just texted from. After a long silence it stays: a number is not a person.
// The caller holds the number's row.
func (n Number) HeardFrom(ctx context.Context, tx *db.Tx, m Member) error {
	if n.Health != HealthConfirm || max(m.JoinedAt, m.ActiveAt, m.LastPurchaseAt) < tx.Now-dormant {
		return nil
	}
	_, err := New(tx).confirmNumber(ctx, m.ProgramID, m.Hash)
	return err
}

// Promotable says whether a promotion may go there: not where nobody can say whose number it is. Answers and notices still may, and tell
// by arriving that somebody has it.
func (n Number) Promotable() bool { return n.Textable() && n.Health != HealthConfirm }

// Limits against two robots answering each other.
const (
	maxReplies  = 5              // to one number in repliesSpan
	repliesSpan = 10 * 60 * 1000 // milliseconds
	maxHelps    = 3              // help lines a day

	maxStaffReplies = 60 // to somebody on the staff in repliesSpan: a busy counter, and still no two robots
)

// Allow says whether one more reply may go to the number now, and counts it. The help line for texts that were not understood
// has a tighter limit of its own, by the local day given. The caller holds the row (see [Touch]).
func (n *Number) Allow(ctx context.Context, tx *db.Tx, help bool, day string) (bool, error) {
	if tx.Now-n.RepliesSince >= repliesSpan {
		n.Replies, n.RepliesSince = 0, tx.Now
	}
	if n.HelpsDay != day {
		n.Helps, n.HelpsDay = 0, day
	}
	if n.Replies >= maxReplies || help && n.Helps >= maxHelps {
		return false, nil
	}
	n.Replies++
	if help {
		n.Helps++
	}
	return true, n.keepCounts(ctx, tx)
}

// AllowStaff says whether one more order of somebody on the staff may be taken and answered now, and counts it. The caller holds the row.
func (n *Number) AllowStaff(ctx context.Context, tx *db.Tx) (bool, error) {
	if tx.Now-n.RepliesSince >= repliesSpan {
		n.Replies, n.RepliesSince = 0, tx.Now
	}
	if n.Replies >= maxStaffReplies {
		return false, nil
	}
	n.Replies++
	return true, n.keepCounts(ctx, tx)
}

// Quiet says whether a number has had all the replies it may get for now, by the limit that [Number.Allow] keeps.
func (n Number) Quiet(now int64) bool {
	return n.Replies >= maxReplies && now-n.RepliesSince < repliesSpan
}

// AllowOnceStopped says whether the one line a day that a stopped number gets may go out now, and counts it.
func (n *Number) AllowOnceStopped(ctx context.Context, tx *db.Tx, day string) (bool, error) {
	if n.ToldDay == day {
		return false, nil
	}
	n.ToldDay = day
	return true, n.keepCounts(ctx, tx)
}

func (n *Number) keepCounts(ctx context.Context, tx *db.Tx) error {
	return New(tx).countReply(ctx, countReplyParams{
		ProgramID: n.ProgramID, Hash: n.Hash, Replies: n.Replies, RepliesSince: n.RepliesSince, Helps: n.Helps, HelpsDay: n.HelpsDay, ToldDay: n.ToldDay,
	})
}
