package rewards

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// PayReferrals pays members whose friends have bought, at most limit referrals, and texts them. Who has brought as many in the
// action's span as are paid for gets nothing for more: the referral is capped. N is how many were settled: as long as it is limit
// there may be more. Any number of processes may call it at once. It is a round of its own so that a friend's purchase never waits for
// the row of another member.
func PayReferrals(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	terms, err := ReferralTerms(ctx, tx, p.ID)
	if db.NotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	due, err := New(tx).dueReferrals(ctx, p.ID, max(0, min(limit, 1000)))
	if err != nil || len(due) == 0 {
		return 0, err
	}
	slices.SortFunc(due, func(a, b dueReferralsRow) int {
		return cmp.Or(cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.FriendID, b.FriendID))
	})
	pay := payday{program: p, terms: terms, who: map[int64]members.Member{}, news: map[int64]*News{}}
	if err := pay.lock(ctx, tx, due); err != nil {
		return 0, err
	}
	for _, r := range due {
		settled, err := pay.settle(ctx, tx, r)
		if err != nil {
			return 0, err
		}
		n += settled
	}
	return n, pay.tell(ctx, tx)
}

// payday is one turn of paying members for their friends.
type payday struct {
	program members.Program
	terms   Action
	who     map[int64]members.Member
	news    map[int64]*News
}

// lock takes the rows of all who may be paid, in rising id and before any counter.
func (d *payday) lock(ctx context.Context, tx *db.Tx, due []dueReferralsRow) (err error) {
	for _, r := range due {
		if _, ok := d.who[r.MemberID]; ok {
			continue
		}
		if d.who[r.MemberID], err = members.Lock(ctx, tx, d.program.ID, r.MemberID); err != nil {
			return err
		}
		d.news[r.MemberID] = &News{}
	}
	return nil
}

// settle pays one referral, or finds that it is not to be paid. N is 0 when another process was faster.
func (d *payday) settle(ctx context.Context, tx *db.Tx, r dueReferralsRow) (n int64, err error) {
	state := ReferralPaid
	moved, err := New(tx).settleReferral(ctx, settleReferralParams{ProgramID: d.program.ID, FriendID: r.FriendID, State: state, PaidAt: tx.Now})
	if err != nil || moved == 0 {
		return 0, err
	}
	_, d.who[r.MemberID], err = Claim(ctx, tx, d.program, d.who[r.MemberID], Claiming{
		Action: d.terms, Source: friendSource(r.FriendID), Promised: true, Tell: sms.Service,
	}, d.news[r.MemberID])
	var refused *ClaimError
	switch {
	case errors.As(err, &refused):
		state = ReferralCapped
	case db.NotFound(err): // erased meanwhile
		state = ReferralCancelled
	case err != nil:
		return 0, err
	}
	if state == ReferralPaid {
		return 1, nil
	}
	return 1, New(tx).resettleReferral(ctx, resettleReferralParams{ProgramID: d.program.ID, FriendID: r.FriendID, State: state})
}

func (d *payday) tell(ctx context.Context, tx *db.Tx) error {
	for _, id := range slices.Sorted(maps.Keys(d.news)) {
		if err := d.news[id].Tell(ctx, tx, d.program, d.who[id]); err != nil {
			return err
		}
	}
	return nil
}
