package rewards_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func TestADebitEatsTheLotThatExpiresFirst(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(10, 0)
		s.gift(20, 30*day)
		s.gift(30, 10*day)
		late, soon := s.clock.Now().Add(30*day).UnixMilli(), s.clock.Now().Add(10*day).UnixMilli()
		if got, want := s.lots(), []lot{{30, soon}, {20, late}, {10, 0}}; !slices.Equal(got, want) {
			t.Fatalf("lots %v, want %v", got, want)
		}
		if _, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -45, Source: "a"}); err != nil {
			t.Fatal(err)
		}
		if got, want := s.lots(), []lot{{5, late}, {10, 0}}; !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		s.stands(15, 0, 0)
	})
}

func TestPointsPastTheirDayCannotBeSpent(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(40, day)
		s.gift(20, 0)
		s.clock.Add(day - time.Millisecond)
		if st := s.standing(); st.Balance != 60 || st.ExpiringPoints != 40 {
			t.Errorf("a millisecond before: %+v", st)
		}
		s.clock.Add(time.Millisecond)
		if st := s.standing(); st.Balance != 20 || st.ExpiresAt != 0 {
			t.Errorf("at the instant: %+v", st)
		}
		_, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -21, Source: "a"})
		if !isShort(err, 1) {
			t.Errorf("spending more than lives: %v", err)
		}
		if _, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -20, Source: "a"}); err != nil {
			t.Error(err)
		}
		s.stands(0, 0, 0)
		if kinds := s.kinds(); !slices.Equal(kinds, []string{"bonus", "bonus", "expire", "adjust"}) {
			t.Errorf("the ledger says %v", kinds)
		}
	})
}

func TestNothingIsSpentThatIsNotThere(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(10, 0)
		for _, kind := range []string{rewards.KindRedeem, rewards.KindAdjust, rewards.KindTransfer, rewards.KindDispute} {
			_, err := s.post(rewards.Posting{Kind: kind, Delta: -11, Source: "a"})
			wantCode(t, err, db.Refused)
			if !isShort(err, 1) {
				t.Errorf("%s: %v, want one point missing", kind, err)
			}
		}
		s.stands(10, 0, 0)
	})
}

func TestWhatTheLedgerRefuses(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(10, 0)
		for _, c := range []struct {
			story string
			p     rewards.Posting
			code  db.Code
		}{
			{"no points", rewards.Posting{Kind: "bonus", Source: "a"}, db.Invalid},
			{"too many", rewards.Posting{Kind: "bonus", Source: "a", Delta: rewards.MaxDelta + 1}, db.Invalid},
			{"too few", rewards.Posting{Kind: "refund", Source: "a", Delta: -rewards.MaxDelta - 1}, db.Invalid},
			{"an overflow", rewards.Posting{Kind: "refund", Source: "a", Delta: -1 << 63}, db.Invalid},
			{"a carry beyond bounds", rewards.Posting{Kind: "bonus", Source: "a", Delta: 1, CarryAfter: 1 << 62}, db.Invalid},
			{"no source", rewards.Posting{Kind: "bonus", Delta: 1}, db.Invalid},
			{"no kind", rewards.Posting{Delta: 1, Source: "a"}, db.Invalid},
			{"an unknown kind", rewards.Posting{Kind: "wish", Delta: 1, Source: "a"}, db.Invalid},
		} {
			_, err := s.post(c.p)
			if db.CodeOf(err) != c.code {
				t.Errorf("%s: %v (%s), want %s", c.story, err, db.CodeOf(err), c.code)
			}
		}
		s.stands(10, 0, 0)
	})
}

func TestABalanceStaysWithinItsBounds(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE members SET balance = $3 WHERE program_id = $1 AND id = $2", s.p.ID, s.ana.ID, int64(rewards.MaxBalance-5))
			return err
		})
		_, err := s.post(rewards.Posting{Kind: rewards.KindBonus, Delta: 6, Source: "a"})
		wantCode(t, err, db.Invalid)
		if _, err := s.post(rewards.Posting{Kind: rewards.KindBonus, Delta: 5, Source: "a"}); err != nil {
			t.Error(err)
		}
	})
}

// A repeated posting is told apart from a new one, and leaves the transaction fit to go on.
func TestASourceCountsOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, m, err := rewards.Bonus(ctx, tx, s.p, s.ana, "Bienvenida", "join:1", 500, nil)
			if err != nil {
				return err
			}
			_, _, again := rewards.Post(ctx, tx, s.p, m, rewards.Posting{Kind: rewards.KindBonus, Delta: 70, Source: "join:1"})
			wantCode(t, again, db.Conflict)
			if _, m, err = rewards.Bonus(ctx, tx, s.p, m, "", "nothing", 0, nil); err != nil {
				return err
			}
			_, _, err = rewards.Post(ctx, tx, s.p, m, rewards.Posting{Kind: rewards.KindAdjust, Delta: 1, Source: "join:1"})
			return err
		})
		s.stands(501, 0, 0)
	})
}

// Whoever passes on a member as it was a while ago still writes to the member as it is.
func TestAStaleMemberDoesNoHarm(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for _, source := range []string{"a", "b", "c"} {
				if _, _, err := rewards.Bonus(ctx, tx, s.p, s.ana, "", source, 10, nil); err != nil {
					return err
				}
			}
			_, m, err := rewards.Post(ctx, tx, s.p, s.ana, rewards.Posting{Kind: rewards.KindAdjust, Delta: -25, Source: "d"})
			if m.Balance != 5 || m.Seq != 4 {
				t.Errorf("the member returned is %+v", m)
			}
			return err
		})
		s.stands(5, 0, 0)
	})
}

func TestNoSuchMember(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ana.ID = 99_999
		err := s.try(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := rewards.Post(ctx, tx, s.p, s.ana, rewards.Posting{Kind: rewards.KindBonus, Delta: 1, Source: "a"})
			return err
		})
		wantCode(t, err, db.Missing)
	})
}

func TestHistory(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for _, points := range []int64{1, 2, 3, 4} {
			s.gift(points, 0)
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			last, err := rewards.History(ctx, tx, s.p, s.ana, 3)
			if err != nil || len(last) != 3 || last[0].Delta != 4 || last[2].Delta != 2 || last[0].BalanceAfter != 10 {
				t.Errorf("last three entries: %+v, %v", last, err)
			}
			none, err := rewards.History(ctx, tx, s.p, members.Member{ID: 99}, 3)
			if err != nil || len(none) != 0 {
				t.Errorf("a stranger's history: %v, %v", none, err)
			}
			return nil
		})
	})
}

// kinds of Ana's entries, oldest first.
func (s *shop) kinds() (kinds []string) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		all, err := rewards.History(ctx, tx, s.p, s.ana, 100)
		kinds = nil
		for _, e := range slices.Backward(all) {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	return kinds
}

func (s *shop) standing() (st rewards.Standing) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		st, err = rewards.StandingOf(ctx, tx, s.p, s.ana)
		return err
	})
	return st
}
