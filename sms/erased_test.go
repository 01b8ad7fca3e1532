package sms

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// A confirmation that goes by a text of its own keeps the number until it has left, an hour at most.
func TestConfirmationsAreBlanked(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		confirm := func(sid string, n int) Message {
			m := s.join(n)
			rest := s.s
			rest.ReplyVia = ViaREST
			s.write(func(ctx context.Context, tx *db.Tx) error {
				d, err := RecordInbound(ctx, tx, s.s, Inbound{ProviderID: sid, Body: ""}, From{Phone: m.Phone, Hash: m.Hash})
				if err != nil {
					return err
				}
				_, err = ReplyTo(ctx, tx, rest, d.Received, Draft{Program: s.p, Topic: ErasedTopic, Body: "Borrado"})
				return err
			})
			return s.message(s.count("SELECT MAX(id) FROM messages"))
		}
		blank := func() (n int64) {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = BlankErased(ctx, tx, s.p, 100)
				return err
			})
			return n
		}
		left := confirm("SM1", 1)
		if n := blank(); n != 0 || s.message(left.ID).Phone == "" {
			t.Errorf("%d blanked before it left", n)
		}
		s.sendAll(s.line())
		if n := blank(); n != 1 || s.message(left.ID).Phone != "" || s.message(left.ID).Body != "" || s.net.posts != 1 {
			t.Errorf("%d blanked: %+v", n, s.message(left.ID))
		}
		stuck := confirm("SM2", 2)
		s.clock.Add(2 * time.Hour)
		if n := blank(); n != 1 || s.message(stuck.ID).State != StateCancelled || s.message(stuck.ID).Phone != "" {
			t.Errorf("%d blanked: %+v", n, s.message(stuck.ID))
		}
		if n := blank(); n != 0 {
			t.Errorf("%d blanked twice", n)
		}
	})
}

func TestKeptTexts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := RecordInbound(ctx, tx, s.s, Inbound{ProviderID: "SM1", Body: "hola"}, From{Phone: m.Phone, Hash: m.Hash}); err != nil {
				return err
			}
			if _, err := members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
				return err
			}
			return Adopt(ctx, tx, s.p.ID, m.Hash, m.ID)
		})
		s.clock.Add(time.Minute)
		s.enqueue(m, Service, "Bienvenida")
		s.sendAll(s.line())
		var all []Exchanged
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = Kept(ctx, tx, s.p.ID, m.ID, 10)
			return err
		})
		if len(all) != 2 || all[0].Body != "Bienvenida" || all[0].ToShop || all[1].Body != "hola" || !all[1].ToShop {
			t.Errorf("%+v", all)
		}
	})
}
