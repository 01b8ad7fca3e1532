package rewards_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// limited is a store with settings: "redeem_share=50 redeem_sale=1000".
func (s *shop) limited(settings string) (st members.Store) {
	s.t.Helper()
	var changes []members.Change
	for word := range strings.FieldsSeq(settings) {
		name, value, _ := strings.Cut(word, "=")
		changes = append(changes, members.Change{Name: name, Value: value})
	}
	s.write(func(ctx context.Context, tx *db.Tx) error {
		made, err := members.CreateStore(ctx, tx, s.p, members.NewStore{Name: fmt.Sprint("Centro ", tx.ID())})
		if err != nil {
			return err
		}
		_, st, err = members.ChangeStore(ctx, tx, s.p, made.ID, changes)
		return err
	})
	return st
}

// hand gives Ana a voucher for a day.
func (s *shop) hand(kind string, value int64) (v rewards.Voucher) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = rewards.Grant(ctx, tx, s.p, s.ana, rewards.Terms{
			Name: "Vale", Kind: rewards.FreeItem, ExpiresAt: s.clock.Now().Add(day).UnixMilli(),
		}, 0)
		return err
	})
	s.exec("UPDATE vouchers SET kind = $1, value = $2 WHERE id = $3", kind, value, v.ID)
	v.Kind, v.Value = kind, value
	return v
}

// needing is a voucher that needs something in the sale.
func (s *shop) needing(categories, products string) rewards.Voucher {
	s.t.Helper()
	v := s.hand(rewards.FreeItem, 0)
	s.exec("UPDATE vouchers SET categories = $1, products = $2 WHERE id = $3", categories, products, v.ID)
	return v
}

func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func (s *shop) hire(role string, store int64, phone members.Phone) (st members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		st, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Luz", Role: role, Store: store, Phone: phone})
		return err
	})
	return st
}

// says fails the story unless the sentence is that one; ” is none.
func (s *shop) says(what string, why error, sentence string) {
	s.t.Helper()
	if (why == nil) != (sentence == "") || why != nil && !strings.Contains(why.Error(), sentence) {
		s.t.Errorf("%s: %v, want %q", what, why, sentence)
	}
}

func TestTheLimitsOfAStore(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		cake := []rewards.Line{{SKU: "T-1", Category: "Pastelería", Amount: 900}}
		for _, c := range []struct {
			name, settings, kind string
			value                int64
			using                rewards.Using
			sentence             string
		}{
			{"no limit", "", "amount", 5000, rewards.Using{Amount: 100}, ""},
			{"half, exactly", "redeem_share=50", "amount", 500, rewards.Using{Amount: 1000}, ""},
			{"above half", "redeem_share=50", "amount", 501, rewards.Using{Amount: 1000}, "vouchers pay at most 50 % of a sale here: for that one it has to come to at least S/ 10.02, and it comes to S/ 10"},
			{"a third, rounded", "redeem_share=33", "gift_card", 334, rewards.Using{Amount: 1012}, "at least S/ 10.13"},
			{"a third, enough", "redeem_share=33", "gift_card", 334, rewards.Using{Amount: 1013}, ""},
			{"cashback", "redeem_share=10", "cashback", 101, rewards.Using{Amount: 1000}, "at most 10 %"},
			{"an item of value", "redeem_share=10", "item", 101, rewards.Using{Amount: 1000}, "at most 10 %"},
			{"an item without", "redeem_share=1", "item", 0, rewards.Using{Amount: 1}, ""},
			{"per cent, exactly", "redeem_share=30", "percent", 30, rewards.Using{Amount: 1}, ""},
			{"per cent above", "redeem_share=29", "percent", 30, rewards.Using{Amount: 1000}, "vouchers take at most 29 % off a sale here, and with that one it would be 30 %"},
			{"per cent of no known sale", "redeem_share=29", "percent", 30, rewards.Using{}, "at most 29 %"},
			{"a thing takes nothing off", "redeem_share=1", "physical", 5000, rewards.Using{Amount: 100}, ""},
			{"a large sale", "redeem_sale=2000", "amount", 100, rewards.Using{Amount: 2000}, ""},
			{"a small sale", "redeem_sale=2000", "amount", 100, rewards.Using{Amount: 1999}, "this store takes vouchers on sales of at least S/ 20: this one comes to S/ 19.99"},
			{"gifts cost nothing", "redeem_points=500", "amount", 100, rewards.Using{Amount: 1}, ""},
			{"needs nothing", "", "amount", 1, rewards.Using{Lines: cake}, ""},
		} {
			v := s.hand(c.kind, c.value)
			c.using.Code, c.using.Store = v.Code, s.limited(c.settings).ID
			used := s.use(c.using)
			s.says(c.name, used.Why, c.sentence)
			if len(used.Notes) > 0 {
				t.Errorf("%s: %q", c.name, used.Notes)
			}
		}
		s.sound()
	})
}

