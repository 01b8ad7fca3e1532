package rewards_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// card is a rule of one stamp for each thing; four of them are a coffee.
func (s *shop) card(stock int64) rewards.Rule {
	s.t.Helper()
	coffee := s.coffee(stock)
	return s.rule(rewards.NewRule{Name: "Cafes", Kind: rewards.StampRule, Step: 4, Counts: rewards.CountsItems, Reward: coffee.ID})
}

func (s *shop) coffees(n int64) *sold {
	s.t.Helper()
	return s.sell(rewards.Sale{Amount: n * 100, Lines: []rewards.Line{{Amount: n * 100, Quantity: n}}}, s.clock.Now().UnixMilli())
}

// punched fails the story unless Ana has so many stamps, and so many unused vouchers of the card.
func (s *shop) punched(stamps, vouchers int64) {
	s.t.Helper()
	var cards []rewards.Card
	var unused int64
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		if cards, err = rewards.StampsOf(ctx, tx, s.p, s.ana); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM vouchers WHERE program_id = $1 AND member_id = $2 AND state = 'issued'", s.p.ID, s.ana.ID).Scan(&unused)
	})
	if len(cards) != 1 || cards[0].Stamps != stamps || cards[0].Full != 4 || unused != vouchers {
		s.t.Errorf("cards %+v and %d vouchers, want %d stamps and %d", cards, unused, stamps, vouchers)
	}
	s.sound()
}

// useOne uses one of Ana's vouchers.
func (s *shop) useOne() {
	s.t.Helper()
	var code string
	s.read(func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT MIN(code) FROM vouchers WHERE program_id = $1 AND member_id = $2 AND state = 'issued'", s.p.ID, s.ana.ID).Scan(&code)
	})
	if used := s.use(rewards.Using{Code: code}); used.Why != nil {
		s.t.Fatal(used.Why)
	}
}

func TestAFullCardIsAVoucher(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(rewards.Unlimited)
		s.coffees(3)
		s.punched(3, 0)
		s.coffees(2)
		s.punched(1, 1)
		s.coffees(8) // two cards at once
		s.punched(1, 3)
	})
}

func TestARefundTakesStampsBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(1)
		s.coffees(3)
		sale := s.coffees(2)
		s.punched(1, 1)
		s.refund(sale, whole()) // the voucher is cancelled, and its coffee is there for another
		s.punched(3, 0)
		sale = s.coffees(1)
		s.punched(0, 1)
		s.useOne()
		s.refund(sale, whole()) // used: a debt
		s.punched(-1, 0)
		s.coffees(4) // the debt is filled first
		s.punched(3, 0)
	})
}

func TestStampsWaitForTheirReward(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(1)
		s.coffees(9) // one coffee is left for two cards
		s.punched(5, 1)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE rewards SET stock = 5 WHERE program_id = $1", s.p.ID)
			return err
		})
		s.coffees(1)
		s.punched(2, 2)
	})
}

// However cards are stamped, filled, used and given back: stamps and vouchers are what was bought, less what was given back.
func TestStampsAddUp(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(rewards.Unlimited)
		home := *s
		number := 0
		rapid.Check(t, func(t *rapid.T) {
			s := home
			number++
			s.ana = s.join(members.Phone(fmt.Sprintf("+5198%07d", number)))
			bought, used, unused := int64(0), int64(0), int64(0)
			var open []*sold
			for range rapid.IntRange(1, 8).Draw(t, "steps") {
				switch act := rapid.IntRange(0, 2).Draw(t, "act"); {
				case act == 1 && len(open) > 0:
					sale := open[len(open)-1]
					open = open[:len(open)-1]
					s.refund(sale, whole())
					bought -= sale.Sale.Lines[0].Quantity
				case act == 2 && unused > 0:
					s.useOne()
					used++
				default:
					n := rapid.Int64Range(1, 9).Draw(t, "n")
					open = append(open, s.coffees(n))
					bought += n
				}
				left := bought - 4*used
				if unused = 0; left > 0 {
					unused = left / 4
				}
				s.punched(left-4*unused, unused)
			}
		})
	})
}

func TestACardIsFilledOnceByManyAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(rewards.Unlimited)
		var sales [20]*sold
		atOnce(len(sales), func(i int) { sales[i] = s.coffees(1) })
		s.punched(0, 5)
		atOnce(2*10, func(i int) {
			if i%2 == 0 {
				s.refund(sales[i/2], whole())
			} else {
				s.coffees(1)
			}
		})
		s.punched(0, 5)
	})
}

// A sale of somebody who is merged now takes its stamps back as any other does: the voucher that nobody has used goes first.
func TestStampsOfAMergedMemberComeBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.card(rewards.Unlimited)
		into := s.ana
		s.ana = s.join("+51912345678")
		sale := s.coffees(4)
		s.punched(0, 1)
		s.mustMerge(s.ana, into)
		s.ana = into
		s.refund(sale, whole())
		s.punched(0, 0)
	})
}
