package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/rewards"
)

func (s *shop) reverse(voucher int64, u rewards.Undoing) (undone rewards.Used) {
	s.t.Helper()
	if u.Actor == "" {
		u.Actor, u.Door = "till:3", "till"
	}
	if u.Why == "" {
		u.Why = "paid without it"
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		undone, err = rewards.Reverse(ctx, tx, s.p, voucher, u)
		return err
	})
	return undone
}

func TestTheUseOfAVoucherIsUndone(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(rewards.Unlimited)
		s.gift(50, 0)
		store := s.limited("reversal_minutes=10").ID
		v, _, _ := s.redeem(s.ana, 1)
		s.says("unused", s.reverse(v.ID, rewards.Undoing{Store: store}).Why, "has not been used")
		s.use(rewards.Using{Code: v.Code, Store: store, Purchase: 71})
		s.says("elsewhere", s.reverse(v.ID, rewards.Undoing{Store: s.limited("").ID}).Why, "undo it there")

		s.clock.Add(10*time.Minute - time.Millisecond)
		undone := s.reverse(v.ID, rewards.Undoing{Store: store})
		w := undone.Voucher
		if undone.Why != nil || w.State != rewards.Issued || w.RedeemedAt != 0 || w.PurchaseID != 0 || w.StoreID != 0 || w.Actor != "" {
			t.Errorf("%+v", undone)
		}
		s.stands(0, 0, 0)
		s.says("again", s.reverse(v.ID, rewards.Undoing{Store: store}).Why, "has not been used")
		topics, bodies := s.texts()
		if want := []string{"voucher_used", "voucher_reversed"}; !slices.Equal(topics, want) || !strings.Contains(bodies[1], "Sirve hasta el 12 de marzo") {
			t.Errorf("%q %q", topics, bodies)
		}
		s.audited("voucher.reverse", `"state":"redeemed"`, `"state":"issued","why":"paid without it"`)

		s.use(rewards.Using{Code: v.Code, Store: store})
		s.clock.Add(10 * time.Minute)
		s.says("too late", s.reverse(v.ID, rewards.Undoing{Store: store}).Why, "undone within 10 minutes here: after that the owner has to approve it")
		manager, owner := s.hire("manager", 0, ""), s.hire("owner", 0, "")
		s.says("a manager", s.reverse(v.ID, rewards.Undoing{Store: store, Approver: fmt.Sprint("staff:", manager.ID)}).Why, "the owner has to")
		s.says("nobody", s.reverse(v.ID, rewards.Undoing{Store: store, Approver: "staff:1"}).Why, "the owner has to")
		s.says("the owner", s.reverse(v.ID, rewards.Undoing{Store: store, Approver: fmt.Sprint("staff:", owner.ID)}).Why, "")
		s.use(rewards.Using{Code: v.Code, Store: store})
		s.clock.Add(time.Hour)
		s.says("by the owner", s.reverse(v.ID, rewards.Undoing{Actor: fmt.Sprint("staff:", owner.ID), Door: "page"}).Why, "")
		s.sound()
	})
}

// audited fails the story unless the last act of that name says so.
func (s *shop) audited(action, before, after string) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		var b, a string
		err := tx.QueryRowContext(ctx, "SELECT before, after FROM audits WHERE action = $1 ORDER BY id DESC LIMIT 1", action).Scan(&b, &a)
		if err == nil && (!strings.Contains(b, before) || !strings.Contains(a, after)) {
			s.t.Errorf("%s: %s → %s", action, b, a)
		}
		return err
	})
}

func TestAUseThatIsUndoneTooLateGivesThePointsBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(1)
		s.gift(30, 20*day)
		s.gift(30, 0)
		late := s.clock.Now().Add(20 * day).UnixMilli()
		v, _, _ := s.redeem(s.ana, 1)
		gift := s.hand("amount", 5)
		s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
		s.use(rewards.Using{Code: v.Code})
		s.clock.Add(time.Millisecond)
		undone := s.reverse(v.ID, rewards.Undoing{})
		if undone.Why != nil || undone.Voucher.State != rewards.Expired || undone.Voucher.ReleaseEntry == 0 || undone.Member.Balance != 60 {
			t.Errorf("%+v", undone)
		}
		if got, want := s.lots(), []lot{{30, late}, {30, 0}}; !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		if topics, _ := s.texts(); topics[len(topics)-1] != "points_back" {
			t.Errorf("%q", topics)
		}
		if n := s.releaseDue(); n != 1 {
			t.Errorf("%d released beside the gift", n)
		}
		s.says("never used", s.reverse(gift.ID, rewards.Undoing{}).Why, "has not been used")
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Errorf("the coffee is not back in stock: %v", err)
		}
		s.stands(10, 0, 0)
	})
}

func TestAGiftWhoseTimeIsOverEnds(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		v := s.hand("amount", 5)
		s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
		s.use(rewards.Using{Code: v.Code})
		s.clock.Add(20 * time.Minute)
		if undone := s.reverse(v.ID, rewards.Undoing{}); undone.Voucher.State != rewards.Expired {
			t.Errorf("%+v", undone)
		}
		if _, bodies := s.texts(); strings.Contains(bodies[1], "hasta") {
			t.Errorf("%q", bodies)
		}
		s.sound()
	})
}

func TestWhatCannotBeUndone(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for kind, sentence := range map[string]string{rewards.Donation: "a donation has been made", rewards.DigitalCode: "a code that was handed out"} {
			v := s.hand(kind, 500)
			s.use(rewards.Using{Code: v.Code})
			s.says(kind, s.reverse(v.ID, rewards.Undoing{}).Why, sentence)
		}
		v := s.hand("amount", 5)
		s.use(rewards.Using{Code: v.Code})
		s.dispute(v)
		s.says("disputed", s.reverse(v.ID, rewards.Undoing{}).Why, "the owner settles it")
		for name, u := range map[string]rewards.Undoing{
			"nobody": {Why: "x"}, "no reason": {Actor: "till:3", Door: "till", Why: "  "}, "a novel": {Actor: "till:3", Door: "till", Why: strings.Repeat("x", 201)},
		} {
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.Reverse(ctx, tx, s.p, v.ID, u)
				return err
			})
			if db.CodeOf(err) != db.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantCode(t, s.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.Reverse(ctx, tx, s.p, 1, rewards.Undoing{Actor: "till:3", Door: "till", Why: "x"})
			return err
		}), db.Missing)
	})
}
