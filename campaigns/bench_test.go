package campaigns

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/sms"
)

// crowd makes n members who consent to everything, some of them in English.
func (s *shop) crowd(n int) {
	s.t.Helper()
	for from := 0; from < n; from += 500 {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			var phones, rows strings.Builder
			for i := from; i < min(from+500, n); i++ {
				s.number++
				comma := ", "
				if i == from {
					comma = ""
				}
				fmt.Fprintf(&phones, "%s(%d, 'h%d', 0)", comma, s.p.ID, s.number)
				fmt.Fprintf(&rows, "%s(%d, %d, '%s%08d', 'h%d', 'Maria', '%s', %d, %d, TRUE, TRUE, TRUE, %d, %d)", comma,
					s.p.ID, tx.ID(), s.prefix, 10_000_000+s.number, s.number, []string{"es", "es", "en"}[i%3], s.store.ID, tx.Now, i%12+1, i%28+1)
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO phones (program_id, hash, touched) VALUES "+phones.String()); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO members (program_id, id, phone, hash, name, language, store_id, joined_at, service, marketing,
wrote_first, birth_month, birth_day) VALUES `+rows.String())
			return err
		})
	}
}

// BenchmarkBlast10000 starts a blast to 10,000 members: the count that the owner types, the first texts, the whole plan.
func BenchmarkBlast10000(b *testing.B) {
	for _, kind := range []string{"words", "voucher"} {
		for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
			b.Run(kind+"/"+dialect.String(), func(b *testing.B) {
				clock := new(dbtest.Clock)
				clock.Set(instant(b, "2027-11-22T15:00:00Z"))
				s := openShop(b, dbtest.New(b, dialect, dbtest.WithClock(clock)), clock, lima())
				s.crowd(10_000)
				offer := gift
				if kind == "voucher" {
					offer.Kind = "item"
				}
				for b.Loop() {
					b.StopTimer()
					s.exec("DELETE FROM text_days")
					s.exec("DELETE FROM spend_days")
					c := s.add(NewCampaign{Recipe: "blast", Name: fmt.Sprint(b.N, clock.Now()), Offer: offer})
					clock.Add(time.Second)
					b.StartTimer()
					began := time.Now()
					if _, err := s.svc.Preflight(b.Context(), s.p.ID, c.ID); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/preflight")
					began = time.Now()
					var first time.Duration
					ctx := sms.WithWaker(b.Context(), func() {
						if first == 0 {
							first = time.Since(began)
						}
					})
					if _, err := s.svc.Start(ctx, byAna, s.p.ID, c.ID, 10_000); err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(first.Milliseconds()), "ms/first")
					b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/start")
				}
				if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"); n%10_000 != 0 {
					b.Errorf("%d texts", n)
				}
			})
		}
	}
}
