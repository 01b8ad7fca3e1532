package campaigns

import (
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// sells writes a purchase down as a till's sale leaves it.
func (s *shop) sells(id int64, m members.Member, amount, refunded int64, at time.Time) {
	s.t.Helper()
	s.exec(`INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, 1, $2, 'Caja', '1-x', 'x', 1) ON CONFLICT DO NOTHING`, s.p.ID, s.store.ID)
	s.exec(`INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency, money, earning, refunded, occurred_at, received_at, answer)
VALUES ($1, CAST($2 AS BIGINT), 1, $3, '', 'credited', $4, $5, '', CAST($6 AS BIGINT), 'MXN', CAST($6 AS BIGINT), CAST($6 AS BIGINT), $7, $8, 0, '')`,
		s.p.ID, id, fmt.Sprint(id), m.ID, s.store.ID, amount, refunded, at.UnixMilli())
}

func TestReport(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, leo, eva := s.member("Ana"), s.member("Leo"), s.member("Eva")
		c := s.add(NewCampaign{Recipe: "blast", Offer: withVoucher(), Calendar: Calendar{Ends: "20:00"}})
		r, err := s.svc.Report(t.Context(), s.p.ID, c.ID)
		if err != nil || r.Before == nil || r.Before.Texts != 3 || r.Before.Parts != 3 || len(r.Runs) != 0 {
			t.Fatalf("before the start: %+v, %v", r.Before, err)
		}
		if r.Before.Sample != "Cafe Sol: Solo para ti, Ana: cafe gratis con el vale XXXXXXXX, hasta el 22 de noviembre, 20:00. BAJA para salir" {
			t.Errorf("the sample is %q", r.Before.Sample)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, 3); err != nil {
			t.Fatal(err)
		}
		s.exec("UPDATE messages SET state = 'delivered' WHERE member_id = $1", ana.ID)
		s.exec("UPDATE messages SET state = 'holdout', body = '', parts = 0 WHERE member_id = $1", eva.ID)
		s.exec("UPDATE vouchers SET state = 'redeemed' WHERE member_id = $1", ana.ID)
		now := s.clock.Now()
		s.sells(901, ana, 5000, 1000, now.Add(time.Hour))
		s.sells(902, ana, 700, 0, now.Add(2*time.Hour))
		s.sells(903, ana, 9999, 0, now.Add(-time.Second)) // before the offer
		s.sells(904, eva, 300, 0, now.Add(time.Hour))
		s.sells(905, leo, 100, 0, now.Add(24*time.Hour)) // after it
		r, err = s.svc.Report(t.Context(), s.p.ID, c.ID)
		if err != nil || len(r.Runs) != 1 || r.Before != nil {
			t.Fatal(r, err)
		}
		got := r.Runs[0]
		if got.States["delivered"] != 1 || got.States["queued"] != 1 || got.States["holdout"] != 1 || got.Parts != 1 {
			t.Errorf("texts %v, %d parts", got.States, got.Parts)
		}
		if got.Vouchers != 3 || got.VouchersUsed != 1 || got.Buyers != 1 || got.Revenue != 4700 || got.HeldOutBuyers != 1 || got.HeldOutRevenue != 300 {
			t.Errorf("results %+v", got)
		}
		if _, err := s.svc.Report(t.Context(), s.p.ID, 999); db.CodeOf(err) != db.Missing {
			t.Error(err)
		}
	})
}
