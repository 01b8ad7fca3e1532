package rewards_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// friends pays 300 points to both after a purchase of 10.00, for two friends a year.
func (s *shop) friends() {
	s.t.Helper()
	s.action(rewards.NewAction{Name: "Un amigo", Kind: rewards.ReferralAction, Points: 300, FriendPoints: 50, Minimum: 1000, Times: 2})
	s.rule(onePerTen())
}

func (s *shop) codeOf(m members.Member) (code string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err == nil {
			code, err = rewards.MemberCode(ctx, tx, s.p, m)
		}
		return err
	})
	return code
}

// bring joins a number with somebody's code.
func (s *shop) bring(code string, phone members.Phone) (m members.Member, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		hash := "hash of " + phone.E164()
		if _, err := members.Touch(ctx, tx, s.p.ID, hash); err != nil {
			return err
		}
		c, err := rewards.CodeByText(ctx, tx, s.p.ID, code)
		if err != nil {
			return err
		}
		joined, _, err := members.Join(ctx, tx, s.p, members.Joining{Phone: phone, Hash: hash, WroteFirst: true})
		if err != nil {
			return err
		}
		if m, err = members.CameBy(ctx, tx, joined, c.Code); err != nil {
			return err
		}
		var news rewards.News
		if err := rewards.Bring(ctx, tx, s.p, m, c, &news); err != nil {
			return err
		}
		return news.Tell(ctx, tx, s.p, m)
	})
	return m, err
}

// buyer makes a member the one whose purchases the helpers make.
func (s *shop) buyer(m members.Member) *shop {
	as := *s
	as.ana = m
	return &as
}

func (s *shop) payReferrals() (n int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = rewards.PayReferrals(ctx, tx, s.p, 100)
		return err
	})
	return n
}

// referral is the state of who brought a friend; ” for nobody.
func (s *shop) referral(friend members.Member) (state string) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT state FROM referrals WHERE program_id = $1 AND friend_id = $2", s.p.ID, friend.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&state); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return state
}

func TestAFriendIsWorthPointsToBoth(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		code := s.codeOf(s.ana)
		if again := s.codeOf(s.ana); again != code {
			t.Errorf("a second code %s beside %s", again, code)
		}
		for i, c := range []struct {
			state  string
			points int64
		}{{rewards.ReferralPaid, 300}, {rewards.ReferralPaid, 600}, {rewards.ReferralCapped, 600}} {
			luis, err := s.bring(code, members.Phone(fmt.Sprintf("+5198700011%d", i)))
			if err != nil {
				t.Fatal(err)
			}
			as := s.buyer(luis)
			as.buy(900) // below the minimum: it does not count
			if n := s.payReferrals(); n != 0 || as.now().Balance != 0 {
				t.Errorf("a small purchase paid %d, and %d to the friend", n, as.now().Balance)
			}
			as.buy(1000)
			if got := as.now().Balance; got != 51 || s.referral(luis) != rewards.ReferralDue {
				t.Errorf("the friend has %d, the referral is %s", got, s.referral(luis))
			}
			as.buy(1000)
			if n := s.payReferrals(); n != 1 || s.referral(luis) != c.state || as.now().Balance != 52 {
				t.Errorf("settled %d, the referral is %s, want %s", n, s.referral(luis), c.state)
			}
			s.payReferrals()
			s.stands(c.points, 0, 0)
		}
	})
}

func TestWhoCannotBeBrought(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		code := s.codeOf(s.ana)
		_, err := s.bring(code, "+51987000111")
		wantCode(t, err, db.Refused) // nothing is given for friends
		s.friends()
		luis, err := s.bring(code, "+51987000111")
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Add(time.Second)
		_, err = s.bring(code, s.ana.Phone) // oneself
		wantCode(t, err, db.Refused)
		_, err = s.bring(s.codeOf(s.join("+51987000222")), luis.Phone) // twice
		wantCode(t, err, db.Refused)
		_, err = s.bring(s.codeOf(luis), s.ana.Phone) // in a circle
		wantCode(t, err, db.Refused)
		_, err = s.bring("ZZZZ22", "+51987000333")
		wantCode(t, err, db.Missing)
		s.action(rewards.NewAction{Name: "Instagram", Kind: rewards.SocialAction, Points: 5})
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddCode(ctx, tx, s.p, rewards.NewCode{Action: "Instagram", Channel: "bio", Code: "SCRN24"})
			return err
		})
		_, err = s.bring("scrn24", "+51987000333")
		wantCode(t, err, db.Refused)
		s.sound()
	})
}

func TestAFriendWhoGivesThePurchaseBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		luis, err := s.bring(s.codeOf(s.ana), "+51987000111")
		if err != nil {
			t.Fatal(err)
		}
		as := s.buyer(luis)
		sale := as.buy(1000)
		as.refund(sale, money(400)) // a part leaves the friendship alone
		if as.now().Balance != 50 {
			t.Error(as.now().Balance)
		}
		as.refund(sale, whole())
		if as.now().Balance != 0 || s.referral(luis) != rewards.ReferralCancelled || s.payReferrals() != 0 {
			t.Errorf("balance %d, the referral is %s", as.now().Balance, s.referral(luis))
		}
		as.buy(5000)
		if as.now().Balance != 5 || s.payReferrals() != 0 {
			t.Errorf("a cancelled friend was paid: %d", as.now().Balance)
		}
		s.stands(0, 0, 0)
	})
}

func TestAFriendWhoSpentThePointsOwesThem(t *testing.T) {
	for _, clamps := range []bool{false, true} {
		inEachShopNamed(t, fmt.Sprint("clamps=", clamps), func(t *testing.T, s *shop) {
			s.friends()
			s.coffee(rewards.Unlimited)
			if clamps {
				s.clamps()
			}
			luis, err := s.bring(s.codeOf(s.ana), "+51987000111")
			if err != nil {
				t.Fatal(err)
			}
			as := s.buyer(luis)
			sale := as.buy(1000)
			if _, _, err := s.redeem(luis, 1); err != nil {
				t.Fatal(err)
			}
			as.refund(sale, whole())
			if want := map[bool]int64{false: -50, true: 0}[clamps]; as.now().Balance != want {
				t.Errorf("balance %d, want %d", as.now().Balance, want)
			}
			s.sound()
		})
	}
}

func inEachShopNamed(t *testing.T, name string, story func(*testing.T, *shop)) {
	t.Run(name, func(t *testing.T) { inEachShop(t, story) })
}

func TestTwoRoundsPayAFriendOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		var all []members.Member
		for i := range 6 {
			host := s.join(members.Phone(fmt.Sprintf("+519876500%02d", i)))
			friend, err := s.bring(s.codeOf(host), members.Phone(fmt.Sprintf("+519876600%02d", i)))
			if err != nil {
				t.Fatal(err)
			}
			s.buyer(friend).buy(1000)
			all = append(all, host)
		}
		paid := make([]int64, 8)
		atOnce(len(paid), func(i int) { paid[i] = s.payReferrals() })
		total := s.payReferrals()
		for _, n := range paid {
			total += n
		}
		for _, m := range all {
			if got := s.buyer(m).now().Balance; got != 300 {
				t.Errorf("member %d has %d", m.ID, got)
			}
		}
		if total != 6 {
			t.Errorf("settled %d", total)
		}
		s.sound()
	})
}

// A purchase is given back while the round pays for it: the friend keeps the points if and only if the member has theirs.
func TestPayingRacesWithReturning(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		for i := range 2 {
			friend, err := s.bring(s.codeOf(s.ana), members.Phone(fmt.Sprintf("+519876600%02d", i)))
			if err != nil {
				t.Fatal(err)
			}
			as, before := s.buyer(friend), s.now().Balance
			sale := as.buy(1000)
			atOnce(2, func(i int) {
				if i == 0 {
					s.payReferrals()
				} else {
					as.refund(sale, whole())
				}
			})
			got := s.now().Balance - before
			if want := map[string]int64{rewards.ReferralPaid: 50, rewards.ReferralCancelled: 0}[s.referral(friend)]; as.now().Balance != want || got != want*6 {
				t.Errorf("%s: the friend has %d, the member got %d", s.referral(friend), as.now().Balance, got)
			}
		}
		s.sound()
	})
}

