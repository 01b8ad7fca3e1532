package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Standing is what a member asks for with SALDO.
type Standing struct {
	Balance int64   // points that can be spent; below zero with a debt
	Debt    int64   // points owed since a refund
	Next    *Reward // the nearest reward not yet reachable; nil: all can be had, or there is none
	Missing int64   // points missing to Next, a debt included

	Level Tier // ID 0: none

	ExpiringPoints int64 // what expires next
	ExpiresAt      int64 // and when, exclusive; 0: nothing does
}

// StandingOf tells how a member stands. It reads only, in a Write as in a Read; points past their day are left out whether or not
// they have been written off.
func StandingOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Standing, error) {
	q := New(tx)
	state, err := q.memberState(ctx, p.ID, m.ID)
	if err != nil {
		return Standing{}, orMissing(err, "there is no member %d", m.ID)
	}
	dead, err := deadPoints(ctx, tx, p, m)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Balance: state.Balance - dead, Debt: state.Debt}
	next, err := q.nextReward(ctx, nextRewardParams{ProgramID: p.ID, Balance: s.Balance, Now: tx.Now, TierID: m.TierID})
	switch {
	case err == nil:
		s.Next, s.Missing = &next, next.Cost-s.Balance
	case !db.NotFound(err):
		return Standing{}, err
	}
	soon, err := q.nextToExpire(ctx, nextToExpireParams{ProgramID: p.ID, MemberID: m.ID, LapsesAt: tx.Now})
	if err != nil {
		return Standing{}, err
	}
	for _, lot := range soon {
		s.ExpiringPoints, s.ExpiresAt = lot.Points, lot.ExpiresAt
	}
	s.Level, err = LevelOf(ctx, tx, p, m)
	return s, err
}
