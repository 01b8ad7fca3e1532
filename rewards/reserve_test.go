package rewards_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/rewards"
)

func (s *shop) reserve(u rewards.Using, minutes int64) (used rewards.Used) {
	s.t.Helper()
	if u.Actor == "" {
		u.Actor, u.Door = "till:3", "till"
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		used, err = rewards.Reserve(ctx, tx, s.p, u, minutes)
		return err
	})
	return used
}

func (s *shop) release(u rewards.Using) (used rewards.Used) {
	s.t.Helper()
	if u.Actor == "" {
		u.Actor, u.Door = "till:3", "till"
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		used, err = rewards.Release(ctx, tx, s.p, u)
		return err
	})
	return used
}

func TestAReservedVoucher(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.hand("amount", 500)
		other := rewards.Using{Code: v.Code, Actor: "till:4", Door: "till"}
		for _, minutes := range []int64{-1, 0, 31} {
			s.says("too long", s.reserve(rewards.Using{Code: v.Code}, minutes).Why, "for 1 to 30 minutes")
		}
		s.says("nothing to let go", s.release(rewards.Using{Code: v.Code}).Why, "is not reserved")
		held := s.reserve(rewards.Using{Code: v.Code}, 5)
		if held.Why != nil || held.Voucher.State != rewards.Reserved || held.Voucher.ReservedUntil != s.clock.Now().Add(5*time.Minute).UnixMilli() {
			t.Errorf("%+v", held)
		}
		until := s.clock.Now().Add(5 * time.Minute).In(s.p.Location()).Format("15:04")
		s.says("another till", s.use(other).Why, "that voucher is reserved at another till until "+until)
		s.says("another's hold", s.reserve(other, 5).Why, "reserved at another till until "+until)
		s.says("another lets go", s.release(other).Why, "reserved at another till until "+until)
		s.sound()

		s.clock.Add(5*time.Minute - time.Millisecond)
		s.says("the last instant", s.use(other).Why, "reserved at another till")
		s.clock.Add(time.Millisecond)
		s.says("free by itself", s.reserve(other, 30).Why, "")
		s.says("no longer theirs", s.use(rewards.Using{Code: v.Code}).Why, "reserved at another till")
		s.says("longer", s.reserve(other, 2).Why, "")
		s.says("let go", s.release(other).Why, "")
		s.says("free again", s.reserve(rewards.Using{Code: v.Code}, 5).Why, "")
		s.says("the desk lets go for a dead till", s.release(rewards.Using{Code: v.Code, Actor: "cli:ana", Door: "cli"}).Why, "")
		s.says("held", s.reserve(rewards.Using{Code: v.Code}, 5).Why, "")
		if used := s.use(rewards.Using{Code: v.Code}); used.Why != nil || used.Voucher.ReservedUntil != 0 || used.Voucher.ReservedBy != "" {
			t.Errorf("%+v", used)
		}
		s.says("used", s.reserve(rewards.Using{Code: v.Code}, 5).Why, "used already")
		s.says("used", s.release(rewards.Using{Code: v.Code}).Why, "used already")
		s.sound()
	})
}

func TestAnApprovalOfAReservationIsGoodForTheUse(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		here := s.limited("redeem_approval=1000").ID
		manager := fmt.Sprint("staff:", s.hire("manager", here, "").ID)
		v := s.hand("amount", 5000)
		u := rewards.Using{Code: v.Code, Store: here, Amount: 10000}
		s.says("nobody", s.reserve(u, 5).Why, "second person")
		approved := u
		approved.Approver = manager
		s.says("a manager", s.reserve(approved, 5).Why, "")
		if used := s.use(u); used.Why != nil || used.Voucher.Approver != manager {
			t.Errorf("%+v", used)
		}
		w := s.hand("amount", 5000)
		approved.Code, u.Code = w.Code, w.Code
		s.reserve(approved, 5)
		s.clock.Add(5 * time.Minute)
		u.Actor, u.Door = "till:4", "till"
		s.says("an approval at another till", s.use(u).Why, "second person")
	})
}

func TestAReservationEndsWithItsVoucher(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(1)
		s.gift(50, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.clock.Set(time.UnixMilli(v.ExpiresAt - 60*1000))
		if held := s.reserve(rewards.Using{Code: v.Code}, 30); held.Voucher.ReservedUntil != v.ExpiresAt {
			t.Errorf("held until %d, it ends at %d", held.Voucher.ReservedUntil, v.ExpiresAt)
		}
		s.clock.Set(time.UnixMilli(v.ExpiresAt))
		s.says("its end", s.use(rewards.Using{Code: v.Code}).Why, "expired")
		if n := s.releaseDue(); n != 1 {
			t.Errorf("%d released", n)
		}
		s.stands(50, 0, 0)
	})
}

func TestAReservedVoucherIsTheOpenOne(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(100, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.reserve(rewards.Using{Code: v.Code}, 5)
		if again, open, err := s.redeem(s.ana, 1); err != nil || !open || again.ID != v.ID {
			t.Errorf("%s, %v, %v", again.Code, open, err)
		}
		s.stands(50, 0, 0)
	})
}
