package campaigns

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// BenchmarkAudience counts 20,000 members by each condition: compare with everybody, not with a clock. The figures of a million are in
// docs/2026-11-22-audiences.md.
func BenchmarkAudience(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		clock := new(dbtest.Clock)
		clock.Set(instant(b, "2027-11-22T15:00:00Z"))
		s := openShop(b, dbtest.New(b, dialect, dbtest.WithClock(clock)), clock, lima())
		s.crowd(20_000)
		for _, form := range []string{
			`{}`, `{"language": ["en"]}`, `{"balance": {"at_least": 9}}`, `{"spend": {"days": 90, "at_least": 100}}`, `{"bought": {"category": ["pan"], "days": 60}}`,
		} {
			b.Run(dialect.String()+"/"+form, func(b *testing.B) {
				for b.Loop() {
					err := s.d.Read(b.Context(), func(ctx context.Context, tx *db.Tx) error {
						_, err := Count(ctx, tx, s.p, []byte(form), tx.Time())
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