func TestABoughtVoucherMayHaveCostTooLittle(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.coffee(rewards.Unlimited)
		s.gift(50, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.says("51", s.use(rewards.Using{Code: v.Code, Store: s.limited("redeem_points=51").ID}).Why, "this store takes vouchers of at least 51 points: that one cost 50")
		s.says("50", s.use(rewards.Using{Code: v.Code, Store: s.limited("redeem_points=50").ID}).Why, "")
		s.stands(0, 0, 0)
	})
}

func TestWhatTheTillDidNotSayIsForTheCashier(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		strict := s.limited("redeem_share=50 redeem_sale=2000 redeem_approval=1000").ID
		for _, c := range []struct {
			voucher rewards.Voucher
			notes   string
		}{
			{s.hand("amount", 500), "look that the sale comes to at least S/ 20|vouchers pay at most 50 % of a sale here: look that it comes to at least S/ 10"},
			{s.hand("percent", 10), "look that the sale comes to at least S/ 20|when it takes more than S/ 10 off, ask a manager to approve it"},
			{s.needing(`["Cake"]`, `["T-1"]`), "look that the sale comes to at least S/ 20|look that one of these is in the sale: Cake, T-1"},
		} {
			u := rewards.Using{Code: c.voucher.Code, Store: strict}
			looked := s.look(u)
			if looked.Why != nil || looked.Voucher.State != rewards.Issued || looked.Member.ID != s.ana.ID || strings.Join(looked.Notes, "|") != c.notes {
				t.Errorf("looking: %+v, want %q", looked, c.notes)
			}
			if used := s.use(u); used.Why != nil || strings.Join(used.Notes, "|") != c.notes {
				t.Errorf("using: %+v, want %q", used, c.notes)
			}
		}
	})
}

func (s *shop) look(u rewards.Using) (used rewards.Used) {
	s.t.Helper()
	u.Actor, u.Door = "till:3", "till"
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		used, err = rewards.Look(ctx, tx, s.p, u)
		return err
	})
	return used
}

func TestAVoucherMayNeedSomethingInTheSale(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for _, c := range []struct {
			name, categories, products string
			lines                      []rewards.Line
			sentence                   string
		}{
			{"the category", `["cake"]`, `[]`, []rewards.Line{{Category: "tea"}, {Category: "cake"}}, ""},
			{"folded", `["Pasteleria"]`, `[]`, []rewards.Line{{Category: " PASTELERÍA"}}, ""},
			{"the product", `["cake"]`, `["T-1"]`, []rewards.Line{{SKU: "t-1"}}, ""},
			{"something else", `["cake","pie"]`, `["T-1"]`, []rewards.Line{{SKU: "T-2", Category: "tea"}}, "that voucher needs one of these in the sale: cake, pie, T-1"},
			{"a line without words", `["cake"]`, `[]`, []rewards.Line{{Amount: 5}}, "needs one of these"},
			{"a category is no product", `["cake"]`, `[]`, []rewards.Line{{SKU: "cake"}}, "needs one of these"},
		} {
			v := s.needing(c.categories, c.products)
			s.says(c.name, s.use(rewards.Using{Code: v.Code, Lines: c.lines}).Why, c.sentence)
		}
	})
}

func TestSeveralVouchersOfOneSaleCountTogether(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		half := s.limited("redeem_share=50").ID
		use := func(v rewards.Voucher, sale, amount int64) error {
			return s.use(rewards.Using{Code: v.Code, Store: half, Purchase: sale, Amount: amount}).Why
		}
		s.says("10 %", use(s.hand("percent", 10), 71, 1000), "")
		s.says("and 4.00", use(s.hand("amount", 400), 71, 1000), "")
		s.says("and a cent", use(s.hand("amount", 1), 71, 1000), "at least S/ 10.03, and it comes to S/ 10")
		s.says("another sale", use(s.hand("amount", 500), 72, 1000), "")
		s.says("50 %", use(s.hand("percent", 50), 73, 1000), "")
		s.says("and more", use(s.hand("amount", 1), 73, 1000), "one on this sale does already")
		s.says("and more per cent", use(s.hand("percent", 1), 73, 1000), "with that one it would be 51 %")
		s.says("a thing", use(s.hand("physical", 900), 73, 1000), "")
	})
}

