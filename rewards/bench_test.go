package rewards_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// crowd is a shop with many members.
func crowd(b *testing.B, dialect db.Dialect, n int) (*shop, []members.Member) {
	clock := new(dbtest.Clock)
	s := openShop(b, dbtest.New(b, dialect, dbtest.WithClock(clock)), clock)
	all := make([]members.Member, n)
	for i := range all {
		all[i] = s.join(members.Phone(fmt.Sprintf("+5198%07d", i)))
	}
	return s, all
}

func eachDialect(b *testing.B, f func(b *testing.B, dialect db.Dialect)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(dialect.String(), func(b *testing.B) { f(b, dialect) })
	}
}

// BenchmarkPost credits points, each in a Write of its own, from 32 callers at once.
func BenchmarkPost(b *testing.B) {
	eachDialect(b, func(b *testing.B, dialect db.Dialect) {
		s, all := crowd(b, dialect, 500)
		var n atomic.Int64
		b.SetParallelism(16)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := n.Add(1)
				err := s.try(func(ctx context.Context, tx *db.Tx) error {
					m, err := members.Lock(ctx, tx, s.p.ID, all[i%int64(len(all))].ID)
					if err != nil {
						return err
					}
					_, _, err = rewards.Post(ctx, tx, s.p, m, rewards.Posting{Kind: rewards.KindBonus, Delta: 5, Source: fmt.Sprint(i)})
					return err
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkPostInOne credits and spends in one transaction: the ledger's own cost, without the commit. Each debit eats 10 lots.
func BenchmarkPostInOne(b *testing.B) {
	eachDialect(b, func(b *testing.B, dialect db.Dialect) {
		s, all := crowd(b, dialect, 500)
		if err := s.d.Reserve(context.Background(), 4*b.N+1000); err != nil {
			b.Fatal(err)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			b.ResetTimer()
			for i := range b.N {
				p := rewards.Posting{Kind: rewards.KindBonus, Delta: 5, Source: fmt.Sprint(i)}
				if i%11 == 10 {
					p.Kind, p.Delta = rewards.KindAdjust, -50
				}
				if _, _, err := rewards.Post(ctx, tx, s.p, all[i/11%len(all)], p); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// BenchmarkCheck looks for damage in a ledger of 20,000 entries.
func BenchmarkCheck(b *testing.B) {
	eachDialect(b, func(b *testing.B, dialect db.Dialect) {
		s, all := crowd(b, dialect, 200)
		if err := s.d.Reserve(context.Background(), 50_000); err != nil {
			b.Fatal(err)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for i := range 20_000 {
				_, _, err := rewards.Post(ctx, tx, s.p, all[i%len(all)], rewards.Posting{Kind: rewards.KindBonus, Delta: 5, Source: fmt.Sprint(i)})
				if err != nil {
					return err
				}
			}
			return nil
		})
		for b.Loop() {
			s.sound()
		}
	})
}
