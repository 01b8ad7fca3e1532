package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// What each code brought: acts claimed with it, members who joined with it, and who of them has bought.
func TestWhatTheCodesOfAnActionBring(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.action(rewards.NewAction{Name: "Instagram", Kind: rewards.SocialAction, Points: 100})
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for channel, code := range map[string]string{"bio": "SCRN24", "story": "SCRN25"} {
				if _, err := rewards.AddCode(ctx, tx, s.p, rewards.NewCode{Action: "Instagram", Channel: channel, Code: code}); err != nil {
					return err
				}
			}
			return nil
		})
		var all []rewards.Action
		var claims rewards.Action
		s.read(func(ctx context.Context, tx *db.Tx) (err error) {
			if all, err = rewards.Actions(ctx, tx, s.p.ID); err != nil {
				return err
			}
			code, err := rewards.CodeByText(ctx, tx, s.p.ID, " scrn24 ")
			if err == nil {
				claims, err = rewards.ActionOf(ctx, tx, code)
			}
			return err
		})
		if len(all) != 1 || claims.ID != all[0].ID || claims.Name != "Instagram" {
			t.Fatalf("%+v claims %+v", all, claims)
		}
		if _, err := s.claim(s.ana, rewards.Claiming{Action: claims, Code: "SCRN24"}); err != nil {
			t.Fatal(err)
		}
		luis := s.join("+51912345678")
		s.exec("UPDATE members SET channel = 'SCRN24', purchases = 2 WHERE id = $1", luis.ID)
		s.exec("UPDATE members SET channel = 'SCRN24' WHERE id = $1", s.join("+51912345679").ID)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Channels(ctx, tx, s.p.ID)
			want := []rewards.Channel{
				{Code: "SCRN24", Channel: "bio", Action: "Instagram", Claims: 1, Joined: 2, Bought: 1},
				{Code: "SCRN25", Channel: "story", Action: "Instagram"},
			}
			if !slices.Equal(list, want) {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}

// The look ahead at another rule goes through the members a few at a time and says what the rule then does.
func TestAnotherRuleOfExpiryIsLookedAtFirst(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		points := int64(0)
		for i := range 7 {
			m := s.join(members.Phone(fmt.Sprintf("+5191234567%d", i)))
			if i%3 == 0 {
				continue // nothing to lose
			}
			s.give(m, int64(10*i), 0)
			points += int64(10 * i)
		}
		x := rewards.Expiry{Mode: rewards.Rolling, Months: 12}
		view, err := rewards.NewExpiryPreview(s.p, x, s.clock.Now().UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			var some []rewards.Holding
			s.read(func(ctx context.Context, tx *db.Tx) (err error) {
				some, err = view.Read(ctx, tx, 3)
				return err
			})
			view.Add(some)
			more = len(some) > 0
		}
		o := view.Outlook()
		if o.Members != 4 || o.Points != points || o.Stays != points || o.Would != 0 || o.Losers != 4 || o.Sooner != points || o.Most[0].Points != 50 {
			t.Errorf("%+v", o)
		}
		if len(o.Months) != 1 || o.Months[0].NewPoints != points || o.Months[0].NewOwners != 4 {
			t.Errorf("%+v", o.Months)
		}
	})
}

// A sale that earned nobody points and is given back whole returns each voucher to its own member.
func TestVouchersOfASaleThatEarnedNothingGoHome(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(2)
		luis := s.join("+51912345678")
		for i, m := range []members.Member{s.ana, luis} {
			s.give(m, 50, 0)
			v, _, err := s.redeem(m, 1)
			if err != nil {
				t.Fatal(err)
			}
			if why := s.use(rewards.Using{Code: v.Code, Purchase: 77, Actor: fmt.Sprint("till:", i+1), Door: "till"}).Why; why != nil {
				t.Fatal(why)
			}
		}
		for range 2 {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				owners, err := rewards.VoucherOwners(ctx, tx, s.p.ID, 77)
				slices.Sort(owners)
				if !slices.Equal(owners, []int64{s.ana.ID, luis.ID}) {
					t.Errorf("owners %v", owners)
				}
				for _, id := range owners {
					if err == nil {
						_, err = members.Lock(ctx, tx, s.p.ID, id)
					}
				}
				if err != nil {
					return err
				}
				return rewards.ReturnVouchers(ctx, tx, s.p, 77)
			})
			s.stock("both coffees are back", 2)
			s.stands(50, 0, 0)
			if m := s.member(luis.ID); m.Balance != 50 {
				t.Errorf("Luis has %d", m.Balance)
			}
		}
	})
}
