package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Each damage, done behind the ledger's back, is found by the check that is there for it.
func TestCheckFindsDamage(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.livedIn()
		s.sound()
		for _, c := range []struct{ invariant, sentence, damage string }{
			{"I1", "the sum of the entries", "UPDATE members SET balance = balance + 1"},
			{"I1", "an entry is missing", "UPDATE members SET seq = seq + 1"},
			{"I1", "the balance before it", posted("bonus", 1, 7, "0")},
			{"I1", "left in the lots", "UPDATE members SET debt = 1"},
			{"I1", "left in the lots", `UPDATE lots SET "left" = "left" - 1 WHERE "left" > 0`},
			{"I1", "opened with and its moves", `UPDATE lots SET "left" = "left" - 1 WHERE "left" > 0`},
			{"I1", "its lots gained or lost", `UPDATE lots SET points = points + 1`},
			{"I1", "its lots gained or lost", posted("bonus", 1, 6, "0")},
			{"I3", "more than once", posted("earn", 1, 6, "(SELECT MAX(purchase_id) FROM entries)")},
			{"I5", "below zero", "UPDATE members SET balance = -5, debt = 5 WHERE seq = 0"},
			{"I6", "more than it gave", posted("refund", -6, -1, "(SELECT MAX(purchase_id) FROM entries)")},
			{"I8", "moment of its use", "UPDATE vouchers SET redeemed_at = 0 WHERE state = 'redeemed'"},
			{"I8", "moment of its use", "UPDATE vouchers SET redeemed_at = 5 WHERE state = 'expired'"},
			{"I8", "its reservation disagree", "UPDATE vouchers SET reserved_until = 5 WHERE state = 'redeemed'"},
			{"I8", "its reservation disagree", "UPDATE vouchers SET state = 'reserved' WHERE state = 'expired'"},
			{"I10", "what became of it disagree", "UPDATE vouchers SET settled_at = 5, settlement = 'upheld' WHERE state = 'redeemed'"},
			{"I10", "what became of it disagree", "UPDATE vouchers SET disputed_at = 5 WHERE state = 'expired'"},
			{"I9", "without its points", "UPDATE vouchers SET cost = cost + 1 WHERE state = 'redeemed'"},
			{"I9", "does not exist", "UPDATE vouchers SET redeem_entry = 0"},
			{"I10", "outside its time", "UPDATE vouchers SET redeemed_at = expires_at WHERE state = 'redeemed'"},
			{"I10", "outside its time", "UPDATE vouchers SET redeemed_at = valid_from - 1 WHERE state = 'redeemed'"},
			{"I10", "though it is good", "UPDATE vouchers SET state = 'issued' WHERE state = 'expired'"},
			{"I10", "though it is over", "UPDATE vouchers SET release_entry = 0 WHERE state = 'expired'"},
			{"I10", "does not know it", "UPDATE vouchers SET release_entry = 0 WHERE state = 'expired'"},
			{"I26", "shares a phone", "UPDATE members SET hash = 'same'"},
		} {
			found := s.damaged(c.damage)
			if !slices.ContainsFunc(found, func(f rewards.Finding) bool {
				return f.Invariant == c.invariant && strings.Contains(f.Text, c.sentence) && f.Row > 0
			}) {
				t.Errorf("%s\nwas not found as %s %q: %v", c.damage, c.invariant, c.sentence, found)
			}
		}
		s.sound()
	})
}

// damaged is what Check finds after some damage, which is then undone.
func (s *shop) damaged(damage string) (found []rewards.Finding) {
	s.t.Helper()
	err := s.try(func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, damage); err != nil {
			return err
		}
		all, err := rewards.Check(ctx, tx, s.p.ID)
		if found = all; err != nil {
			return err
		}
		return errRollBack
	})
	if !errors.Is(err, errRollBack) {
		s.t.Fatalf("%s: %v", damage, err)
	}
	return found
}

// posted is an entry put at the end of Ana's ledger without what belongs to it.
func posted(kind string, delta, balance int, purchase string) string {
	return fmt.Sprintf(`INSERT INTO entries (program_id, id, member_id, seq, kind, delta, balance_after, source, at, purchase_id)
		SELECT program_id, 9000000, member_id, MAX(seq) + 1, '%s', %d, %d, 'damage', 5, %s FROM entries GROUP BY program_id, member_id`,
		kind, delta, balance, purchase)
}

// livedIn is a shop in which everything has happened once: Ana has 5 points of a sale of 10.
func (s *shop) livedIn() {
	s.t.Helper()
	s.join("+51987650001")
	s.rule(onePerTen())
	s.coffee(rewards.Unlimited)
	s.gift(50, 0)
	used, _, _ := s.redeem(s.ana, 1)
	s.use(rewards.Using{Code: used.Code})
	s.gift(50, 20*day)
	unused, _, _ := s.redeem(s.ana, 1)
	s.clock.Set(time.UnixMilli(unused.ExpiresAt))
	s.releaseDue()
	s.spend(50)
	s.refund(s.buy(10000), money(5000))
}

func TestCheckLooksAtOneProgram(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.gift(5, 0)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE members SET balance = 9"); err != nil {
				return err
			}
			other, err := members.CreateProgram(ctx, tx, members.NewProgram{Name: "Luna", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
			if err != nil {
				return err
			}
			found, err := rewards.Check(ctx, tx, other.ID)
			if len(found) != 0 {
				t.Errorf("another program's damage: %v", found)
			}
			return err
		})
	})
}
