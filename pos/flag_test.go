package pos_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

func (s *shop) clerk(name string, phone members.Phone) (who members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: name, Role: members.Cashier, Phone: phone})
		return err
	})
	return who
}

func by(cashier string) func(*pos.Sale) { return func(sale *pos.Sale) { sale.Cashier = cashier } }

// Whoever sells to their own number gets nothing before the owner has looked at it; who buys from a colleague gets theirs.
func TestACashierSellsToThemselves(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		clerk, left := s.clerk("Rosa Paz", rosa), s.clerk("Eva", pedro)
		s.sells("200 review known 0/0 own_number", s.sale("1", by("Rosa Paz")))
		s.sells("200 review known 0/0 own_number", s.sale("2", by(fmt.Sprint(clerk.ID))))
		s.sells("200 credited known 10/15", s.sale("3", by("Eva")))
		s.sells("200 credited known 10/25", s.sale("4", by("rosa paz")))
		s.sells("200 review held 0/0 own_number", s.sale("5", by("Eva"), func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.exec("UPDATE staff SET left_at = 1 WHERE id = $1", left.ID)
		s.sells("200 held held 0/0", s.sale("6", by("Eva"), func(sale *pos.Sale) { sale.Phone = pedro.E164() }))

		var notes []pos.Parked
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if notes, err = pos.ListParked(ctx, tx, s.p.ID, 10); err != nil {
				return err
			}
			return pos.Approve(ctx, tx, s.p, notes[0].ID, "cli:ana", "cli")
		})
		if len(notes) != 3 || notes[0].Reason != "own_number" || s.member(rosa).Balance != 35 {
			t.Errorf("%d notes, Rosa has %d", len(notes), s.member(rosa).Balance)
		}
	})
}

// The fifth sale of a day at one till is flagged and told, once; those of another till or day are counted apart.
func TestOneMemberAgainAndAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		other := s.till
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			other, _, err = pos.AddTill(ctx, tx, s.key, s.p, s.store.ID, "Caja 2")
			return err
		})
		buy := func(ref string, change ...func(*pos.Sale)) {
			t.Helper()
			if a, err := s.Record(context.Background(), s.sale(ref, change...)); err != nil || a.Status != 200 {
				t.Fatal(a, err)
			}
		}
		for i := range 4 {
			buy(fmt.Sprint("a", i))
			buy(fmt.Sprint("b", i), func(sale *pos.Sale) { sale.Till = other.ID })
		}
		late := func(sale *pos.Sale) { sale.OccurredAt = s.clock.Now().Add(-50 * time.Hour).UnixMilli() }
		for i := range 4 {
			buy(fmt.Sprint("late", i), late)
		}
		flagged := func() int64 { return s.count("SELECT COUNT(*) FROM purchases WHERE flagged") }
		notes := func() int64 { return s.count("SELECT COUNT(*) FROM parked WHERE reason = 'velocity'") }
		if flagged() != 0 || notes() != 0 {
			t.Errorf("%d flagged, %d notes after four a day and till", flagged(), notes())
		}
		buy("a5")
		buy("a6")
		if flagged() != 2 || notes() != 1 {
			t.Errorf("%d flagged, %d notes after six, want two and one", flagged(), notes())
		}
		buy("late5", late)
		if flagged() != 3 || notes() != 2 {
			t.Errorf("%d flagged, %d notes after five reported late", flagged(), notes())
		}
		s.set("movements_per_day", 0)
		buy("a7")
		if flagged() != 3 {
			t.Error("flagged though nobody wants to know")
		}
		s.set("movements_per_day", 1)
		s.join(pedro)
		buy("p1", func(sale *pos.Sale) { sale.Phone = pedro.E164() })
		if flagged() != 4 || notes() != 3 {
			t.Errorf("%d flagged, %d notes where the first is one too many", flagged(), notes())
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			list, err := rewards.Concentrations(ctx, tx, s.p.ID, 0, 10)
			if len(list) == 0 || list[0].Till != s.till.ID {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}
