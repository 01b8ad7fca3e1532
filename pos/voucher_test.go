package pos_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

// grant gives a member a voucher of an amount off, for a day.
func (s *shop) grant(phone members.Phone, value int64) (v rewards.Voucher) {
	s.t.Helper()
	m := s.member(phone)
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = rewards.Grant(ctx, tx, s.p, m, rewards.Terms{Name: "Vale", Kind: "amount", Value: value, ExpiresAt: tx.Now + 24*60*60*1000}, 0)
		return err
	})
	return v
}

// limit sets what the store asks of vouchers: "redeem_share=50".
func (s *shop) limit(settings ...string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		var changes []members.Change
		for _, one := range settings {
			name, value, _ := strings.Cut(one, "=")
			changes = append(changes, members.Change{Name: name, Value: value})
		}
		_, _, err := members.ChangeStore(ctx, tx, s.p, s.store.ID, changes)
		return err
	})
}

// ask asks about a voucher as the till and returns the answer.
func (s *shop) ask(r pos.VoucherRequest) pos.Answer {
	s.t.Helper()
	r.Program, r.Till = s.p.ID, s.till.ID
	answer, err := s.Voucher(context.Background(), r)
	if err != nil {
		s.t.Errorf("%s %s: %v", r.Kind, r.Ref, err)
	}
	return answer
}

// asks compares the answer in short: "200 used", "200 refused: sentence".
func (s *shop) asks(want string, r pos.VoucherRequest) {
	s.t.Helper()
	answer := s.ask(r)
	var b struct {
		Status, Message string
		Error           struct{ Code string }
	}
	if err := json.Unmarshal(answer.Body, &b); err != nil {
		s.t.Error(err)
	}
	got := fmt.Sprintf("%d %s%s", answer.Status, b.Status, b.Error.Code)
	if b.Message != "" {
		got += ": " + b.Message
	}
	if !strings.HasPrefix(got, want) {
		s.t.Errorf("%s %s: %s, want %s", r.Kind, r.Ref, got, want)
	}
}

// became lists what became of the vouchers of a sale, in short.
func (s *shop) became(sale pos.Sale) (list []string) {
	s.t.Helper()
	answer, err := s.Record(context.Background(), sale)
	if err != nil {
		s.t.Error(err)
	}
	var b struct {
		Voucher  struct{ Status, Message string }
		Vouchers []struct{ Status, Message string }
	}
	if err := json.Unmarshal(answer.Body, &b); err != nil {
		s.t.Error(err)
	}
	for _, h := range append(b.Vouchers, b.Voucher) {
		list = append(list, strings.TrimSpace(h.Status+" "+h.Message))
	}
	return list
}

func TestSeveralVouchersInASale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.join(pedro)
		s.limit("redeem_share=50")
		mine, his, large := s.grant(rosa, 200), s.grant(pedro, 300), s.grant(rosa, 600)
		sale := s.sale("T-1", func(sale *pos.Sale) {
			sale.Voucher = mine.Code
			sale.Vouchers = []string{strings.ToLower(his.Code), " " + mine.Code, large.Code, "NONE"}
			sale.Amount, sale.Tender = 1000, []pos.Tender{{Kind: "cash", Amount: 500}, {Kind: "voucher", Amount: 500}}
		})
		want := []string{
			"used", "used",
			"refused vouchers pay at most 50 % of a sale here: for that one it has to come to at least S/ 22, and it comes to S/ 10",
			"refused a code has 8 letters and digits: look at it again", "used",
		}
		for range 2 {
			if got := s.became(sale); strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%q", got)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'redeemed' AND purchase_id <> 0"); n != 2 {
			t.Errorf("%d of 2 used", n)
		}
		s.refunds("200 applied known 0/5", s.refund("R-1", "T-1", 0))
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'issued'"); n != 3 {
			t.Errorf("%d of 3 are good again", n)
		}
		s.sound()
	})
}

// Without a tender of that kind the vouchers are off the amount already; in another currency nobody knows.
func TestWhatTheVouchersOfASaleAreComparedWith(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.limit("redeem_share=50", "redeem_sale=1000")
		for _, c := range []struct {
			ref, want string
			amount    int64
			change    func(*pos.Sale)
		}{
			{"off already", "used|used|", 600, func(*pos.Sale) {}},
			{"too small", "refused this store takes vouchers on sales of at least S/ 10: this one comes to S/ 9.99|", 599, func(*pos.Sale) {}},
			{"paid with them", "refused this store takes vouchers", 600, func(sale *pos.Sale) { sale.Tender = []pos.Tender{{Kind: "voucher", Amount: 600}} }},
			{"in dollars", "used|used|", 1, func(sale *pos.Sale) { sale.Currency = "USD" }},
		} {
			codes := []string{s.grant(rosa, 200).Code, s.grant(rosa, 200).Code}
			got := s.became(s.sale(c.ref, func(sale *pos.Sale) { sale.Amount, sale.Vouchers = c.amount, codes }, c.change))
			if !strings.HasPrefix(strings.Join(got, "|"), c.want) {
				t.Errorf("%s: %q", c.ref, got)
			}
		}
		s.sound()
	})
}

