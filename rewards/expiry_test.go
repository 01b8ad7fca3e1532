package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// lima is a moment as clocks in Lima show it, in unix milliseconds.
func lima(s string) int64 { return limaTime(s).UnixMilli() }

func limaTime(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("Lima", -5*60*60))
	if err != nil {
		panic(err)
	}
	return t
}

// setExpiry changes the rule and leaves the points as they are.
func (s *shop) setExpiry(x rewards.Expiry) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = rewards.SetExpiry(ctx, tx, s.p, x, members.Act{Actor: "cli:ana", Door: "cli"})
		return err
	})
}

// expires changes the rule and brings all points under it.
func (s *shop) expires(x rewards.Expiry) {
	s.t.Helper()
	s.setExpiry(x)
	s.round(rewards.DateAnew)
}

type round = func(context.Context, *db.Tx, members.Program, int64) (int64, error)

// round goes through a round to its end, and makes sure that a second time does nothing.
func (s *shop) round(do round) (n int64) {
	s.t.Helper()
	for {
		did := s.once(do, 100)
		if did == 0 {
			return n
		}
		if n += did; n > 10_000 {
			s.t.Fatal("a round does not end")
		}
	}
}

func (s *shop) once(do round, limit int64) (n int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = do(ctx, tx, s.p, limit)
		return err
	})
	return n
}

// bonus gives Ana points by the program's rule.
func (s *shop) bonus(points int64) {
	s.t.Helper()
	if _, err := s.post(rewards.Posting{Kind: rewards.KindBonus, Delta: points, Source: fmt.Sprint("bonus:", s.id())}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) debit(points int64) error {
	_, err := s.post(rewards.Posting{Kind: rewards.KindAdjust, Delta: -points, Source: fmt.Sprint("spent:", s.id())})
	return err
}

// onClock moves the clock to a moment in Lima.
func (s *shop) onClock(moment string) { s.clock.Set(limaTime(moment)) }

func (s *shop) wantLots(want ...lot) {
	s.t.Helper()
	if got := s.lots(); !slices.Equal(got, want) {
		s.t.Errorf("lots %v, want %v", got, want)
	}
	s.sound()
}

var yearly = rewards.Expiry{Mode: rewards.Rolling, Months: 12, WarnDays: 14}

func TestPointsAreGoodToTheEndOfTheirMonth(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(yearly)
		s.onClock("2027-07-06 15:00")
		s.bonus(50)
		s.onClock("2027-07-31 23:59")
		s.bonus(20)
		s.wantLots(lot{50, lima("2028-08-01 00:00")}, lot{20, lima("2028-08-01 00:00")})
		s.onClock("2028-07-31 23:59")
		if st := s.standing(); st.Balance != 70 || st.ExpiringPoints != 70 || st.ExpiresAt != lima("2028-08-01 00:00") {
			t.Errorf("on the last day: %+v", st)
		}
		if n := s.round(rewards.LapseDue); n != 0 {
			t.Errorf("%d lots lapsed on their last day", n)
		}
		s.onClock("2028-08-01 00:00")
		if st := s.standing(); st.Balance != 0 {
			t.Errorf("after the last day: %+v", st)
		}
		if n := s.round(rewards.LapseDue); n != 2 {
			t.Errorf("%d lots lapsed, want 2", n)
		}
		if kinds := s.kinds(); !slices.Equal(kinds, []string{"bonus", "bonus", "expire", "expire"}) {
			t.Errorf("the ledger says %v", kinds)
		}
		s.stands(0, 0, 0)
	})
}

func TestAnyEntryRenewsWhatGoesByInactivity(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(rewards.Expiry{Mode: rewards.Inactivity, Months: 1})
		s.onClock("2027-05-10 10:00")
		s.bonus(30)
		s.wantLots(lot{30, lima("2027-06-11 00:00")})
		s.onClock("2027-05-31 22:00")
		s.bonus(10)
		s.wantLots(lot{30, lima("2027-07-01 00:00")}, lot{10, lima("2027-07-01 00:00")})
		s.onClock("2027-06-30 23:59")
		if err := s.debit(5); err != nil {
			t.Fatal(err)
		}
		s.wantLots(lot{25, lima("2027-07-31 00:00")}, lot{10, lima("2027-07-31 00:00")})
		s.onClock("2027-07-31 00:00")
		if err := s.debit(1); !isShort(err, 1) {
			t.Errorf("spending what is past its day: %v", err)
		}
		s.round(rewards.LapseDue)
		s.stands(0, 0, 0)
		if m := s.now(); m.ActiveAt != lima("2027-06-30 23:59") {
			t.Errorf("a lapse counts as activity: %d", m.ActiveAt)
		}
		s.bonus(7)
		s.wantLots(lot{7, lima("2027-09-01 00:00")})
	})
}

