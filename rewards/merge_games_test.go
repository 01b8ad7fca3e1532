package rewards_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/rewards"
)

// played is a run with an event, a wheel, a hunt and a survey that both members answered, and one that only the first did.
func (s *shop) played(run int64, ends time.Duration, answers map[int64]int64) {
	s.t.Helper()
	s.exec("INSERT INTO campaigns (program_id, id, name, recipe, words, calendar, state, created_at) VALUES ($1, $2, $3, 'x', '{}', '{}', 'active', 0)", s.p.ID, run, fmt.Sprint(run))
	s.exec("INSERT INTO runs (program_id, id, campaign_id, occurrence, state, version, starts_at, ends_at, created_at) VALUES ($1, $2, $2, 'once', 'running', 1, 0, $3, 0)",
		s.p.ID, run, s.clock.Now().Add(ends).UnixMilli())
	sum := int64(0)
	for member, places := range answers {
		s.exec("INSERT INTO guests (program_id, run_id, member_id, places, at) VALUES ($1, $2, $3, $4, 0)", s.p.ID, run, member, places)
		s.exec("INSERT INTO spins (program_id, run_id, member_id, prize, at) VALUES ($1, $2, $3, 'x', 0)", s.p.ID, run, member)
		s.exec("INSERT INTO hunts (program_id, run_id, member_id, step, started_at) VALUES ($1, $2, $3, 1, 0)", s.p.ID, run, member)
		s.exec("INSERT INTO scores (program_id, id, run_id, member_id, once, score, comment, at) VALUES ($1, $2, $3, $4, $5, 3, 'soy Ana', 0)", s.p.ID, run*1000+places, run, member, fmt.Sprint(run))
		sum += places
	}
	s.exec("INSERT INTO game_counts (program_id, run_id, name, n) VALUES ($1, $2, 'places', $3)", s.p.ID, run, sum)
}

// What was done in games goes along with a merge, once; places that nobody takes are free; an erasure takes the comments.
func TestGamesOfWhoIsMergedAndErased(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		luis := s.join("+51987000111")
		s.played(71, time.Hour, map[int64]int64{s.ana.ID: 2, luis.ID: 3})
		s.played(72, time.Hour, map[int64]int64{luis.ID: 4})
		s.played(73, -time.Hour, map[int64]int64{s.ana.ID: 1})
		s.mustMerge(luis, s.ana)
		taken := func(run int64) int64 {
			return s.count("SELECT n FROM game_counts WHERE program_id = $1 AND run_id = $2 AND name = 'places'", s.p.ID, run)
		}
		if a, b, c := taken(71), taken(72), taken(73); a != 2 || b != 4 || c != 1 {
			t.Errorf("after the merge %d, %d and %d places are taken", a, b, c)
		}
		for _, table := range []string{"guests", "spins", "hunts", "scores"} {
			if n := s.count("SELECT COUNT(*) FROM "+table+" WHERE program_id = $1 AND member_id = $2", s.p.ID, s.ana.ID); n != 3 {
				t.Errorf("%d %s came along", n, table)
			}
		}
		ana := s.member(s.ana.ID)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			said, err := rewards.AnswersOf(ctx, tx, ana, 100)
			kinds := map[string]int{}
			for _, a := range said {
				kinds[a.Kind]++
			}
			if len(said) != 12 || kinds["score"] != 3 || kinds["places"] != 3 || kinds["wheel"] != 3 || kinds["hunt"] != 3 {
				t.Errorf("%+v", said)
			}
			return err
		})
		s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.Forget(ctx, tx, s.p, ana) })
		if a, b, c := taken(71), taken(72), taken(73); a != 0 || b != 0 || c != 1 {
			t.Errorf("after the erasure %d, %d and %d places are taken", a, b, c)
		}
		if n := s.count("SELECT COUNT(*) FROM scores WHERE program_id = $1 AND comment <> ''", s.p.ID); n != 0 {
			t.Errorf("%d comments are left", n)
		}
	})
}
