package pos_test

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

func TestRefundsTakeTheirShare(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.refunds("200 applied known -3/12", s.refund("R-1", "T-1", 2500))
		s.refunds("200 applied known -3/12", s.refund("R-1", "T-1", 2500))
		s.refunds("409 reused data.id", s.refund("R-1", "T-1", 2501))
		s.refunds("409 reused data.id", s.refund("R-1", "T-2", 2500))
		s.refunds("200 applied known -2/10", s.refund("R-2", "T-1", 2500))
		s.refunds("200 applied known -5/5", s.refund("R-3", "T-1", 0))
		s.refunds("422 refused data.amount", s.refund("R-4", "T-1", 1))
		s.refunds("422 refused data.amount", s.refund("R-4", "T-1", 1))
		s.refunds("409 reused data.id", s.refund("R-4", "T-1", 2))
		s.balance(5, rosa)
		if m := s.member(rosa); m.Purchases != 0 || m.LastPurchaseID != 0 || m.Carry != 0 {
			t.Errorf("%d visits, the last %d, carry %d", m.Purchases, m.LastPurchaseID, m.Carry)
		}
		s.parked("differs", "differs", "over", "differs")
		s.sound()
	})
}

func TestRefundsByLine(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 8/13", s.sale("T-1", func(sale *pos.Sale) {
			sale.Lines = []pos.Line{
				{SKU: "CAKE", Quantity: 1, Amount: 6000},
				{SKU: "COFFEE", Quantity: 2, Amount: 2000},
				{SKU: "CARD", Category: "gift_card", Quantity: 1, Amount: 2000},
			}
		}))
		s.refunds("200 applied known 0/13", s.refund("R-1", "T-1", 0, pos.Line{SKU: "CARD", Category: "gift_card", Quantity: 1, Amount: 2000}))
		s.refunds("200 applied known -6/7", s.refund("R-2", "T-1", 0, pos.Line{SKU: "CAKE", Quantity: 1, Amount: 6000}))
		s.refunds("422 refused data.amount", s.refund("R-3", "T-1", 0, pos.Line{SKU: "CAKE", Quantity: 1, Amount: 6000}))
		s.refunds("200 applied known -2/5", s.refund("R-4", "T-1", 2000, pos.Line{SKU: "COFFEE", Quantity: 2, Amount: 2000}))
		s.sound()
	})
}

// The last visit is the last one that was not wholly returned.
func TestAReturnedSaleIsNoVisit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		first := s.member(rosa).LastPurchaseID
		s.clock.Add(time.Minute)
		s.sells("200 credited known 10/25", s.sale("T-2"))
		s.refunds("200 applied known -9/16", s.refund("R-1", "T-2", 9000))
		if m := s.member(rosa); m.Purchases != 2 || m.LastPurchaseID == first {
			t.Error("a part that came back undid the visit")
		}
		s.refunds("200 applied known -1/15", s.refund("R-2", "T-2", 1000))
		if m := s.member(rosa); m.Purchases != 1 || m.LastPurchaseID != first {
			t.Errorf("%d visits, the last %d", m.Purchases, m.LastPurchaseID)
		}
	})
}

func TestARefundBeforeItsSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.refunds("200 parked  0/0 no_sale", s.refund("R-1", "T-1", 4000))
		s.refunds("200 parked  0/0 no_sale", s.refund("R-2", "T-1", 7000)) // too much, as will turn out
		s.refunds("200 parked  0/0 no_sale", s.refund("R-3", "T-1", 1000))
		s.refunds("200 parked  0/0 no_sale", s.refund("R-1", "T-1", 4000))
		s.refunds("409 reused data.id", s.refund("R-1", "T-1", 4001))
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 0 {
			t.Errorf("%d places were left behind", n)
		}
		s.sells("200 credited known 5/10 returned", s.sale("T-1"))
		s.sells("200 credited known 5/10 returned", s.sale("T-1"))
		s.refunds("200 parked  0/0 no_sale", s.refund("R-1", "T-1", 4000))
		s.refunds("200 applied known -5/5", s.refund("R-4", "T-1", 0))
		s.parked("differs", "over")
		if n := s.count("SELECT COUNT(*) FROM refunds WHERE state = 'applied' AND purchase_id <> 0"); n != 3 {
			t.Errorf("%d applied", n)
		}
		s.sound()
	})
}

func TestRefundsOfAHeldSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.refunds("200 parked  0/0 no_sale", s.refund("R-1", "T-1", 2500))
		s.sells("200 held held 0/0 returned", s.sale("T-1"))
		s.refunds("200 applied held 0/0", s.refund("R-2", "T-1", 2500))
		s.sells("200 held held 0/0", s.sale("T-2"))
		s.refunds("200 applied held 0/0", s.refund("R-3", "T-2", 0))
		a := s.join(rosa)
		if a.Held != 1 || a.Points != 10 || a.Member.Balance != 10 {
			t.Errorf("admission %+v", a)
		}
		s.refunds("200 applied known -5/5", s.refund("R-4", "T-1", 5000))
		s.sound()
	})
}

func TestRefundsOfSalesThatGaveNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 kept none 0/0", s.sale("nobody", func(sale *pos.Sale) { sale.Phone = "" }))
		s.refunds("200 applied none 0/0", s.refund("R-1", "nobody", 6000))
		s.refunds("422 refused data.amount", s.refund("R-2", "nobody", 6000))
		s.sells("200 test none 0/0", s.sale("test", func(sale *pos.Sale) { sale.Test = true }))
		s.refunds("200 test none 0/0", s.refund("R-3", "test", 1000))
		s.sells("200 credited known 10/15", s.sale("T-1"))
		test := s.refund("R-4", "T-1", 0)
		test.Test = true
		s.refunds("200 test  0/0", test)
		s.refunds("409 reused data.id", s.refund("R-4", "T-1", 0))
		dollars := s.refund("R-5", "T-1", 1000)
		dollars.Currency = "USD"
		s.refunds("422 refused data.currency", dollars)
		s.balance(15, rosa)
	})
}

// Points spent in the meantime are a debt that the next points fill, or forgotten where the program says so.
func TestPointsThatAreGone(t *testing.T) {
	for policy, want := range map[string][2]string{
		"carry": {"200 applied known -10/-10", "200 credited known 10/0"},
		"clamp": {"200 applied known 0/0", "200 credited known 10/10"},
	} {
		t.Run(policy, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				s.set("refund_policy", policy)
				s.join(rosa)
				s.sells("200 credited known 10/15", s.sale("T-1"))
				s.write(func(ctx context.Context, tx *db.Tx) error {
					m, err := members.Lock(ctx, tx, s.p.ID, s.rosa(ctx, tx).ID)
					if err == nil {
						_, _, err = rewards.Post(ctx, tx, s.p, m, rewards.Posting{Kind: rewards.KindRedeem, Delta: -15, Source: "gone"})
					}
					return err
				})
				s.refunds(want[0], s.refund("R-1", "T-1", 0))
				s.refunds(want[0], s.refund("R-1", "T-1", 0))
				s.sells(want[1], s.sale("T-2"))
			})
		})
	}
}

func TestRefundValuesOutOfRange(t *testing.T) {
	s := open(t, db.SQLite)
	for _, c := range []struct {
		field  string
		refund pos.Refund
	}{
		{"id", s.refund("", "T-1", 0)},
		{"purchase_id", s.refund("R-1", "", 0)},
		{"amount", s.refund("R-1", "T-1", -1)},
		{"amount", s.refund("R-1", "T-1", pos.MaxAmount+1)},
		{"items[0].quantity", s.refund("R-1", "T-1", 0, pos.Line{Amount: 1})},
	} {
		_, err := s.RecordRefund(t.Context(), c.refund)
		if f := new(pos.Fault); !asFault(err, &f) || f.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
}

// A late sale that had come back whole before the owner looked at it is no visit.
func TestALateSaleThatCameBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 review known 0/0 late", s.sale("T-1", func(sale *pos.Sale) { sale.OccurredAt = s.clock.Now().UnixMilli() - 9*24*3600*1000 }))
		s.refunds("200 applied held 0/0", s.refund("R-1", "T-1", 0))
		s.write(func(ctx context.Context, tx *db.Tx) error {
			all, err := pos.ListParked(ctx, tx, s.p.ID, 10)
			if err != nil {
				return err
			}
			return pos.Approve(ctx, tx, s.p, all[0].ID, "cli:ana", "cli")
		})
		s.balance(5, rosa)
		if m := s.member(rosa); m.Purchases != 0 || m.LastPurchaseAt != 0 {
			t.Errorf("%d purchases, the last at %d", m.Purchases, m.LastPurchaseAt)
		}
		s.sound()
	})
}

// The last visit of a member may be one of somebody who was merged into them.
func TestAMergedMembersLastVisit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.join(pedro)
		at := s.clock.Now().UnixMilli()
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.clock.Add(time.Hour)
		s.sells("200 credited known 10/15", s.sale("T-2", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		from, into := s.member(rosa), s.member(pedro)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.Merge(ctx, tx, s.p, from.ID, into.ID, members.Act{Actor: "cli:ana", Door: "cli"})
			return err
		})
		s.refunds("200 applied known -10/20", s.refund("R-1", "T-2", 0))
		if m := s.member(pedro); m.Purchases != 1 || m.LastPurchaseAt != at {
			t.Errorf("%d purchases, the last at %d, want %d", m.Purchases, m.LastPurchaseAt, at)
		}
		s.sound()
	})
}
