package pos_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

const races = 300

// atOnce starts all of them at the same moment and waits.
func atOnce(all ...func()) {
	var ready, done sync.WaitGroup
	ready.Add(1)
	for _, f := range all {
		done.Go(func() {
			ready.Wait()
			f()
		})
	}
	ready.Done()
	done.Wait()
}

func number(i int) members.Phone { return members.Phone(fmt.Sprintf("+519%08d", i)) }

// report records without comparing the answer; it may be any, but never an error.
func (s *shop) report(sale pos.Sale) {
	if _, err := s.Record(context.Background(), sale); err != nil {
		s.t.Errorf("sale %s: %v", sale.Ref, err)
	}
}

func (s *shop) reportRefund(r pos.Refund) {
	if _, err := s.RecordRefund(context.Background(), r); err != nil {
		s.t.Errorf("refund %s: %v", r.Ref, err)
	}
}

func TestAHundredCopiesAtOnceAreOneSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		for ref, change := range map[string]func(*pos.Sale){
			"member": func(*pos.Sale) {},
			"held":   func(sale *pos.Sale) { sale.Phone = pedro.E164() },
			"nobody": func(sale *pos.Sale) { sale.Phone = "" },
		} {
			answers := make([]string, 100)
			copies := make([]func(), len(answers))
			for i := range copies {
				copies[i] = func() { answers[i] = line(s.Record(context.Background(), s.sale(ref, change))) }
			}
			atOnce(copies...)
			for _, a := range answers {
				if a != answers[0] || a[:3] != "200" {
					t.Fatalf("%s: answered %q and %q", ref, answers[0], a)
				}
			}
		}
		s.balance(15, rosa)
		if n := s.count("SELECT COUNT(*) FROM purchases"); n != 3 {
			t.Errorf("%d purchases", n)
		}
		if n := s.count("SELECT COUNT(*) FROM entries WHERE kind = 'earn'"); n != 1 {
			t.Errorf("%d credits", n)
		}
		s.sound()
	})
}

// A hundred sales under one id at once: one of them counts, the others are told so.
func TestAHundredSalesUnderOneId(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var mu sync.Mutex
		won := 0
		sales := make([]func(), 100)
		for i := range sales {
			sales[i] = func() {
				got := line(s.Record(context.Background(), s.sale("T-1", func(sale *pos.Sale) { sale.Phone = number(i).E164() })))
				mu.Lock()
				defer mu.Unlock()
				switch got {
				case "200 held held 0/0":
					won++
				case "409 reused data.id":
				default:
					t.Error(got)
				}
			}
		}
		atOnce(sales...)
		if won != 1 {
			t.Errorf("%d sales were taken in", won)
		}
	})
}

func TestAHundredCopiesOfARefund(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.report(s.sale("known"))
		for _, sale := range []string{"known", "unknown"} {
			copies := make([]func(), 100)
			for i := range copies {
				copies[i] = func() { s.reportRefund(s.refund("R-"+sale, sale, 5000)) }
			}
			atOnce(copies...)
		}
		s.balance(10, rosa)
		s.report(s.sale("unknown"))
		s.balance(15, rosa)
		s.sound()
	})
}

func TestNoSaleIsLostWhileItsNumberJoins(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for i := range races {
			sale := s.sale(fmt.Sprint("T-", i), func(sale *pos.Sale) { sale.Phone = number(i).E164() })
			atOnce(
				func() { s.report(sale) },
				func() {
					if _, err := s.tryJoin(number(i)); err != nil {
						t.Errorf("join: %v", err)
					}
				},
				func() { s.report(sale) },
			)
		}
		if n := s.count("SELECT COUNT(*) FROM members WHERE balance = 15 AND purchases = 1"); n != races {
			t.Errorf("%d of %d were credited", n, races)
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE state = 'credited' AND hash = ''"); n != races {
			t.Errorf("%d of %d have their member", n, races)
		}
		s.sound()
	})
}

