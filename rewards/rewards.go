// Package rewards knows what is earned and what can be had: the rules, the ledger of points (entries and lots), the catalogue
// and the vouchers.
//
// The ledger is append-only. An [Entry] is one movement of a member's points; a [Lot] holds the points of one credit, which expire
// together. For every member and at every moment: balance = the sum of all deltas = the points left in the lots, less the debt.
// With a debt every lot is empty, so the debt is what the balance is below zero. [Check] asks the database whether all this holds.
//
// All functions take a *db.Tx and compose. Those that say so expect the caller to hold the member's row (members.Lock); the others
// take it themselves.
package rewards

import "fiel/db"

// orMissing gives a look-up that found nothing a sentence; other errors pass as they are.
func orMissing(err error, sentence string, args ...any) error {
	if db.NotFound(err) {
		return db.Errorf(db.Missing, sentence, args...)
	}
	return err
}

// orConflict gives a guarded write that found nothing to change a sentence; other errors pass as they are.
func orConflict(err error, sentence string, args ...any) error {
	if db.NotFound(err) {
		return db.Errorf(db.Conflict, sentence, args...)
	}
	return err
}
