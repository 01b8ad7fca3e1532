package rewards_test

import "time"

// The book's sales and vouchers.

// ware is a line of a sale.
type ware struct {
	bread  bool
	amount int64
}

// bought is a purchase in the book, with what came of it.
type bought struct {
	real   *sold
	who    *account // who bought: what counts for a level stays theirs
	member int64
	day    time.Time
	wares  []ware
	card   bool  // paid with the store's card
	times  int64 // of the level then, thousandths
	carry  int64 // that it saw
	room   int64 // under the cap of the day
	gone   []bool

	points, taken, missed int64
	pile                  *pile // nil: the points filled a debt, or there were none
	merged                bool  // with whoever bought; their levels are no more
}

// worth counts what is left of a sale, step by step.
func (b *book) worth(s *bought, gone []bool) (won, carry int64) {
	if s.earning(gone) == 0 {
		return 0, s.carry
	}
	plain, bread, main := int64(0), int64(0), false
	for i, w := range s.wares {
		switch {
		case gone[i]:
		case w.bread && b.breadStep > 0 && b.breadEach*b.step > b.points*b.breadStep:
			bread += w.amount
		default:
			plain, main = plain+w.amount, true
		}
	}
	carry = s.carry
	money := plain
	if b.carries && main {
		money += carry
	}
	for ; money >= b.step; money -= b.step {
		won += b.points
	}
	if b.carries && main {
		carry = money
	}
	for ; b.breadStep > 0 && bread >= b.breadStep; bread -= b.breadStep {
		won += b.breadEach
	}
	if all := s.earning(gone); b.visit > won && all >= b.minimum {
		won, carry = b.visit, s.carry
	}
	times := s.times * 1000
	if s.card {
		times = s.times * b.storeCard
	}
	won = won * min(times, 10_000_000) / 1_000_000
	if b.room > 0 {
		won = min(won, s.room)
	}
	return won, carry
}

func (s *bought) earning(gone []bool) (n int64) {
	for i, w := range s.wares {
		if !gone[i] {
			n += w.amount
		}
	}
	return n
}

func (s *bought) whole() bool { return s.earning(s.gone) == 0 }

// ticket is a voucher in the book.
type ticket struct {
	code    string
	id      int64
	cost    int64
	issued  int64
	expires int64
	number  int64 // of the reward
	who     *account
	bites   []bite
	usedOn  *bought
	closed  bool
}
