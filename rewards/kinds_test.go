package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func TestEveryKindIsRedeemed(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.store("Barranco")
		s.levels()
		s.rises("Oro")
		s.clock.Set(time.Date(2027, 4, 2, 15, 0, 0, 0, time.UTC))
		s.gift(2000, 0)
		left := int64(2000)
		for _, file := range everyKind() {
			r := s.mustPut(file)
			if r.Number == 0 {
				continue
			}
			if r.Kind == rewards.DigitalCode {
				s.codes(r.ID, "A-1")
			}
			v, open, err := s.choose(r, 2)
			if err != nil || open {
				t.Errorf("%s: %v, %v", r.Kind, open, err)
				continue
			}
			left -= r.Cost
			want := rewards.Voucher{
				ProgramID: r.ProgramID, ID: v.ID, Code: v.Code, MemberID: s.ana.ID, RewardID: r.ID, Name: r.Name, Kind: r.Kind, Value: r.Value,
				Minimum: r.Minimum, Categories: r.Categories, Products: r.Products, Stores: r.Stores, Cost: r.Cost, State: rewards.Issued,
				IssuedAt: s.clock.Now().UnixMilli(), ValidFrom: s.clock.Now().UnixMilli(), ExpiresAt: v.ExpiresAt, RedeemEntry: v.RedeemEntry,
			}
			switch r.Kind {
			case rewards.Experience:
				want.Choice = "Cafe"
			case rewards.Donation:
				want.Choice, want.State, want.RedeemedAt, want.Actor = "Comedor Santa Rosa", rewards.Redeemed, want.IssuedAt, "system"
			case rewards.DigitalCode:
				want.Digital, want.State, want.RedeemedAt, want.Actor = "A-1", rewards.Redeemed, want.IssuedAt, "system"
			case rewards.AmountOff:
				want.ValidFrom = time.Date(2027, 4, 3, 5, 0, 0, 0, time.UTC).UnixMilli()
			}
			if v != want {
				t.Errorf("%s:\n%+v, want\n%+v", r.Kind, v, want)
			}
			if again, open, err := s.choose(r, 1); err != nil || !open || again.ID != v.ID {
				t.Errorf("%s again: %+v, %v, %v", r.Kind, again, open, err)
			}
			s.stands(left, 0, 0)
		}
	})
}

func (s *shop) choose(r rewards.Reward, choice int) (v rewards.Voucher, open bool, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) (err error) {
		v, open, err = rewards.RedeemChoice(ctx, tx, s.p, s.ana, r, choice)
		return err
	})
	return v, open, err
}

func TestAnExperienceAsksWhich(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.mustPut(`{"name": "Cata", "kind": "experience", "cost": 30, "choices": ["Vino", "Cafe"], "stock": 1}`)
		s.gift(100, 0)
		for _, choice := range []int{0, -1, 3} {
			_, _, err := s.choose(r, choice)
			if which := (*rewards.ChoiceError)(nil); !errors.As(err, &which) {
				t.Errorf("choice %d: %v", choice, err)
			}
			wantCode(t, err, db.Refused)
		}
		s.stands(100, 0, 0)
		if v, _, err := s.choose(r, 1); err != nil || v.Choice != "Vino" {
			t.Errorf("%+v, %v", v, err)
		}
		s.stands(70, 0, 0)
	})
}

