package rewards

import (
	"context"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Ladder is the levels of a program, lowest first.
type Ladder []Tier

// noLevel is what a member without a level has: no name, and a multiplier that changes nothing.
func noLevel() Tier { return Tier{Times: 1000} }

// Levels lists the levels of a program that are in use, lowest first; a program without levels has none.
func Levels(ctx context.Context, tx *db.Tx, program int64) (Ladder, error) {
	return New(tx).levels(ctx, program)
}

// LevelOf is the level a member has at this moment, whether or not a round has looked at it since it ended: ID 0 and a multiplier of
// 1000 for none. It changes nothing. For a member without a level it asks nothing of the database.
func LevelOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Tier, error) {
	due := m.TierUntil != 0 && m.TierUntil <= tx.Now
	if m.TierID == 0 && !due {
		return noLevel(), nil
	}
	if !due {
		t, err := New(tx).tierByID(ctx, p.ID, m.TierID)
		if err == nil && t.RetiredAt == 0 || err != nil && !db.NotFound(err) {
			return t, err
		}
	}
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil || len(ladder) == 0 {
		return noLevel(), err
	}
	j, err := justify(ctx, tx, p, m, ladder)
	return j.level, err
}

// ByID finds a level in use; false when there is none with that id.
func (l Ladder) ByID(id int64) (Tier, bool) {
	for _, t := range l {
		if t.ID == id {
			return t, true
		}
	}
	return Tier{}, false
}

// ByName finds a level by its name, however it is written; db.Missing when there is none.
func (l Ladder) ByName(name string) (Tier, error) {
	for _, t := range l {
		if strings.EqualFold(t.Name, strings.Join(strings.Fields(name), " ")) {
			return t, nil
		}
	}
	return Tier{}, db.Errorf(db.Missing, "there is no level %q: see `fiel tier list`", name)
}

// Rank is the place of a level from below, 1 for the lowest; 0 for none, and for one that is not in use.
func (l Ladder) Rank(id int64) int {
	for i, t := range l {
		if t.ID == id {
			return i + 1
		}
	}
	return 0
}

// AtLeast says whether who has that level may have what is for members of the level needs (an id) and above. What is for everybody
// (0) is for all; what is for a level that is not in use is for nobody.
func (l Ladder) AtLeast(has Tier, needs int64) bool {
	if needs == 0 {
		return true
	}
	rank := l.Rank(needs)
	return rank > 0 && l.Rank(has.ID) >= rank
}
