package pos_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

func TestASaleCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Phone = "987 654-321"; sale.Currency = "" }))
		s.clock.Add(400 * 24 * time.Hour)
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.OccurredAt = 1 }))
		s.balance(15, rosa)
		s.parked()
		m := s.member(rosa)
		if m.Purchases != 1 || m.LastPurchaseAt == 0 {
			t.Errorf("%d purchases, the last at %d", m.Purchases, m.LastPurchaseAt)
		}
		s.sound()
	})
}

func TestAnIdIsForOneSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		for name, change := range map[string]func(*pos.Sale){
			"amount":   func(sale *pos.Sale) { sale.Amount = 20000 },
			"buyer":    func(sale *pos.Sale) { sale.Phone = pedro.E164() },
			"nobody":   func(sale *pos.Sale) { sale.Phone = "" },
			"no phone": func(sale *pos.Sale) { sale.Phone = "call me" },
			"currency": func(sale *pos.Sale) { sale.Currency = "USD" },
			"lines":    func(sale *pos.Sale) { sale.Lines = []pos.Line{{SKU: "CAP", Quantity: 1, Amount: 10000}} },
			"tender":   func(sale *pos.Sale) { sale.Tender = []pos.Tender{{Kind: "points", Amount: 10000}} },
			"test":     func(sale *pos.Sale) { sale.Test = true },
		} {
			sale := s.sale("T-1", change)
			s.sells("409 reused data.id", sale)
			s.sells("409 reused data.id", sale)
			if t.Failed() {
				t.Fatal(name)
			}
		}
		s.balance(15, rosa)
		s.parked(strings.Fields(strings.Repeat("differs ", 8))...)
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 1 {
			t.Errorf("%d purchases", n)
		}
	})
}

func TestTillsHaveIdsOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		var second pos.Till
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			second, _, err = pos.AddTill(ctx, tx, s.key, s.p, s.store.ID, "Caja 2")
			return err
		})
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.sells("200 credited known 20/35", s.sale("T-1", func(sale *pos.Sale) { sale.Till = second.ID; sale.Amount = 20000 }))
	})
}

// What is not a member's is kept all the same.
func TestSalesThatGiveNobodyPoints(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 kept none 0/0", s.sale("nobody", func(sale *pos.Sale) { sale.Phone = "" }))
		s.sells("200 kept none 0/0 phone", s.sale("letters", func(sale *pos.Sale) { sale.Phone = "rosa" }))
		s.sells("200 kept none 0/0 phone", s.sale("short", func(sale *pos.Sale) { sale.Phone = "12" }))
		s.sells("200 kept none 0/0 card", s.sale("card", func(sale *pos.Sale) { sale.Phone, sale.Card = "", "999" }))
		s.sells("200 kept known 0/0 currency", s.sale("dollars", func(sale *pos.Sale) { sale.Currency = "USD" }))
		s.sells("200 test none 0/0", s.sale("test", func(sale *pos.Sale) { sale.Test = true }))
		s.parked("phone", "phone", "card", "currency")
		s.balance(5, rosa)
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE member_id = 0 AND hash = ''"); n != 6 {
			t.Errorf("%d of 6 kept for nobody", n)
		}
		if m := s.member(rosa); m.Purchases != 0 || m.LastPurchaseID != 0 {
			t.Errorf("%d visits", m.Purchases)
		}
	})
}

func TestACardStandsForThePhone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		m := s.join(rosa).Member
		s.exec("INSERT INTO cards (program_id, code, member_id, created_at) VALUES ($1, '471100000002', $2, 1)", s.p.ID, m.ID)
		s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Phone, sale.Card = "", " 4711 0000 0002 " }))
		s.sells("200 credited known 10/25", s.sale("T-2", func(sale *pos.Sale) { sale.Phone, sale.Card = "no idea", "471100000002" }))
		s.sells("200 held held 0/0", s.sale("T-3", func(sale *pos.Sale) { sale.Phone, sale.Card = pedro.E164(), "471100000002" }))
		s.balance(25, rosa)
	})
}

