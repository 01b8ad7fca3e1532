package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// levelRules is what a program's levels go by.
type levelRules struct {
	By, Span  string
	GraceDays int64
}

func (r levelRules) set(ctx context.Context, tx *db.Tx, program int64) (p members.Program, err error) {
	for name, value := range map[string]string{"tier_by": r.By, "tier_window": r.Span, "tier_grace_days": fmt.Sprint(r.GraceDays)} {
		if p, err = members.Set(ctx, tx, program, name, value); err != nil {
			return p, err
		}
	}
	return p, nil
}

// ladder puts up silver at 100 and gold at 300 points, which give 10 and 30 points, on one point for each unit of money.
func (s *shop) ladder(rules levelRules) (silver, gold rewards.Tier) {
	s.t.Helper()
	s.rule(rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
	s.counts(rules)
	silver = s.level("Plata", 100, func(n *rewards.NewTier) { n.EntryPoints = 10 })
	gold = s.level("Oro", 300, func(n *rewards.NewTier) { n.EntryPoints = 30 })
	return silver, gold
}

func (s *shop) counts(rules levelRules) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = rules.set(ctx, tx, s.p.ID)
		return err
	})
}

// at moves the clock to noon in Lima of a date.
func (s *shop) at(date string) {
	s.t.Helper()
	noon, err := time.Parse("2006-01-02 15:04", date+" 17:00")
	if err != nil {
		s.t.Fatal(err)
	}
	s.clock.Set(noon)
}

// rounds runs the rounds of levels and says how many members they looked at.
func (s *shop) rounds() (n int64) {
	s.t.Helper()
	for _, round := range []func(context.Context, *db.Tx, members.Program, int64) (int64, error){rewards.LevelsChanged, rewards.LevelsDue} {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			did, err := round(ctx, tx, s.p, 100)
			n += did
			return err
		})
	}
	return n
}

// has fails the story unless Ana has that level (” for none), before and after the rounds have run.
func (s *shop) has(name string) {
	s.t.Helper()
	if got := s.levelOf(s.now()).Name; got != name {
		s.t.Errorf("on %s the level is %q, want %q", s.clock.Now().Format(time.DateOnly), got, name)
	}
	s.rounds()
	m := s.now()
	if got := s.levelOf(m).Name; got != name || (m.TierID == 0) != (name == "") {
		s.t.Errorf("on %s, after the rounds, the level is %q (%d), want %q", s.clock.Now().Format(time.DateOnly), got, m.TierID, name)
	}
	if again := s.rounds(); again != 0 {
		s.t.Errorf("the rounds found %d more", again)
	}
}

func (s *shop) levelStanding() (st rewards.LevelStanding) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.ByID(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		st, err = rewards.LevelStandingOf(ctx, tx, s.p, m)
		return err
	})
	return st
}

var byYear = levelRules{By: rewards.ByPoints, Span: rewards.YearSpan}

func TestALevelCountsWhatWasEarnedAndNotTheBalance(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(byYear)
		s.coffee(rewards.Unlimited)
		s.gift(5000, 0) // posted past the levels, as an opening balance is
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.Credit(ctx, tx, s.p, rewards.Crediting{Member: s.ana.ID, Points: 900, Reason: "sorry", Actor: "cli:ana", Door: "cli"})
			return err
		})
		s.has("")
		s.buy(60)
		if _, _, err := s.redeem(s.now(), 1); err != nil {
			t.Fatal(err)
		}
		s.has("")
		s.write(func(ctx context.Context, tx *db.Tx) error { // an action counts
			m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
			if err != nil {
				return err
			}
			_, _, err = rewards.Bonus(ctx, tx, s.p, m, "review", "claim:1", 40, nil)
			return err
		})
		s.has("Plata")
		st := s.levelStanding()
		if st.Has != 100 || st.Next.Name != "Oro" || st.Missing != 200 || !st.Levels || st.Falling != nil {
			t.Errorf("standing %+v", st)
		}
		// The ten points for the level do not count for the next.
		if m := s.now(); m.Balance != 5900+60-50+40+10 {
			t.Errorf("balance %d", m.Balance)
		}
		s.sound()
	})
}

