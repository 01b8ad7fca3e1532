package rewards

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// Merged is what a merge did.
type Merged struct {
	Into   members.Member // the one who stays
	Points int64          // that came over; below zero: a debt
}

// Merge makes two members one: all that from has becomes into's. Points change hands with their lots, each with its own end; a debt
// does too. Vouchers, stamps, codes, visits and claims of actions go along, and who brought whom, but for what would make a circle of
// it. Of two levels the higher one stays until its own end, as a given one: what counts for a level is not added up. The person is
// folded as [members.Fold] says, and texts that wait for the old number are cancelled. From's ledger stays as it is, ending in one
// entry. The act is written down; its action and subject are given here.
//
// It takes the rows it needs, numbers and members in rising id. Errors: db.Refused for a member who was erased or merged before,
// db.Invalid for one with themselves or too many points for one entry, db.Conflict when a number changed hands meanwhile: try again.
func Merge(ctx context.Context, tx *db.Tx, p members.Program, from, into int64, act members.Act) (Merged, error) {
	old, m, err := members.LockBoth(ctx, tx, p.ID, from, into)
	if err != nil {
		return Merged{}, err
	}
	for _, one := range []members.Member{old, m} {
		if one.ErasedAt != 0 || one.MergedInto != 0 {
			return Merged{}, db.Errorf(db.Refused, "member %d was erased or merged before: nothing is left to merge", one.ID)
		}
	}
	points, m, err := mergePoints(ctx, tx, p, old, m)
	if err != nil {
		return Merged{}, err
	}
	if m, err = mergeLevel(ctx, tx, p, old, m); err != nil {
		return Merged{}, err
	}
	if err := handOver(ctx, tx, p, old, m); err != nil {
		return Merged{}, err
	}
	if m, err = members.Fold(ctx, tx, old, m, act.Actor, act.Door); err != nil {
		return Merged{}, err
	}
	act.Action, act.Subject = "member.merge", fmt.Sprintf("member:%d", m.ID)
	act.Before = map[string]any{"from": old.ID, "from_balance": old.Balance, "balance": m.Balance - points}
	act.After = map[string]any{"balance": m.Balance, "tier": m.TierID}
	if err := members.Record(ctx, tx, p.ID, act); err != nil {
		return Merged{}, err
	}
	m, news, err := reachedUnasked(ctx, tx, p, m)
	if err != nil {
		return Merged{}, err
	}
	if old.Hash != "" {
		if _, err = sms.Cancel(ctx, tx, p.ID, old.Hash, sms.ReasonStopped); err != nil {
			return Merged{}, err
		}
	}
	return Merged{m, points}, news.Tell(ctx, tx, p, m)
}

// mergePoints moves what from has: one entry on either side, and the lots as they are. Without points only the lots move: one may be
// refilled by what comes back.
func mergePoints(ctx context.Context, tx *db.Tx, p members.Program, from, into members.Member) (int64, members.Member, error) {
	from, err := lapse(ctx, tx, p, from)
	if err != nil {
		return 0, members.Member{}, err
	}
	if into, err = lapse(ctx, tx, p, into); err != nil {
		return 0, members.Member{}, err
	}
	if err := allLots(ctx, tx, from, into); err != nil {
		return 0, members.Member{}, err
	}
	points, carry := from.Balance, from.Carry
	if points == 0 {
		if _, err := carryOver(ctx, tx, from, -carry); err != nil {
			return 0, members.Member{}, err
		}
		into, err = carryOver(ctx, tx, into, carry)
		return 0, into, err
	}
	_, _, err = write(ctx, tx, &p, from, Posting{Kind: KindMerge, Delta: -points, Source: fmt.Sprintf("merged:%d", from.ID), CarryBefore: carry})
	if err != nil {
		return 0, members.Member{}, err
	}
	e, into, err := write(ctx, tx, &p, into, Posting{
		Kind: KindMerge, Delta: points, Source: fmt.Sprintf("merge:%d", from.ID), CarryBefore: into.Carry, CarryAfter: into.Carry + carry,
	})
	if err != nil {
		return 0, members.Member{}, err
	}
	if err := settleMerge(ctx, tx, e); err != nil {
		return 0, members.Member{}, err
	}
	return points, into, renew(ctx, tx, p, into)
}

// settleMerge lets the lots of both pay the debt of either.
func settleMerge(ctx context.Context, tx *db.Tx, e Entry) error {
	if e.Delta < 0 {
		return eatLots(ctx, tx, e, 0)
	}
	filled := e.filled()
	if filled == 0 {
		return nil
	}
	eaten, err := New(tx).takeFromLots(ctx, takeFromLotsParams{EntryID: e.ID, Points: filled, ProgramID: e.ProgramID, MemberID: e.MemberID, Now: tx.Now})
	if err != nil {
		return err
	}
	if sum(eaten) != -filled {
		return db.Errorf(db.Internal, "the lots of member %d do not add up to the balance: run `fiel db check`", e.MemberID)
	}
	return New(tx).settleLots(ctx, e.ProgramID, e.ID)
}

