package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
)

// columns lists every column of words that a member's person could stand in, of every table.
func (s *shop) columns(ctx context.Context, tx *db.Tx) (list [][2]string, err error) {
	query := "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.type = 'TEXT'"
	if tx.Dialect() == db.Postgres {
		query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'"
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c [2]string
		if err := rows.Scan(&c[0], &c[1]); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// traces finds where a text still stands, whatever the table.
func (s *shop) traces(word string) (found []string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		columns, err := s.columns(ctx, tx)
		if err != nil {
			return err
		}
		found = nil
		for _, c := range columns {
			var n int
			if err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE "%s" LIKE $1`, c[0], c[1]), "%"+word+"%").Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				found = append(found, fmt.Sprintf("%s.%s (%d)", c[0], c[1], n))
			}
		}
		return nil
	})
	return found
}

// gift gives a member reward 1, with a text of ours.
func (s *shop) gift(phone, words string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.ByPhone(ctx, tx, s.program.ID, members.Phone(phone))
		if err != nil {
			return err
		}
		r, err := rewards.RewardByNumber(ctx, tx, s.program.ID, 1)
		if err == nil {
			_, err = rewards.Give(ctx, tx, s.program, rewards.Gift{Member: m.ID, Reward: r.ID, Words: words, Actor: "cli:ana", Door: "cli"})
		}
		return err
	})
}

// I32: whatever a member has written, neither their name nor a number of theirs is anywhere after an erasure, also not in what is kept
// for ever: consents, the audit, the ledger. Nor is a number that they had taken over from somebody else.
func TestNothingIsLeftOfWhoIsErased(t *testing.T) {
	each(t, func(s *shop) {
		first := "+51987000001"
		s.do(first, `put {"number": 1, "name": "Cafe", "kind": "item", "cost": 10}`)
		s.text(first, "ALTA Bertila")
		s.gift(first, "Para ti")
		s.text(first, "RESET")
		s.text(first, "SI")
		s.clock.Add(time.Hour)
		s.text(first, "ALTA Rosalinda 955111222") // her other number, where a code would stand
		s.text(first, "NOMBRE Rosalinda")
		s.text(first, "CAMBIO 987000003")
		s.clock.Add(time.Hour)
		s.gift(first, "Para Rosalinda, 987000004")
		s.hire("Luz", members.Cashier, luz, 0)
		for _, order := range []string{"VENTA 987000001 120", "SALDO 987000001", "ALTA 987000001 Rosalinda", "VENTA 987000001 1.250"} {
			s.text(luz, order)
		}
		s.game("encuesta", `{"survey": {}}`)
		s.text(first, "3")
		s.text(first, "Soy Rosalinda y hace frio")
		s.text(first, "BORRAR")
		if said := s.text(first, "SI"); !strings.Contains(said, "ha borrado") {
			t.Fatal(said)
		}
		for _, word := range []string{"87000001", "Rosalinda", "9551112", "87000003", "87000004"} {
			if found := s.traces(word); len(found) > 0 {
				t.Errorf("%s is still in %v", word, found)
			}
		}
	})
}

// atOnce runs all at the same time and waits for them.
func atOnce(all ...func()) {
	var wait sync.WaitGroup
	for _, f := range all {
		wait.Go(f)
	}
	wait.Wait()
}

// deliver has a text delivered and answers what it is answered.
func (s *shop) deliver(id int, from, body string) string {
	a, err := s.box.Receive(context.Background(), sms.Inbound{
		ProviderID: fmt.Sprintf("SM%032x", id), AccountSID: account, To: shopNumber, From: from, Body: body,
	})
	if err != nil {
		s.t.Errorf("%s texts %q: %v", from, body, err)
	}
	return a.Body
}

// A fresh start and other texts of the same number at once: whatever comes first, the new owner has nothing of the old one, and the old
// one is not texted.
func TestAFreshStartAndTextsAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		for i := range 8 {
			phone := fmt.Sprintf("+5198700%04d", i)
			s.text(phone, "ALTA Rosa")
			s.do(phone, "credit 40 bono")
			s.text(phone, "RESET")
			id := 10_000 + 10*i
			atOnce(
				func() { s.deliver(id, phone, "SI") },
				func() { s.deliver(id+1, phone, "SALDO") },
				func() { s.deliver(id+2, phone, "ALTA Eva") },
			)
			s.clock.Add(time.Hour)
			s.text(phone, "ALTA Eva")
			if said := s.text(phone, "SALDO"); !strings.Contains(said, "tienes 0 puntos") {
				t.Errorf("the new owner is told %q", said)
			}
		}
	})
}

// The code of a change is texted from the new number twice at once while the old one asks for its points, stops or erases: the points
// are one member's, and who has stopped stays so.
func TestAChangeOfNumberAndTextsAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		for i, last := range []string{"SALDO", "BAJA", "CAMBIO 987009999", "SALDO", "BAJA", "ALTA"} {
			from, to := fmt.Sprintf("+5198700%04d", i), fmt.Sprintf("+5198701%04d", i)
			s.text(from, "ALTA Rosa")
			s.do(from, "credit 40 bono")
			s.clock.Add(time.Hour)
			s.steady(s.text(from, "CAMBIO "+to))
			code := s.said[fmt.Sprint("CHANGE", s.changes)]
			id := 20_000 + 10*i
			atOnce(
				func() { s.deliver(id, to, "CAMBIO "+code) },
				func() { s.deliver(id+1, to, "CAMBIO "+code) },
				func() { s.deliver(id+2, from, last) },
			)
			var whose, points int
			s.write(func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(balance), 0) FROM members WHERE phone IN ($1, $2) AND balance > 0", from, to).Scan(&whose, &points)
			})
			if whose != 1 || points != 60 {
				t.Errorf("%s: %d members with %d points", last, whose, points)
			}
			if last == "BAJA" {
				if state := s.state(from); !strings.Contains(state, "stopped") {
					t.Errorf("the old number stopped and is %s", state)
				}
			}
		}
	})
}

// Two members become one while either stops: whoever has said no to texts gets none at the number they said it with, and no offers.
func TestAMergeAndAStopAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		for i := range 8 {
			from, into := fmt.Sprintf("+5198700%04d", i), fmt.Sprintf("+5198701%04d", i)
			s.text(from, "ALTA Rosa")
			s.text(into, "ALTA Rosa")
			stops := []string{from, into}[i%2]
			var a, b members.Member
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				if a, err = members.ByPhone(ctx, tx, s.program.ID, members.Phone(from)); err == nil {
					b, err = members.ByPhone(ctx, tx, s.program.ID, members.Phone(into))
				}
				return err
			})
			atOnce(
				func() { s.deliver(30_000+i, stops, "BAJA") },
				func() {
					err := s.db.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
						_, err := pos.Merge(ctx, tx, s.program, a.ID, b.ID, members.Act{Actor: "cli:ana", Door: "cli"})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				},
			)
			if !strings.Contains(s.state(stops), "stopped") {
				t.Errorf("%s has stopped and is %s", stops, s.state(stops))
			}
			if stops == into && strings.Contains(s.state(into), "service") {
				t.Errorf("who stays has stopped and is %s", s.state(into))
			}
		}
	})
}
