package rewards_test

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) level(name string, threshold int64, more ...func(*rewards.NewTier)) (level rewards.Tier) {
	s.t.Helper()
	n := rewards.NewTier{Name: name, Threshold: threshold}
	for _, f := range more {
		f(&n)
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		level, err = rewards.AddTier(ctx, tx, s.p, n)
		return err
	})
	return level
}

func (s *shop) levelOf(m members.Member) (level rewards.Tier) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		level, err = rewards.LevelOf(ctx, tx, s.p, m)
		return err
	})
	return level
}

func TestALadderKnowsItsOrder(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		gold, silver := s.level("Oro", 500), s.level("Plata", 100)
		var ladder rewards.Ladder
		s.read(func(ctx context.Context, tx *db.Tx) (err error) {
			ladder, err = rewards.Levels(ctx, tx, s.p.ID)
			return err
		})
		none := s.levelOf(s.ana)
		if none.ID != 0 || none.Times != 1000 || ladder.Rank(silver.ID) != 1 || ladder.Rank(gold.ID) != 2 || ladder.Rank(0) != 0 {
			t.Errorf("ladder %v, without a level %v", ladder, none)
		}
		for _, c := range []struct {
			has   rewards.Tier
			needs int64
			want  bool
		}{
			{none, 0, true}, {none, silver.ID, false}, {silver, silver.ID, true}, {silver, gold.ID, false}, {gold, silver.ID, true}, {gold, 999, false},
		} {
			if got := ladder.AtLeast(c.has, c.needs); got != c.want {
				t.Errorf("%q for what needs %d: %v", c.has.Name, c.needs, got)
			}
		}
		s.ana.TierID = gold.ID
		if s.levelOf(s.ana).Name != "Oro" {
			t.Error("the level of the member was not found")
		}
	})
}