func allLots(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	earlier, err := members.MergedInto(ctx, tx, from.ProgramID, from.ID)
	if err != nil {
		return err
	}
	for _, owner := range append(earlier, from.ID) {
		err := New(tx).handLots(ctx, handLotsParams{IntoID: into.ID, ProgramID: from.ProgramID, FromID: from.ID, Owner: owner})
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeLevel keeps the higher of two levels until its own end, as one that was given: no entry reward comes with it. A level that from
// was given goes along where into has none such.
func mergeLevel(ctx context.Context, tx *db.Tx, p members.Program, from, into members.Member) (members.Member, error) {
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil || len(ladder) == 0 {
		return into, err
	}
	theirs, err := justify(ctx, tx, p, from, ladder)
	if err != nil {
		return members.Member{}, err
	}
	own, err := justify(ctx, tx, p, into, ladder)
	if err != nil {
		return members.Member{}, err
	}
	switch {
	case theirs.level.Threshold > own.level.Threshold:
		into.TierGivenID, into.TierGivenUntil = theirs.level.ID, theirs.until
	case givenLevel(tx, from, ladder) && !givenLevel(tx, into, ladder): // it may count when what into earned is over
		into.TierGivenID, into.TierGivenUntil = from.TierGivenID, from.TierGivenUntil
	default:
		return into, New(tx).loseLevel(ctx, p.ID, from.ID)
	}
	err = New(tx).giveTier(ctx, giveTierParams{ProgramID: p.ID, ID: into.ID, TierGivenID: into.TierGivenID, TierGivenUntil: into.TierGivenUntil})
	if err != nil {
		return members.Member{}, err
	}
	if into, err = settle(ctx, tx, p, into, ladder, nil); err != nil {
		return members.Member{}, err
	}
	return into, New(tx).loseLevel(ctx, p.ID, from.ID)
}

// handOver gives into what from has beside points.
func handOver(ctx context.Context, tx *db.Tx, p members.Program, from, into members.Member) error {
	q := New(tx)
	since := tx.Time().Add(-7 * 24 * time.Hour).Format(time.DateOnly) // late sales still count against the cap of their day
	for _, step := range []func() error{
		func() error { return q.handVouchers(ctx, handVouchersParams{into.ID, p.ID, from.ID}) },
		func() error { return q.handVisits(ctx, handVisitsParams{into.ID, p.ID, from.ID}) },
		func() error {
			return q.handPointDays(ctx, handPointDaysParams{IntoID: into.ID, ProgramID: p.ID, FromID: from.ID, Since: since})
		},
		func() error { return q.handClaims(ctx, handClaimsParams{into.ID, p.ID, from.ID}) },
		func() error { return q.handPending(ctx, handPendingParams{into.ID, p.ID, from.ID}) },
		func() error { return mergeCodes(ctx, tx, from, into) },
		func() error { return mergeReferrals(ctx, tx, from, into) },
		func() error { return mergeStamps(ctx, tx, from, into) },
		func() error { return mergeGames(ctx, tx, from, into) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// mergeCodes leaves one code to bring friends with: into's own, or else from's.
func mergeCodes(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	n, err := New(tx).codeOf(ctx, into.ProgramID, into.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return New(tx).retireCode(ctx, retireCodeParams{ProgramID: from.ProgramID, MemberID: from.ID, RetiredAt: tx.Now})
	}
	return New(tx).handCode(ctx, handCodeParams{into.ID, from.ProgramID, from.ID})
}

// mergeStamps adds up the cards, rule by rule. A card that is full now is filled by the next stamp.
func mergeStamps(ctx context.Context, tx *db.Tx, from, into members.Member) error {
	cards, err := New(tx).stampsToHand(ctx, from.ProgramID, from.ID)
	if err != nil {
		return err
	}
	for _, c := range cards {
		if err := handStamps(ctx, tx, from, c.RuleID, -c.Stamps, fmt.Sprintf("merged:%d", from.ID)); err != nil {
			return err
		}
		if err := handStamps(ctx, tx, into, c.RuleID, c.Stamps, fmt.Sprintf("merge:%d", from.ID)); err != nil {
			return err
		}
	}
	return nil
}

func handStamps(ctx context.Context, tx *db.Tx, m members.Member, rule, by int64, source string) error {
	after, err := New(tx).moveStamps(ctx, moveStampsParams{ProgramID: m.ProgramID, MemberID: m.ID, RuleID: rule, Stamps: by})
	if err != nil {
		return err
	}
	_, err = New(tx).insertStampMove(ctx, insertStampMoveParams{
		ProgramID: m.ProgramID, ID: tx.ID(), MemberID: m.ID, RuleID: rule, Delta: by, StampsAfter: after, Source: source, At: tx.Now,
	})
	return err
}
