package pos_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

// texted is a sale as staff text it, in a transaction of its own.
func (s *shop) texted(phone members.Phone, amount int64, ticket string) pos.TextedSale {
	s.t.Helper()
	var done pos.TextedSale
	var err error = db.Errorf(db.Conflict, "not tried")
	for tries := 0; db.CodeOf(err) == db.Conflict && tries < 5; tries++ {
		err = s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = pos.RecordText(ctx, tx, s.key, s.p, pos.Texted{
				Staff: members.Staff{ID: 7}, Store: s.store.ID, Phone: phone, Amount: amount, Ticket: ticket, Inbound: tx.ID(),
			})
			return err
		})
	}
	if err != nil {
		s.t.Error(err)
	}
	return done
}

// reported is a sale as the till reports it.
func (s *shop) reported(ref string, phone members.Phone, amount int64, ticket string) (points int64, warnings []string) {
	s.t.Helper()
	a, err := s.Record(context.Background(), pos.Sale{
		Program: s.p.ID, Till: s.till.ID, Ref: ref, Phone: phone.E164(), Amount: amount, Ticket: ticket,
	})
	if err != nil || a.Status != 200 {
		s.t.Errorf("%d %s %v", a.Status, a.Body, err)
	}
	var o struct {
		Points   int64                   `json:"points"`
		Warnings []struct{ Code string } `json:"warnings"`
	}
	if err := json.Unmarshal(a.Body, &o); err != nil {
		s.t.Error(err)
	}
	for _, w := range o.Warnings {
		warnings = append(warnings, w.Code)
	}
	return o.Points, warnings
}

func (s *shop) pointsOf(phone members.Phone) int64 {
	return s.count("SELECT balance FROM members WHERE program_id = $1 AND phone = $2", s.p.ID, phone)
}

// counted is how many sales there are, those that were reported twice once.
func (s *shop) counted() int64 {
	return s.count("SELECT COUNT(*) FROM purchases WHERE state IN ('credited', 'held', 'review')")
}

func TestOneSaleByTextAndByTill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		if d := s.texted(rosa, 12_000, ""); d.State != "credited" || d.Points != 12 || d.Balance != 17 || d.Matched {
			t.Errorf("%+v", d)
		}
		if points, warnings := s.reported("S-1", rosa, 12_000, ""); points != 12 || !slices.Contains(warnings, "matched") {
			t.Errorf("%d points, %v", points, warnings)
		}
		if points, warnings := s.reported("S-1", rosa, 12_000, ""); points != 12 || !slices.Contains(warnings, "matched") {
			t.Errorf("again: %d points, %v", points, warnings)
		}
		if points, warnings := s.reported("S-2", rosa, 12_000, ""); points != 12 || len(warnings) != 0 {
			t.Errorf("a second sale: %d points, %v", points, warnings)
		}
		if d := s.texted(rosa, 12_000, ""); !d.Matched || d.Points != 12 {
			t.Errorf("its text: %+v", d)
		}
		if s.pointsOf(rosa) != 5+24 || s.counted() != 2 {
			t.Errorf("balance %d of %d sales", s.pointsOf(rosa), s.counted())
		}
		s.texted(rosa, 13_000, "T-9")
		if points, warnings := s.reported("S-3", rosa, 13_000, "t-8"); points != 13 || len(warnings) != 0 {
			t.Errorf("another ticket: %d points, %v", points, warnings)
		}
		if _, warnings := s.reported("S-4", rosa, 13_000, "#T-9"); !slices.Contains(warnings, "matched") {
			t.Errorf("the ticket: %v", warnings)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if sales, points, err := pos.Since(ctx, tx, s.p.ID, 0); sales != 4 || points != 12+12+13+13 || err != nil {
				t.Errorf("%d sales, %d points, %v", sales, points, err)
			}
			all, err := pos.Matches(ctx, tx, s.p.ID, 10)
			if len(all) != 3 || all[0].Second.Ref != "S-4" || all[0].First.Ticket != "T-9" {
				t.Errorf("%+v", all)
			}
			return err
		})
	})
}

