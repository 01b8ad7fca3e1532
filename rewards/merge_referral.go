package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// longest is how far up a chain of who brought whom is looked.
const longest = 10_000

// mergeReferrals makes into stand where from stood among who brought whom. Whoever was brought has one who brought them: into's stays,
// else from's counts. An edge on a way from one of the two to the other would become a circle, and is dropped.
func mergeReferrals(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	if err := cutWay(ctx, tx, from.ProgramID, from.ID, into.ID); err != nil {
		return err
	}
	if err := cutWay(ctx, tx, from.ProgramID, into.ID, from.ID); err != nil {
		return err
	}
	q := New(tx)
	_, err := q.broughtBy(ctx, into.ProgramID, into.ID)
	switch {
	case db.NotFound(err):
		err = q.handReferral(ctx, handReferralParams{into.ID, from.ProgramID, from.ID})
	case err == nil:
		err = q.dropReferral(ctx, from.ProgramID, from.ID)
	}
	if err != nil {
		return err
	}
	return q.handFriends(ctx, handFriendsParams{into.ID, from.ProgramID, from.ID})
}

// cutWay drops who brought below when the way up from there leads to above.
func cutWay(ctx context.Context, tx *db.Tx, program, below, above int64) error {
	at := below
	for range longest {
		by, err := New(tx).broughtBy(ctx, program, at)
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if by == above {
			return New(tx).dropReferral(ctx, program, below)
		}
		at = by
	}
	return db.Errorf(db.Internal, "who brought member %d goes in a circle: run `fiel db check`", below)
}