func TestASecondPersonApproves(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		here, there := s.limited("redeem_approval=1000").ID, s.limited("").ID
		cashier, manager, owner := s.hire("cashier", here, ""), s.hire("manager", here, ""), s.hire("owner", 0, "")
		away, herself, gone := s.hire("manager", there, ""), s.hire("manager", 0, "+51987654321"), s.hire("owner", 0, "+51900000007")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := members.LeaveStaff(ctx, tx, s.p.ID, gone.ID)
			return err
		})
		who := func(m members.Staff) string { return fmt.Sprint("staff:", m.ID) }
		for _, c := range []struct {
			name, kind      string
			value           int64
			actor, approver string
			code            db.Code
			sentence        string
		}{
			{"not above", "amount", 1000, "till:3", "", "", ""},
			{"nobody", "amount", 1001, "till:3", "", db.Refused, "vouchers worth more than S/ 10 need a second person here: ask a manager"},
			{"a thing of value", "physical", 1001, "till:3", "", db.Refused, "second person"},
			{"10 % of 100.00", "percent", 10, "till:3", "", "", ""},
			{"11 % of 100.00", "percent", 11, "till:3", "", db.Refused, "second person"},
			{"a cashier", "amount", 1001, "till:3", who(cashier), db.Denied, "Luz is a cashier: ask a manager"},
			{"a manager", "amount", 1001, "till:3", who(manager), "", ""},
			{"the owner", "amount", 1001, who(manager), who(owner), "", ""},
			{"oneself", "amount", 1001, who(manager), who(manager), db.Denied, "nobody approves what they do themselves"},
			{"another store's", "amount", 1001, "till:3", who(away), db.Denied, "manages another store"},
			{"whose it is", "amount", 1001, "till:3", who(herself), db.Denied, "a voucher of their own"},
			{"who has left", "amount", 1001, "till:3", who(gone), db.Denied, "nobody on the staff has the id"},
			{"a till", "amount", 1001, "till:3", "till:4", db.Denied, "a manager or the owner approves"},
			{"no number", "amount", 1001, "till:3", "staff:x", db.Denied, "a manager or the owner approves"},
			{"from afar", "amount", 1001, "till:3", "cli:eva", db.Denied, "a manager or the owner approves"},
			{"beside the desk", "amount", 1001, "cli:ana", "cli:eva", "", ""},
			{"behind the desk", "amount", 1001, "cli:ana", "cli:ana", db.Denied, "themselves"},
		} {
			v := s.hand(c.kind, c.value)
			door, _, _ := strings.Cut(c.actor, ":")
			used := s.use(rewards.Using{Code: v.Code, Store: here, Amount: 10000, Actor: c.actor, Door: door, Approver: c.approver})
			wantCode(t, used.Why, c.code)
			s.says(c.name, used.Why, c.sentence)
			if used.Why == nil && used.Voucher.Approver != c.approver {
				t.Errorf("%s: approved by %q", c.name, used.Voucher.Approver)
			}
		}
		v := s.hand("amount", 5000)
		if used := s.use(rewards.Using{Code: v.Code, Store: here, Amount: 10000, Staff: manager.ID, Approver: who(manager)}); used.Why == nil {
			t.Error("a manager approved at the till what they did there")
		}
		s.sound()
	})
}

// A till that uses a voucher first and reports the sale after it.
func TestASaleGetsTheVoucherThatWasUsedForIt(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		v := s.hand("amount", 500)
		s.use(rewards.Using{Code: v.Code})
		s.says("another till", s.use(rewards.Using{Code: v.Code, Purchase: 71, Actor: "till:4", Door: "till"}).Why, "used already")
		used := s.use(rewards.Using{Code: v.Code, Purchase: 71})
		if used.Why != nil || used.Voucher.PurchaseID != 71 {
			t.Errorf("%+v", used)
		}
		s.says("another sale", s.use(rewards.Using{Code: v.Code, Purchase: 72}).Why, "used already")
		late := s.hand("amount", 500)
		s.use(rewards.Using{Code: late.Code})
		s.clock.Add(day)
		s.says("a day later", s.use(rewards.Using{Code: late.Code, Purchase: 73}).Why, "used already")
		s.sound()
	})
}

func TestFindingCountsWrongCodes(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for i := range 12 {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				found, err := rewards.Find(ctx, tx, s.p, rewards.Using{Code: "22222222", Actor: "till:3", Door: "till"})
				want := "no voucher with that code"
				if i >= 10 {
					want = "10 wrong codes in this hour"
				}
				s.says(fmt.Sprint(i), found.Why, want)
				return err
			})
		}
	})
}

func TestWhatASaleCameToBeforeItsVouchers(t *testing.T) {
	off := func(kind string, value int64) rewards.Voucher { return rewards.Voucher{Kind: kind, Value: value} }
	for _, c := range []struct {
		amount   int64
		vouchers []rewards.Voucher
		want     int64
	}{
		{0, []rewards.Voucher{off("amount", 500)}, 0},
		{1000, nil, 1000},
		{1000, []rewards.Voucher{off("amount", 500), off("gift_card", 100), off("physical", 900)}, 1600},
		{1340, []rewards.Voucher{off("percent", 33)}, 2000},
		{1339, []rewards.Voucher{off("percent", 33)}, 1999},
		{500, []rewards.Voucher{off("percent", 50), off("item", 250)}, 1500},
		{500, []rewards.Voucher{off("percent", 100), off("amount", 5)}, 505},
		{500, []rewards.Voucher{off("percent", 60), off("percent", 60)}, 500},
		{1e12, []rewards.Voucher{off("percent", 99), off("amount", 1e12), off("amount", 1e12)}, 3e14},
	} {
		if got := rewards.BeforeVouchers(c.amount, c.vouchers); got != c.want {
			t.Errorf("%d after %v: %d, want %d", c.amount, c.vouchers, got, c.want)
		}
	}
}
