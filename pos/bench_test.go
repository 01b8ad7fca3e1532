package pos_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
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

// A plain sale stays cheap: in a program without levels, actions and expiry it takes 20 statements. A few more are a decision.
func TestAPlainSaleTakesFewStatements(t *testing.T) {
	var ran []string
	clock := new(dbtest.Clock)
	o := dbtest.Options(dbtest.WithClock(clock), func(o *db.Options) {
		o.Trace = func(query string) { ran = append(ran, strings.SplitN(query, "\n", 2)[0]) }
	})
	s := openOn(t, dbtest.Open(t, dbtest.URL(t, db.SQLite, true), o), clock)
	s.join(rosa)
	s.sells("200 credited known 10/15", s.sale("T-1"))
	ran = nil
	s.sells("200 credited known 10/25", s.sale("T-2"))
	if len(ran) > 22 {
		t.Errorf("%d statements:\n%s", len(ran), strings.Join(ran, "\n"))
	}
}
