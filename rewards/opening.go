package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Opening is a balance that a member brings over from an older scheme.
type Opening struct {
	Source    string // "square:12": a member has one opening balance of each system
	Points    int64  // above zero
	ExpiresAt int64  // exclusive, unix milliseconds; 0: by the program's rule
	Words     string // what PORQUE says of it
}

// Open writes an opening balance. It does not count for a level. Opened is false when the member has it already, whatever its points
// were: nothing is written then. The caller holds the member's row. db.Invalid for points that do not fit or are past their day.
func Open(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, o Opening) (opened bool, _ members.Member, err error) {
	if o.Points < 1 || o.ExpiresAt != 0 && o.ExpiresAt <= tx.Now {
		return false, m, db.Errorf(db.Invalid, "an opening balance has at least one point, and is not past its day")
	}
	_, after, err := Post(ctx, tx, p, m, Posting{Kind: KindOpening, Delta: o.Points, Source: o.Source, ExpiresAt: o.ExpiresAt, Words: o.Words})
	if db.CodeOf(err) == db.Conflict {
		return false, m, nil
	}
	return err == nil, after, err
}

// Opened says whether an opening balance of that source was written.
func Opened(ctx context.Context, tx *db.Tx, program int64, source string) (bool, error) {
	n, err := New(tx).sourceTaken(ctx, sourceTakenParams{ProgramID: program, Kind: KindOpening, Source: source})
	return n > 0, err
}
