package rewards

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// NewTier is what a level is made from.
type NewTier struct {
	Name         string `json:"name" want:"a name of at most 20 letters"`                           // it stands in texts
	Threshold    int64  `json:"threshold" want:"whole points, or minor units"`                      // what reaches it in the program's span
	Times        Times  `json:"times,omitempty" want:"a multiplier from 1 to 10"`                   // of its members' purchases; 0 is x1
	EntryPoints  int64  `json:"entry_points,omitempty" want:"whole points"`                         // given when it is reached
	EntryReward  int64  `json:"entry_reward,omitempty" want:"the id of a reward"`                   // whose voucher is given when it is reached
	EarlyMinutes int64  `json:"early_minutes,omitempty" want:"whole minutes, of rewards and sales"` // before others its members may have them
}

func (n *NewTier) validate() error {
	ok := false
	if n.Name, ok = members.Line(n.Name, 20); !ok {
		return db.Errorf(db.Invalid, "a level needs a name of at most 20 letters: it stands in texts")
	}
	if n.Times == 0 {
		n.Times = 1000
	}
	switch {
	case n.Threshold < 1 || n.Threshold > MaxBalance:
		return db.Errorf(db.Invalid, "a level is reached with at least 1 point or minor unit, at most %d", MaxBalance)
	case n.Times < 1000 || n.Times > maxTimes:
		return db.Errorf(db.Invalid, "a level multiplies points by 1 to 10")
	case n.EntryPoints < 0 || n.EntryPoints > 1_000_000:
		return db.Errorf(db.Invalid, "the points for reaching a level are 0 to 1,000,000")
	case n.EarlyMinutes < 0 || n.EarlyMinutes > 365*24*60:
		return db.Errorf(db.Invalid, "early access is 0 to %d minutes, a year", 365*24*60)
	}
	return nil
}

// AddTier adds a level to the program's ladder. Who has earned it already reaches it with the next rounds (see [LevelsChanged]).
// Errors: db.Conflict when a level has that name or threshold, db.Missing for no such entry reward, db.Invalid with what to change.
func AddTier(ctx context.Context, tx *db.Tx, p members.Program, n NewTier) (Tier, error) {
	if err := n.fits(ctx, tx, p, 0); err != nil {
		return Tier{}, err
	}
	t, err := New(tx).insertTier(ctx, insertTierParams{
		ProgramID: p.ID, ID: tx.ID(), Name: n.Name, Threshold: n.Threshold, Times: int64(n.Times), EntryPoints: n.EntryPoints,
		EntryRewardID: n.EntryReward, EarlyMinutes: n.EarlyMinutes, CreatedAt: tx.Now,
	})
	if err != nil {
		return Tier{}, ladderTaken(err)
	}
	return t, New(tx).startTierSweep(ctx, p.ID)
}

// ChangeTier gives a level (by its id) other terms. Members keep it, or change with the next rounds. Its errors are those of
// [AddTier], and db.Missing when there is no such level.
func ChangeTier(ctx context.Context, tx *db.Tx, p members.Program, id int64, n NewTier) (Tier, error) {
	if err := n.fits(ctx, tx, p, id); err != nil {
		return Tier{}, err
	}
	t, err := New(tx).updateTier(ctx, updateTierParams{
		ProgramID: p.ID, ID: id, Name: n.Name, Threshold: n.Threshold, Times: int64(n.Times), EntryPoints: n.EntryPoints,
		EntryRewardID: n.EntryReward, EarlyMinutes: n.EarlyMinutes,
	})
	if err != nil {
		return Tier{}, orMissing(ladderTaken(err), "there is no level %d", id)
	}
	return t, New(tx).startTierSweep(ctx, p.ID)
}

// RetireTier takes a level out of the ladder; its members change with the next rounds to the level that is justified without it, and
// are not told: it is no fault of theirs. Errors: db.Missing when there is no such level, db.Refused while a reward or rule is for it.
func RetireTier(ctx context.Context, tx *db.Tx, p members.Program, id int64) error {
	if err := tierIsFree(ctx, tx, p, id); err != nil {
		return err
	}
	gone, err := New(tx).retireTier(ctx, retireTierParams{ProgramID: p.ID, ID: id, RetiredAt: tx.Now})
	if err == nil && gone == 0 {
		return db.Errorf(db.Missing, "there is no level %d", id)
	}
	if err != nil {
		return err
	}
	return New(tx).startTierSweep(ctx, p.ID)
}

// tierIsFree refuses a level that a reward or a rule is for: it would be for nobody without it.
func tierIsFree(ctx context.Context, tx *db.Tx, p members.Program, id int64) error {
	n, err := New(tx).rewardsOfTier(ctx, p.ID, id)
	if err != nil {
		return err
	}
	if n > 0 {
		return db.Errorf(db.Refused, "%d rewards are for members of this level: retire them first", n)
	}
	rules, err := Rules(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, r := range rules {
		var levels []int64
		if err := json.Unmarshal([]byte(r.Tiers), &levels); err != nil {
			return db.Errorf(db.Internal, "the levels of rule %d: %w", r.ID, err)
		}
		if slices.Contains(levels, id) {
			return db.Errorf(db.Refused, "the rule %q is for members of this level: retire it first", r.Name)
		}
	}
	return nil
}

// fits checks the level against the others of the program, itself (by its id) aside.
func (n *NewTier) fits(ctx context.Context, tx *db.Tx, p members.Program, id int64) error {
	if err := n.validate(); err != nil {
		return err
	}
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, t := range ladder {
		if t.ID == id {
			continue
		}
		if err := n.clash(t); err != nil {
			return err
		}
	}
	if n.EntryReward == 0 {
		return nil
	}
	r, err := New(tx).rewardByID(ctx, p.ID, n.EntryReward)
	if err == nil && r.RetiredAt != 0 {
		return db.Errorf(db.Missing, "reward %d is off the list", n.EntryReward)
	}
	return orMissing(err, "there is no reward %d", n.EntryReward)
}

// clash says what the level has in common with another and may not.
func (n *NewTier) clash(t Tier) error {
	switch {
	case strings.EqualFold(t.Name, n.Name):
		return db.Errorf(db.Conflict, "there is a level %q already: change it, or take another name", t.Name)
	case t.Threshold == n.Threshold:
		return db.Errorf(db.Conflict, "the level %q is reached with %d already: each level needs a threshold of its own", t.Name, t.Threshold)
	}
	return nil
}

// ladderTaken gives the indexes of the ladder words, for two people who change it at once.
func ladderTaken(err error) error {
	if db.Taken(err, "tiers_name") || db.Taken(err, "tiers_threshold") {
		return db.Errorf(db.Conflict, "another level has just taken that name or threshold: see `fiel tier list`")
	}
	return err
}
