package pos

import (
	"context"
	"net/http"

	"fiel/db"
)

// Reasons why something is parked, beside foreign. What the till was told says the same in words.
const (
	differs  = "differs" // an id was used again for something else
	badPhone = "phone"   // the number is none
	badCard  = "card"    // no member has the card
	late     = "late"    // reported more than a week after it happened
	tooMany  = "points"  // more points than the ledger can hold: a slip in the amount or in a rule
	over     = "over"    // more is given back than was paid
)

// note is something for the owner to look at.
type note struct{ kind, ref, meant, reason, body string }

// park keeps a note until the owner has seen it. The same one is kept once.
func (d desk) park(ctx context.Context, tx *db.Tx, n note) error {
	return New(tx).insertParked(ctx, insertParkedParams{
		ProgramID: d.program.ID, ID: tx.ID(), TillID: d.till.ID, Kind: n.kind, Ref: n.ref, Meant: n.meant, Reason: n.reason, Body: n.body, At: tx.Now,
	})
}

// again answers an event whose id is known. Stored and meant are fingerprints.
func (d desk) again(ctx context.Context, tx *db.Tx, stored string, first Answer, n note) (Answer, error) {
	if stored == n.meant {
		return first, nil
	}
	n.reason = differs
	return refuse(http.StatusConflict, "reused", "This id was used for something else before. Nothing was changed; the owner will look at it.", "data.id"),
		d.park(ctx, tx, n)
}

// ListParked lists what the owner has not seen yet, oldest first, at most limit.
func ListParked(ctx context.Context, tx *db.Tx, program, limit int64) ([]Parked, error) {
	return New(tx).unseenParked(ctx, program, int32(min(limit, 1000)))
}

// SeeParked takes a note off the owner's list; db.Missing when it is not on it.
func SeeParked(ctx context.Context, tx *db.Tx, program, id int64) error {
	n, err := New(tx).seeParked(ctx, seeParkedParams{ProgramID: program, ID: id, SeenAt: tx.Now})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "there is nothing parked under %d", id)
	}
	return err
}
