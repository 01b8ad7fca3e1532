package rewards_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

func (s *shop) action(n rewards.NewAction) (a rewards.Action) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = rewards.AddAction(ctx, tx, s.p, n)
		return err
	})
	return a
}

// claim gives a member an action and tells the news of it.
func (s *shop) claim(m members.Member, c rewards.Claiming) (done rewards.Claimed, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		var news rewards.News
		if done, m, err = rewards.Claim(ctx, tx, s.p, m, c, &news); err != nil {
			return err
		}
		return news.Tell(ctx, tx, s.p, m)
	})
	return done, err
}

func (s *shop) gone(t *testing.T, what error, why rewards.Why) {
	t.Helper()
	var refused *rewards.ClaimError
	if !asClaim(what, &refused) || refused.Why != why || db.CodeOf(what) != db.Refused || refused.Error() == "" {
		t.Errorf("%v, want it refused for %q", what, why)
	}
}

func TestAnActionIsGivenWithinItsLimits(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		review := s.action(rewards.NewAction{Name: "Tu opinión", Kind: rewards.ReviewAction, Points: 100, Per: rewards.PerMonth, Times: 2})
		for range 2 {
			if done, err := s.claim(s.ana, rewards.Claiming{Action: review}); err != nil || done.Points != 100 {
				t.Fatal(done, err)
			}
		}
		_, err := s.claim(s.ana, rewards.Claiming{Action: review})
		s.gone(t, err, rewards.ClaimEnough)
		s.clock.Add(31 * day)
		if _, err := s.claim(s.ana, rewards.Claiming{Action: review, Source: "crm:7"}); err != nil {
			t.Error(err)
		}
		_, err = s.claim(s.ana, rewards.Claiming{Action: review, Source: "crm:7"})
		wantCode(t, err, db.Conflict)
		s.stands(300, 0, 0)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			last, err := rewards.History(ctx, tx, s.p, s.ana, 1)
			if err != nil || last[0].Words != "Tu opinión" || last[0].Kind != rewards.KindBonus || !strings.HasPrefix(last[0].Source, "action:") {
				t.Errorf("%+v, %v", last, err)
			}
			return nil
		})
	})
}

func TestAnActionHasItsTimeAndItsTotal(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.action(rewards.NewAction{Name: "Marzo", Kind: rewards.OwnAction, Points: 5, Times: rewards.NoLimit, Total: 2, Starts: "2027-03-10", Ends: "2027-03-11"})
		a := s.actionNow("Marzo")
		_, err := s.claim(s.ana, rewards.Claiming{Action: a})
		s.gone(t, err, rewards.ClaimEarly)
		s.clock.Set(time.Date(2027, 3, 10, 0, 0, 0, 0, s.p.Location()))
		for range 2 {
			if _, err := s.claim(s.ana, rewards.Claiming{Action: a}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = s.claim(s.ana, rewards.Claiming{Action: a})
		s.gone(t, err, rewards.ClaimUsedUp)
		s.clock.Set(time.Date(2027, 3, 12, 0, 0, 0, 0, s.p.Location()))
		_, err = s.claim(s.ana, rewards.Claiming{Action: a})
		s.gone(t, err, rewards.ClaimOver)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.RetireAction(ctx, tx, s.p.ID, "Marzo")
			return err
		})
		_, err = s.claim(s.ana, rewards.Claiming{Action: a})
		if err == nil {
			t.Error("claimed after the end")
		}
		s.stands(10, 0, 0)
	})
}

func (s *shop) actionNow(name string) (a rewards.Action) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = rewards.ActionByName(ctx, tx, s.p.ID, name)
		return err
	})
	return a
}

