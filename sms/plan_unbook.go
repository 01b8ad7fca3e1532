package sms

import (
	"context"

	"fiel/db"
)

// Unbook gives back the room that [Plan.Book] took for rows that are to get no text after all, such as those who are held out: they
// stand in line like everybody else, so that who finds a cap full is left out of both groups alike, and then leave their place to
// the next. Rows that took none are passed over.
func (pl *Plan) Unbook(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	var all []booking
	for _, r := range waiting(rows) {
		all = append(all, pl.booked(r))
	}
	return unbook(ctx, tx, pl.program.ID, all...)
}

// booked is all the room that a row took which waits.
func (pl *Plan) booked(r *Planned) booking {
	b := booking{member: r.Member.ID, parts: r.Parts, capDay: r.Slot.CapDay, spendDay: r.spendDay}
	if pl.campaign.id != 0 {
		b.run = pl.run
	}
	return b
}

// Unpeek is Unbook for rows that were marked by [Plan.Peek].
func (pl *Plan) Unpeek(_ context.Context, _ *db.Tx, rows []*Planned) error {
	for _, r := range waiting(rows) {
		pl.peeked[r.spendDay] -= r.Parts
		pl.paid -= r.Parts
	}
	return nil
}