// crowd are so many members with so many points each.
func (s *shop) crowd(n int, points int64) []members.Member {
	s.t.Helper()
	all := make([]members.Member, n)
	for i := range all {
		all[i] = s.join(members.Phone(fmt.Sprintf("+519877%05d", i)))
	}
	s.write(func(ctx context.Context, tx *db.Tx) error {
		for i := range all {
			m, err := members.Lock(ctx, tx, s.p.ID, all[i].ID)
			if err != nil {
				return err
			}
			if _, _, err := rewards.Bonus(ctx, tx, s.p, m, "", fmt.Sprint("crowd:", i), points, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

func TestTwoHundredWantTheLastOne(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(1)
		all := s.crowd(200, 50)
		var outcomes tally
		atOnce(len(all), func(i int) {
			_, _, err := s.redeem(all[i], 1)
			outcomes.add(err)
		})
		if outcomes.n[""] != 1 || outcomes.n[db.Refused] != 199 {
			t.Errorf("outcomes %v", outcomes.n)
		}
		s.sound()
	})
}

func TestACodeIsGivenToOneOfFifty(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.mustPut(`{"number": 1, "name": "Recarga", "kind": "code", "cost": 50}`)
		var list []string
		for i := range 30 {
			list = append(list, fmt.Sprint("code-", i))
		}
		s.codes(r.ID, list...)
		all := s.crowd(50, 50)
		var outcomes tally
		var mu sync.Mutex
		given := map[string]int{}
		atOnce(len(all), func(i int) {
			v, _, err := s.redeem(all[i], 1)
			outcomes.add(err)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				given[v.Digital]++
			}
		})
		if outcomes.n[""] != 30 || outcomes.n[db.Refused] != 20 || len(given) != 30 {
			t.Errorf("outcomes %v, %d codes given", outcomes.n, len(given))
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			left, err := rewards.CodesLeft(ctx, tx, r)
			if left != 0 {
				t.Errorf("%d are left", left)
			}
			return err
		})
		s.sound()
	})
}

func TestAnAutomaticRewardIsIssuedByItself(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.mustPut(`{"number": 0, "name": "Vale 25", "kind": "gift_card", "value": 2500, "cost": 5000, "automatic": true, "stock": 8}`)
		s.wins(4999)
		s.stands(4999, 0, 0)
		s.wins(1)
		s.stands(0, 0, 0)
		topics, bodies := s.texts()
		if !slices.Equal(topics, []string{"voucher_reached"}) || !strings.Contains(bodies[0], "Vale 25") {
			t.Errorf("%v %q", topics, bodies)
		}
		s.wins(31000) // six times, of which five at once
		s.stands(6000, 0, 0)
		s.wins(1)
		s.stands(1001, 0, 0)
		s.wins(9000)
		s.stands(5001, 0, 0) // the last of the stock
		s.wins(1)
		s.stands(5002, 0, 0)
	})
}

// wins gives Ana points for something.
func (s *shop) wins(points int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		var news rewards.News
		if _, m, err = rewards.Bonus(ctx, tx, s.p, m, "", fmt.Sprint("bonus:", tx.ID()), points, &news); err != nil {
			return err
		}
		return news.Tell(ctx, tx, s.p, m)
	})
}

func TestWhoLeftOrIsTooLateGetsNoAutomaticReward(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.levels()
		s.mustPut(`{"number": 0, "name": "Ayer", "kind": "gift_card", "value": 1, "cost": 10, "automatic": true, "starts": "2027-03-06"}`)
		s.mustPut(`{"number": 0, "name": "Oro", "kind": "gift_card", "value": 1, "cost": 10, "automatic": true, "level": "Oro"}`)
		s.wins(15)
		s.stands(15, 0, 0)
		s.clock.Add(day)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE members SET left_at = $1 WHERE id = $2", tx.Now, s.ana.ID)
			return err
		})
		s.wins(1)
		s.stands(16, 0, 0)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE members SET left_at = 0 WHERE id = $1", s.ana.ID)
			return err
		})
		s.wins(1)
		s.stands(7, 0, 0)
	})
}

func TestAutomaticRewardsAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.mustPut(`{"number": 0, "name": "Vale", "kind": "gift_card", "value": 2500, "cost": 100, "automatic": true}`)
		atOnce(20, func(int) { s.wins(30) })
		s.stands(0, 0, 0) // 600 points are six
		s.read(func(ctx context.Context, tx *db.Tx) error {
			n := 0
			err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM vouchers WHERE member_id = $1", s.ana.ID).Scan(&n)
			if n != 6 {
				t.Errorf("%d vouchers", n)
			}
			return err
		})
	})
}