// A sale and its own refund at once, while the number joins: whichever comes first, the refund is judged.
func TestNoRefundIsLostBesideItsSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for i := range races {
			sale := s.sale(fmt.Sprint("T-", i), func(sale *pos.Sale) { sale.Phone = number(i).E164() })
			bare := s.sale(fmt.Sprint("N-", i), func(sale *pos.Sale) { sale.Phone = "" })
			one, two := s.refund(fmt.Sprint("R-", i), sale.Ref, 4000), s.refund(fmt.Sprint("S-", i), sale.Ref, 1000)
			whole := s.refund(fmt.Sprint("W-", i), bare.Ref, 0)
			race := []func(){
				func() { s.report(sale) },
				func() { s.reportRefund(one) },
				func() { s.reportRefund(two) },
				func() { s.reportRefund(one) },
				func() { s.report(bare) },
				func() { s.reportRefund(whole) },
			}
			if i%2 == 0 {
				race = append(race, func() {
					if _, err := s.tryJoin(number(i)); err != nil {
						t.Errorf("join: %v", err)
					}
				})
			} else {
				s.join(number(i))
			}
			atOnce(race...)
		}
		if n := s.count("SELECT COUNT(*) FROM refunds WHERE state <> 'applied'"); n != 0 {
			t.Errorf("%d of %d refunds were not judged", n, 3*races)
		}
		if n := s.count("SELECT COUNT(*) FROM members WHERE balance = 10"); n != races {
			t.Errorf("%d of %d members have what is theirs", n, races)
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE refunded = 5000 AND taken = 5 OR member_id = 0 AND refunded = amount"); n != 2*races {
			t.Errorf("%d of %d sales know their refunds", n, 2*races)
		}
		s.sound()
	})
}

// Refunds that together are more than the sale, at once: never more is given back than was paid.
func TestRefundsAtOnceNeverExceedTheSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		for i := range 20 {
			s.report(s.sale(fmt.Sprint("T-", i)))
			all := make([]func(), 10)
			for j := range all {
				all[j] = func() { s.reportRefund(s.refund(fmt.Sprint("R-", i, "-", j), fmt.Sprint("T-", i), 3000)) }
			}
			atOnce(all...)
		}
		if n := s.count("SELECT COUNT(*) FROM purchases WHERE refunded <> 9000 OR taken <> 9"); n != 0 {
			t.Errorf("%d sales gave back too much", n)
		}
		s.balance(25, rosa)
		s.sound()
	})
}

func TestStaffEnrolsWhoIsBuying(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for i := range 50 {
			enrol := func() {
				err := s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					_, _, _, err := pos.Enrol(ctx, tx, s.key, s.p, pos.Enrolment{Phone: number(i), Actor: "staff:1", Door: "page"})
					return err
				})
				if err != nil {
					t.Errorf("enrol: %v", err)
				}
			}
			atOnce(enrol, enrol, func() { s.report(s.sale(fmt.Sprint("T-", i), func(sale *pos.Sale) { sale.Phone = number(i).E164() })) })
		}
		if n := s.count("SELECT COUNT(*) FROM members WHERE balance = 15 AND service"); n != 50 {
			t.Errorf("%d of 50 are in, with their points", n)
		}
	})
}

// Two friends hand in each other's voucher at the same moment: each sale takes both members' rows.
func TestFriendsUseEachOthersVouchers(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.join(pedro)
		for i := range 30 {
			codes := map[members.Phone]string{}
			for _, owner := range []members.Phone{rosa, pedro} {
				m := s.member(owner)
				s.write(func(ctx context.Context, tx *db.Tx) error {
					v, err := rewards.Grant(ctx, tx, s.p, m, rewards.Terms{Name: "Cafe", Kind: "item", ExpiresAt: tx.Now + 1_000_000}, 0)
					codes[owner] = v.Code
					return err
				})
			}
			hand := func(buyer, owner members.Phone) func() {
				sale := s.sale(fmt.Sprint(buyer.E164(), owner.E164(), i), func(sale *pos.Sale) { sale.Phone, sale.Voucher = buyer.E164(), codes[owner] })
				return func() { s.report(sale) }
			}
			atOnce(hand(rosa, pedro), hand(pedro, rosa), hand(rosa, rosa), hand(pedro, pedro))
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'redeemed'"); n != 60 {
			t.Errorf("%d of 60 vouchers were used", n)
		}
		s.sound()
	})
}

// A member who is merged after a sale has found them and before it holds their row gets nothing any more.
func TestAMergeJustBeforeTheRowIsHeld(t *testing.T) {
	clock := new(dbtest.Clock)
	url := dbtest.URL(t, db.Postgres, true)
	var meanwhile func()
	o := dbtest.Options(dbtest.WithClock(clock), func(o *db.Options) {
		o.Trace = func(query string) {
			if f := meanwhile; f != nil && strings.HasPrefix(query, "-- name: hashOfMember") {
				meanwhile = nil
				f()
			}
		}
	})
	s, beside := openOn(t, dbtest.Open(t, url, o), clock), dbtest.Open(t, url, dbtest.Options(dbtest.WithClock(clock)))
	s.join(rosa)
	s.join(pedro)
	from, into := s.member(rosa), s.member(pedro)
	meanwhile = func() {
		err := beside.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.Merge(ctx, tx, s.p, from.ID, into.ID, members.Act{Actor: "cli:ana", Door: "cli"})
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	s.sells("200 held held 0/0", s.sale("T-1"))
	if n := s.count("SELECT balance FROM members WHERE id = $1", from.ID); n != 0 {
		t.Errorf("who is merged has %d points", n)
	}
}
