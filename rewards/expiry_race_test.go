package rewards_test

import (
	"context"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func TestSpendingRacesWithLapsing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(yearly)
		s.gift(40, day)
		s.gift(20, 0)
		s.clock.Add(day)
		var spent tally
		atOnce(16, func(i int) {
			if i%2 == 0 {
				s.once(rewards.LapseDue, 100)
				return
			}
			spent.add(s.tryDebit(i, 10))
		})
		if spent.n[""] != 2 || spent.n[db.Refused] != 6 {
			t.Errorf("20 points live, eight spent 10 each: %v", spent.n)
		}
		s.stands(0, 0, 0)
		if kinds := s.kinds(); len(kinds) != 5 {
			t.Errorf("the ledger says %v", kinds)
		}
	})
}

// tryDebit spends Ana's points, again while somebody else is moving them.
func (s *shop) tryDebit(i int, points int64) error {
	_, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -points, Source: fmt.Sprint("race:", i)})
	return err
}

// Credits, a change of the rule and the dating at once: in the end every lot is dated by the last rule.
func TestCreditsRaceWithAChange(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		before := s.p
		s.onClock("2027-01-10 10:00")
		atOnce(24, func(i int) {
			switch {
			case i == 7:
				err := s.try(func(ctx context.Context, tx *db.Tx) error {
					_, err := rewards.SetExpiry(ctx, tx, before, yearly, members.Act{Actor: "cli", Door: "cli"})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			case i%4 == 0:
				s.once(rewards.DateAnew, 5)
			default:
				if _, err := s.post(rewards.Posting{Kind: rewards.KindBonus, Delta: 10, Source: fmt.Sprint("race:", i)}); err != nil {
					t.Error(err)
				}
			}
		})
		s.round(rewards.DateAnew)
		want := make([]lot, 17)
		for i := range want {
			want[i] = lot{10, lima("2028-02-01 00:00")}
		}
		s.wantLots(want...)
	})
}

// Activity and dating at once: the member's points end by the last activity whoever comes first.
func TestRenewingRacesWithDating(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.onClock("2026-12-10 10:00")
		s.bonus(100)
		before := s.p
		s.onClock("2027-01-10 10:00")
		s.setExpiry(rewards.Expiry{Mode: rewards.Inactivity, Months: 1})
		s.p = before
		s.onClock("2027-02-20 10:00")
		atOnce(10, func(i int) {
			if i%2 == 0 {
				s.once(rewards.DateAnew, 1)
				return
			}
			if err := s.tryDebit(i, 1); err != nil && db.CodeOf(err) != db.Refused {
				t.Error(err)
			}
		})
		s.round(rewards.DateAnew)
		s.round(rewards.LapseDue)
		s.stands(0, 0, 0) // the period after the change was over on 10 February
	})
}

func TestWarningRacesWithItself(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.consents()
		s.expires(proven)
		s.gift(40, 8*day)
		atOnce(8, func(int) { s.once(rewards.WarnDue, 100) })
		s.wantWarnings(1)
		s.becomes("delivered")
		s.clock.Add(2 * 60 * 60 * 1e9)
		atOnce(8, func(i int) {
			if i%2 == 0 {
				s.once(rewards.ProveWarnings, 100)
			} else if err := s.tryDebit(i, 1); err != nil {
				t.Error(err)
			}
		})
		s.clock.Add(8 * day)
		s.nightly()
		s.stands(0, 0, 0)
	})
}
