package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// LevelCount is how many members have a level.
type LevelCount struct {
	Tier    Tier // ID 0: no level
	Members int64
}

// LevelCounts counts the members of each level, the lowest first, who has none before them. Levels that ended in the last minute may
// still be counted.
func LevelCounts(ctx context.Context, tx *db.Tx, p members.Program) ([]LevelCount, error) {
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	rows, err := New(tx).tierCounts(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	list := []LevelCount{{Tier: noLevel()}}
	for _, t := range ladder {
		list = append(list, LevelCount{Tier: t})
	}
	for _, r := range rows {
		list[ladder.Rank(r.TierID)].Members += r.N
	}
	return list, nil
}
