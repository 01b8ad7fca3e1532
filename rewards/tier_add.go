package rewards

import (
	"context"
	"strings"

	"fiel/db"
	"fiel/members"
)

// NewTier is what a level is made from.
type NewTier struct {
	Name         string // at most 20 letters: it stands in texts
	Threshold    int64  // what reaches it in the program's span: points, or earning money in minor units
	Times        int64  // multiplier of its members' purchases, thousandths: 1500 is x1.5; 0 is 1000
	EntryPoints  int64  // given when it is reached
	EntryReward  int64  // id of the reward whose voucher is given when it is reached; 0: none
	EarlyMinutes int64  // before others its members may have a reward or a sale
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
	case n.Times < 1000 || n.Times > 10_000:
		return db.Errorf(db.Invalid, "a level multiplies points by 1 to 10: its times are 1000 to 10000 thousandths")
	case n.EntryPoints < 0 || n.EntryPoints > 1_000_000:
		return db.Errorf(db.Invalid, "the points for reaching a level are 0 to 1,000,000")
	case n.EarlyMinutes < 0 || n.EarlyMinutes > 365*24*60:
		return db.Errorf(db.Invalid, "early access is 0 to %d minutes, a year", 365*24*60)
	}
	return nil
}

// AddTier adds a level to the program's ladder. Who has earned it already reaches it with the next rounds (see [LevelsDue]). Errors:
// db.Conflict when a level has that name or threshold, db.Missing for no such entry reward, db.Invalid with what to change.
func AddTier(ctx context.Context, tx *db.Tx, p members.Program, n NewTier) (Tier, error) {
	if err := n.validate(); err != nil {
		return Tier{}, err
	}
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return Tier{}, err
	}
	for _, t := range ladder {
		if err := n.clash(t); err != nil {
			return Tier{}, err
		}
	}
	t, err := New(tx).insertTier(ctx, insertTierParams{
		ProgramID: p.ID, ID: tx.ID(), Name: n.Name, Threshold: n.Threshold, Times: n.Times, EntryPoints: n.EntryPoints,
		EntryRewardID: n.EntryReward, EarlyMinutes: n.EarlyMinutes, CreatedAt: tx.Now,
	})
	if db.Taken(err, "tiers_name") || db.Taken(err, "tiers_threshold") {
		return Tier{}, db.Errorf(db.Conflict, "another level has just taken that name or threshold: see `fiel tier list`")
	}
	return t, err
}

// clash says what the level has in common with another and may not.
func (n NewTier) clash(t Tier) error {
	switch {
	case strings.EqualFold(t.Name, n.Name):
		return db.Errorf(db.Conflict, "there is a level %q already: change it, or take another name", t.Name)
	case t.Threshold == n.Threshold:
		return db.Errorf(db.Conflict, "the level %q is reached with %d already: each level needs a threshold of its own", t.Name, t.Threshold)
	}
	return nil
}