func TestAnActionGivesAVoucherGoodTheNextDay(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(1)
		a := s.action(rewards.NewAction{Name: "Sigue la cuenta", Kind: rewards.SocialAction, Reward: 1, NextDay: true})
		done, err := s.claim(s.ana, rewards.Claiming{Action: a})
		if err != nil || done.Voucher.Cost != 0 || done.Voucher.ValidFrom <= s.clock.Now().UnixMilli() || done.Points != 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		// The last coffee is given: another member gets nothing, and may ask again when there is one.
		_, err = s.claim(s.join("+51987000111"), rewards.Claiming{Action: a})
		s.gone(t, err, rewards.ClaimUsedUp)
		s.sound()
	})
}

func TestStaffGiveNothingToTheirOwnNumber(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		a := s.action(rewards.NewAction{Name: "Encuesta", Kind: rewards.OwnAction, Points: 10})
		var luis, ana members.Staff
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if luis, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Luis", Role: members.Cashier}); err != nil {
				return err
			}
			ana, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Ana", Role: members.Cashier, Phone: s.ana.Phone})
			return err
		})
		_, err := s.claim(s.ana, rewards.Claiming{Action: a, Staff: ana.ID, Actor: "staff:2", Door: "page"})
		wantCode(t, err, db.Denied)
		if _, err := s.claim(s.ana, rewards.Claiming{Action: a, Staff: luis.ID, Actor: "staff:1", Door: "page", Tell: sms.Reply}); err != nil {
			t.Error(err)
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			acts, err := members.Audits(ctx, tx, s.p.ID, 0, 100)
			if err != nil || len(acts) != 1 || acts[0].Action != "action.give" || !strings.Contains(acts[0].After, `"points":10`) {
				t.Errorf("%+v, %v", acts, err)
			}
			return nil
		})
	})
}

func TestWhatIsNoAction(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.action(rewards.NewAction{Name: "Por unirte", Kind: rewards.JoinAction, Points: 500})
		for story, c := range map[string]struct {
			n    rewards.NewAction
			code db.Code
		}{
			"no name":               {rewards.NewAction{Kind: "own", Points: 1}, db.Invalid},
			"an unknown kind":       {rewards.NewAction{Name: "a", Kind: "trip", Points: 1}, db.Invalid},
			"nothing given":         {rewards.NewAction{Name: "a", Kind: "own"}, db.Invalid},
			"below zero":            {rewards.NewAction{Name: "a", Kind: "own", Points: -1}, db.Invalid},
			"a minimum of a review": {rewards.NewAction{Name: "a", Kind: "review", Points: 1, Minimum: 5}, db.Invalid},
			"a minimum below zero":  {rewards.NewAction{Name: "a", Kind: "referral", Points: 1, Minimum: -5}, db.Invalid},
			"two rewards":           {rewards.NewAction{Name: "a", Kind: "own", Reward: 1, RewardID: 2}, db.Invalid},
			"next day of nothing":   {rewards.NewAction{Name: "a", Kind: "own", Points: 1, NextDay: true}, db.Invalid},
			"an unknown span":       {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Per: "week"}, db.Invalid},
			"times below none":      {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Times: -2}, db.Invalid},
			"a total below zero":    {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Total: -1}, db.Invalid},
			"joining twice":         {rewards.NewAction{Name: "a", Kind: "join", Points: 1, Times: 2}, db.Invalid},
			"two birthdays a year":  {rewards.NewAction{Name: "a", Kind: "birthday", Points: 1, Times: 2}, db.Invalid},
			"no day":                {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Starts: "3/1/2027"}, db.Invalid},
			"no last day":           {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Ends: "2027-02-30"}, db.Invalid},
			"an end before":         {rewards.NewAction{Name: "a", Kind: "own", Points: 1, Starts: "2027-03-02", Ends: "2027-03-01"}, db.Invalid},
			"a reward not there":    {rewards.NewAction{Name: "a", Kind: "own", Reward: 9}, db.Missing},
			"a reward id not there": {rewards.NewAction{Name: "a", Kind: "own", RewardID: 999}, db.Missing},
			"a name taken":          {rewards.NewAction{Name: "Por unirte", Kind: "own", Points: 1}, db.Conflict},
			"a second join action":  {rewards.NewAction{Name: "a", Kind: "join", Points: 1}, db.Conflict},
		} {
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.AddAction(ctx, tx, s.p, c.n)
				return err
			})
			if db.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", story, err, c.code)
			}
		}
	})
}