func TestTooManyVouchersInASale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for name, codes := range map[string][]string{"six": {"a", "b", "c", "d", "e", "f"}, "a bell": {"\a"}} {
			if _, err := s.Record(t.Context(), s.sale("T-1", func(sale *pos.Sale) { sale.Vouchers = codes })); db.CodeOf(err) != db.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.sells("200 held held 0/0", s.sale("T-1", func(sale *pos.Sale) { sale.Voucher, sale.Vouchers = "a", []string{"a", "b", "c", "d", "e"} }))
		s.sells("409 reused data.id", s.sale("T-1", func(sale *pos.Sale) { sale.Voucher = "a" }))
	})
}

func TestATillAsksAboutAVoucher(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.limit("reversal_minutes=10")
		v := s.grant(rosa, 500)
		req := func(kind, ref string) pos.VoucherRequest {
			return pos.VoucherRequest{Kind: kind, Ref: ref, Code: v.Code, Body: "{}"}
		}
		var seen struct {
			Voucher struct{ Name, State, Member, Until string }
		}
		if err := json.Unmarshal(s.ask(req(pos.CheckVoucher, "")).Body, &seen); err != nil || seen.Voucher.Member != "+51•••••321" || seen.Voucher.State != "issued" {
			t.Errorf("%+v %v", seen, err)
		}
		s.asks("200 test", pos.VoucherRequest{Kind: pos.RedeemVoucher, Ref: "test", Code: v.Code, Test: true})
		s.asks("200 reserved", req(pos.ReserveVoucher, "1"))
		s.asks("200 good", req(pos.CheckVoucher, ""))
		s.asks("200 released", req(pos.ReleaseVoucher, "1"))
		s.asks("200 refused: that voucher is not reserved", req(pos.ReleaseVoucher, "2"))
		s.asks("200 reserved", req(pos.ReserveVoucher, "1")) // as the first time: it is not reserved again
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'reserved'"); n != 0 {
			t.Error("an answer that was known reserved it once more")
		}
		s.asks("200 used", req(pos.RedeemVoucher, "1"))
		s.asks("200 used", req(pos.RedeemVoucher, "1"))
		s.asks("200 refused: that voucher was used already", req(pos.RedeemVoucher, "2"))
		other := req(pos.RedeemVoucher, "1")
		other.Amount = 5
		s.asks("409 reused", other)
		s.parked("differs")
		s.asks("200 reversed", req(pos.ReverseVoucher, "1"))
		s.asks("200 used", req(pos.RedeemVoucher, "3"))
		s.clock.Add(10 * time.Minute)
		s.asks("200 refused: the use of a voucher is undone within 10 minutes here", req(pos.ReverseVoucher, "2"))
		s.asks("200 refused: there is no voucher", pos.VoucherRequest{Kind: pos.ReverseVoucher, Ref: "3", Code: "22222222"})

		// The sale comes after the use, and takes the voucher along when it comes back.
		if got := s.became(s.sale("T-1", func(sale *pos.Sale) { sale.Voucher = v.Code })); got[0] != "used" {
			t.Errorf("%q", got)
		}
		s.refunds("200 applied known -10/5", s.refund("R-1", "T-1", 0))
		s.asks("200 good", req(pos.CheckVoucher, ""))
		s.sound()
	})
}

func TestApprovalAtATill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.limit("redeem_approval=400")
		var luz members.Staff
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			luz, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Luz", Role: members.Manager})
			return err
		})
		v := s.grant(rosa, 500)
		r := pos.VoucherRequest{Kind: pos.CheckVoucher, Code: v.Code, Amount: 1000}
		if b := string(s.ask(r).Body); !strings.Contains(b, `"status":"good"`) || !strings.Contains(b, `"approval":true`) {
			t.Error(b)
		}
		r.Kind, r.Ref = pos.ReserveVoucher, "1"
		s.asks("200 refused: vouchers worth more than S/ 4 need a second person here", r)
		r.Ref, r.Approver = "2", luz.ID
		s.asks("200 reserved", r)
		if got := s.became(s.sale("T-1", func(sale *pos.Sale) { sale.Voucher = v.Code })); got[0] != "used" {
			t.Errorf("%q", got)
		}
	})
}

func TestWhatATillMayNotAsk(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		good := pos.VoucherRequest{Program: s.p.ID, Till: s.till.ID, Kind: pos.RedeemVoucher, Ref: "1", Code: "22222222"}
		for name, change := range map[string]func(*pos.VoucherRequest){
			"no id":         func(r *pos.VoucherRequest) { r.Ref = "" },
			"below zero":    func(r *pos.VoucherRequest) { r.Amount = -1 },
			"too much":      func(r *pos.VoucherRequest) { r.Amount = pos.MaxAmount + 1 },
			"no currency":   func(r *pos.VoucherRequest) { r.Currency = "soles" },
			"for an hour":   func(r *pos.VoucherRequest) { r.Minutes = 60 },
			"nobody at all": func(r *pos.VoucherRequest) { r.Approver = -1 },
			"a bell":        func(r *pos.VoucherRequest) { r.Why = "\a" },
			"a line":        func(r *pos.VoucherRequest) { r.Lines = []pos.Line{{Quantity: 0}} },
		} {
			r := good
			change(&r)
			if _, err := s.Voucher(t.Context(), r); db.CodeOf(err) != db.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM voucher_events"); n != 0 {
			t.Errorf("%d kept", n)
		}
	})
}

