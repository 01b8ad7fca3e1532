package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// Bar is why a member may not have a reward.
type Bar string

// What may stand between a member and a reward.
const (
	NoneLeft   Bar = "none_left"
	NotYet     Bar = "not_yet"     // it begins at From
	Over       Bar = "over"        // it has ended
	OtherLevel Bar = "other_level" // it is for members of Level and above
)

// BarredError says that a member may not have a reward, and why. Its code is db.Refused.
type BarredError struct {
	Bar    Bar
	Reward Reward
	From   int64  // NotYet: when this member may have it, unix milliseconds
	Level  string // OtherLevel: the name of the level it is for; '' when that is not in use
}

// Error says why, in a sentence.
func (e *BarredError) Error() string {
	switch e.Bar {
	case NotYet:
		return fmt.Sprintf("%s has not begun yet", e.Reward.Name)
	case Over:
		return fmt.Sprintf("%s is over", e.Reward.Name)
	case OtherLevel:
		return fmt.Sprintf("%s is for members of level %s and above", e.Reward.Name, e.Level)
	}
	return fmt.Sprintf("none is left of %s", e.Reward.Name)
}

// Unwrap gives the error its code.
func (e *BarredError) Unwrap() error { return db.Errorf(db.Refused, "%s", e.Error()) }

// rank is what decides which rewards a member may have: their level among the program's.
type rank struct {
	levels Ladder
	own    Tier
}

// rankOf finds a member's level; for rewards that ask for none and have begun it asks nothing of the database.
func rankOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, of ...Reward) (k rank, err error) {
	asked := false
	for _, r := range of {
		asked = asked || r.TierID != 0 || r.StartsAt > tx.Now
	}
	if !asked {
		return rank{own: noLevel()}, nil
	}
	if k.levels, err = Levels(ctx, tx, p.ID); err != nil {
		return rank{}, err
	}
	k.own, err = LevelOf(ctx, tx, p, m)
	return k, err
}

// bar says why a member of that rank may not have a reward at a moment; nil if they may. A level with early access may have it so much
// before it starts.
func (r Reward) bar(k rank, now int64) error {
	if !k.levels.AtLeast(k.own, r.TierID) {
		level, _ := k.levels.ByID(r.TierID)
		return &BarredError{Bar: OtherLevel, Reward: r, Level: level.Name}
	}
	if from := r.StartsAt - k.own.EarlyMinutes*60*1000; now < from {
		return &BarredError{Bar: NotYet, Reward: r, From: from}
	}
	return r.ended(now)
}

func (r Reward) ended(now int64) error {
	if r.EndsAt != 0 && now >= r.EndsAt {
		return &BarredError{Bar: Over, Reward: r}
	}
	return nil
}

// CatalogueFor lists the rewards that a member may have today by number, those that have run out included: what is for another level,
// has not begun or is over is left out. It reads only.
func CatalogueFor(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) ([]Reward, error) {
	all, err := Catalogue(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	k, err := rankOf(ctx, tx, p, m, all...)
	if err != nil {
		return nil, err
	}
	may := make([]Reward, 0, len(all))
	for _, r := range all {
		if r.bar(k, tx.Now) == nil {
			may = append(may, r)
		}
	}
	return may, nil
}