func TestTurningExpiryOnTouchesNothingBeforeOneFullPeriod(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.onClock("2024-02-10 10:00")
		s.bonus(30)
		s.onClock("2027-01-20 10:00")
		s.bonus(20)
		s.onClock("2027-03-05 10:00")
		s.setExpiry(yearly)
		s.wantLots(lot{30, 0}, lot{20, 0})
		if s.p.ExpiryDatedGen != 0 || s.p.ExpiryGen != 1 || s.p.ExpiryChangedAt != lima("2027-03-05 10:00") {
			t.Errorf("the change touched more than the rule: %+v", s.p)
		}
		if n := s.once(rewards.DateAnew, 1); n != 1 {
			t.Errorf("one lot at a time: %d", n)
		}
		s.round(rewards.DateAnew)
		s.wantLots(lot{30, lima("2028-04-01 00:00")}, lot{20, lima("2028-04-01 00:00")})
		s.bonus(10)
		s.onClock("2028-03-31 23:59")
		s.round(rewards.LapseDue)
		s.stands(60, 0, 0)
		s.onClock("2028-04-01 00:00")
		s.round(rewards.LapseDue)
		s.stands(0, 0, 0)
	})
}

func TestLongerAndShorter(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(yearly)
		s.onClock("2027-01-10 10:00")
		s.bonus(50)
		s.onClock("2027-11-10 10:00")
		s.bonus(20)
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 24})
		s.wantLots(lot{50, lima("2029-02-01 00:00")}, lot{20, lima("2029-12-01 00:00")})
		s.onClock("2028-06-10 10:00")
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 6}) // one period: good to the end of December
		s.wantLots(lot{50, lima("2029-01-01 00:00")}, lot{20, lima("2029-01-01 00:00")})
		s.onClock("2028-07-10 10:00")
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 6, WarnDays: 30})
		s.wantLots(lot{50, lima("2029-01-01 00:00")}, lot{20, lima("2029-01-01 00:00")})
		s.expires(rewards.Expiry{Mode: rewards.NoExpiry})
		s.wantLots(lot{50, 0}, lot{20, 0})
		s.expires(rewards.Expiry{Mode: rewards.Inactivity, Months: 3}) // the last entry was in November 2027
		s.wantLots(lot{50, lima("2028-10-11 00:00")}, lot{20, lima("2028-10-11 00:00")})
	})
}

func TestWhatIsPastItsDayStaysPastIt(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(yearly)
		s.onClock("2027-01-10 10:00")
		s.bonus(50)
		s.onClock("2028-02-01 00:00")
		s.expires(rewards.Expiry{Mode: rewards.NoExpiry})
		if st := s.standing(); st.Balance != 0 {
			t.Errorf("no change brings points back: %+v", st)
		}
		s.round(rewards.LapseDue)
		s.stands(0, 0, 0)
	})
}

// Points that come with a day of their own keep it when expiry is turned on, and when something else about it changes.
func TestADayOfTheirOwn(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(30, 14*day)
		own := s.clock.Now().Add(14 * day).UnixMilli()
		s.expires(yearly)
		s.wantLots(lot{30, own})
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 12, Proof: true, WarnDays: 20})
		s.wantLots(lot{30, own})
		s.expires(rewards.Expiry{Mode: rewards.Rolling, Months: 3})
		s.wantLots(lot{30, own})
	})
}

// A lot that nobody has dated yet is dated before anything is done with it.
func TestSpendingBetweenTheChangeAndTheDating(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.expires(yearly)
		s.onClock("2027-01-10 10:00")
		s.bonus(50)
		s.onClock("2028-01-31 12:00")
		s.setExpiry(rewards.Expiry{Mode: rewards.Rolling, Months: 24})
		s.onClock("2028-02-03 12:00") // past the old day
		if n := s.round(rewards.LapseDue); n != 1 {
			t.Errorf("the round looked at %d lots", n)
		}
		s.wantLots(lot{50, lima("2029-02-01 00:00")})
		if err := s.debit(50); err != nil {
			t.Error(err)
		}
		s.stands(0, 0, 0)
	})
}

