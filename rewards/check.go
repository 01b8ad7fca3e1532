package rewards

import (
	"context"
	"fmt"

	"fiel/db"
)

// Finding is one place where the data breaks an invariant.
type Finding struct {
	Invariant string // I1 ...: see [Check]
	Row       int64  // id of the member, entry, lot, purchase or voucher; 0 where it is none of them
	Text      string // what is wrong, as a sentence
}

// check asks for one invariant of a whole program; its query answers the ids that break it, at most 100.
type check struct {
	invariant string
	sentence  string
	find      func(*Queries, context.Context, int64) ([]int64, error)
}

// checks are invariants that one query over a program answers. This is the way in for a new one: add a line here and its query to
// check.sql, and to TestCheckFindsDamage the damage that it finds.
//
// The query has one snapshot and 30 seconds, on a program with a million members and twenty million entries: it may read through
// members, vouchers, referrals, claims or cards, and look up entries by an index, but it must not read through entries, lots, lot_moves
// or purchases, nor sort a large table. What has to is a relation of [Prove], or a question about one row: see rowChecks.
func checks() []check {
	return []check{
		{"I34", "member %d has something from before they joined: of who had the number then", (*Queries).inherited},
		{"I6", "member %d: the stamps on a card are not the sum of its moves", (*Queries).brokenStamps},
		{"I35", "member %d was brought by themselves, over whom they brought", (*Queries).circularReferrals},
		{"I35", "member %d: a referral was paid without a purchase", (*Queries).paidWithoutPurchase},
	}
}

// rowCheck asks for one invariant about one row.
type rowCheck struct {
	about     subject
	invariant string
	sentence  string
	find      func(q *Queries, ctx context.Context, program, id int64) ([]int64, error)
}

// subject is what kind of row a proof suspects.
type subject int

const (
	aMember subject = iota
	aVoucher
	anEntry
)

// rowChecks are asked, exactly and on one snapshot, about every row that a proof suspects.
func rowChecks() []rowCheck {
	return []rowCheck{
		{aMember, "I1", "member %d: the balance is not the sum of the entries, or an entry is missing", (*Queries).brokenSums},
		{aMember, "I1", "entry %d: the balance after it is not the balance before it and its points", (*Queries).brokenRuns},
		{aMember, "I1", "member %d: the balance is not what is left in the lots, less the debt", (*Queries).brokenLots},
		{aMember, "I1", "lot %d: what is left is not what it opened with and its moves", (*Queries).brokenMoves},
		{aMember, "I1", "lot %d is another member's than the entry that opened or moved it", (*Queries).strangeLots},
		{aMember, "I1", "entry %d: its points are not those that its lots gained or lost", (*Queries).brokenEntries},
		{aMember, "I5", "member %d has a balance below zero without a refund or a merge", (*Queries).belowZero},
		{aMember, "I26", "member %d shares a phone with another member", (*Queries).samePhone},
		{aVoucher, "I8", "voucher %d: its state and the moment of its use disagree", (*Queries).halfUsed},
		{aVoucher, "I8", "voucher %d: its state and its reservation disagree", (*Queries).halfReserved},
		{aVoucher, "I10", "voucher %d was used outside its time", (*Queries).usedOutOfTime},
		{aVoucher, "I10", "voucher %d: its dispute and what became of it disagree", (*Queries).wronglySettled},
		{aVoucher, "I9", "voucher %d was issued without its points being taken", (*Queries).unpaidVouchers},
		{aVoucher, "I10", "voucher %d: its points came back though it is good, or did not though it is over", (*Queries).wronglyReleased},
		{anEntry, "I9", "entry %d took points for a voucher that does not exist", (*Queries).paidForNothing},
		{anEntry, "I10", "entry %d gave back points of a voucher that does not know it", (*Queries).releasedForNothing},
	}
}

// mostFindings is how many rows one sentence names.
const mostFindings = 100

// Check looks for rows of a program that break an invariant, at most 100 for each sentence; none is a sound ledger. It does within one
// transaction what [Prove] does in pieces, and reads only:
//
// I1 balance, entries, lots and their moves agree, and no entry is missing; I2 what may never change has its triggers and fits its
// seals; I3 one credit per purchase; I5 no balance below zero but by a refund; I6 no refund above what was given; I7 bounds; I8, I9,
// I10 vouchers are used once, paid for, in time, and given back when they were not used; I26 one phone, one member; I34 a number
// that changed hands brings nothing along; I35 nobody is brought in a circle, and friends are paid for after they bought. Vouchers that are due but not yet released are sound.
func Check(ctx context.Context, tx *db.Tx, program int64) ([]Finding, error) {
	p := newProof(program, 1, func(ctx context.Context, f func(context.Context, *db.Tx) error) error { return f(ctx, tx) })
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	return p.findings, nil
}

// found writes a finding down, unless its sentence has named enough rows.
func (p *proof) found(invariant, sentence string, row int64, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.named[sentence]++; p.named[sentence] > mostFindings {
		return
	}
	p.findings = append(p.findings, Finding{Invariant: invariant, Row: row, Text: fmt.Sprintf(sentence, args...)})
}

// askAll asks what one query over the program answers.
func (p *proof) askAll(ctx context.Context) error {
	var jobs []job
	for _, c := range checks() {
		jobs = append(jobs, func(ctx context.Context, tx *db.Tx, _ *reader) error {
			rows, err := c.find(New(tx), ctx, p.program)
			for _, id := range rows {
				p.found(c.invariant, c.sentence, id, id)
			}
			return err
		})
	}
	return p.share(ctx, jobs)
}

// ask asks everything about suspected rows of one kind.
func (p *proof) ask(ctx context.Context, tx *db.Tx, about subject, ids []int64) error {
	for _, c := range rowChecks() {
		if c.about != about {
			continue
		}
		for _, id := range ids {
			rows, err := c.find(New(tx), ctx, p.program, id)
			if err != nil {
				return err
			}
			for _, row := range rows {
				p.found(c.invariant, c.sentence, row, row)
			}
		}
	}
	return nil
}
