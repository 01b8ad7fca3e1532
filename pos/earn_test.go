package pos_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/pos"
	"fiel/rewards"
)

func (s *shop) rule(n rewards.NewRule) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := rewards.AddRule(ctx, tx, s.p, n)
		return err
	})
}

func breakfast(sale *pos.Sale) {
	sale.Lines = []pos.Line{
		{SKU: "C-1", Name: "Café", Category: "coffee", Quantity: 2, Amount: 4000},
		{Name: "Pan", Category: "bakery", Quantity: 3, Amount: 3000},
		{Name: "Torta", Category: "bakery", Quantity: 1, Amount: 3000},
	}
}

// A till names what came back as it names what it sold, or not so well; the lines of the sale know what came back of each.
func TestWhatComesBackIsFoundAmongTheLines(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "Coffee", Kind: rewards.AmountRule, Step: 1000, Points: 3, Categories: []string{"COFFEE"}})
		s.join(rosa)
		s.sells("200 credited known 18/23", s.sale("T-1", breakfast))
		s.refunds("200 applied known -6/17", s.refund("R-1", "T-1", 0, pos.Line{SKU: "C-1", Quantity: 1, Amount: 2000}))
		s.refunds("200 applied known -3/14", s.refund("R-2", "T-1", 0, pos.Line{Name: "TORTA", Quantity: 1, Amount: 3000}))
		s.refunds("200 applied known -1/13", s.refund("R-3", "T-1", 0, pos.Line{Category: "Bakery", Quantity: 1, Amount: 1000}))
		back := s.count("SELECT SUM(CASE n WHEN 1 THEN 1000000 WHEN 2 THEN 1000 ELSE 1 END * (returned / 1000 * 10 + returned_quantity)) FROM purchase_lines")
		if back != 21_011_031 { // thousands and things of each line
			t.Errorf("the lines say %d", back)
		}
		s.refunds("200 applied known -8/5", s.refund("R-4", "T-1", 0))
		s.sound()
	})
}

// A refund is judged by what was so at the sale: how it was paid, the settings of the program, the member's level.
func TestARefundIsJudgedByTheFactsOfItsSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "Store card", Kind: rewards.TenderRule, Times: 2000, Tender: "store_card"})
		s.set("never_earns", `["bakery"]`)
		s.set("points_per_day", 6)
		s.join(rosa)
		s.sells("200 credited known 6/11", s.sale("T-1", breakfast, func(sale *pos.Sale) { // 4 at x1.5, as 5 of 10 were paid by the card
			sale.Tender = []pos.Tender{{Kind: "store_card", Amount: 5000}, {Kind: "cash", Amount: 5000}}
		}))
		s.set("never_earns", `[]`)
		s.set("points_per_day", 0)
		s.refunds("200 applied known 0/11", s.refund("R-1", "T-1", 0, pos.Line{Name: "Pan", Quantity: 3, Amount: 3000}))
		s.refunds("200 applied known -3/8", s.refund("R-2", "T-1", 0, pos.Line{SKU: "C-1", Quantity: 1, Amount: 2000}))
		s.sound()
	})
}

// A sale that waited for its buyer to join earns by the hour it was made at.
func TestAHeldSaleKeepsItsHour(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		now := s.clock.Now().In(s.store.Location())
		hour := rewards.Clock(now.Hour() * 60)
		s.rule(rewards.NewRule{Name: "Happy hour", Kind: rewards.WindowRule, Times: 2000, From: hour, Until: hour + 60})
		s.sells("200 held held 0/0", s.sale("T-1", breakfast))
		s.refunds("200 applied held 0/0", s.refund("R-1", "T-1", 0, pos.Line{SKU: "C-1", Quantity: 1, Amount: 2000}))
		s.clock.Add(3 * time.Hour)
		if a := s.join(rosa); a.Points != 5+16 {
			t.Errorf("%d points, want 5 for joining and 16", a.Points)
		}
		s.refunds("200 applied known -16/5", s.refund("R-2", "T-1", 0))
		s.sound()
	})
}

// The purchase of a member who became one with another is the other's to give back.
func TestARefundOfAMergedMember(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.join(pedro)
		s.join(number(1))
		s.sells("200 credited known 10/15", s.sale("T-1"))
		between, last := s.member(number(1)), s.member(pedro)
		s.exec("UPDATE members SET merged_into = $1 WHERE id = $2", between.ID, s.member(rosa).ID)
		s.exec("UPDATE members SET merged_into = $1 WHERE id = $2", last.ID, between.ID)
		s.refunds("200 applied known -10/-5", s.refund("R-1", "T-1", 0))
		s.balance(15, rosa)
		s.balance(-5, pedro)
	})
}

