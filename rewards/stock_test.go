package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// stock fails the story unless so many of the only reward are left.
func (s *shop) stock(story string, want int64) {
	s.t.Helper()
	if n := s.count("SELECT stock FROM rewards WHERE program_id = $1", s.p.ID); n != want {
		s.t.Errorf("%s: %d left, want %d", story, n, want)
	}
}

// What nobody took away goes back to the stock once, also when it was a gift; what was handed out never does.
func TestTheStockOfVouchersThatEnd(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(5)
		s.gift(100, 0)
		bought := s.boughtVoucher()
		given, err := s.given(r.ID, "stamp:7:2", false)
		if err != nil {
			t.Fatal(err)
		}
		used, _ := s.given(r.ID, "stamp:7:3", false)
		disputed, _ := s.given(r.ID, "stamp:7:4", false)
		s.use(rewards.Using{Code: used.Code})
		s.use(rewards.Using{Code: disputed.Code})
		s.dispute(disputed)
		if done, err := s.settle(disputed, true); err != nil || done.New.ID == 0 {
			t.Fatal(done, err)
		}
		s.stock("four are promised", 1)
		s.clock.Set(s.clock.Now().Add(30 * day))
		for range 2 {
			s.releaseDue()
			s.stock("the two that nobody used are back, not the one that stands for a stolen one", 3)
		}
		s.reverse(used.ID, rewards.Undoing{Approver: "staff:" + fmt.Sprint(s.owner().ID)})
		s.stock("used by mistake, and over", 4)
		for _, v := range []rewards.Voucher{bought, given, used} {
			if now := s.voucher(v); now.State != rewards.Expired {
				t.Errorf("%+v", now)
			}
		}
		s.sound()
	})
}

func TestTheStockOfWhoIsErased(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(5)
		s.gift(100, 0)
		s.boughtVoucher()
		held, _ := s.given(r.ID, "stamp:7:2", false)
		used, _ := s.given(r.ID, "stamp:7:3", false)
		s.reserve(rewards.Using{Code: held.Code}, 5)
		s.use(rewards.Using{Code: used.Code})
		s.stock("three are promised", 2)
		s.canUse(2)
		for range 2 {
			s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.Forget(ctx, tx, s.p, s.now()) })
			s.stock("two are back", 4)
			s.canUse(0)
		}
	})
}

// A program without a sender texts nobody; what time brings about in it happens all the same.
func TestVouchersEndWithoutASender(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.exec("DELETE FROM senders WHERE program_id = $1", s.p.ID)
		s.agrees()
		s.coffee(1)
		s.gift(60, 0)
		s.boughtVoucher()
		s.clock.Add(8 * day)
		if n := s.releaseDue(); n != 1 {
			t.Errorf("%d ended", n)
		}
		s.stands(60, 0, 0)
	})
}

// Whatever is done with a voucher while its member is merged into another: its points are the survivor's, or its use is told to them.
func TestAVoucherChangesHandsWhileItIsUsed(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		for i := range rounds {
			luis := s.join(members.Phone(fmt.Sprintf("+5191234567%d", i)))
			s.give(luis, 50, 0)
			v, _, err := s.redeem(luis, 1)
			if err != nil {
				t.Fatal(err)
			}
			act := []func(context.Context, *db.Tx) error{
				func(ctx context.Context, tx *db.Tx) error {
					_, err := rewards.Use(ctx, tx, s.p, rewards.Using{Code: v.Code, Actor: "till:3", Door: "till"})
					return err
				},
				func(ctx context.Context, tx *db.Tx) error {
					_, err := rewards.ReleaseDue(ctx, tx, s.p, 10)
					return err
				},
			}[i%2]
			if i%2 == 1 {
				s.clock.Add(8 * day)
			}
			before := s.now().Balance
			atOnce(2, func(n int) {
				if n == 0 {
					s.mustMerge(luis, s.ana)
					return
				}
				if err := s.try(act); err != nil && db.CodeOf(err) != db.Conflict { // a number that has just changed is tried again
					t.Error(err)
				}
			})
			s.use(rewards.Using{Code: v.Code})
			if i%2 == 1 {
				s.releaseDue()
				if m := s.now(); m.Balance != before+50 {
					t.Errorf("balance %d, want %d", m.Balance, before+50)
				}
			}
			if m := s.member(luis.ID); m.Balance != 0 {
				t.Errorf("who was merged has %d points", m.Balance)
			}
			s.sound()
		}
	})
}

