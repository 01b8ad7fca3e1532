package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

const byAna = "cli:ana"

func (s *shop) merge(from, into members.Member) (done rewards.Merged, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = rewards.Merge(ctx, tx, s.p, from.ID, into.ID, members.Act{Actor: byAna, Door: "cli"})
		return err
	})
	return done, err
}

func (s *shop) mustMerge(from, into members.Member) rewards.Merged {
	s.t.Helper()
	done, err := s.merge(from, into)
	if err != nil {
		s.t.Fatal(err)
	}
	return done
}

// give posts points for somebody, which expire in a while; 0: never. Below zero they are taken back, as a refund does.
func (s *shop) give(m members.Member, points int64, lasting time.Duration) (e rewards.Entry) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		owner, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		n := rewards.Posting{Kind: rewards.KindBonus, Delta: points, Source: fmt.Sprint("test:", tx.ID())}
		if points < 0 {
			n.Kind = rewards.KindRefund
		}
		if lasting > 0 {
			n.ExpiresAt = tx.Now + lasting.Milliseconds()
		}
		e, _, err = rewards.Post(ctx, tx, s.p, owner, n)
		return err
	})
	return e
}

func (s *shop) member(id int64) (m members.Member) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByID(ctx, tx, s.p.ID, id)
		return err
	})
	return m
}

func (s *shop) count(query string, args ...any) (n int64) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error { return tx.QueryRowContext(ctx, query, args...).Scan(&n) })
	return n
}

func TestMergedLotsKeepTheirEnd(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		luis := s.join("+51912345678")
		s.give(luis, 30, 10*day)
		s.give(luis, 20, 0)
		s.gift(40, 20*day)
		done := s.mustMerge(luis, s.ana)
		if done.Points != 50 || done.Into.Balance != 90 {
			t.Errorf("%+v", done)
		}
		now := s.clock.Now()
		want := []lot{{30, now.Add(10 * day).UnixMilli()}, {40, now.Add(20 * day).UnixMilli()}, {20, 0}}
		if got := s.lots(); !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		s.stands(90, 0, 0)
		if old := s.member(luis.ID); old.Balance != 0 || old.MergedInto != s.ana.ID || old.Phone != "" {
			t.Errorf("%+v", old)
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			all, err := rewards.Ledger(ctx, tx, s.p, s.ana, 100)
			if len(all) != 5 || all[0].Kind != rewards.KindMerge || all[0].Delta != 50 {
				t.Errorf("%d entries: %+v", len(all), all)
			}
			return err
		})
		if _, err := s.merge(luis, s.ana); db.CodeOf(err) != db.Refused {
			t.Errorf("merged twice: %v", err)
		}
		if _, err := s.merge(s.ana, s.ana); db.CodeOf(err) != db.Invalid {
			t.Errorf("with themselves: %v", err)
		}
	})
}

// Whatever two members have and owe, one has and owes the sum of it.
func TestMergeAddsUp(t *testing.T) {
	for _, c := range []struct {
		name                      string
		from, into, balance, debt int64
	}{
		{"nothing", 0, 0, 0, 0},
		{"points to nothing", 30, 0, 30, 0},
		{"points fill a debt", 30, -20, 10, 0},
		{"points fill part of a debt", 30, -50, -20, 20},
		{"a debt is paid", -20, 50, 30, 0},
		{"a debt is not paid in full", -50, 20, -30, 30},
		{"two debts", -10, -20, -30, 30},
		{"a debt alone", -10, 0, -10, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			inEachShop(t, func(t *testing.T, s *shop) {
				luis := s.join("+51912345678")
				for m, points := range map[members.Member]int64{luis: c.from, s.ana: c.into} {
					if points != 0 {
						s.give(m, points, 0)
					}
				}
				s.exec("UPDATE members SET carry = 700 WHERE id = $1", luis.ID)
				s.exec("UPDATE members SET carry = 40 WHERE id = $1", s.ana.ID)
				done := s.mustMerge(luis, s.ana)
				if done.Points != c.from {
					t.Errorf("%d points came over", done.Points)
				}
				s.stands(c.balance, c.debt, 740)
				s.gift(100, 0)
				s.stands(c.balance+100, 0, 740)
			})
		})
	}
}

func TestMergedVouchersGiveBackToTheirLots(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		luis, eva := s.join("+51912345678"), s.join("+51912345000")
		s.give(luis, 60, 60*day)
		v, _, err := s.redeem(luis, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.mustMerge(luis, eva)
		s.mustMerge(eva, s.ana)
		s.stands(10, 0, 0)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			mine, err := rewards.VouchersOf(ctx, tx, s.p, s.ana, 10)
			if len(mine) != 1 || mine[0].Code != v.Code {
				t.Errorf("%v", mine)
			}
			return err
		})
		s.clock.Add(8 * day)
		if n := s.releaseDue(); n != 1 {
			t.Errorf("%d released", n)
		}
		s.stands(60, 0, 0)
		if got := s.lots(); len(got) != 1 || got[0].left != 60 {
			t.Errorf("lots %v", got)
		}
	})
}

