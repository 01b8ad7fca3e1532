package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// longest is how far up a chain of who brought whom is looked.
const longest = 10_000

// mergeReferrals makes into stand where from stood among who brought whom, as far as something is still to come of it: what was paid is
// history and stays. Whoever was brought has one who brought them: into's stays, else from's counts. What would become a circle is
// dropped.
func mergeReferrals(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	if err := handBringer(ctx, tx, from, into); err != nil {
		return err
	}
	friends, err := New(tx).openFriends(ctx, from.ProgramID, from.ID)
	if err != nil {
		return err
	}
	for _, friend := range friends {
		circle, err := leadsTo(ctx, tx, from.ProgramID, into.ID, friend)
		switch {
		case err != nil:
		case circle:
			err = New(tx).dropReferral(ctx, from.ProgramID, friend)
		default:
			err = New(tx).handFriend(ctx, handFriendParams{into.ID, from.ProgramID, friend})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// handBringer gives into who brought from, when from has not bought yet and nobody brought into.
func handBringer(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	q := New(tx)
	open, err := q.openReferral(ctx, from.ProgramID, from.ID)
	if db.NotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = q.broughtBy(ctx, into.ProgramID, into.ID)
	if err != nil && !db.NotFound(err) {
		return err
	}
	drop := err == nil
	if !drop {
		if drop, err = leadsTo(ctx, tx, from.ProgramID, open.MemberID, into.ID); err != nil {
			return err
		}
	}
	if drop {
		return q.dropReferral(ctx, from.ProgramID, from.ID)
	}
	return q.handReferral(ctx, handReferralParams{into.ID, from.ProgramID, from.ID})
}

// leadsTo says whether one comes from a member to another by asking again and again who brought them; at once when both are one.
func leadsTo(ctx context.Context, tx *db.Tx, program, at, to int64) (bool, error) {
	for range longest {
		if at == to {
			return true, nil
		}
		by, err := New(tx).broughtBy(ctx, program, at)
		if db.NotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		at = by
	}
	return false, db.Errorf(db.Internal, "who brought member %d goes in a circle: run `fiel db check`", to)
}