// Whoever brings whom with whatever code, nobody is in a circle (I35), and the check would find one.
func TestFriendsAreNeverACircle(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		number := 0
		rapid.Check(t, func(t *rapid.T) {
			crowd := []members.Member{s.ana}
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				host := crowd[rapid.IntRange(0, len(crowd)-1).Draw(t, "host")]
				phone := crowd[rapid.IntRange(0, len(crowd)-1).Draw(t, "again")].Phone
				fresh := rapid.Bool().Draw(t, "fresh")
				if fresh {
					number++
					phone = members.Phone(fmt.Sprintf("+5198%07d", number))
				}
				s.clock.Add(time.Millisecond)
				m, err := s.bring(s.codeOf(host), phone)
				if fresh != (err == nil) {
					t.Fatalf("fresh %v: %v", fresh, err)
				}
				if fresh {
					crowd = append(crowd, m)
				}
			}
		})
		s.sound()
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO referrals (program_id, friend_id, member_id, state, at)
				SELECT program_id, $2, MAX(friend_id), 'paid', 0 FROM referrals WHERE program_id = $1 GROUP BY program_id`, s.p.ID, s.ana.ID)
			return err
		})
		s.read(func(ctx context.Context, tx *db.Tx) error {
			found, err := rewards.Check(ctx, tx, s.p.ID)
			if len(found) < 2 || found[0].Invariant != "I35" {
				t.Errorf("a circle was not found: %v", found)
			}
			return err
		})
	})
}

func TestAFarmIsSeen(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.friends()
		honest := s.join("+51987000999")
		for i := range 4 {
			for j, host := range []members.Member{s.ana, honest} {
				friend, err := s.bring(s.codeOf(host), members.Phone(fmt.Sprintf("+51987%d%05d", j, i)))
				if err != nil {
					t.Fatal(err)
				}
				amount, visits, till, apart := int64(1050), 1, 3, time.Hour
				if j == 1 {
					amount, visits, till, apart = 4000, 3, 3+i, 9*day
				}
				s.clock.Add(apart)
				s.keepPurchase(s.buyer(friend).buy(amount), friend, till, visits)
			}
		}
		s.clock.Add(30 * day)
		s.read(func(ctx context.Context, tx *db.Tx) error {
			farms, err := rewards.Farms(ctx, tx, s.p, 0)
			if len(farms) != 1 || farms[0].Member != s.ana.ID || farms[0].Friends != 4 {
				t.Fatalf("%+v, %v", farms, err)
			}
			if got := strings.Join(farms[0].Reasons, "; "); got != "4 of 4 bought once and never came back; 4 of 4 bought just above the minimum; 4 of 4 bought at till 3 Rosa" {
				t.Error(got)
			}
			return err
		})
	})
}

// keepPurchase stores a purchase as the till's package does.
func (s *shop) keepPurchase(p *sold, m members.Member, till, visits int) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO stores (program_id, id, name, zone, created_at) VALUES ($1, 1, 'Centro', 'America/Lima', 0)
			ON CONFLICT DO NOTHING`, s.p.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, $2, 1, $3, $3, 'x', 0)
			ON CONFLICT DO NOTHING`, s.p.ID, till, fmt.Sprint("Caja ", till)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency, money,
			earning, cashier, occurred_at, received_at, answer) VALUES ($1, $2, $3, $4, '', 'credited', $5, 1, '', $6, 'PEN', $6, $6, 'Rosa', $7, $7, '')`,
			s.p.ID, p.ID, till, fmt.Sprint(p.ID), m.ID, p.Sale.Amount, p.At)
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE members SET purchases = $3 WHERE program_id = $1 AND id = $2", s.p.ID, m.ID, visits)
		}
		return err
	})
}