func TestTheHigherLevelStays(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.level("Plata", 100)
		gold := s.level("Oro", 500)
		luis, eva := s.join("+51912345678"), s.join("+51912345000")
		s.exec("INSERT INTO tier_days (program_id, member_id, day, points) VALUES ($1, $2, '2027-01-01', 500)", s.p.ID, luis.ID)
		for _, m := range []members.Member{s.ana, eva} {
			s.exec("INSERT INTO tier_days (program_id, member_id, day, points) VALUES ($1, $2, '2027-01-01', 100)", s.p.ID, m.ID)
		}
		s.mustMerge(luis, s.ana)
		end := lima("2029-01-01 00:00") // a year's level lasts through the next
		if m := s.now(); m.TierID != gold.ID || m.TierUntil != end || m.TierGivenID != gold.ID || m.TierGivenUntil != end {
			t.Errorf("%+v", m)
		}
		s.mustMerge(eva, s.ana)
		if m := s.now(); m.TierID != gold.ID {
			t.Errorf("a lower level won: %+v", m)
		}
		if n := s.count("SELECT SUM(points) FROM tier_days WHERE member_id = $1", s.ana.ID); n != 100 {
			t.Error("what counted for the one counts for the other")
		}
	})
}

// Whoever held on to a member who is part of another now moves no points of theirs.
func TestNothingMovesOfWhoIsMerged(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		luis := s.join("+51912345678")
		s.mustMerge(luis, s.ana)
		err := s.try(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := rewards.Post(ctx, tx, s.p, luis, rewards.Posting{Kind: rewards.KindBonus, Delta: 1, Source: "a"})
			return err
		})
		wantCode(t, err, db.Conflict)
		s.sound()
	})
}

// A level that the owner gave for good outlives the one that was earned.
func TestAGivenLevelComesAlong(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		gold := s.level("Oro", 100)
		luis := s.join("+51912345678")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.GiveLevel(ctx, tx, s.p, rewards.GivenLevel{Member: luis.ID, Tier: gold.ID, Actor: byAna, Door: "cli"}, nil)
			return err
		})
		s.rule(rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 100, Points: 1})
		s.buy(20000)
		s.mustMerge(luis, s.ana)
		s.has("Oro")
		s.at("2035-01-01")
		s.has("Oro")
		s.sound()
	})
}

func TestAllElseComesAlong(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		luis := s.join("+51912345678")
		today := s.clock.Now().Format(time.DateOnly)
		for _, m := range []members.Member{luis, s.ana} {
			s.exec("INSERT INTO visits (program_id, member_id, rule_id, at, purchase_id) VALUES ($1, $2, 9, 1, $2)", s.p.ID, m.ID)
			s.exec("INSERT INTO point_days (program_id, member_id, day, n) VALUES ($1, $2, $3, 4)", s.p.ID, m.ID, today)
			s.exec("INSERT INTO claims (program_id, action_id, member_id, span, slot, at) VALUES ($1, 7, $2, '', 1, 1)", s.p.ID, m.ID)
			s.exec("INSERT INTO stamp_cards (program_id, member_id, rule_id, stamps) VALUES ($1, $2, 9, 6)", s.p.ID, m.ID)
			s.exec("INSERT INTO stamp_moves (program_id, id, member_id, rule_id, delta, stamps_after, source, at) VALUES ($1, $2, $2, 9, 6, 6, $3, 1)", s.p.ID, m.ID, fmt.Sprint("x:", m.ID))
		}
		s.exec("INSERT INTO claims (program_id, action_id, member_id, span, slot, at) VALUES ($1, 7, $2, '', 2, 1)", s.p.ID, luis.ID)
		s.exec("INSERT INTO codes (program_id, code, member_id, created_at) VALUES ($1, 'BCDFG', $2, 1)", s.p.ID, luis.ID)
		s.exec("INSERT INTO pending_credits (program_id, id, member_id, points, reason, source, actor, state, at) VALUES ($1, 1, $2, 5, 'x', 'x', 'x', 'open', 1)", s.p.ID, luis.ID)
		s.mustMerge(luis, s.ana)
		for query, want := range map[string]int64{
			"SELECT COUNT(*) FROM visits WHERE member_id = $1":                            2,
			"SELECT n FROM point_days WHERE member_id = $1":                               8,
			"SELECT COUNT(*) FROM claims WHERE member_id = $1":                            2,
			"SELECT stamps FROM stamp_cards WHERE member_id = $1":                         12,
			"SELECT COUNT(*) FROM stamp_moves WHERE member_id = $1 AND stamps_after = 12": 1,
			"SELECT COUNT(*) FROM codes WHERE member_id = $1 AND retired_at = 0":          1,
			"SELECT COUNT(*) FROM pending_credits WHERE member_id = $1":                   1,
			"SELECT COUNT(*) FROM audits WHERE action = 'member.merge' AND $1 > 0":        1,
		} {
			if n := s.count(query, s.ana.ID); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
		eva := s.join("+51912345000")
		s.exec("INSERT INTO codes (program_id, code, member_id, created_at) VALUES ($1, 'BCDFH', $2, 1)", s.p.ID, eva.ID)
		s.mustMerge(eva, s.ana)
		if n := s.count("SELECT COUNT(*) FROM codes WHERE retired_at <> 0 AND code = 'BCDFH'"); n != 1 {
			t.Error("two codes for one member")
		}
		s.sound()
	})
}

