package pos_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

// bought is what audiences know of somebody: "bakery x2".
func (s *shop) bought(want string, phone members.Phone) {
	s.t.Helper()
	id, got := s.member(phone).ID, ""
	s.write(func(ctx context.Context, tx *db.Tx) error {
		got = ""
		rows, err := tx.QueryContext(ctx, "SELECT name, times, last_at FROM bought WHERE program_id = $1 AND member_id = $2 ORDER BY kind, name", s.p.ID, id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var times, last int64
			if err := rows.Scan(&name, &times, &last); err != nil {
				return err
			}
			got += fmt.Sprintf("%s x%d %s, ", name, times, time.UnixMilli(last).UTC().Format("15h"))
		}
		return rows.Err()
	})
	if got != want {
		s.t.Errorf("bought %q, want %q", got, want)
	}
}

func TestWhatWasBought(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.sells("200 held held 0/0", s.sale("T-0", breakfast, func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1", breakfast))
		first := s.clock.Now().UTC().Format("15h")
		s.bought("bakery x1 "+first+", coffee x1 "+first+", c-1 x1 "+first+", ", rosa)
		s.clock.Add(time.Hour)
		then := s.clock.Now().UTC().Format("15h")
		s.sells("200 credited known 10/25", s.sale("T-2", func(sale *pos.Sale) {
			sale.Lines = []pos.Line{{Name: "Pan", Category: " BAKERY ", Quantity: 1, Amount: 10000}}
		}))
		s.bought("bakery x2 "+then+", coffee x1 "+first+", c-1 x1 "+first+", ", rosa)
		s.sells("200 credited known 10/35", s.sale("T-3")) // no lines, nothing known
		s.refunds("200 applied known -10/25", s.refund("R-2", "T-2", 0))
		s.bought("bakery x1 "+first+", coffee x1 "+first+", c-1 x1 "+first+", ", rosa)

		s.join(pedro) // the held sale counts now, at its own time
		s.bought("bakery x1 "+first+", coffee x1 "+first+", c-1 x1 "+first+", ", pedro)
		from, into := s.member(pedro).ID, s.member(rosa).ID
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Merge(ctx, tx, s.p, from, into, members.Act{Actor: "cli:ana", Door: "cli"})
			return err
		})
		s.bought("bakery x2 "+first+", coffee x2 "+first+", c-1 x2 "+first+", ", rosa)
		if n := s.count("SELECT COUNT(*) FROM bought WHERE member_id = $1", from); n != 0 {
			t.Errorf("%d rows are left of who was merged", n)
		}
		s.refunds("200 applied known -10/30", s.refund("R-1", "T-1", 0)) // pedro's sale stays
		s.bought("bakery x1 "+first+", coffee x1 "+first+", c-1 x1 "+first+", ", rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Forget(ctx, tx, s.p, into, members.Declaration{Door: "cli", Actor: "cli:ana"})
			return err
		})
		if n := s.count("SELECT COUNT(*) FROM bought"); n != 0 {
			t.Errorf("%d rows outlive their member", n)
		}
	})
}
