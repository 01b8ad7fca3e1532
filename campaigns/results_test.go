package campaigns

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

// sale is one purchase of a test.
type sale struct {
	member, store    int64
	amount, refunded int64
	at               time.Time
}

// sell writes many purchases down as a till's sales leave them.
func (s *shop) sell(sales ...sale) {
	s.t.Helper()
	s.exec(`INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, 1, $2, 'Caja', '1-x', 'x', 1) ON CONFLICT DO NOTHING`, s.p.ID, s.store.ID)
	for from := 0; from < len(sales); from += 500 {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			var rows strings.Builder
			for i, x := range sales[from:min(from+500, len(sales))] {
				if i > 0 {
					rows.WriteString(", ")
				}
				id := tx.ID()
				fmt.Fprintf(&rows, "(%d, %d, 1, '%d', '', 'credited', %d, %d, '', %d, 'MXN', %d, %d, %d, %d, 0, '')", s.p.ID, id, id, x.member, x.store, x.amount, x.amount, x.amount, x.refunded, x.at.UnixMilli())
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency, money,
earning, refunded, occurred_at, received_at, answer) VALUES `+rows.String())
			return err
		})
	}
}

func (s *shop) report(c Campaign) Report {
	s.t.Helper()
	r, err := s.svc.Report(s.t.Context(), s.p.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// ids are members of a run by what they were drawn for.
func (s *shop) ids(where string) (all []int64) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT member_id FROM messages WHERE "+where+" ORDER BY member_id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			all = append(all, id)
		}
		return rows.Err()
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// A report on generated data: the planner draws 300 of 1,200 who are held out; in 200 seeds everybody buys as they would, the texted one
// in twenty more. The interval of the report holds the true effect in 181 of them at least.
func TestTheReportCoversAKnownLift(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(1200)
		share := int64(25)
		c := s.blast(NewCampaign{Name: "otono", Holdout: &share, Calendar: Calendar{Ends: "20:00"}})
		texted, held := s.ids("state = 'queued'"), s.ids("state = 'holdout'")
		const share0, mean, effect = 0.3, 4000, 0.05
		seeds, covered := 200, 0
		if s.d.Dialect() == db.Postgres {
			seeds = 20 // the numbers are the same, and each takes longer
		}
		for seed := range uint64(seeds) {
			r := rand.New(rand.NewPCG(seed, 2027))
			var sales []sale
			for i, m := range append(texted[:len(texted):len(texted)], held...) {
				more := effect
				if i >= len(texted) {
					more = 0
				}
				if v := spender(r, share0+more, mean); v > 0 {
					sales = append(sales, sale{m, s.store.ID, v, 0, s.clock.Now().Add(time.Duration(r.IntN(4)) * time.Hour)})
				}
			}
			s.exec("DELETE FROM purchases")
			s.sell(sales...)
			l := s.report(c).Runs[0].Lift
			if l.Treated.Members != int64(len(texted)) || l.HeldOut.Members != int64(len(held)) || !l.Known {
				t.Fatalf("%+v", l)
			}
			if truth := effect * mean; l.Low <= truth && truth <= l.High {
				covered++
			}
		}
		t.Logf("covered in %d of %d", covered, seeds)
		if covered < seeds*181/200 {
			t.Errorf("the interval covers the truth in %d of %d seeds", covered, seeds)
		}
	})
}

// Everything a report says of a run, in a story that can be counted by hand.
func TestResults(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.reached("https://sol.example")
		s.set("prices", `{"MX": 500000}`)
		s.set("price_unit", "MXN")
		var north members.Store
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			north, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: "Norte"})
			return err
		})
		s.crowd(400)
		s.exec("UPDATE members SET language = 'es'")
		s.exec("UPDATE members SET store_id = $1 WHERE id % 4 = 0", north.ID)
		share := int64(25)
		c := s.blast(NewCampaign{
			Name: "menu", Holdout: &share, Offer: withVoucher(), Calendar: Calendar{Ends: "20:00"}, Link: "https://shop.example/menu",
			Words: map[string]string{"es": "Sol: {oferta} {codigo} {enlace}. BAJA"}, WordsB: map[string]string{"es": "Sol: ven por {oferta} {codigo} {enlace}. BAJA"},
		})
		a, b, held := s.ids("wording = 'a'"), s.ids("wording = 'b'"), s.ids("state = 'holdout'")
		at := s.clock.Now().Add(10 * time.Minute)
		s.exec("UPDATE messages SET state = 'delivered', sent_at = $1 WHERE state = 'queued'", at.UnixMilli())
		s.exec("UPDATE messages SET state = 'undelivered', error = 30005 WHERE member_id IN ($1, $2)", a[0], b[0])
		s.exec("UPDATE messages SET state = 'failed', error = 21610 WHERE member_id = $1", a[1])
		s.exec("UPDATE messages SET state = 'cancelled', reason = 'consent', sent_at = 0 WHERE member_id = $1", b[1])
		s.exec("UPDATE messages SET price = 700000, price_unit = 'MXN' WHERE member_id = $1", a[2])
		s.exec("UPDATE messages SET price = 7500, price_unit = 'USD' WHERE member_id = $1", a[3])
		s.exec("UPDATE vouchers SET state = 'redeemed', store_id = $1 WHERE member_id IN ($2, $3)", north.ID, a[4], a[5])
		s.exec("UPDATE vouchers SET state = 'expired' WHERE member_id = $1", b[4])
		s.sell(
			sale{a[4], s.store.ID, 6000, 1000, at}, sale{a[4], north.ID, 2000, 0, at}, sale{a[5], north.ID, 3000, 3000, at.Add(time.Hour)},
			sale{b[1], s.store.ID, 1000, 0, at}, // the text was taken back, and the member stays with those assigned
			sale{held[0], s.store.ID, 4000, 0, at}, sale{held[1], north.ID, 500, 0, at}, sale{b[5], north.ID, 7000, 0, at},
			sale{a[6], s.store.ID, 9999, 0, at.Add(-time.Hour)}, sale{a[7], s.store.ID, 9999, 0, at.Add(48 * time.Hour)},
		)
		s.exec("UPDATE purchases SET money = 0, earning = 0 WHERE member_id = $1", b[5]) // what a voucher pays is no revenue
		s.textsBack(a[8], "STOP", at.Add(time.Hour))
		s.textsBack(a[9], "", at.Add(30*time.Hour))
		s.textsBack(a[10], "BALANCE", at.Add(60*time.Hour)) // too late to be about it
		s.textsBack(held[2], "BALANCE", at.Add(time.Hour))
		s.withdraws(a[8], "service", at.Add(time.Hour))
		s.withdraws(a[8], "marketing", at.Add(time.Hour))
		s.withdraws(b[8], "marketing", at.Add(20*time.Hour))
		s.withdraws(b[9], "marketing", at.Add(-time.Minute)) // before the text
		clicks := &Clicks{DB: s.d}
		for _, l := range s.links() {
			_, _ = clicks.Follow(t.Context(), l.Code, true)
		}
		if err := clicks.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}

		r := s.report(c).Runs[0]
		assigned, sent := int64(len(a)+len(b)), int64(len(a)+len(b)-2)
		if want := (Texts{
			Assigned: assigned, HeldOut: int64(len(held)), Sent: sent, Delivered: sent - 2, Failed: 3, TakenBack: 1, Parts: sent,
			Cost: (sent-1)*500_000 + 700_000, Estimated: (sent - 1) * 500_000,
		}); r.Texts != want {
			t.Errorf("texts %+v\n want %+v", r.Texts, want)
		}
		if r.Failures[30005] != 2 || r.Failures[21610] != 1 || r.LeftOut["consent"] != 1 || len(r.Failures) != 2 {
			t.Errorf("failures %v, left out %v", r.Failures, r.LeftOut)
		}
		if r.Vouchers != assigned || r.VouchersUsed != 2 || r.VouchersExpired != 1 {
			t.Errorf("vouchers %d, used %d, expired %d", r.Vouchers, r.VouchersUsed, r.VouchersExpired)
		}
		if r.OptOuts != 2 || r.LeftAll != 1 || r.Replies != 1 || r.Clicks != 2 {
			t.Errorf("%d opt-outs, %d of all, %d replies, %d clicks", r.OptOuts, r.LeftAll, r.Replies, r.Clicks)
		}
		if r.Buyers != 2 || r.Revenue != 8000 || r.HeldOutBuyers != 2 || r.HeldOutRevenue != 4500 || !r.Lift.Few || r.Lift.Seen {
			t.Errorf("%d bought for %d; held out %d for %d; %+v", r.Buyers, r.Revenue, r.HeldOutBuyers, r.HeldOutRevenue, r.Lift)
		}
		if want := r.Lift.Extra - rounded(float64(r.Cost)/1e4); !r.Profit.Known || r.Profit.Value != want || r.PerText.Value != float64(want)/float64(sent) {
			t.Errorf("profit %+v, want %d", r.Profit, want)
		}
		if len(r.Wordings) != 2 || r.Wordings[0].Lift.Treated.Revenue != 7000 || r.Wordings[1].Lift.Treated.Revenue != 1000 || r.Wordings[1].OptOuts != 1 ||
			r.Wordings[0].Clicks != 1 || r.Wordings[0].VouchersUsed != 2 || r.Wordings[0].Replies != 1 || r.Difference == nil || !r.Difference.Known {
			t.Errorf("wordings %+v", r.Wordings)
		}
		purchases := int64(0)
		for _, x := range r.Stores {
			purchases += x.Purchases
		}
		if purchases != 4 {
			t.Errorf("%d purchases, want four: one came back whole", purchases)
		}
		s.addsUp(r.Results)
	})
}

// addsUp looks that stores and wordings make the whole.
func (s *shop) addsUp(r Results) {
	s.t.Helper()
	var stores, wordings Texts
	var revenue, extra, used, profit int64
	for _, x := range r.Stores {
		stores.join(x.Texts)
		revenue, extra, used, profit = revenue+x.Revenue, extra+x.Lift.Extra, used+x.VouchersUsed, profit+x.Profit.Value
	}
	for _, w := range r.Wordings {
		wordings.join(w.Texts)
	}
	near := func(a, b int64) bool { return a-b <= int64(len(r.Stores)) && b-a <= int64(len(r.Stores)) } // each is rounded
	if stores != r.Texts || revenue != r.Revenue || !near(extra, r.Lift.Extra) || used != r.VouchersUsed || !near(profit, r.Profit.Value) {
		s.t.Errorf("the stores come to %+v, %d, %d, %d, %d; the whole is %+v, %d, %d, %d, %d", stores, revenue, extra, used, profit, r.Texts, r.Revenue, r.Lift.Extra, r.VouchersUsed, r.Profit.Value)
	}
	if wordings.HeldOut = r.HeldOut; len(r.Wordings) > 0 && wordings != r.Texts {
		s.t.Errorf("the wordings come to %+v, the whole is %+v", wordings, r.Texts)
	}
}

func (s *shop) textsBack(member int64, command string, at time.Time) {
	s.t.Helper()
	s.number++
	s.exec(`INSERT INTO inbound (program_id, id, sender_id, provider_id, member_id, body, command, at) VALUES ($1, CAST($2 AS BIGINT), 1, CAST($2 AS TEXT), $3, 'x', $4, $5)`,
		s.p.ID, fmt.Sprint(s.number+1_000_000), member, command, at.UnixMilli())
}

func (s *shop) withdraws(member int64, kind string, at time.Time) {
	s.t.Helper()
	s.number++
	s.exec(`INSERT INTO consents (program_id, id, member_id, kind, given, at, door) VALUES ($1, $2, $3, $4, FALSE, $5, 'text')`,
		s.p.ID, s.number+1_000_000, member, kind, at.UnixMilli())
}

// A campaign's runs add up, also where the owner changed the share that is held out in between, and in a currency other than that of
// the prices no profit is claimed.
func TestResultsOfSeveralRuns(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 10)
		s.crowd(300)
		share := int64(20)
		c := s.started(NewCampaign{Recipe: "flash", Holdout: &share, Calendar: Calendar{On: "daily", At: "16:00", Ends: "18:00"}})
		s.at("2027-11-22 16:00")
		s.send()
		s.exec("UPDATE campaigns SET holdout = 60")
		s.at("2027-11-23 16:00")
		s.send()
		r := rand.New(rand.NewPCG(1, 2))
		var sales []sale
		for _, m := range s.ids("state = 'delivered' OR state = 'holdout'") {
			for _, at := range []string{"2027-11-22T21:30:00Z", "2027-11-23T21:30:00Z"} {
				if v := spender(r, 0.4, 900); v > 0 {
					sales = append(sales, sale{m, s.store.ID, v, 0, instant(t, at)})
				}
			}
		}
		s.sell(sales...)
		got := s.report(c)
		if len(got.Runs) != 2 || got.Total == nil {
			t.Fatalf("%+v", got)
		}
		later, first := got.Runs[0], got.Runs[1]
		if got.Total.Assigned != later.Assigned+first.Assigned || got.Total.Revenue != later.Revenue+first.Revenue || got.Total.HeldOut != later.HeldOut+first.HeldOut {
			t.Errorf("the total %+v is not the sum of the runs", got.Total.Texts)
		}
		want := (first.Lift.PerMember*float64(first.Assigned) + later.Lift.PerMember*float64(later.Assigned)) / float64(first.Assigned+later.Assigned)
		if d := got.Total.Lift.PerMember - want; d > 1e-9 || d < -1e-9 {
			t.Errorf("the lift in all is %v, the runs' weighted %v", got.Total.Lift.PerMember, want)
		}
		if got.Total.Profit.Known || got.Total.Unit != "USD" {
			t.Errorf("a profit in two currencies: %+v", got.Total.Profit)
		}
		s.addsUp(*got.Total)
	})
}

// BenchmarkReport100000 reports on a run of 100,000 members, of whom a fifth bought.
func BenchmarkReport100000(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(dialect.String(), func(b *testing.B) {
			clock := new(dbtest.Clock)
			clock.Set(instant(b, "2027-11-22T15:00:00Z"))
			s := openShop(b, dbtest.New(b, dialect, dbtest.WithClock(clock)), clock, lima())
			s.crowd(100_000)
			s.set("parts_per_day", 1_000_000)
			share := int64(10)
			c := s.blast(NewCampaign{Name: "grande", Holdout: &share, Calendar: Calendar{Ends: "20:00"}})
			s.exec("UPDATE messages SET state = 'delivered', sent_at = $1 WHERE state = 'queued'", clock.Now().UnixMilli())
			var sales []sale
			for i, m := range s.ids("TRUE") {
				if i%5 == 0 {
					sales = append(sales, sale{m, s.store.ID, 1000 + m%5000, 0, clock.Now().Add(time.Hour)})
				}
			}
			s.sell(sales...)
			for b.Loop() {
				if r := s.report(c); r.Total.Buyers+r.Total.HeldOutBuyers != 20_000 {
					b.Fatalf("%+v", r.Total)
				}
			}
		})
	}
}
