package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func TestPurchasesAtOnceReachALevelOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(byYear)
		atOnce(12, func(int) { s.buy(60) })
		s.stands(12*60+10+30, 0, 0)
		if moves := s.moves(); !slices.Equal(moves, []string{"up Plata gift", "up Oro gift"}) {
			t.Errorf("moves %q", moves)
		}
		s.has("Oro")
	})
}

// A level ends while its member buys and another process looks at what is due: it ends once, and is reached again or not at all.
func TestALevelEndsOnceWhileItsMemberBuys(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.ladder(byYear)
		s.buy(100)
		s.at("2029-01-01")
		atOnce(12, func(i int) {
			if i%3 == 0 {
				s.rounds()
			} else {
				s.buy(20)
			}
		})
		if moves := s.moves(); !slices.Equal(moves, []string{"up Plata gift", "down ", "up Plata gift"}) {
			t.Errorf("moves %q", moves)
		}
		s.has("Plata")
		s.sound()
	})
}

// The owner changes the levels while everybody is looked at: nobody is left behind with what was before.
func TestLevelsChangeWhileEverybodyIsLookedAt(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
		crowd := make([]members.Member, 20)
		for i := range crowd {
			crowd[i] = s.join(members.Phone(fmt.Sprintf("+519876600%02d", i)))
			s.write(func(ctx context.Context, tx *db.Tx) error {
				m, err := members.Lock(ctx, tx, s.p.ID, crowd[i].ID)
				if err == nil {
					_, _, err = rewards.Bonus(ctx, tx, s.p, m, "", fmt.Sprintf("gift:%d", i), 50, nil)
				}
				return err
			})
		}
		tier := s.level("Plata", 500)
		atOnce(8, func(i int) {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				if i == 4 {
					_, err := rewards.ChangeTier(ctx, tx, s.p, tier.ID, rewards.NewTier{Name: "Plata", Threshold: 40})
					return err
				}
				_, err := rewards.LevelsChanged(ctx, tx, s.p, 3)
				return err
			})
		})
		for left := int64(3); left == 3; {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				left, err = rewards.LevelsChanged(ctx, tx, s.p, 3)
				return err
			})
		}
		for _, m := range crowd {
			s.read(func(ctx context.Context, tx *db.Tx) (err error) {
				m, err = members.ByID(ctx, tx, s.p.ID, m.ID)
				return err
			})
			if m.TierID != tier.ID {
				t.Fatalf("member %d was left behind", m.ID)
			}
		}
	})
}