// Whoever read the program before the change writes by the rule of now.
func TestAStaleProgramDoesNoHarm(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		before := s.p
		s.onClock("2027-01-10 10:00")
		s.expires(yearly)
		s.p, before = before, s.p
		s.bonus(50)
		s.wantLots(lot{50, lima("2028-02-01 00:00")})
		s.p = before
		s.expires(rewards.Expiry{Mode: rewards.Inactivity, Months: 24})
		s.p = before
		s.onClock("2027-02-10 10:00")
		if err := s.debit(10); err != nil {
			t.Fatal(err)
		}
		s.wantLots(lot{40, lima("2029-02-11 00:00")})
	})
}

func TestTheNextChangeWaitsForTheDating(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.bonus(50)
		s.setExpiry(yearly)
		set := func(x rewards.Expiry) error {
			return s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.SetExpiry(ctx, tx, s.p, x, members.Act{Actor: "cli", Door: "cli"})
				return err
			})
		}
		wantCode(t, set(rewards.Expiry{Mode: rewards.NoExpiry}), db.Busy)
		wantCode(t, set(rewards.Expiry{Mode: rewards.Rolling, Months: 12, WarnDays: 30}), "")
		s.round(rewards.DateAnew)
		wantCode(t, set(rewards.Expiry{Mode: rewards.NoExpiry}), "")
		for _, x := range []rewards.Expiry{
			{Mode: "never"},
			{Mode: rewards.Rolling},
			{Mode: rewards.Rolling, Months: 121},
			{Mode: rewards.NoExpiry, Months: 3},
			{Mode: rewards.Rolling, Months: 3, WarnDays: 91},
			{Mode: rewards.Rolling, Months: 3, WarnDays: -1},
			{Mode: rewards.Rolling, Months: 3, Proof: true, WarnDays: 6},
		} {
			wantCode(t, set(x), db.Invalid)
		}
	})
}

// What comes back goes to its old lots with their day, by the rule of now; what has less than 7 days lasts 7.
func TestReturnedPointsKeepTheirDay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.onClock("2027-01-10 10:00")
		s.bonus(50)
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Fatal(err)
		}
		s.expires(yearly)
		s.onClock("2027-01-20 10:00")
		s.releaseDue()
		s.wantLots(lot{50, lima("2028-02-01 00:00")})
		s.onClock("2028-01-20 10:00")
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Fatal(err)
		}
		s.onClock("2028-01-28 10:00")
		s.releaseDue()
		s.wantLots(lot{50, s.clock.Now().Add(7 * day).UnixMilli()})
	})
}

func TestReturningIsActivity(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.expires(rewards.Expiry{Mode: rewards.Inactivity, Months: 1})
		s.onClock("2027-01-10 10:00")
		s.bonus(60)
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Fatal(err)
		}
		s.onClock("2027-01-18 10:00")
		s.releaseDue()
		s.wantLots(lot{60, lima("2027-02-19 00:00")})
		s.onClock("2027-02-15 10:00")
		if _, _, err := s.redeem(s.ana, 1); err != nil {
			t.Fatal(err)
		}
		s.onClock("2027-03-16 10:00") // past the day of the empty lot's points
		s.releaseDue()
		if left := s.lots(); len(left) == 0 || left[len(left)-1].expires != lima("2027-04-17 00:00") {
			t.Errorf("lots %v", left)
		}
		s.sound()
	})
}

func TestPointsOfWhoLeftAreKeptForAYear(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.onClock("2027-03-01 10:00")
		s.bonus(50)
		s.onClock("2027-03-05 10:00")
		s.leave()
		s.onClock("2028-03-05 09:59")
		if n := s.round(rewards.LapseLeft); n != 0 {
			t.Errorf("%d lapsed before a year was over", n)
		}
		s.stands(50, 0, 0)
		s.onClock("2028-03-05 10:00")
		if n := s.round(rewards.LapseLeft); n != 1 {
			t.Errorf("%d lapsed after a year", n)
		}
		s.stands(0, 0, 0)
		// What a late return brings back is kept for a year again, and lapses again.
		s.bonus(20)
		s.round(rewards.LapseLeft)
		s.stands(20, 0, 0)
		s.onClock("2029-03-05 10:00")
		s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.LapseGone(ctx, tx, s.p, s.ana.Phone) })
		s.stands(0, 0, 0)
		s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.LapseGone(ctx, tx, s.p, "+51900000001") })
	})
}

func (s *shop) leave() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		return members.Stop(ctx, tx, s.p.ID, s.ana.Hash, s.ana, members.Declaration{Door: "text", Actor: "member", Words: "BAJA"})
	})
}