// However people brought one another and whoever is merged, nobody brings themselves and nothing goes in a circle.
func TestMergedReferralsMakeNoCircle(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		s := openShop(t, d, clock)
		next := 0
		rapid.Check(t, func(rt *rapid.T) {
			crowd := make([]members.Member, 6)
			for i := range crowd {
				next++
				crowd[i] = s.join(members.Phone(fmt.Sprintf("+519%08d", next)))
				if by := rapid.IntRange(-1, i-1).Draw(rt, "by"); by >= 0 {
					state := rapid.SampledFrom([]string{"open", "due", "paid"}).Draw(rt, "state")
					s.exec("INSERT INTO referrals (program_id, friend_id, member_id, state, at, purchase_id) VALUES ($1, $2, $3, $4, 1, 1)", s.p.ID, crowd[i].ID, crowd[by].ID, state)
				}
			}
			for range rapid.IntRange(1, 4).Draw(rt, "merges") {
				a, b := rapid.IntRange(0, 5).Draw(rt, "from"), rapid.IntRange(0, 5).Draw(rt, "into")
				if _, err := s.merge(crowd[a], crowd[b]); err != nil && db.CodeOf(err) != db.Refused && db.CodeOf(err) != db.Invalid {
					rt.Fatal(err)
				}
			}
			for _, m := range crowd {
				at := m.ID
				for range 7 {
					at = s.count("SELECT COALESCE(MAX(member_id), 0) FROM referrals WHERE program_id = $1 AND friend_id = $2", s.p.ID, at)
					if at == m.ID {
						rt.Fatalf("member %d brought themselves by way of others", m.ID)
					}
				}
			}
			if n := s.count("SELECT COUNT(*) FROM referrals JOIN members ON members.id = referrals.member_id WHERE merged_into <> 0 AND state IN ('open', 'due')"); n != 0 {
				rt.Fatalf("%d friends wait for points of somebody who was merged", n)
			}
		})
	}, dbtest.WithClock(clock))
}

func TestAMergeAndARedemptionAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for i := range 10 {
			luis := s.join(members.Phone(fmt.Sprintf("+5191234500%d", i)))
			s.give(luis, 60, 0)
			s.give(s.ana, 10, 0)
			var mu sync.Mutex
			bought := 0
			atOnce(3, func(i int) {
				if i == 0 {
					if _, err := s.merge(luis, s.ana); err != nil {
						t.Error(err)
					}
					return
				}
				_, open, err := s.redeem(luis, 1)
				switch code := db.CodeOf(err); {
				case err == nil && !open:
					mu.Lock()
					bought++
					mu.Unlock()
				case err != nil && code != db.Refused && code != db.Conflict:
					t.Error(err)
				}
			})
			if bought > 1 {
				t.Errorf("60 points bought %d coffees", bought)
			}
			if old := s.member(luis.ID); old.Balance != 0 {
				t.Errorf("%d points stayed behind", old.Balance)
			}
			s.sound()
		}
	})
}

func TestWhoIsForgottenCanUseNothing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(60, 0)
		v, _, err := s.redeem(s.ana, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
			if err != nil {
				return err
			}
			if err := rewards.Forget(ctx, tx, s.p, m); err != nil {
				return err
			}
			_, err = members.Erase(ctx, tx, m, members.Declaration{Door: "cli", Actor: byAna, Words: "erased"})
			return err
		})
		if used := s.use(rewards.Using{Code: v.Code}); db.CodeOf(used.Why) != db.Refused {
			t.Errorf("%v", used.Why)
		}
		s.stands(10, 0, 0)
	})
}
