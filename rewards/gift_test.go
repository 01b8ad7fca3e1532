package rewards_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// given gives Ana a reward for something.
func (s *shop) given(reward int64, source string, nextDay bool) (v rewards.Voucher, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		v, err = rewards.GrantReward(ctx, tx, s.p, m, reward, source, nextDay)
		return err
	})
	return v, err
}

// codes uploads codes for a reward.
func (s *shop) codes(reward int64, codes ...string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		for _, code := range codes {
			_, err := tx.ExecContext(ctx, "INSERT INTO reward_codes (program_id, id, reward_id, code, added_at) VALUES ($1, $2, $3, $4, $5)",
				s.p.ID, tx.ID(), reward, code, tx.Now)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestARewardIsGivenOnceForOneThing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(2)
		first, err := s.given(r.ID, "stamp:7:2", false)
		if err != nil || first.Cost != 0 || first.State != rewards.Issued || first.ValidFrom != s.clock.Now().UnixMilli() {
			t.Fatalf("%+v, %v", first, err)
		}
		for range 3 {
			if again, err := s.given(r.ID, "stamp:7:2", false); err != nil || again.ID != first.ID {
				t.Errorf("%+v, %v", again, err)
			}
		}
		second, err := s.given(r.ID, "stamp:7:3", true)
		// Lima is 5 hours behind: Saturday 6 March begins at 05:00 UTC.
		if want := time.Date(2027, 3, 6, 5, 0, 0, 0, time.UTC).UnixMilli(); err != nil || second.ValidFrom != want {
			t.Errorf("from the next day: %+v, %v", second, err)
		}
		_, err = s.given(r.ID, "stamp:7:4", false)
		wantCode(t, err, db.Refused)
		_, err = s.given(r.ID+99, "stamp:7:5", false)
		wantCode(t, err, db.Missing)
		_, err = s.given(r.ID, "", false)
		wantCode(t, err, db.Invalid)
		s.stands(0, 0, 0)
	})
}

func TestOneThingIsGivenForOnceAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(20)
		var outcomes tally
		ids := make([]int64, 20)
		atOnce(len(ids), func(i int) {
			v, err := s.given(r.ID, fmt.Sprint("tier:3:", i%2), false)
			outcomes.add(err)
			ids[i] = v.ID
		})
		different := map[int64]bool{}
		for _, id := range ids {
			different[id] = true
		}
		if outcomes.n[""] != 20 || len(different) != 2 {
			t.Errorf("%v, vouchers %v", outcomes.n, ids)
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Catalogue(ctx, tx, s.p)
			if err == nil && list[0].Stock != 18 {
				t.Errorf("%d are left of 20", list[0].Stock)
			}
			return err
		})
	})
}

func TestACodeIsGivenOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(rewards.Unlimited)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE rewards SET kind = 'code' WHERE id = $1", r.ID)
			return err
		})
		s.codes(r.ID, "111", "222")
		seen := map[string]bool{}
		for i := range 2 {
			v, err := s.given(r.ID, fmt.Sprint("claim:", i), true)
			if err != nil || v.State != rewards.Redeemed || v.RedeemedAt != s.clock.Now().UnixMilli() || seen[v.Digital] {
				t.Errorf("%+v, %v", v, err)
			}
			seen[v.Digital] = true
		}
		if !seen["111"] || !seen["222"] {
			t.Errorf("given %v", seen)
		}
		_, err := s.given(r.ID, "claim:9", false)
		wantCode(t, err, db.Refused)
		s.sound()
	})
}