func TestASaleOfAnUnknownNumberWaits(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.sells("200 held held 0/0", s.sale("T-1"))
		s.sells("200 held held 0/0", s.sale("T-2", func(sale *pos.Sale) { sale.Amount = 2550; sale.Lines = []pos.Line{{Quantity: 1, Amount: 2550}} }))
		for _, column := range []string{"hash", "meant", "answer"} {
			if n := s.count("SELECT COUNT(*) FROM purchases WHERE " + column + " LIKE '%987654321%'"); n != 0 {
				t.Errorf("the clear number stands in %s", column)
			}
		}
		s.clock.Add(10 * 24 * time.Hour)
		a := s.join(rosa)
		if a.Bonus != 5 || a.Held != 2 || a.Points != 17 || a.Member.Balance != 17 || a.Member.Carry != 550 {
			t.Errorf("admission %+v", a)
		}
		if m := s.member(rosa); m.Purchases != 2 || m.LastPurchaseAt != s.clock.Now().Add(-10*24*time.Hour).UnixMilli() {
			t.Errorf("%d purchases, the last at %d", m.Purchases, m.LastPurchaseAt)
		}
		if again := s.join(rosa); again.Bonus != 0 || again.Held != 0 || again.Points != 0 || again.Member.Balance != 17 {
			t.Errorf("joined twice: %+v", again)
		}
		s.sells("200 held held 0/0", s.sale("T-1")) // the first answer
		s.balance(17, rosa)
		s.sound()
	})
}

func TestHeldSalesAreDroppedInTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.sells("200 held held 0/0", s.sale("old"))
		s.clock.Add(30 * 24 * time.Hour)
		s.sells("200 held held 0/0", s.sale("new"))
		s.clock.Add(time.Millisecond)
		if a := s.join(rosa); a.Held != 1 || a.Points != 15 {
			t.Errorf("admission %+v", a)
		}
		s.sells("200 held held 0/0", s.sale("T-3", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.clock.Add(31 * 24 * time.Hour)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			n, err := pos.Tidy(ctx, tx, s.p, 100)
			if n != 4 { // the sale that was held, and what the till sent
				t.Errorf("tidied %d", n)
			}
			return err
		})
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE body <> ''"); n != 0 {
			t.Errorf("%d bodies are kept", n)
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE state = 'dropped' AND hash = ''"); n != 2 {
			t.Errorf("%d dropped", n)
		}
	})
}

func TestHeldSalesEarnByTheRulesOfTheirDay(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.sells("200 held held 0/0", s.sale("T-1"))
		s.clock.Add(time.Hour)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			rules, err := rewards.Rules(ctx, tx, s.p.ID)
			if err != nil {
				return err
			}
			if err := rewards.RetireRule(ctx, tx, s.p.ID, rules[0].ID); err != nil {
				return err
			}
			_, err = rewards.AddRule(ctx, tx, s.p, rewards.NewRule{Name: "now", Kind: rewards.AmountRule, Step: 1000, Points: 100})
			return err
		})
		if a := s.join(rosa); a.Points != 15 {
			t.Errorf("admission %+v", a)
		}
	})
}

func TestWhenASaleHappened(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		at := func(ago time.Duration) func(*pos.Sale) {
			return func(sale *pos.Sale) { sale.OccurredAt = s.clock.Now().Add(-ago).UnixMilli() }
		}
		s.sells("200 credited known 10/15", s.sale("two days", at(48*time.Hour)))
		s.sells("200 credited known 10/25", s.sale("a week", at(7*24*time.Hour)))
		s.sells("200 credited known 10/35", s.sale("fast clock", at(-2*time.Hour)))
		s.sells("200 review known 0/0 late", s.sale("older", at(7*24*time.Hour+time.Millisecond)))
		s.sells("invalid: occurred_at: this lies in the future: check the clock of the till", s.sale("tomorrow", at(-25*time.Hour)))
		s.sells("invalid: occurred_at: this is before 1970", s.sale("stone age", at(100*366*24*time.Hour)))
		s.balance(35, rosa)
		s.parked("late")
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE ref = 'fast clock' AND occurred_at = received_at AND day = '2027-03-05'"); n != 1 {
			t.Error("a fast clock moved the sale")
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE ref = 'a week' AND day = '2027-02-26'"); n != 1 {
			t.Error("the day is not the store's")
		}
	})
}

func TestTheOwnerLooksAtALateSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		late := func(phone members.Phone) func(*pos.Sale) {
			return func(sale *pos.Sale) {
				sale.Phone, sale.OccurredAt = phone.E164(), s.clock.Now().Add(-9*24*time.Hour).UnixMilli()
			}
		}
		s.sells("200 review known 0/0 late", s.sale("good", late(rosa)))
		s.sells("200 review known 0/0 late", s.sale("bad", late(rosa)))
		s.sells("200 review held 0/0 late", s.sale("stranger", late(pedro)))
		s.refunds("200 applied held 0/0", s.refund("R-1", "good", 5000))
		notes := map[string]int64{}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			all, err := pos.ListParked(ctx, tx, s.p.ID, 10)
			for _, n := range all {
				notes[n.Ref] = n.ID
			}
			if err != nil {
				return err
			}
			if err := pos.Approve(ctx, tx, s.p, notes["good"], "cli:ana", "cli"); err != nil {
				return err
			}
			if err := pos.Approve(ctx, tx, s.p, notes["stranger"], "cli:ana", "cli"); err != nil {
				return err
			}
			return pos.Dismiss(ctx, tx, s.p, notes["bad"], "cli:ana", "cli")
		})
		s.balance(10, rosa)
		s.parked()
		err := s.d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			return pos.Approve(ctx, tx, s.p, notes["good"], "cli:ana", "cli")
		})
		if db.CodeOf(err) != db.Refused {
			t.Errorf("approved twice: %v", err)
		}
		if a := s.join(pedro); a.Held != 1 || a.Points != 15 {
			t.Errorf("admission %+v", a)
		}
		if n := s.count("SELECT COUNT(*) FROM audits WHERE action IN ('purchase.approve', 'purchase.dismiss')"); n != 3 {
			t.Errorf("%d acts", n)
		}
		s.sound()
	})
}

func TestAVoucherInASale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		var v rewards.Voucher
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			v, err = rewards.Grant(ctx, tx, s.p, s.rosa(ctx, tx), rewards.Terms{
				Name: "Cafe", Kind: "item", Minimum: 5000, ExpiresAt: tx.Now + 1000*60*60*24,
			}, 0)
			return err
		})
		hand := func(code string, amount int64) func(*pos.Sale) {
			return func(sale *pos.Sale) { sale.Voucher, sale.Amount = code, amount }
		}
		for _, c := range []struct {
			ref, code, status string
			amount            int64
			phone             members.Phone
		}{
			{"typo", "ABC", "refused", 10000, rosa},
			{"too small", v.Code, "refused", 4999, rosa},
			{"by a friend", strings.ToLower(v.Code), "used", 10000, pedro},
			{"twice", v.Code, "refused", 10000, rosa},
		} {
			sale := s.sale(c.ref, hand(c.code, c.amount), func(sale *pos.Sale) { sale.Phone = c.phone.E164() })
			for range 2 {
				answer, err := s.Record(t.Context(), sale)
				if err != nil || !strings.Contains(string(answer.Body), `"status":"`+c.status+`"`) {
					t.Errorf("%s: %s %v", c.ref, answer.Body, err)
				}
			}
		}
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 4 {
			t.Errorf("%d purchases", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'redeemed'"); n != 1 {
			t.Errorf("%d redeemed", n)
		}
		// The whole sale comes back, and the voucher with it, though the sale was nobody's.
		s.refunds("200 applied held 0/0", s.refund("R-1", "by a friend", 9999))
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'redeemed'"); n != 1 {
			t.Error("the voucher came back with a part of the sale")
		}
		s.refunds("200 applied held 0/0", s.refund("R-2", "by a friend", 0))
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'issued'"); n != 1 {
			t.Error("the voucher did not come back")
		}
		s.sound()
	})
}

