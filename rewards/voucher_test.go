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

func TestRedeemingAReward(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(30, 0)
		_, _, err := s.redeem(s.ana, 1)
		if !isShort(err, 20) {
			t.Errorf("with 30 of 50: %v", err)
		}
		wantCode(t, err, db.Refused)
		_, _, err = s.redeem(s.ana, 2)
		wantCode(t, err, db.Missing)

		s.gift(30, 0)
		v, open, err := s.redeem(s.ana, 1)
		if err != nil || open || v.State != rewards.Issued || v.Cost != 50 || v.Name != "Café" {
			t.Fatalf("%+v, %v, %v", v, open, err)
		}
		// Lima is 5 hours behind: Friday 5 March there, good to the last minute of Friday the 12th.
		if want := time.Date(2027, 3, 13, 4, 59, 0, 0, time.UTC).UnixMilli(); v.ExpiresAt != want {
			t.Errorf("ends %v, want %v", time.UnixMilli(v.ExpiresAt).UTC(), time.UnixMilli(want).UTC())
		}
		s.stands(10, 0, 0)
	})
}

func TestAskingAgainAnswersTheOpenCode(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(1)
		s.gift(200, 0)
		first, _, _ := s.redeem(s.ana, 1)
		s.clock.Add(10*time.Minute - time.Millisecond)
		second, open, err := s.redeem(s.ana, 1)
		if err != nil || !open || second.Code != first.Code {
			t.Errorf("within ten minutes: %s, %v, %v; want %s", second.Code, open, err, first.Code)
		}
		s.stands(150, 0, 0)
		s.clock.Add(time.Millisecond)
		_, _, err = s.redeem(s.ana, 1)
		wantCode(t, err, db.Refused) // the stock was one
		s.stands(150, 0, 0)
	})
}

func TestAUsedCodeIsNotOpen(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(2)
		s.gift(200, 0)
		first, _, _ := s.redeem(s.ana, 1)
		s.use(rewards.Using{Code: first.Code})
		second, open, err := s.redeem(s.ana, 1)
		if err != nil || open || second.Code == first.Code {
			t.Errorf("%+v, %v, %v", second, open, err)
		}
		s.stands(100, 0, 0)
	})
}

func TestAVoucherWorksFromItsFirstInstantToBeforeItsLast(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(100, 0)
		v, _, _ := s.redeem(s.ana, 1)
		w, _, _ := s.redeem(s.ana, 1)
		if v.Code != w.Code {
			t.Fatal("two codes within ten minutes")
		}
		s.clock.Add(time.Hour)
		w, _, _ = s.redeem(s.ana, 1)

		s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
		if used := s.use(rewards.Using{Code: v.Code}); used.Why != nil {
			t.Errorf("a millisecond before its end: %v", used.Why)
		}
		s.clock.Set(time.UnixMilli(w.ExpiresAt))
		wantCode(t, s.use(rewards.Using{Code: w.Code}).Why, db.Refused)
		wantCode(t, s.use(rewards.Using{Code: v.Code}).Why, db.Conflict)

		gift := s.grant(2*time.Hour, day)
		wantCode(t, s.use(rewards.Using{Code: gift.Code}).Why, db.Refused)
		s.clock.Add(2 * time.Hour)
		if used := s.use(rewards.Using{Code: gift.Code}); used.Why != nil {
			t.Errorf("at its first instant: %v", used.Why)
		}
		s.sound()
	})
}

// grant gives Ana a voucher of 10 per cent off, from a while ahead and for a while.
func (s *shop) grant(from, lasting time.Duration) (v rewards.Voucher) {
	s.t.Helper()
	begin := s.clock.Now().Add(from)
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = rewards.Grant(ctx, tx, s.p, s.ana, rewards.Terms{
			Name: "10 % menos", Kind: rewards.PercentOff, Value: 10, Minimum: 2000, ValidFrom: begin.UnixMilli(), ExpiresAt: begin.Add(lasting).UnixMilli(),
		}, 0)
		return err
	})
	return v
}

func TestACampaignGivesOneVoucherEach(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		north, south := s.store("Norte"), s.store("Sur")
		terms := rewards.Terms{Name: "2x1", Kind: rewards.FreeItem, Stores: []int64{7, south.ID}, ExpiresAt: s.clock.Now().Add(day).UnixMilli()}
		bob := s.join("+51987650000")
		var codes []string
		s.write(func(ctx context.Context, tx *db.Tx) error {
			codes = nil
			for _, m := range []int64{s.ana.ID, s.ana.ID, bob.ID} {
				who := s.ana
				who.ID = m
				v, err := rewards.Grant(ctx, tx, s.p, who, terms, 4)
				if err != nil {
					return err
				}
				codes = append(codes, v.Code)
			}
			return nil
		})
		if codes[0] != codes[1] || codes[1] == codes[2] {
			t.Errorf("codes %v", codes)
		}
		wantCode(t, s.use(rewards.Using{Code: codes[0], Store: north.ID}).Why, db.Refused)
		wantCode(t, s.use(rewards.Using{Code: codes[0]}).Why, db.Refused)
		if used := s.use(rewards.Using{Code: codes[0], Store: south.ID}); used.Why != nil {
			t.Error(used.Why)
		}
		terms.ExpiresAt = s.clock.Now().UnixMilli()
		err := s.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.Grant(ctx, tx, s.p, s.ana, terms, 5)
			return err
		})
		wantCode(t, err, db.Invalid)
	})
}