func TestAnActionIsReadFromAFile(t *testing.T) {
	n, err := rewards.ReadAction(strings.NewReader(`{"name": "Instagram", "kind": "social", "points": 100, "per": "year", "times": 1}`))
	if err != nil || n.Name != "Instagram" || n.Points != 100 || n.Per != "year" {
		t.Errorf("%+v, %v", n, err)
	}
	for file, sentence := range map[string]string{
		``:                           "empty",
		`{"name": "a", "pints": 5}`:  `no field "pints"`,
		`{"points": "many"}`:         "points cannot be a string",
		`{"points": 1.5}`:            "points cannot be a number",
		`{"name": "a"} {"name": ""}`: "behind the action",
		`name: a`:                    "no JSON",
	} {
		if _, err := rewards.ReadAction(strings.NewReader(file)); db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%s: %v, want %q", file, err, sentence)
		}
	}
}

func TestJoiningIsGivenOnceInALifetime(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.p.JoinBonus = 20
		gift := func() (done rewards.Claimed) {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
				if err == nil {
					done, _, err = rewards.JoinGift(ctx, tx, s.p, m, nil)
				}
				return err
			})
			return done
		}
		s.action(rewards.NewAction{Name: "Verano", Kind: rewards.JoinAction, Points: 7, Starts: "2030-01-01"})
		if got := gift(); got.Points != 20 {
			t.Errorf("before the action begins: %+v", got)
		}
		if got := gift(); got.Points != 0 || s.now().Balance != 20 {
			t.Errorf("a second time: %+v", got)
		}
		s.ana = s.join("+51987000222")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.RetireAction(ctx, tx, s.p.ID, "Verano")
			return err
		})
		s.coffee(rewards.Unlimited)
		s.action(rewards.NewAction{Name: "Bienvenida", Kind: rewards.JoinAction, Points: 500, Reward: 1, Total: 1})
		if got := gift(); got.Points != 500 || got.Voucher.ID == 0 {
			t.Errorf("by the action: %+v", got)
		}
		if got := gift(); got.Points != 0 || got.Voucher.ID != 0 {
			t.Errorf("by the action again: %+v", got)
		}
		s.ana = s.join("+51987000333")
		if got := gift(); got.Points != 20 || got.Voucher.ID != 0 {
			t.Errorf("when the action is used up: %+v", got)
		}
		s.sound()
	})
}

func TestABirthdayIsGivenOnceAYear(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.action(rewards.NewAction{Name: "Tu cumple", Kind: rewards.BirthdayAction, Points: 100})
		round := func(at string, want int64) {
			t.Helper()
			when, err := time.ParseInLocation("2006-01-02 15:04", at, s.p.Location())
			if err != nil {
				t.Fatal(err)
			}
			s.clock.Set(when)
			var n int64
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = rewards.GiveBirthdays(ctx, tx, s.p, 100)
				return err
			})
			if n != want {
				t.Errorf("%s: %d given, want %d", at, n, want)
			}
		}
		born := func(m members.Member, month, d int64) {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				return members.SetBirthday(ctx, tx, m, members.Birthday{Month: month, Day: d})
			})
		}
		born(s.ana, 2, 29)
		late := s.join("+51987000111")
		born(late, 3, 5)
		round("2027-03-05 12:00", 0) // told on the day
		round("2028-02-28 12:00", 0) // a leap year: tomorrow
		round("2028-02-29 00:00", 1)
		round("2028-02-29 23:59", 0)
		round("2028-03-07 23:59", 1) // nothing ran for two days
		round("2029-02-28 08:00", 1)
		round("2029-03-01 08:00", 0)
		round("2029-03-08 08:00", 0) // too late
		s.sound()
	})
}