// A refund takes from the report that counts, once, whichever report it names and whenever it comes.
func TestARefundOfASaleThatWasTexted(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.texted(rosa, 10_000, "")
		s.reported("S-1", rosa, 10_000, "")
		refund := func(id, sale string, amount int64) int {
			a, err := s.RecordRefund(t.Context(), pos.Refund{Program: s.p.ID, Till: s.till.ID, Ref: id, Purchase: sale, Amount: amount})
			if err != nil {
				t.Error(err)
			}
			return a.Status
		}
		if status := refund("R-1", "S-1", 4000); status != 200 || s.pointsOf(rosa) != 5+6 {
			t.Errorf("%d: %d", status, s.pointsOf(rosa))
		}
		if status := refund("R-2", "S-1", 0); status != 200 || s.pointsOf(rosa) != 5 {
			t.Errorf("%d: %d", status, s.pointsOf(rosa))
		}
		if status := refund("R-3", "S-1", 1); status != 422 || s.pointsOf(rosa) != 5 {
			t.Errorf("%d: %d", status, s.pointsOf(rosa))
		}
		refund("R-4", "S-9", 0) // before its sale
		s.texted(rosa, 20_000, "")
		s.reported("S-9", rosa, 20_000, "")
		if s.pointsOf(rosa) != 5 {
			t.Errorf("balance %d", s.pointsOf(rosa))
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Forget(ctx, tx, s.p, s.rosa(ctx, tx).ID, members.Declaration{Door: "cli", Actor: "cli"})
			return err
		})
	})
}

// Of a number that has not joined the sale waits once.
func TestAHeldSaleByTextAndByTill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.reported("S-1", rosa, 10_000, "")
		if d := s.texted(rosa, 10_000, "A-1"); d.State != "held" || !d.Matched {
			t.Errorf("%+v", d)
		}
		if a := s.join(rosa); a.Held != 1 || a.Points != 5+10 {
			t.Errorf("%+v", a)
		}
	})
}

// The text and the webhook come at once, of a member and of a number that joins meanwhile.
func TestTextAndTillAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		for round := range 8 {
			amount := int64(1000 * (round + 1))
			var all sync.WaitGroup
			for _, phone := range []members.Phone{rosa, pedro} {
				all.Go(func() { s.texted(phone, amount, "") })
				all.Go(func() { s.reported(fmt.Sprint("S-", phone.E164(), round), phone, amount, "") })
			}
			if round == 4 {
				all.Go(func() { s.join(pedro) })
			}
			all.Wait()
		}
		if s.pointsOf(rosa) != 5+36 || s.pointsOf(pedro) != 5+36 || s.counted() != 16 {
			t.Errorf("%d, %d, %d sales", s.pointsOf(rosa), s.pointsOf(pedro), s.counted())
		}
	})
}

// TestEachSaleCountsOnce reports sales of one amount by text and by till, with and without tickets, in any order: each counts once.
func TestEachSaleCountsOnce(t *testing.T) {
	s := open(t, db.SQLite)
	s.join(rosa)
	runs := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		runs++
		amount := runs * 100
		sales := rapid.IntRange(1, 5).Draw(t, "sales")
		type event struct {
			text   bool
			n      int
			ticket string
		}
		var events []event
		for n := range sales {
			ticket := fmt.Sprintf("T%d-%d", runs, n)
			for _, text := range []bool{true, false} {
				e := event{text: text, n: n}
				if rapid.Bool().Draw(t, "ticket") {
					e.ticket = ticket
				}
				events = append(events, e)
			}
		}
		before := s.counted()
		for _, e := range rapid.Permutation(events).Draw(t, "order") {
			if e.text {
				s.texted(rosa, amount, e.ticket)
			} else {
				s.reported(fmt.Sprint("S-", runs, "-", e.n), rosa, amount, e.ticket)
			}
		}
		if n := s.counted() - before; n != int64(sales) {
			t.Fatalf("%d sales counted as %d", sales, n)
		}
	})
}
