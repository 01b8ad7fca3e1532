package campaigns

import (
	"context"

	"fiel/db"
)

// Seats is what came of an answer to an invitation.
type Seats struct {
	Places int64  // that the member has now
	Left   int64  // with Full or TooMany: that are still to be had, of them all or by one member
	Again  bool   // as it was before
	Full   bool   // not so many are left: nothing has changed
	Most   bool   // one member does not get so many: nothing has changed
	Words  string // the shop's welcome
}

// places is what the table calls the places of an event that are taken.
const places = "places"

// Come takes n places for the member, or gives some back; 0 is not coming. The places of an event are never more than there are, however
// many answer at once. The caller holds the member's row.
func (pl Play) Come(ctx context.Context, tx *db.Tx, n int64) (Seats, error) {
	e := pl.Game.Event
	have, said, err := pl.Coming(ctx, tx)
	if err != nil {
		return Seats{}, err
	}
	seats := Seats{Places: n, Words: pl.words(e.Welcome)}
	switch {
	case n > e.most():
		return Seats{Places: have, Most: true, Left: e.most()}, nil
	case said && n == have:
		seats.Again = true
		return seats, nil
	case n > have:
		took, err := pl.take(ctx, tx, places, n-have, e.Capacity)
		if err != nil || !took {
			return pl.full(ctx, tx, have, err)
		}
	case n < have:
		err := New(tx).giveBack(ctx, giveBackParams{N: have - n, ProgramID: pl.program.ID, RunID: pl.run.ID, Name: places})
		if err != nil {
			return Seats{}, err
		}
	}
	return seats, New(tx).setGuest(ctx, setGuestParams{ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID, Places: n, At: tx.Now})
}

func (pl Play) full(ctx context.Context, tx *db.Tx, have int64, err error) (Seats, error) {
	if err != nil {
		return Seats{}, err
	}
	taken, err := New(tx).taken(ctx, takenParams{ProgramID: pl.program.ID, RunID: pl.run.ID, Name: places})
	return Seats{Places: have, Full: true, Left: max(0, pl.Game.Event.Capacity-taken)}, err
}

// Coming is how many places the member has, and whether they have answered at all.
func (pl Play) Coming(ctx context.Context, tx *db.Tx) (n int64, said bool, err error) {
	g, err := New(tx).guestOf(ctx, guestOfParams{ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID})
	if db.NotFound(err) {
		return 0, false, nil
	}
	return g.Places, err == nil, err
}