func TestAPreviewOfASale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "Coffee", Kind: rewards.AmountRule, Step: 1000, Points: 3, Categories: []string{"coffee"}})
		s.join(rosa)
		for story, c := range map[string]struct {
			sale   pos.Sale
			points int64
			member bool
			fault  string
		}{
			"of a member":          {s.sale("", breakfast), 18, true, ""},
			"of a stranger":        {s.sale("", breakfast, func(sale *pos.Sale) { sale.Phone = pedro.E164() }), 18, false, ""},
			"of nobody":            {s.sale("", breakfast, func(sale *pos.Sale) { sale.Phone = "" }), 18, false, ""},
			"at no store":          {s.sale("", breakfast, func(sale *pos.Sale) { sale.Till = 0 }), 18, true, ""},
			"by a card of nobody":  {s.sale("", func(sale *pos.Sale) { sale.Phone, sale.Card = "", "x" }), 10, false, ""},
			"in another currency":  {s.sale("", func(sale *pos.Sale) { sale.Currency = "USD" }), 0, true, ""},
			"of less than nothing": {s.sale("", func(sale *pos.Sale) { sale.Amount = -1 }), 0, false, "amount"},
		} {
			err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				e, m, err := pos.Preview(ctx, tx, s.key, c.sale)
				if e.Points != c.points || (m.ID != 0) != c.member {
					t.Errorf("%s: %d points, member %d", story, e.Points, m.ID)
				}
				return err
			})
			if f := new(pos.Fault); asFault(err, &f) != (c.fault != "") || f.Field != c.fault {
				t.Errorf("%s: %v", story, err)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 0 {
			t.Errorf("a preview stored %d sales", n)
		}
	})
}

// What a purchase keeps of the moment is what the refund needs, and no more: no phone, no name.
func TestFactsOfAPlainSaleAreShort(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.report(s.sale("T-1"))
		var facts string
		err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, "SELECT facts FROM purchases").Scan(&facts)
		})
		want := fmt.Sprintf(`{"local":%q}`, rewards.Local(s.store.Location(), s.clock.Now().UnixMilli()))
		if err != nil || facts != want {
			t.Errorf("%s, want %s; %v", facts, want, err)
		}
	})
}

// Stamps of what came back go, those of the rest stay.
func TestStampsOfLinesThatComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var gift rewards.Reward
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			gift, err = rewards.AddReward(ctx, tx, s.p, rewards.NewReward{Name: "Pan gratis", Kind: rewards.FreeItem, Cost: 100, Stock: rewards.Unlimited, Days: 7})
			return err
		})
		s.rule(rewards.NewRule{Name: "Panes", Kind: rewards.StampRule, Step: 10, Counts: rewards.CountsItems, Categories: []string{"bakery"}, Reward: gift.ID})
		s.rule(rewards.NewRule{Name: "Visitas", Kind: rewards.StampRule, Step: 10, GapMinutes: 60, Reward: gift.ID})
		s.join(rosa)
		stamps := func(want int64) {
			t.Helper()
			if got := s.count("SELECT COALESCE(SUM(stamps), 0) FROM stamp_cards"); got != want {
				t.Errorf("%d stamps, want %d", got, want)
			}
		}
		s.report(s.sale("T-1", breakfast))
		stamps(4 + 1)
		s.report(s.sale("T-2", breakfast)) // too soon for a second visit
		stamps(8 + 1)
		s.reportRefund(s.refund("R-1", "T-1", 0, pos.Line{Name: "Pan", Quantity: 2, Amount: 2000}, pos.Line{SKU: "C-1", Quantity: 2, Amount: 4000}))
		stamps(6 + 1)
		s.reportRefund(s.refund("R-1", "T-1", 0, pos.Line{Name: "Pan", Quantity: 2, Amount: 2000}, pos.Line{SKU: "C-1", Quantity: 2, Amount: 4000}))
		stamps(6 + 1)
		s.reportRefund(s.refund("R-2", "T-1", 0))
		stamps(4)
		s.sound()
	})
}

// A sale of more things than a card holds is no reason to lose it, nor to credit half of it.
func TestMoreStampsThanACardHolds(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			coffee, err := rewards.AddReward(ctx, tx, s.p, rewards.NewReward{Name: "Cafe", Kind: rewards.FreeItem, Cost: 50, Stock: rewards.Unlimited, Days: 7})
			if err != nil {
				return err
			}
			_, err = rewards.AddRule(ctx, tx, s.p, rewards.NewRule{Name: "Litros", Kind: rewards.StampRule, Step: 10, Counts: rewards.CountsItems, Reward: coffee.ID})
			return err
		})
		far := func(ref string, n int64) pos.Sale {
			return s.sale(ref, func(sale *pos.Sale) { sale.Lines = []pos.Line{{Name: "Gasolina", Quantity: n, Amount: 10000}} })
		}
		s.sells("200 credited known 10/15", far("T-1", 999_000))
		s.sells("200 review known 0/0 points", far("T-2", 999_000))
		s.balance(15, rosa)
		s.sells("200 credited known 10/25", far("T-3", 9))
		s.sound()
	})
}

// What does not fit after the points of a sale were written undoes them: no sale is half credited.
func TestWhatFollowsDoesNotFit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddTier(ctx, tx, s.p, rewards.NewTier{Name: "Oro", Threshold: 10, EntryPoints: 100})
			return err
		})
		s.exec("UPDATE members SET balance = $1 WHERE program_id = $2", rewards.MaxBalance-50, s.p.ID)
		if got := line(s.Record(context.Background(), s.sale("T-1"))); !strings.HasPrefix(got, "internal:") {
			t.Errorf("%s, want that nothing was stored", got)
		}
		s.balance(rewards.MaxBalance-50, rosa)
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 0 {
			t.Errorf("%d purchases", n)
		}
	})
}
