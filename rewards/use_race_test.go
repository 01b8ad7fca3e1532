package rewards_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"fiel/rewards"
)

// boughtVoucher is a voucher of 50 points that Ana has.
func (s *shop) boughtVoucher() rewards.Voucher {
	s.t.Helper()
	v, open, err := s.redeem(s.ana, 1)
	if err != nil || open {
		s.t.Fatal(v, open, err)
	}
	s.clock.Add(11 * time.Minute) // the next one is not this one again
	return v
}

const rounds = 6

// Twenty tills want to hold or use one voucher: who holds it, uses it.
func TestReservingRacesWithUsing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for range rounds {
			v := s.hand("amount", 5)
			var holder, user atomic.Int64
			atOnce(20, func(i int) {
				u := rewards.Using{Code: v.Code, Actor: fmt.Sprint("till:", i+1), Door: "till"}
				if i%2 == 0 && s.reserve(u, 5).Why == nil && holder.Swap(int64(i+1)) != 0 {
					t.Error("held twice")
				}
				if s.use(u).Why == nil && user.Swap(int64(i+1)) != 0 {
					t.Error("used twice")
				}
			})
			if user.Load() == 0 || holder.Load() != 0 && holder.Load() != user.Load() {
				t.Errorf("held by %d, used by %d", holder.Load(), user.Load())
			}
			s.sound()
		}
	})
}

// Whether the use or the sale is taken back first, the points come home at most once.
func TestReversingRacesWithRefunding(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for range rounds {
			s.gift(50, 0)
			before := s.now().Balance
			v := s.boughtVoucher()
			sale := s.buy(1000)
			s.use(rewards.Using{Code: v.Code, Purchase: sale.ID})
			var reversed, refunded atomic.Bool
			atOnce(2, func(i int) {
				if i == 0 {
					reversed.Store(s.reverse(v.ID, rewards.Undoing{}).Why == nil)
				} else {
					refunded.Store(s.refund(sale, whole()).GivenBack == 50)
				}
			})
			if reversed.Load() == refunded.Load() {
				t.Errorf("reversed %v, refunded %v", reversed.Load(), refunded.Load())
			}
			want := before
			if reversed.Load() {
				want -= 50 // the voucher is theirs again
			}
			s.stands(want, 0, 0)
		}
	})
}

func TestDisputingRacesWithReversing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for range rounds {
			s.gift(50, 0)
			v := s.boughtVoucher()
			s.use(rewards.Using{Code: v.Code})
			var reversed, disputed atomic.Bool
			atOnce(2, func(i int) {
				if i == 0 {
					reversed.Store(s.reverse(v.ID, rewards.Undoing{}).Why == nil)
				} else {
					disputed.Store(s.tryDispute(v) == nil)
				}
			})
			if reversed.Load() == disputed.Load() {
				t.Errorf("reversed %v, disputed %v", reversed.Load(), disputed.Load())
			}
			s.sound()
		}
	})
}

func TestADisputeIsSettledOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for range rounds {
			s.gift(50, 0)
			before := s.now().Balance
			v := s.boughtVoucher()
			s.use(rewards.Using{Code: v.Code})
			s.dispute(v)
			var returned, upheld atomic.Int64
			atOnce(8, func(i int) {
				if _, err := s.settle(v, i%2 == 0); err == nil && i%2 == 0 {
					returned.Add(1)
				} else if err == nil {
					upheld.Add(1)
				}
			})
			if returned.Load()+upheld.Load() != 1 {
				t.Errorf("returned %d times, upheld %d times", returned.Load(), upheld.Load())
			}
			s.stands(before-50+50*returned.Load(), 0, 0)
		}
	})
}

func TestSettlingRacesWithRefunding(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for range rounds {
			s.gift(50, 0)
			before := s.now().Balance
			v := s.boughtVoucher()
			sale := s.buy(1000)
			s.use(rewards.Using{Code: v.Code, Purchase: sale.ID})
			s.dispute(v)
			atOnce(2, func(i int) {
				if i == 0 {
					s.settle(v, true)
				} else {
					s.refund(sale, whole())
				}
			})
			s.stands(before, 0, 0)
		}
	})
}

func TestExpiringRacesWithReserving(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(50, 0)
		for range rounds {
			v := s.boughtVoucher()
			s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
			var released atomic.Int64
			atOnce(12, func(i int) {
				switch {
				case i == 6:
					s.clock.Set(time.UnixMilli(v.ExpiresAt))
				case i%2 == 0:
					s.reserve(rewards.Using{Code: v.Code, Actor: fmt.Sprint("till:", i+1), Door: "till"}, 5)
				default:
					released.Add(s.releaseDue())
				}
			})
			if n := released.Load() + s.releaseDue(); n != 1 {
				t.Errorf("released %d times", n)
			}
			s.stands(50, 0, 0)
		}
	})
}
