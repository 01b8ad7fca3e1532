package sms

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// After erasure no row of the texts holds the number, its hash or a word; the confirmation still goes back.
func TestErase(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		if _, _, err := s.receive(s.s, "SM1", "SALDO", "No eres socio"); err != nil {
			t.Fatal(err)
		}
		m := s.join(2345678) // +525512345678, who wrote SALDO
		s.enqueue(m, Service, "Bienvenida")
		s.lose(true)
		waiting := s.enqueue(m, Service, "Tus puntos")
		var answer Answer
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if _, err = members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
				return err
			}
			if err = Erase(ctx, tx, s.p.ID, m.ID, m.Hash); err != nil {
				return err
			}
			d, err := RecordInbound(ctx, tx, s.s, Inbound{ProviderID: "SM2", Body: ""}, From{})
			if err != nil {
				return err
			}
			answer, err = ReplyTo(ctx, tx, s.s, d.Received, Draft{Program: s.p, Body: "Borrado"})
			return err
		})
		for _, table := range []string{"messages", "inbound"} {
			if n := s.count("SELECT COUNT(*) FROM " + table + " WHERE phone <> '' OR hash <> '' OR body NOT IN ('', 'Borrado')"); n > 0 {
				t.Errorf("%d rows of %s still know the person", n, table)
			}
		}
		if answer.Body != "Borrado" || s.message(answer.MessageID).State != StateAnswered {
			t.Errorf("the confirmation: %+v", answer)
		}
		if got := s.message(waiting.ID); got.State != StateCancelled {
			t.Errorf("what waited is %s", got.State)
		}
		s.heard()
		s.lookFor(20 * time.Minute)
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state IN ('queued', 'unknown')"); n > 0 || s.net.posts != 1 {
			t.Errorf("%d texts are still open, %d were posted", n, s.net.posts)
		}
	})
}

func TestBlank(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		old := s.enqueue(s.join(1), Service, "viejo")
		s.sendAll(s.line())
		waits := s.enqueue(s.join(2), Service, "espera", func(d *Draft) { d.SendAfter = s.clock.Now().AddDate(2, 0, 0).UnixMilli() })
		if _, _, err := s.receive(s.s, "SM1", "SALDO", "100"); err != nil {
			t.Fatal(err)
		}
		s.clock.Add(24 * time.Hour)
		fresh := s.enqueue(s.join(3), Service, "nuevo")
		s.sendAll(s.line())
		total := int64(0)
		for at := (BlankCursor{}); !at.Done; {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				next, n, err := Blank(ctx, tx, s.p.ID, fresh.CreatedAt, at)
				at, total = next, total+n
				return err
			})
		}
		if total != 3 || s.message(old.ID).Body != "" || s.message(waits.ID).Body == "" || s.message(fresh.ID).Body == "" {
			t.Errorf("%d blanked: %q %q %q", total, s.message(old.ID).Body, s.message(waits.ID).Body, s.message(fresh.ID).Body)
		}
		if n := s.count("SELECT COUNT(*) FROM inbound WHERE body <> ''"); n != 0 {
			t.Errorf("%d texts in keep their words", n)
		}
	})
}