func (s *shop) store(name string) (st members.Store) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		st, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: name})
		return err
	})
	return st
}

func TestAVoucherMayAskForALargerPurchase(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.grant(0, day)
		wantCode(t, s.use(rewards.Using{Code: v.Code, Amount: 1999}).Why, db.Refused)
		if used := s.use(rewards.Using{Code: v.Code, Amount: 2000}); used.Why != nil {
			t.Error(used.Why)
		}
	})
}

func TestPointsOfAnUnusedVoucherGoHome(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(1)
		s.gift(10, 2*day)                              // past when they come back
		s.gift(10, 14*day+16*time.Hour+59*time.Minute) // just 7 days left then
		s.gift(10, 20*day)
		s.gift(30, 0)
		late := s.clock.Now().Add(20 * day).UnixMilli()
		v, _, err := s.redeem(s.ana, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.lots(); !slices.Equal(got, []lot{{10, 0}}) {
			t.Fatalf("lots %v", got)
		}
		s.clock.Set(time.UnixMilli(v.ExpiresAt - 1))
		if n := s.releaseDue(); n != 0 {
			t.Errorf("%d released before their end", n)
		}
		s.clock.Add(time.Millisecond)
		if n := s.releaseDue(); n != 1 {
			t.Errorf("%d released", n)
		}
		if n := s.releaseDue(); n != 0 {
			t.Errorf("%d released again", n)
		}
		week := s.clock.Now().Add(7 * day).UnixMilli()
		if got, want := s.lots(), []lot{{20, week}, {10, late}, {30, 0}}; !slices.Equal(got, want) {
			t.Errorf("lots %v, want %v", got, want)
		}
		s.stands(60, 0, 0)
		wantCode(t, s.use(rewards.Using{Code: v.Code}).Why, db.Refused)
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Errorf("the coffee is not back in stock: %v", err)
		}
	})
}

func TestPointsThatComeBackFillADebtFirst(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.coffee(rewards.Unlimited)
		s.gift(10, 30*day)
		late := s.clock.Now().Add(30 * day).UnixMilli()
		sale := s.buy(40000)
		s.redeem(s.ana, 1)
		s.refund(sale, whole())
		s.stands(-40, 40, 0)
		s.clock.Add(8 * day)
		s.releaseDue()
		s.stands(10, 0, 0) // the debt took the points that would have expired first, and 30 more
		if got := s.lots(); !slices.Equal(got, []lot{{10, 0}}) {
			t.Errorf("lots %v; the ones that end at %d filled the debt", got, late)
		}
	})
}

func TestWrongCodes(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.grant(0, day)
		wrong := rewards.Using{Code: "22222222"} // a good check letter, and nobody's
		for range 10 {
			wantCode(t, s.use(rewards.Using{Code: "22222223"}).Why, db.Invalid) // a typo is not counted
			wantCode(t, s.use(wrong).Why, db.Missing)
		}
		wantCode(t, s.use(wrong).Why, db.Denied)
		wantCode(t, s.use(rewards.Using{Code: v.Code}).Why, db.Denied)
		wantCode(t, s.use(rewards.Using{Code: "22222222", Actor: "staff:8", Door: "page"}).Why, db.Missing)
		s.clock.Add(time.Hour)
		if used := s.use(rewards.Using{Code: v.Code}); used.Why != nil {
			t.Errorf("an hour later: %v", used.Why)
		}
	})
}

func TestGuessingCodesIsBlocked(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		looked := 0
		s.write(func(ctx context.Context, tx *db.Tx) error {
			looked = 0
			for range 3000 {
				used, err := rewards.Use(ctx, tx, s.p, rewards.Using{Code: "22222222", Actor: "till:3", Door: "till"})
				if err != nil {
					return err
				}
				if db.CodeOf(used.Why) == db.Missing {
					looked++
				}
			}
			return nil
		})
		if looked != 10 {
			t.Errorf("%d guesses were answered, want 10", looked)
		}
	})
}

func TestAMemberMayObject(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.grant(0, day)
		object := func(member, voucher int64) (rewards.Voucher, error) {
			var got rewards.Voucher
			who := s.ana
			who.ID = member
			err := s.try(func(ctx context.Context, tx *db.Tx) (err error) {
				got, err = rewards.Dispute(ctx, tx, s.p, who, voucher)
				return err
			})
			return got, err
		}
		_, err := object(s.ana.ID, v.ID)
		wantCode(t, err, db.Missing) // not used yet
		s.use(rewards.Using{Code: v.Code})
		_, err = object(s.ana.ID+1, v.ID)
		wantCode(t, err, db.Missing) // not theirs
		first, err := object(s.ana.ID, v.ID)
		if err != nil || first.DisputedAt != s.clock.Now().UnixMilli() {
			t.Errorf("%+v, %v", first, err)
		}
		s.clock.Add(time.Hour)
		if second, err := object(s.ana.ID, v.ID); err != nil || second.DisputedAt != first.DisputedAt {
			t.Errorf("%+v, %v", second, err)
		}
	})
}
