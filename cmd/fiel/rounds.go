package main

import (
	"context"
	"errors"
	"fmt"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// round is one piece of what time brings about in a program. It does at most limit members or rows and says how many; as long as that
// is limit there is more. It may be run any number of times, by any number of processes at once: done twice it does nothing more.
type round struct {
	name string
	do   func(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (int64, error)
}

// rounds are gone through at each tick, in this order.
func rounds() []round {
	return []round{
		{"dating points anew", rewards.DateAnew},
		{"points past their day", rewards.LapseDue},
		{"points of members who left", rewards.LapseLeft},
		{"proof of warnings", rewards.ProveWarnings},
		{"warnings of points that end", rewards.WarnDue},
		{"birthdays", rewards.GiveBirthdays},
		{"friends", rewards.PayReferrals},
		{"levels changed", rewards.LevelsChanged},
		{"levels due", rewards.LevelsDue},
		{"confirmations of erasures", sms.BlankErased},
		{"links to own data", members.DropLinks},
		{"scores of members", campaigns.ScoreMembers},
	}
}

const (
	roundLimit = 100 // members or rows a transaction
	roundSteps = 200 // transactions of one round at one tick; the rest is for the next

	mostOvertaken = 3 // times in a row that a step is done again
)

// goRound goes through all rounds of all programs. One that fails is reported and does not keep the others from theirs.
func (h *house) goRound(ctx context.Context) error {
	var programs []members.Program
	failed := h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		return err
	})
	for _, p := range programs {
		for _, r := range rounds() {
			if err := h.step(ctx, p, r); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", r.name, err))
			}
		}
		if restored, err := h.restored(ctx, p); restored || err != nil {
			failed = errors.Join(failed, err) // days that texts of the past may still belong to are not sealed
			continue
		}
		if _, err := rewards.SealDays(ctx, h.db, p, roundSteps); err != nil {
			failed = errors.Join(failed, fmt.Errorf("sealing days: %w", err))
		}
	}
	return failed
}

// restored says whether a program came back from a backup and was not resumed yet.
func (h *house) restored(ctx context.Context, p members.Program) (bool, error) {
	var waiting []sms.Sender
	err := h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		waiting, err = sms.RestoredSenders(ctx, tx, p.ID)
		return err
	})
	return len(waiting) > 0, err
}

// step runs a round until there is nothing left of it, but not for ever. A number that changes hands meanwhile, or anything else that was
// there first, is no reason to give up: the step is done again.
func (h *house) step(ctx context.Context, p members.Program, r round) error {
	overtaken := 0
	for n, left := int64(roundLimit), roundSteps; n >= roundLimit && left > 0 && ctx.Err() == nil; left-- {
		err := h.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = r.do(ctx, tx, p, roundLimit)
			return err
		})
		if overtaken++; db.CodeOf(err) == db.Conflict && overtaken <= mostOvertaken {
			n = roundLimit
			continue
		}
		if err != nil {
			return err
		}
		overtaken = 0
	}
	return nil
}