func TestUnusualAmountsAreFlagged(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.set("unusual_amount", 50000)
		s.sells("200 credited known 49/54", s.sale("T-1", func(sale *pos.Sale) { sale.Amount = 49999 }))
		s.sells("200 credited known 50/104", s.sale("T-2", func(sale *pos.Sale) { sale.Amount = 50000 }))
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE flagged AND ref = 'T-2'"); n != 1 {
			t.Error("not flagged")
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE flagged"); n != 1 {
			t.Errorf("%d flagged", n)
		}
	})
}

func TestASaleThatIsWorthTooMuchIsNotLost(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddRule(ctx, tx, s.p, rewards.NewRule{Name: "slip", Kind: rewards.AmountRule, Step: 1, Points: 1_000_000})
			return err
		})
		s.sells("200 review known 0/0 points", s.sale("T-1", func(sale *pos.Sale) { sale.Amount = pos.MaxAmount }))
		s.balance(5, rosa)
		s.parked("points")
		s.sound()
	})
}

func TestPaidWithPointsIsNoVisit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 0/5", s.sale("T-1", func(sale *pos.Sale) { sale.Tender = []pos.Tender{{Kind: "points", Amount: 10000}} }))
		s.sells("200 credited known 4/9", s.sale("T-2", func(sale *pos.Sale) {
			sale.Tender = []pos.Tender{{Kind: "voucher", Amount: 6000}, {Kind: "gift_card", Amount: 4000}}
		}))
		if m := s.member(rosa); m.Purchases != 1 {
			t.Errorf("%d visits", m.Purchases)
		}
	})
}

func TestValuesOutOfRange(t *testing.T) {
	s := open(t, db.SQLite)
	for field, change := range map[string]func(*pos.Sale){
		"id":              func(sale *pos.Sale) { sale.Ref = "" },
		"id ":             func(sale *pos.Sale) { sale.Ref = strings.Repeat("x", 129) },
		"id  ":            func(sale *pos.Sale) { sale.Ref = "a\nb" },
		"amount":          func(sale *pos.Sale) { sale.Amount = 0 },
		"amount ":         func(sale *pos.Sale) { sale.Amount = -1 },
		"amount  ":        func(sale *pos.Sale) { sale.Amount = pos.MaxAmount + 1 },
		"currency":        func(sale *pos.Sale) { sale.Currency = "soles" },
		"tax":             func(sale *pos.Sale) { sale.Tax = -1 },
		"tip":             func(sale *pos.Sale) { sale.Tax, sale.Tip = 9999, 2 },
		"cashier":         func(sale *pos.Sale) { sale.Cashier = "\x1b[2J" },
		"items[0].amount": func(sale *pos.Sale) { sale.Lines = []pos.Line{{Quantity: 1, Amount: -1}} },
		"items[1].quantity": func(sale *pos.Sale) {
			sale.Lines = []pos.Line{{Quantity: 1, Amount: 1}, {Quantity: 0, Amount: 1}}
		},
		"items":          func(sale *pos.Sale) { sale.Lines = make([]pos.Line, 1001) },
		"tender":         func(sale *pos.Sale) { sale.Tender = []pos.Tender{{Kind: "cash", Amount: 9999}} },
		"tender[0].type": func(sale *pos.Sale) { sale.Tender = []pos.Tender{{Kind: "shells", Amount: 10000}} },
	} {
		_, err := s.Record(t.Context(), s.sale("T-1", change))
		if f := new(pos.Fault); !asFault(err, &f) || f.Field != strings.TrimSpace(field) || db.CodeOf(err) != db.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := s.count("SELECT COUNT(*) FROM purchases"); n != 0 {
		t.Errorf("%d stored", n)
	}
}

func TestARevokedTillReportsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error { return pos.RevokeTill(ctx, tx, s.p.ID, s.till.ID) })
		if _, err := s.Record(t.Context(), s.sale("T-1")); db.CodeOf(err) != db.Denied {
			t.Errorf("sale: %v", err)
		}
		if _, err := s.RecordRefund(t.Context(), s.refund("R-1", "T-1", 0)); db.CodeOf(err) != db.Denied {
			t.Errorf("refund: %v", err)
		}
	})
}
