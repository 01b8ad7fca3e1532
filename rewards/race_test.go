package rewards_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// atOnce runs f many times at the same time and waits for all.
func atOnce(n int, f func(i int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			f(i)
		})
	}
	start.Done()
	done.Wait()
}

// tally counts outcomes by their code; ” is success.
type tally struct {
	mu sync.Mutex
	n  map[db.Code]int
}

func (c *tally) add(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[db.Code]int{}
	}
	c.n[db.CodeOf(err)]++
}

func TestTheLastOneIsRedeemedOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(3)
		crowd := make([]members.Member, 20)
		for i := range crowd {
			crowd[i] = s.join(members.Phone(fmt.Sprintf("+519876500%02d", i)))
			s.write(func(ctx context.Context, tx *db.Tx) error {
				m, err := members.Lock(ctx, tx, s.p.ID, crowd[i].ID)
				if err != nil {
					return err
				}
				_, _, err = rewards.Bonus(ctx, tx, s.p, m, "", fmt.Sprintf("gift:%d", i), 50, nil)
				return err
			})
		}
		var outcomes tally
		atOnce(len(crowd), func(i int) {
			_, _, err := s.redeem(crowd[i], 1)
			outcomes.add(err)
		})
		if outcomes.n[""] != 3 || outcomes.n[db.Refused] != 17 {
			t.Errorf("three in stock, twenty asked: %v", outcomes.n)
		}
		s.sound()
	})
}

func TestOneMemberRedeemsTwiceAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(120, 0)
		var mu sync.Mutex
		codes := map[string]int{}
		atOnce(20, func(int) {
			v, _, err := s.redeem(s.ana, 1)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			codes[v.Code]++
		})
		if len(codes) != 1 {
			t.Errorf("codes %v, want one", codes)
		}
		s.stands(70, 0, 0)
	})
}

func TestAVoucherIsUsedOnceByTwoHundred(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.grant(0, day)
		var outcomes tally
		atOnce(200, func(i int) {
			var used rewards.Used
			err := s.try(func(ctx context.Context, tx *db.Tx) (err error) {
				used, err = rewards.Use(ctx, tx, s.p, rewards.Using{Code: v.Code, Actor: fmt.Sprintf("till:%d", i%7), Door: "till"})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			outcomes.add(used.Why)
		})
		if outcomes.n[""] != 1 || outcomes.n[db.Conflict] != 199 {
			t.Errorf("outcomes %v", outcomes.n)
		}
		s.sound()
	})
}

func TestAVoucherIsUsedOrReleasedNeverBoth(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(1000, 0)
		for range 5 {
			v, _, err := s.redeem(s.ana, 1)
			if err != nil {
				t.Fatal(err)
			}
			s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
			used, released := make([]rewards.Used, 12), make([]int64, 12)
			atOnce(12, func(i int) {
				switch {
				case i == 6:
					s.clock.Set(time.UnixMilli(v.ExpiresAt))
				case i%2 == 0:
					used[i] = s.use(rewards.Using{Code: v.Code})
				default:
					released[i] = s.releaseDue()
				}
			})
			uses, releases := 0, s.releaseDue()
			for i := range used {
				releases += released[i]
				if used[i].Voucher.State == rewards.Redeemed && used[i].Why == nil {
					uses++
				}
			}
			if uses+int(releases) != 1 {
				t.Errorf("used %d times, released %d times", uses, releases)
			}
			s.sound()
		}
	})
}

func TestRedeemingRacesWithReleasing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(2)
		s.gift(100, 0)
		v, _, err := s.redeem(s.ana, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Set(time.UnixMilli(v.ExpiresAt))
		var outcomes tally
		atOnce(16, func(i int) {
			if i%2 == 0 {
				s.releaseDue()
				return
			}
			_, _, err := s.redeem(s.ana, 1)
			outcomes.add(err)
		})
		if outcomes.n[""] != 8 {
			t.Errorf("redeeming: %v", outcomes.n)
		}
		s.stands(50, 0, 0)
	})
}

func TestEarningRacesWithRefunding(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 7", Kind: rewards.AmountRule, Step: 700, Points: 1, Carries: true})
		old := make([]*sold, 8)
		for i := range old {
			old[i] = s.buy(1000 + int64(i))
		}
		atOnce(2*len(old), func(i int) {
			if i%2 == 0 {
				s.refund(old[i/2], whole())
			} else {
				s.buy(1000 + int64(i/2))
			}
		})
		// What came back is gone without a trace: the ledger is where it was, in points and carry together.
		m := s.now()
		if worth := m.Balance*700 + m.Carry; worth != 8*1000+28 {
			t.Errorf("balance %d and carry %d are worth %d", m.Balance, m.Carry, worth)
		}
		s.sound()
	})
}
