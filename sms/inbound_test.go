package sms

import (
	"context"
	"sync"
	"testing"

	"fiel/db"
	"fiel/members"
)

// receive records a text in and answers it, as the inbox does.
func (s *shop) receive(sender Sender, sid, body, reply string) (d Delivery, a Answer, err error) {
	phone := members.Phone("+525512345678")
	err = s.d.Write(s.t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err := members.Touch(ctx, tx, s.p.ID, s.key.Hash(phone)); err != nil {
			return err
		}
		in := Inbound{ProviderID: sid, AccountSID: testAccount, From: phone.E164(), To: testNumber, Body: body}
		d, err = RecordInbound(ctx, tx, sender, in, From{Phone: phone, Hash: s.key.Hash(phone)})
		if err != nil || d.Again {
			a = d.Answer
			return err
		}
		a, err = ReplyTo(ctx, tx, sender, d.Received, Draft{Program: s.p, Topic: "balance", Body: reply})
		return err
	})
	return d, a, err
}

func TestInboundOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		first, answer, err := s.receive(s.s, "SM1", "SALDO", "Tienes 100 puntos")
		if err != nil || first.Again || answer.Body != "Tienes 100 puntos" || answer.Attempt == "" {
			t.Fatalf("%+v %+v %v", first, answer, err)
		}
		if got := s.message(answer.MessageID); got.State != StateAnswered || got.InboundID != first.ID || got.Class != Reply {
			t.Errorf("the reply's row: %+v", got)
		}
		if n := s.sendAll(s.line()); n != 0 {
			t.Error("the worker sent an answer once more")
		}
		st := Status{AccountSID: testAccount, From: testNumber, MessageID: answer.MessageID, Attempt: answer.Attempt, SID: "SM9", Rank: RankSent}
		s.settle(st)
		if got := s.message(answer.MessageID); got.State != StateAnswered || got.SID != "SM9" {
			t.Errorf("after the first callback: %s %q", got.State, got.SID)
		}
		st.Rank = RankDelivered
		s.settle(st)
		if got := s.message(answer.MessageID); got.State != StateDelivered {
			t.Errorf("after delivery: %s", got.State)
		}
		second, same, err := s.receive(s.s, "SM1", "SALDO", "something else")
		if err != nil || !second.Again || same != answer || second.ID != first.ID {
			t.Errorf("again: %+v %+v %v, want %+v", second, same, err, answer)
		}
		s.exec("UPDATE messages SET body = ''")
		if _, blank, err := s.receive(s.s, "SM1", "SALDO", "x"); err != nil || blank.Body != "" {
			t.Errorf("after retention: %+v %v", blank, err)
		}
	})
}

// Fifty deliveries of one text at once: one effect, one answer.
func TestInboundAtOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		var all sync.WaitGroup
		var mu sync.Mutex
		answers := map[Answer]int{}
		fresh := 0
		for range 50 {
			all.Go(func() {
				d, a, err := s.receive(s.s, "SM1", "SALDO", "Tienes 100 puntos")
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				answers[a]++
				if !d.Again {
					fresh++
				}
			})
		}
		all.Wait()
		if fresh != 1 || len(answers) != 1 || s.count("SELECT COUNT(*) FROM inbound") != 1 || s.count("SELECT COUNT(*) FROM messages") != 1 {
			t.Errorf("%d taken as new, answers %v", fresh, answers)
		}
	})
}

// Where replies go by REST, the webhook is answered with nothing and the reply is queued, first of all.
func TestReplyByREST(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.s.ReplyVia = ViaREST
		_, answer, err := s.receive(s.s, "SM1", "SALDO", "Tienes 100 puntos")
		if err != nil || answer != (Answer{}) {
			t.Fatalf("%+v %v", answer, err)
		}
		if n := s.sendAll(s.line()); n != 1 {
			t.Errorf("%d texts left, want 1", n)
		}
		s.settle(s.status(s.net.accepted()[0], RankDelivered))
		if _, answer, _ := s.receive(s.s, "SM1", "SALDO", "x"); answer != (Answer{}) {
			t.Errorf("a repeated delivery is answered with %+v", answer)
		}
	})
}

func TestReplyNothing(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		if _, a, err := s.receive(s.s, "SM1", "...", ""); err != nil || a != (Answer{}) {
			t.Errorf("no words: %+v %v", a, err)
		}
		s.set("parts_per_day", 0)
		if _, a, err := s.receive(s.s, "SM2", "SALDO", "Tienes 100 puntos"); err != nil || a != (Answer{}) {
			t.Errorf("no parts left today: %+v %v", a, err)
		}
		if _, a, err := s.receive(s.s, "SM2", "SALDO", "x"); err != nil || a != (Answer{}) {
			t.Errorf("and again: %+v %v", a, err)
		}
	})
}

func TestForShop(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		d, _, err := s.receive(s.s, "SM1", "se puede con Yape?", "Te respondemos pronto")
		if err != nil {
			t.Fatal(err)
		}
		var list, after []Received
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if err := Understood(ctx, tx, d.Received, "", 0, true); err != nil {
				return err
			}
			if list, err = ForShop(ctx, tx, s.p.ID, 0, 10); err != nil {
				return err
			}
			if err := MarkRead(ctx, tx, s.p.ID, d.ID); err != nil {
				return err
			}
			after, err = ForShop(ctx, tx, s.p.ID, 0, 10)
			return err
		})
		if len(list) != 1 || list[0].Body != "se puede con Yape?" || len(after) != 0 {
			t.Errorf("%d to read, %d after reading", len(list), len(after))
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if err := Understood(ctx, tx, Received{ProgramID: s.p.ID, ID: 1}, "", 0, false); !db.NotFound(err) {
				t.Errorf("an unknown text: %v", err)
			}
			return nil
		})
	})
}
