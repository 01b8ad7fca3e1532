package rewards

import (
	"context"
	"fmt"

	"fiel/db"
)

// Finding is one place where the data breaks an invariant.
type Finding struct {
	Invariant string // I1 ...: see [Check]
	Row       int64  // id of the member, entry, lot, purchase or voucher
	Text      string // what is wrong, as a sentence
}

// check asks for one invariant; its query answers the ids that break it, at most 100.
type check struct {
	invariant string
	sentence  string
	find      func(*Queries, context.Context, int64) ([]int64, error)
}

// checks are the invariants of the ledger and the vouchers:
// I1 balance, entries and lots agree; I3 one credit per purchase; I5 no balance below zero but by a refund; I6 no refund above what
// was given; I7 bounds; I8, I9, I10 vouchers are used once, paid for, in time, and given back when they were not used; I26 one phone,
// one member; I34 a number that changed hands brings nothing along; I35 nobody is brought in a circle, and friends are paid for after
// they bought.
func checks() []check {
	return []check{
		{"I1", "member %d: the balance is not the sum of the entries, or an entry is missing", (*Queries).brokenSums},
		{"I1", "entry %d: the balance after it is not the balance before it and its points", (*Queries).brokenRuns},
		{"I1", "member %d: the balance is not what is left in the lots, less the debt", (*Queries).brokenLots},
		{"I1", "lot %d: what is left is not what it opened with and its moves", (*Queries).brokenMoves},
		{"I1", "entry %d: its points are not those that its lots gained or lost", (*Queries).brokenEntries},
		{"I3", "purchase %d was credited more than once", (*Queries).creditedTwice},
		{"I5", "member %d has a balance below zero without a refund or a merge", (*Queries).belowZero},
		{"I6", "purchase %d: refunds took more than it gave", (*Queries).refundedTooMuch},
		{"I7", "entry %d moves no points, or too many", (*Queries).tooLarge},
		{"I8", "voucher %d: its state and the moment of its use disagree", (*Queries).halfUsed},
		{"I8", "voucher %d: its state and its reservation disagree", (*Queries).halfReserved},
		{"I9", "voucher %d was issued without its points being taken", (*Queries).unpaidVouchers},
		{"I9", "entry %d took points for a voucher that does not exist", (*Queries).paidForNothing},
		{"I10", "voucher %d was used outside its time", (*Queries).usedOutOfTime},
		{"I10", "voucher %d: its points came back though it is good, or did not though it is over", (*Queries).wronglyReleased},
		{"I10", "voucher %d: its dispute and what became of it disagree", (*Queries).wronglySettled},
		{"I10", "entry %d gave back points of a voucher that does not know it", (*Queries).releasedForNothing},
		{"I34", "member %d has something from before they joined: of who had the number then", (*Queries).inherited},
		{"I6", "member %d: the stamps on a card are not the sum of its moves", (*Queries).brokenStamps},
		{"I35", "member %d was brought by themselves, over whom they brought", (*Queries).circularReferrals},
		{"I35", "member %d: a referral was paid without a purchase", (*Queries).paidWithoutPurchase},
		{"I26", "member %d shares a phone with another member", (*Queries).samePhone},
	}
}

// Check looks for rows of a program that break an invariant, at most 100 for each sentence; none is a sound ledger. It reads only,
// one query over the whole table for each. Vouchers that are due but not yet released are sound.
func Check(ctx context.Context, tx *db.Tx, program int64) ([]Finding, error) {
	var all []Finding
	for _, c := range checks() {
		rows, err := c.find(New(tx), ctx, program)
		if err != nil {
			return nil, err
		}
		for _, id := range rows {
			all = append(all, Finding{Invariant: c.invariant, Row: id, Text: fmt.Sprintf(c.sentence, id)})
		}
	}
	return all, nil
}
