package members

import (
	"context"

	"fiel/db"
)

// AskStaffOf opens what somebody on the staff can say yes to until it expires (unix milliseconds, exclusive): ref is what it is about,
// number what has to be typed. One of the same kind that is still open is closed. The caller holds the row of their number.
func AskStaffOf(ctx context.Context, tx *db.Tx, s Staff, kind string, ref, number, expires int64) (StaffAsk, error) {
	q := New(tx)
	err := q.closeStaffAsks(ctx, closeStaffAsksParams{ProgramID: s.ProgramID, StaffID: s.ID, Kind: kind, DoneAt: tx.Now})
	if err != nil {
		return StaffAsk{}, err
	}
	return q.openStaffAsk(ctx, openStaffAskParams{
		ProgramID: s.ProgramID, ID: tx.ID(), StaffID: s.ID, Kind: kind, Ref: ref, Number: number, AskedAt: tx.Now, ExpiresAt: expires,
	})
}

// StaffAsked is what of that kind somebody was asked and has not answered, also when it has expired; db.Missing when there is nothing.
func StaffAsked(ctx context.Context, tx *db.Tx, s Staff, kind string) (StaffAsk, error) {
	a, err := New(tx).staffAsk(ctx, staffAskParams{ProgramID: s.ProgramID, StaffID: s.ID, Kind: kind})
	return a, orMissing(err, "%s was asked nothing", s.Name)
}

// LastStaffAsked is the last thing of that kind that somebody was asked, answered or not; db.Missing when there was none.
func LastStaffAsked(ctx context.Context, tx *db.Tx, s Staff, kind string) (StaffAsk, error) {
	a, err := New(tx).lastStaffAsk(ctx, lastStaffAskParams{ProgramID: s.ProgramID, StaffID: s.ID, Kind: kind})
	return a, orMissing(err, "%s was asked nothing", s.Name)
}

// Recount asks for another number, from now on until it expires. db.Conflict when it was answered or replaced meanwhile.
func (a StaffAsk) Recount(ctx context.Context, tx *db.Tx, number, expires int64) error {
	n, err := New(tx).recountStaffAsk(ctx, recountStaffAskParams{ProgramID: a.ProgramID, ID: a.ID, Number: number, ExpiresAt: expires})
	return a.once(n, err)
}

// Done answers it, once: db.Conflict when it was answered or replaced meanwhile, or has expired.
func (a StaffAsk) Done(ctx context.Context, tx *db.Tx) error {
	n, err := New(tx).doneStaffAsk(ctx, doneStaffAskParams{ProgramID: a.ProgramID, ID: a.ID, DoneAt: tx.Now})
	return a.once(n, err)
}

func (a StaffAsk) once(n int64, err error) error {
	if err == nil && n == 0 {
		return db.Errorf(db.Conflict, "that was answered or replaced meanwhile")
	}
	return err
}

// JoinedSince counts who has joined since a time (unix milliseconds).
func JoinedSince(ctx context.Context, tx *db.Tx, program, since int64) (int64, error) {
	return New(tx).joinedSince(ctx, program, since)
}