// Points that come by hand, of another member or of a dispute reach for a reward as those of a purchase do; it is told once.
func TestPointsThatNobodyEarnedReachForRewards(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.mustPut(`{"number": 0, "name": "Vale 25", "kind": "gift_card", "value": 2500, "cost": 500, "automatic": true}`)
		told := 0
		reached := func(story string, balance int64) {
			t.Helper()
			told++
			topics, _ := s.texts()
			if n := len(slices.DeleteFunc(topics, func(topic string) bool { return topic != "voucher_reached" })); n != told {
				t.Errorf("%s: told %d times, want %d", story, n, told)
			}
			s.stands(balance, 0, 0)
		}
		if _, err := s.credit(rewards.Crediting{Points: 510, Reason: "feria", Actor: "cli:ana", Door: "cli"}); err != nil {
			t.Fatal(err)
		}
		reached("by hand", 10)
		asked, _ := s.credit(rewards.Crediting{Points: 1490, Reason: "feria", Actor: "cli:ana", Door: "cli"})
		s.stands(10, 0, 0)
		if done, err := s.approve(rewards.Deciding{ID: asked.Waits.ID, Actor: "cli:eva", Door: "cli"}); err != nil || done.Member.Balance != 0 {
			t.Fatal(done, err)
		}
		told += 2
		reached("approved", 0)
		luis := s.join("+51912345678")
		s.give(luis, 499, 0)
		s.give(s.ana, 1, 0)
		if done := s.mustMerge(luis, s.ana); done.Into.Balance != 0 || done.Points != 499 {
			t.Errorf("%+v", done)
		}
		reached("merged", 0)
		v := s.lastVoucher()
		s.use(rewards.Using{Code: v.Code})
		s.dispute(v)
		if done, err := s.settle(v, true); err != nil || done.Member.Balance != 0 {
			t.Error(done, err)
		}
		reached("settled", 0)
		s.clock.Add(60 * day)
		n := s.releaseDue()
		s.stands(500*n, 0, 0) // what was not used stays points until the next movement
	})
}

// Automatic issue races with CANJEAR for the last points: one of them has them.
func TestAutomaticIssueRacesWithRedeeming(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.mustPut(`{"number": 0, "name": "Vale", "kind": "gift_card", "value": 2500, "cost": 100, "automatic": true}`)
		for range rounds {
			s.exec("UPDATE vouchers SET issued_at = 0")
			start := s.now().Balance
			s.give(s.ana, 90, 0)
			var bought atomic.Int64
			atOnce(2, func(i int) {
				if i == 0 {
					s.wins(10)
				} else if _, open, err := s.redeem(s.ana, 1); err == nil && !open {
					bought.Store(50)
				}
			})
			if m := s.now(); (start+100-bought.Load()-m.Balance)%100 != 0 || m.Balance < 0 {
				t.Errorf("%d points of %d, %d spent by hand", m.Balance, start+100, bought.Load())
			}
			s.sound()
		}
	})
}

func (s *shop) voucher(v rewards.Voucher) (now rewards.Voucher) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		now, err = rewards.VoucherByID(ctx, tx, s.p.ID, v.ID)
		return err
	})
	return now
}

// lastVoucher is the one that was issued last.
func (s *shop) lastVoucher() rewards.Voucher {
	s.t.Helper()
	return s.voucher(rewards.Voucher{ID: s.count("SELECT MAX(id) FROM vouchers WHERE program_id = $1", s.p.ID)})
}

func (s *shop) owner() (who members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Iris", Role: members.Owner, Phone: "+51987650007"})
		return err
	})
	return who
}

// canUse fails the story unless Ana has so many vouchers that she can use.
func (s *shop) canUse(want int) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		list, err := rewards.OpenVouchers(ctx, tx, s.p, s.ana)
		if len(list) != want {
			s.t.Errorf("%d can be used, want %d", len(list), want)
		}
		return err
	})
}

// A member is erased while their voucher is being used: it was used, or its thing is back; never both.
func TestErasingRacesWithUsing(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rounds)
		left := int64(rounds)
		for i := range rounds {
			luis := s.join(members.Phone(fmt.Sprintf("+5191234567%d", i)))
			s.give(luis, 50, 0)
			v, _, err := s.redeem(luis, 1)
			if err != nil {
				t.Fatal(err)
			}
			var used atomic.Bool
			atOnce(3, func(n int) {
				if n > 0 {
					if s.use(rewards.Using{Code: v.Code}).Why == nil && used.Swap(true) {
						t.Error("used twice")
					}
					return
				}
				s.write(func(ctx context.Context, tx *db.Tx) error {
					m, err := members.Lock(ctx, tx, s.p.ID, luis.ID)
					if err != nil {
						return err
					}
					return rewards.Forget(ctx, tx, s.p, m)
				})
			})
			if used.Load() {
				left--
			}
			s.stock("after a member", left)
			s.clock.Add(8 * day)
			s.releaseDue()
			s.stock("and nothing comes twice", left)
		}
	})
}

// Two processes end the same vouchers at once while the last one is asked for: the stock is what was not taken away.
func TestEndingAtOncePutsTheStockBackOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.coffee(10)
		for i := range 10 {
			if _, err := s.given(r.ID, fmt.Sprint("stamp:7:", i), false); err != nil {
				t.Fatal(err)
			}
		}
		s.gift(500, 0)
		s.clock.Add(8 * day)
		var bought atomic.Int64
		atOnce(12, func(i int) {
			if i%3 == 0 {
				if _, open, err := s.redeem(s.ana, 1); err == nil && !open {
					bought.Add(1)
				}
				return
			}
			s.releaseDue()
		})
		s.stock("all are back but what was bought", 10-bought.Load())
		s.sound()
	})
}
