package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// mergeGames hands over what a member did in games. Where both did, into's stands: one spin, one hunt, one answer to an invitation; the
// places that from had at an event to come are free again.
func mergeGames(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	q := New(tx)
	for _, step := range []func() error{
		func() error { return q.handSpins(ctx, handSpinsParams{into.ID, from.ProgramID, from.ID}) },
		func() error { return q.handHunts(ctx, handHuntsParams{into.ID, from.ProgramID, from.ID}) },
		func() error { return q.handScores(ctx, handScoresParams{into.ID, from.ProgramID, from.ID}) },
		func() error { return q.handGuests(ctx, handGuestsParams{into.ID, from.ProgramID, from.ID}) },
		func() error { return leaveEvents(ctx, tx, from) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// leaveEvents frees the places that a member has at events to come.
func leaveEvents(ctx context.Context, tx *db.Tx, m members.Member) error {
	if err := New(tx).freePlaces(ctx, freePlacesParams{MemberID: m.ID, ProgramID: m.ProgramID, Now: tx.Now}); err != nil {
		return err
	}
	return New(tx).freeGuest(ctx, freeGuestParams{ProgramID: m.ProgramID, MemberID: m.ID, Now: tx.Now})
}

// Said is what a member answered to a text of a campaign.
type Said struct {
	Kind  string // score, places (at an event), wheel or hunt
	At    int64  // unix milliseconds
	N     int64  // the score, the places, the clues solved
	Words string // the comment of a score, the prize of a wheel
}

// AnswersOf lists what a member answered to texts of campaigns, the latest first, at most limit.
func AnswersOf(ctx context.Context, tx *db.Tx, m members.Member, limit int64) (all []Said, err error) {
	rows, err := New(tx).answersOf(ctx, answersOfParams{ProgramID: m.ProgramID, MemberID: m.ID, Most: limit})
	for _, r := range rows {
		all = append(all, Said(r))
	}
	return all, err
}