func TestWhoSkipsALevelGetsTheRewardOfEach(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.ladder(byYear)
		var news rewards.News
		s.write(func(ctx context.Context, tx *db.Tx) error {
			news = rewards.News{}
			m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
			if err != nil {
				return err
			}
			bought := rewards.Purchase{ID: tx.ID(), At: tx.Now, Day: "2027-03-05", Sale: rewards.Sale{Amount: 320}}
			if _, m, err = rewards.Earn(ctx, tx, s.p, m, bought, &news); err != nil {
				return err
			}
			return news.Tell(ctx, tx, s.p, m)
		})
		s.stands(320+10+30, 0, 0)
		s.has("Oro")
		topics, bodies := s.texts()
		want := "Café Sol: subes al nivel Oro y lo tienes hasta el 31 de diciembre de 2028. De regalo: 40 puntos."
		if !slices.Equal(topics, []string{"tier_up"}) || bodies[0] != want {
			t.Errorf("texts %q %q", topics, bodies)
		}
	})
}

func TestALevelRewardsOnceInTwelveMonths(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(levelRules{By: rewards.ByPoints, Span: rewards.RollingSpan})
		first := s.buy(100) // 5 March 2027
		s.has("Plata")
		s.refund(first, whole())
		s.has("")
		s.at("2027-06-01")
		s.buy(100)
		s.has("Plata")
		s.stands(10+100, 0, 0)
		s.at("2028-03-04")
		s.buy(50)
		s.at("2028-06-01") // the hundred of last June has fallen out
		s.has("")
		s.buy(60)
		s.has("Plata")
		s.stands(110+50+60+10, 0, 0)
	})
}

func TestAYearsLevelLastsThroughTheNextAndItsGrace(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.ladder(levelRules{By: rewards.ByPoints, Span: rewards.YearSpan, GraceDays: 31})
		s.buy(300)
		s.at("2028-11-30")
		s.buy(120)
		s.has("Oro")
		s.at("2029-01-01")
		s.has("Oro") // in grace
		// In Lima it is the 31st until five in the morning of UTC.
		s.clock.Set(time.Date(2029, 2, 1, 4, 59, 59, 0, time.UTC))
		s.has("Oro")
		s.clock.Set(time.Date(2029, 2, 1, 5, 0, 0, 0, time.UTC))
		s.has("Plata")
		topics, bodies := s.texts()
		want := "Café Sol: ya no tienes el nivel Oro. Tu nivel ahora es Plata. Escribe NIVEL para ver lo que te falta."
		if !slices.Equal(topics, []string{"tier_down"}) || bodies[0] != want {
			t.Errorf("texts %q %q", topics, bodies)
		}
		if until := time.UnixMilli(s.now().TierUntil).UTC(); !until.Equal(time.Date(2030, 2, 1, 5, 0, 0, 0, time.UTC)) {
			t.Errorf("silver lasts until %v", until)
		}
		s.at("2030-02-01")
		s.has("")
	})
}

func TestAPurchaseFallsOutOnTheSameDateOfTheNextYear(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(levelRules{By: rewards.ByPoints, Span: rewards.RollingSpan})
		s.at("2028-02-29")
		s.buy(100)
		s.at("2029-02-27")
		s.has("Plata")
		if st := s.levelStanding(); !slices.Equal(st.Falling, []rewards.Fall{{Day: "2029-02-28", Amount: 100}}) {
			t.Errorf("falls out %v", st.Falling)
		}
		s.at("2029-02-28")
		s.has("")
		s.buy(60)
		s.at("2029-05-01")
		s.buy(40)
		s.has("Plata")
		s.buy(30)
		s.at("2030-02-28")
		s.has("")
		s.counts(levelRules{By: rewards.ByPoints, Span: rewards.RollingSpan, GraceDays: 10})
		s.rounds()
		s.has("Plata")
		s.at("2030-03-09")
		s.has("Plata")
		s.at("2030-03-10")
		s.has("")
		s.counts(levelRules{By: rewards.ByMoney, Span: rewards.LifetimeSpan})
		s.rounds()
		s.has("Plata")
		if s.now().TierUntil != 0 {
			t.Error("a lifetime ends")
		}
	})
}

func TestARefundThatUndercutsALevelTakesItAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.ladder(byYear)
		big := s.buy(310)
		s.has("Oro")
		s.refund(big, money(11))
		s.has("Plata")
		s.refund(big, money(198))
		s.has("Plata") // 101 are left
		s.refund(big, money(2))
		s.has("")
		moves := s.moves()
		if want := []string{"up Plata gift", "up Oro gift", "down Plata", "down "}; !slices.Equal(moves, want) {
			t.Errorf("moves %q, want %q", moves, want)
		}
	})
}

// moves are the steps of Ana's history of levels.
func (s *shop) moves() (list []string) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT tier_moves.up, tier_moves.gift, COALESCE(tiers.name, '') FROM tier_moves
			LEFT JOIN tiers ON tiers.id = tier_moves.tier_id WHERE tier_moves.member_id = $1 ORDER BY tier_moves.id`, s.ana.ID)
		if err != nil {
			return err
		}
		list = list[:0]
		for rows.Next() {
			var up, gift bool
			var name string
			if err := rows.Scan(&up, &gift, &name); err != nil {
				return err
			}
			step := map[bool]string{true: "up ", false: "down "}[up] + name
			if gift {
				step += " gift"
			}
			list = append(list, step)
		}
		return rows.Err()
	})
	return list
}

func TestALevelMayBeGiven(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		_, gold := s.ladder(byYear)
		give := func(g rewards.GivenLevel) error {
			g.Member, g.Actor, g.Door = s.ana.ID, "cli:ana", "cli"
			return s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.GiveLevel(ctx, tx, s.p, g, nil)
				return err
			})
		}
		wantCode(t, give(rewards.GivenLevel{Tier: 999}), db.Missing)
		wantCode(t, give(rewards.GivenLevel{Tier: gold.ID, Until: 1}), db.Invalid)
		wantCode(t, give(rewards.GivenLevel{Tier: gold.ID, Until: s.clock.Now().Add(9 * day).UnixMilli()}), "")
		s.has("Oro")
		s.stands(0, 0, 0) // it pays nothing
		s.buy(150)
		s.has("Oro")
		s.clock.Add(9 * day)
		s.has("Plata") // what was earned meanwhile
		wantCode(t, give(rewards.GivenLevel{Tier: gold.ID}), "")
		s.at("2035-01-01")
		s.has("Oro")
		wantCode(t, give(rewards.GivenLevel{}), "")
		s.has("")
	})
}

func TestChangedLevelsAreLookedAtAnew(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
		s.buy(250) // before there were levels
		silver := s.level("Plata", 100)
		if s.rounds() != 1 {
			t.Error("everybody who ever earned is looked at, and nobody else")
		}
		s.has("Plata")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.ChangeTier(ctx, tx, s.p, silver.ID, rewards.NewTier{Name: "Plata", Threshold: 260})
			return err
		})
		if s.rounds(); s.now().TierID != 0 {
			t.Error("a threshold that rose")
		}
		bronze := s.level("Bronce", 50)
		s.rounds()
		s.has("Bronce")
		s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.RetireTier(ctx, tx, s.p, bronze.ID) })
		s.has("")
		wantCode(t, s.try(func(ctx context.Context, tx *db.Tx) error { return rewards.RetireTier(ctx, tx, s.p, bronze.ID) }), db.Missing)
		s.level("Bronce", 60)
		s.rounds()
		s.has("Bronce")
	})
}

func TestMembersAreCountedByLevel(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(byYear)
		s.join("+51987000001")
		s.buy(120)
		var got []int64
		s.read(func(ctx context.Context, tx *db.Tx) error {
			counts, err := rewards.LevelCounts(ctx, tx, s.p)
			got = got[:0]
			for _, c := range counts {
				got = append(got, c.Members)
			}
			return err
		})
		if !slices.Equal(got, []int64{1, 1, 0}) {
			t.Errorf("members by level: %v", got)
		}
	})
}