// Fifty copies of one request at once are one use, and are all answered so; another till's is refused.
func TestCopiesOfARequestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		v := s.grant(rosa, 500)
		var mu sync.Mutex
		answers := map[string]int{}
		var all []func()
		for i := range 60 {
			all = append(all, func() {
				a := s.ask(pos.VoucherRequest{Kind: pos.RedeemVoucher, Ref: fmt.Sprint(i % 6), Code: v.Code})
				mu.Lock()
				defer mu.Unlock()
				answers[string(a.Body)]++
			})
		}
		atOnce(all...)
		used := 0
		for body, n := range answers {
			if n != 10 {
				t.Errorf("%d times %s", n, body)
			}
			if strings.Contains(body, `"status":"used"`) {
				used++
			}
		}
		if used != 1 || len(answers) != 6 {
			t.Errorf("%d uses, %v", used, answers)
		}
		s.sound()
	})
}

// A sale, a use by itself and a whole refund want one voucher at the same time.
func TestASaleAndARequestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.join(pedro)
		for i := range 20 {
			a, b := s.grant(rosa, 500), s.grant(pedro, 500)
			ref := fmt.Sprint("T-", i)
			sale := s.sale(ref, func(sale *pos.Sale) { sale.Vouchers = []string{b.Code, a.Code} })
			ask := func(kind string, code string) func() {
				return func() { s.ask(pos.VoucherRequest{Kind: kind, Ref: ref + code, Code: code}) }
			}
			atOnce(
				func() { s.report(sale) }, ask(pos.RedeemVoucher, a.Code), ask(pos.ReverseVoucher, b.Code), ask(pos.ReserveVoucher, b.Code),
				func() { s.reportRefund(s.refund("R-"+ref, ref, 0)) },
			)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'redeemed' AND purchase_id <> 0"); n != 0 {
			t.Errorf("%d vouchers stay used on sales that were given back", n)
		}
		s.sound()
	})
}

// A code of another program is no code here, and counts as a wrong one; a till that was revoked asks nothing more, not even what it
// asked before.
func TestAnotherProgramsVoucherAndARevokedTill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		mine, theirs := s.grant(rosa, 500), s.grantElsewhere(rosa)
		for i, kind := range []string{pos.CheckVoucher, pos.ReserveVoucher, pos.ReleaseVoucher, pos.RedeemVoucher, pos.ReverseVoucher} {
			s.asks("200 refused: there is no voucher with that code", pos.VoucherRequest{Kind: kind, Ref: fmt.Sprint(i), Code: theirs.Code})
		}
		if got := s.became(s.sale("T-1", func(sale *pos.Sale) { sale.Voucher = theirs.Code })); !strings.HasPrefix(got[0], "refused there is no voucher") {
			t.Errorf("%q", got)
		}
		if n := s.count("SELECT COALESCE(SUM(n), 0) FROM wrong_codes WHERE program_id = $1", s.p.ID); n != 6 {
			t.Errorf("%d wrong codes counted, want 6", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE program_id <> $1 AND state = 'issued'", s.p.ID); n != 1 {
			t.Error("the other program's voucher was touched")
		}
		used := pos.VoucherRequest{Program: s.p.ID, Till: s.till.ID, Kind: pos.RedeemVoucher, Ref: "9", Code: mine.Code}
		s.asks("200 used", used)
		s.write(func(ctx context.Context, tx *db.Tx) error { return pos.RevokeTill(ctx, tx, s.p.ID, s.till.ID) })
		for _, kind := range []string{pos.CheckVoucher, pos.RedeemVoucher, pos.ReverseVoucher} {
			used.Kind = kind
			if a, err := s.Voucher(t.Context(), used); db.CodeOf(err) != db.Denied && db.CodeOf(err) != db.Missing {
				t.Errorf("%s by a revoked till: %s, %v", kind, a.Body, err)
			}
		}
	})
}

// grantElsewhere gives the person of a number a voucher of another program on the same server.
func (s *shop) grantElsewhere(phone members.Phone) (v rewards.Voucher) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := members.CreateProgram(ctx, tx, members.NewProgram{Name: "Luna", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
		if err != nil {
			return err
		}
		if _, err := members.Touch(ctx, tx, p.ID, s.key.Hash(phone)); err != nil {
			return err
		}
		m, _, err := members.Join(ctx, tx, p, members.Joining{Phone: phone, Hash: s.key.Hash(phone)})
		if err == nil {
			v, err = rewards.Grant(ctx, tx, p, m, rewards.Terms{Name: "Vale", Kind: "amount", Value: 500, ExpiresAt: tx.Now + 24*60*60*1000}, 0)
		}
		return err
	})
	return v
}