func TestUploadedCodes(t *testing.T) {
	for _, c := range []struct {
		file            string
		codes           string
		repeated, blank int64
		sentence        string
	}{
		{"a\nb\r\n\n  c  \na\n", "a b c", 1, 1, ""},
		{"\ufeffcode;worth\n\"A-1\";10\nB-2,\"x,y\"\n", "A-1 B-2", 0, 0, ""},
		{"", "", 0, 0, ""},
		{"a\x00b\n", "", 0, 0, "line 1 holds letters"},
		{"ok\n\xff\xfe\n", "", 0, 0, "line 2 holds letters"},
		{strings.Repeat("x", 61), "", 0, 0, "line 1 is longer"},
		{strings.Repeat("x", 1<<20), "", 0, 0, "line without end"},
	} {
		l, err := rewards.ReadCodes(strings.NewReader(c.file))
		if c.sentence != "" {
			if db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("%.20q: %v", c.file, err)
			}
			continue
		}
		if err != nil || strings.Join(l.Codes, " ") != c.codes || l.Repeated != c.repeated || l.Blank != c.blank {
			t.Errorf("%q: %+v, %v", c.file, l, err)
		}
	}
	inEachShop(t, func(t *testing.T, s *shop) {
		r := s.mustPut(`{"name": "Recarga", "kind": "code", "cost": 50}`)
		for _, want := range []int64{2, 0} {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				added, err := rewards.AddCodes(ctx, tx, s.p, r, []string{"a", "b"})
				if added != want {
					t.Errorf("%d added, want %d", added, want)
				}
				return err
			})
		}
		s.read(func(ctx context.Context, tx *db.Tx) error {
			low, counts, err := rewards.LowCodes(ctx, tx, s.p.ID)
			if len(low) != 1 || !slices.Equal(counts, []int64{2}) {
				t.Errorf("few are left of %v: %v", low, counts)
			}
			return err
		})
		err := s.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddCodes(ctx, tx, s.p, s.coffeeNow(ctx, tx), []string{"a"})
			return err
		})
		wantCode(t, err, db.Invalid)
	})
}

func (s *shop) coffeeNow(ctx context.Context, tx *db.Tx) rewards.Reward {
	r, err := rewards.AddReward(ctx, tx, s.p, rewards.NewReward{Name: "Café", Kind: rewards.FreeItem, Cost: 50, Stock: rewards.Unlimited, Days: 7})
	if err != nil {
		s.t.Error(err)
	}
	return r
}

func TestTheStatementOfDonations(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(1000, 0)
		rosa := s.mustPut(`{"name": "Comida", "kind": "donation", "value": 800, "cost": 40, "charity": "Santa Rosa"}`)
		luz := s.mustPut(`{"name": "Libro", "kind": "donation", "value": 500, "cost": 20, "charity": "Aula Luz"}`)
		for range 3 {
			s.choose(rosa, 0)
			s.clock.Add(11 * time.Minute)
		}
		s.choose(luz, 0)
		s.clock.Set(time.Date(2027, 4, 1, 5, 0, 0, 0, time.UTC)) // the first instant of April in Lima
		s.choose(luz, 0)
		for month, want := range map[string]string{
			"2027-03": "[{Aula Luz 1 20 500} {Santa Rosa 3 120 2400}]", "2027-04": "[{Aula Luz 1 20 500}]", "2027-02": "[]",
		} {
			s.read(func(ctx context.Context, tx *db.Tx) error {
				list, err := rewards.Donations(ctx, tx, s.p, month)
				if got := fmt.Sprint(list); got != want {
					t.Errorf("%s: %s, want %s", month, got, want)
				}
				return err
			})
		}
	})
}
