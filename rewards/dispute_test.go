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

// dispute has Ana answer NO.
func (s *shop) dispute(v rewards.Voucher) {
	s.t.Helper()
	if err := s.tryDispute(v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) tryDispute(v rewards.Voucher) error {
	return s.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := rewards.Dispute(ctx, tx, s.p, s.ana, v.ID)
		return err
	})
}

func (s *shop) disputes() (list []rewards.Disputed) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = rewards.Disputes(ctx, tx, s.p.ID, 100)
		return err
	})
	return list
}

func (s *shop) settle(v rewards.Voucher, back bool) (done rewards.Settled, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = rewards.SettleDispute(ctx, tx, s.p, v.ID, rewards.Settling{Return: back, Why: "the film shows it", Actor: "cli:ana", Door: "cli"})
		return err
	})
	return done, err
}

func TestADisputeReturnsThePoints(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(1)
		s.gift(30, 20*day)
		s.gift(30, 0)
		late := s.clock.Now().Add(20 * day).UnixMilli()
		v, _, _ := s.redeem(s.ana, 1)
		s.use(rewards.Using{Code: v.Code})
		_, err := s.settle(v, true)
		wantCode(t, err, db.Conflict) // nobody objects
		s.dispute(v)
		if list := s.disputes(); len(list) != 1 || list[0].ID != v.ID || list[0].Lately != 1 || list[0].Many {
			t.Errorf("%+v", list)
		}
		done, err := s.settle(v, true)
		if err != nil || done.Voucher.State != rewards.Cancelled || done.Voucher.DisputeEntry == 0 || done.New.ID != 0 {
			t.Errorf("%+v, %v", done, err)
		}
		if got, want := s.lots(), []lot{{30, late}, {30, 0}}; !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		s.stands(60, 0, 0)
		if len(s.disputes()) != 0 {
			t.Error("still on the list")
		}
		for _, back := range []bool{true, false} {
			_, err := s.settle(v, back)
			wantCode(t, err, db.Conflict)
		}
		_, _, err = s.redeem(s.ana, 1)
		wantCode(t, err, db.Refused) // the coffee is gone all the same
		s.says("cancelled", s.use(rewards.Using{Code: v.Code}).Why, "was cancelled")
		topics, bodies := s.texts()
		if topics[1] != "dispute_returned" || !strings.Contains(bodies[1], "50 puntos") {
			t.Errorf("%q %q", topics, bodies)
		}
		s.audited("dispute.settle", `"state":"redeemed"`, `"why":"the film shows it"`)
		s.stands(60, 0, 0)
	})
}

func TestADisputeIsUpheld(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(1)
		s.gift(50, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.use(rewards.Using{Code: v.Code})
		s.dispute(v)
		done, err := s.settle(v, false)
		if err != nil || done.Voucher.State != rewards.Redeemed || done.Voucher.Settlement != rewards.DisputeUpheld {
			t.Errorf("%+v, %v", done, err)
		}
		_, err = s.settle(v, true)
		wantCode(t, err, db.Conflict)
		s.says("a settled use", s.reverse(v.ID, rewards.Undoing{}).Why, "the owner settles it")
		if topics, _ := s.texts(); topics[1] != "dispute_upheld" {
			t.Errorf("%q", topics)
		}
		s.stands(0, 0, 0)
	})
}

// Somebody else knew the code of a gift: the member gets another, for a week at least.
func TestADisputedGiftIsGivenAnew(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		for _, c := range []struct {
			wait time.Duration
			want time.Duration // from the settling
		}{{0, 7 * day}, {30 * day, 7 * day}} {
			v := s.hand("amount", 500)
			s.use(rewards.Using{Code: v.Code})
			s.dispute(v)
			s.clock.Add(c.wait)
			done, err := s.settle(v, true)
			n := done.New
			if err != nil || n.Code == v.Code || n.Value != 500 || n.State != rewards.Issued || n.DisputedAt != 0 || n.ExpiresAt != s.clock.Now().Add(c.want).UnixMilli() {
				t.Errorf("%+v, %v", n, err)
			}
			if topics, bodies := s.texts(); topics[len(topics)-1] != "dispute_gift" || !strings.Contains(bodies[len(bodies)-1], n.Code) {
				t.Errorf("%q", bodies)
			}
			s.says("the old code", s.use(rewards.Using{Code: v.Code}).Why, "cancelled")
			s.says("the new code", s.use(rewards.Using{Code: n.Code}).Why, "")
			s.sound()
		}
	})
}

func TestManyDisputesAtOneTill(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		object := func(actor string, back bool) {
			v := s.hand("amount", 5)
			s.use(rewards.Using{Code: v.Code, Actor: actor, Door: "till"})
			s.dispute(v)
			if back {
				if _, err := s.settle(v, true); err != nil {
					t.Error(err)
				}
			}
		}
		object("till:3", true)
		s.clock.Add(30*day - time.Hour)
		object("till:3", true)
		object("till:3", true)
		object("till:3", false)
		object("till:4", false)
		shown := func() (all []string) {
			for _, d := range s.disputes() {
				all = append(all, fmt.Sprintf("%s %d %v", d.Actor, d.Lately, d.Many))
			}
			return all
		}
		if got, want := shown(), []string{"till:3 4 true", "till:4 1 false"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		s.clock.Add(time.Hour)
		if got, want := shown(), []string{"till:3 3 false", "till:4 1 false"}; !slices.Equal(got, want) {
			t.Errorf("a month after the first: %q", got)
		}
	})
}

func TestWhoMaySettle(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.hand("amount", 5)
		s.use(rewards.Using{Code: v.Code, Actor: "staff:7", Door: "page"})
		s.dispute(v)
		for _, c := range []struct {
			voucher    int64
			actor, why string
			code       db.Code
		}{
			{v.ID, "staff:7", "x", db.Denied},
			{v.ID, "", "x", db.Invalid},
			{v.ID, "staff:8", " ", db.Invalid},
			{1, "staff:8", "x", db.Missing},
			{v.ID, "staff:8", "x", ""},
		} {
			wantCode(t, s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.SettleDispute(ctx, tx, s.p, c.voucher, rewards.Settling{Why: c.why, Actor: c.actor, Door: "page"})
				return err
			}), c.code)
		}
	})
}

// A sale that is given back settles what the member said of its vouchers.
func TestARefundSettlesADispute(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(50, 0)
		v, _, _ := s.redeem(s.ana, 1)
		gift := s.hand("amount", 5)
		sale := s.buy(1000)
		s.use(rewards.Using{Code: v.Code, Purchase: sale.ID})
		s.use(rewards.Using{Code: gift.Code, Purchase: sale.ID})
		s.dispute(v)
		s.dispute(gift)
		if back := s.refund(sale, whole()); back.GivenBack != 50 {
			t.Errorf("%+v", back)
		}
		if len(s.disputes()) != 0 {
			t.Error("still on the list")
		}
		_, err := s.settle(v, true)
		wantCode(t, err, db.Conflict)
		s.says("the gift again", s.use(rewards.Using{Code: gift.Code}).Why, "")
		s.stands(50, 0, 0)
	})
}
