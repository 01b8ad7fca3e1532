package pos_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"fiel/db"
)

// BenchmarkRecord is sales of a thousand members, as many at once as GOMAXPROCS times 16.
func BenchmarkRecord(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(dialect.String(), func(b *testing.B) {
			s := open(b, dialect)
			for i := range 1000 {
				s.join(number(i))
			}
			var n atomic.Int64
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					sale := s.sale(fmt.Sprint("T-", i))
					sale.Phone = number(int(i % 1000)).E164()
					s.report(sale)
				}
			})
		})
	}
}
