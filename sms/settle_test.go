package sms

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
)

// Callbacks in any order, doubled, before and after the answer to the post: a text ends where the last of them says, its sid is one,
// and its rank never falls.
func TestCallbacksInAnyOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			text := s.enqueue(s.join(n), Service, "Hola", func(d *Draft) { d.Inbound = 0 })
			ranks := rapid.Permutation([]Rank{RankQueued, RankSending, RankSent, RankDelivered, RankSent}).Draw(rt, "ranks")
			early := rapid.IntRange(0, len(ranks)).Draw(rt, "before the answer")
			bare := rapid.Bool().Draw(rt, "without our ids")
			l := s.line()
			c := &claim{sender: s.s, prefix: newAttempt(), n: 1, zones: &l.zones}
			s.write(c.run)
			answer := s.net.Send(t.Context(), Outgoing{MessageID: text.ID, Attempt: c.texts[0].Attempt, To: text.Phone.E164(), Body: text.Body})
			p := s.net.accepted()[n-1]
			highest := Rank(0)
			for i, rank := range ranks {
				if i == early {
					l.results = append(l.results, result{text: c.texts[0], outcome: answer})
					if _, err := l.turn(t.Context(), 0); err != nil {
						rt.Fatal(err)
					}
				}
				st := s.status(p, rank)
				st.Price = rapid.Int64Range(0, 1).Draw(rt, "price")
				if bare {
					st.MessageID, st.Attempt = 0, ""
				}
				s.settle(st)
				if now := s.message(text.ID).Rank; now < highest {
					rt.Fatalf("rank fell from %d to %d", highest, now)
				} else {
					highest = now
				}
			}
			if early == len(ranks) {
				l.results = append(l.results, result{text: c.texts[0], outcome: answer})
				if _, err := l.turn(t.Context(), 0); err != nil {
					rt.Fatal(err)
				}
			}
			got := s.message(text.ID)
			if got.State != StateDelivered || got.SID != p.sid || got.Rank != RankDelivered || got.FinalAt == 0 {
				rt.Fatalf("state %s sid %q rank %d final %d", got.State, got.SID, got.Rank, got.FinalAt)
			}
			if left := s.count("SELECT COUNT(*) FROM callbacks"); left != 0 {
				rt.Fatalf("%d callbacks still wait", left)
			}
		})
	})
}

// The end is the end: what comes after a final status changes nothing.
func TestFinalStatusStays(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Service, "Hola")
		s.sendAll(s.line())
		p := s.net.accepted()[0]
		for _, rank := range []Rank{RankDelivered, RankUndelivered, RankFailed, RankSent} {
			s.settle(s.status(p, rank))
		}
		if got := s.message(text.ID); got.State != StateDelivered || got.Rank != RankDelivered {
			t.Errorf("%s with rank %d", got.State, got.Rank)
		}
	})
}

// A callback by our ids beats what we believed: a text we think lost is on its way.
func TestCallbackKnowsBetter(t *testing.T) {
	for _, state := range []string{StateUnknown, StateUnproven, StateQueued, StateSending} {
		eachShop(t, func(t *testing.T, s *shop) {
			text := s.enqueue(s.join(1), Service, "Hola")
			l := s.line()
			c := &claim{sender: s.s, prefix: newAttempt(), n: 1, zones: &l.zones}
			s.write(c.run)
			s.exec("UPDATE messages SET state = $1 WHERE id = $2", state, text.ID)
			st := Status{AccountSID: testAccount, From: testNumber, MessageID: text.ID, Attempt: c.texts[0].Attempt, SID: "SM1", Rank: RankSent}
			wrong := st
			wrong.Attempt, wrong.SID = "guessed", "SM2"
			s.settle(wrong)
			if got := s.message(text.ID); got.SID != "" {
				t.Fatalf("%s: a callback with a wrong attempt was believed", state)
			}
			s.settle(st)
			if got := s.message(text.ID); got.State != StateSent || got.SID != "SM1" {
				t.Errorf("%s: now %s with sid %q", state, got.State, got.SID)
			}
		})
	}
}

func TestCallbackOfAStranger(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		for _, st := range []Status{
			{AccountSID: "AC2", From: testNumber, SID: "SM1", Rank: RankSent},
			{AccountSID: testAccount, From: "+525599999999", SID: "SM1", Rank: RankSent},
			{AccountSID: testAccount, SID: "SM1", Rank: RankSent},
		} {
			if err := (Settler{DB: s.d}).Settle(t.Context(), st); db.CodeOf(err) != db.Denied {
				t.Errorf("%+v: %v, want denied", st, err)
			}
		}
	})
}

// What a report of non-delivery does to the number, the member, the run and the sender.
func TestWhatAFailureDoes(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		failed := func(i int, class Class, v Verdict, run int64) (Message, members.Member) {
			m := s.join(i)
			text := s.enqueue(m, class, fmt.Sprintf("text %d", i), func(d *Draft) { d.Run = run })
			s.sendAll(s.line())
			all := s.net.accepted()
			waiting := s.enqueue(m, Service, "waits", func(d *Draft) { d.SendAfter = s.clock.Now().Add(time.Hour).UnixMilli() })
			for range 2 { // a second report is no news
				s.settle(s.status(all[len(all)-1], RankUndelivered, trouble(30000+int64(v), v)))
			}
			if got := s.message(text.ID); got.State != StateUndelivered || got.Error != 30000+int64(v) {
				t.Errorf("%v: state %s error %d", v, got.State, got.Error)
			}
			return waiting, m
		}
		waiting, m := failed(1, Service, BadNumber, 0)
		if s.number(m).Health != members.HealthBad || s.message(waiting.ID).Reason != ReasonNumber {
			t.Errorf("bad number: health %q, what waits: %q", s.number(m).Health, s.message(waiting.ID).Reason)
		}
		waiting, m = failed(2, Marketing, OptedOut, 0)
		if !s.number(m).Stopped() || s.message(waiting.ID).Reason != ReasonStopped {
			t.Errorf("opted out: stopped %v, what waits: %q", s.number(m).Stopped(), s.message(waiting.ID).Reason)
		}
		if n := s.count("SELECT COUNT(*) FROM consents WHERE member_id = $1 AND NOT given AND door = 'provider'", m.ID); n != 2 {
			t.Errorf("opted out: %d withdrawals written down, want 2", n)
		}
		waiting, _ = failed(3, Marketing, StopRun, 9)
		if s.count("SELECT COUNT(*) FROM holds WHERE run_id = 9") != 1 || s.message(waiting.ID).State != StateQueued {
			t.Error("the run is not held")
		}
		failed(4, Service, Later, 0)
		if n := s.count("SELECT COUNT(*) FROM messages WHERE body = 'text 4' AND state = 'queued' AND once LIKE 'again:%:1'"); n != 1 {
			t.Errorf("%d later tries of a notice, want 1", n)
		}
		failed(5, Marketing, Later, 0)
		if n := s.count("SELECT COUNT(*) FROM messages WHERE body = 'text 5'"); n != 1 {
			t.Errorf("a promotion was written %d times", n)
		}
		failed(6, Service, StopSender, 0)
		if n := s.count("SELECT COUNT(*) FROM senders WHERE stopped <> ''"); n != 1 {
			t.Error("the sender still sends")
		}
	})
}

// A notice that does not arrive for a passing reason is tried twice more, and after three in a row the till asks whose number it is.
func TestLaterTries(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.enqueue(m, Service, "Tus puntos han vuelto")
		for range 6 {
			s.sendAll(s.line())
			if all := s.net.accepted(); s.message(all[len(all)-1].MessageID).State == StateSent {
				s.settle(s.status(all[len(all)-1], RankUndelivered, trouble(30003, Later)))
			}
			s.clock.Add(3 * time.Hour / 2)
		}
		if n := len(s.net.accepted()); n != 3 {
			t.Errorf("the text left %d times, want 3", n)
		}
		if h := s.number(m).Health; h != members.HealthConfirm {
			t.Errorf("health %q, want confirm", h)
		}
		s.noOfferToANumberOfDoubt(m)
	})
}

// noOfferToANumberOfDoubt tells what still goes to a number nobody can say whose it is, and what clears that.
func (s *shop) noOfferToANumberOfDoubt(m members.Member) {
	s.t.Helper()
	s.clock.Add(15 * time.Hour) // noon again
	offer, notice := s.enqueue(m, Marketing, "Hoy 2x1"), s.enqueue(m, Service, "Tu nivel ha cambiado")
	s.sendAll(s.line())
	if o, n := s.message(offer.ID), s.message(notice.ID); o.Reason != ReasonNumber || n.State != StateSent {
		s.t.Errorf("the offer is %s(%s), the notice %s", o.State, o.Reason, n.State)
	}
	heard := func() string {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			n, err := members.Touch(ctx, tx, s.p.ID, m.Hash)
			if err != nil {
				return err
			}
			return n.HeardFrom(ctx, tx, m)
		})
		return s.number(m).Health
	}
	s.clock.Add(91 * 24 * time.Hour)
	if h := heard(); h != members.HealthConfirm {
		s.t.Errorf("after a long silence a text from the number makes it %q: it may be somebody else's", h)
	}
	s.clock.Add(-91 * 24 * time.Hour)
	if h := heard(); h != members.HealthGood {
		s.t.Errorf("a text from a member who was here lately leaves %q", h)
	}
}

// Carriers that filter a blast are noticed after a few per cent.
func TestBlastIsHeldWhenCarriersFilterIt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 0")
		s.run(9, 9, 0)
		for i := range 100 {
			s.enqueue(s.join(i), Marketing, fmt.Sprintf("text %d", i), func(d *Draft) { d.Run = 9 })
		}
		s.sendAll(s.line())
		for i, p := range s.net.accepted() {
			rank, why := RankDelivered, Trouble{}
			if i%4 == 0 {
				rank, why = RankUndelivered, trouble(30007, GiveUp)
			}
			s.settle(s.status(p, rank, why))
		}
		s.wantNews("run_stopped run:9:30007")
		s.wantRun(9, "paused It failed. (error 30007)")
	})
}

// A callback that came before the row knew its sid is applied by the sweep, also where the number has to be blamed.
func TestSweepAppliesWhatWaited(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		text := s.enqueue(m, Service, "Hola")
		st := Status{AccountSID: testAccount, From: testNumber, SID: fmt.Sprintf("SM%032x", 1), Rank: RankUndelivered, Trouble: trouble(30005, BadNumber)}
		s.settle(st)
		s.sendAll(s.line())
		if got := s.message(text.ID); got.State != StateSent {
			t.Fatalf("before the sweep: %s", got.State)
		}
		s.worker().sweep(t.Context())
		if got := s.message(text.ID); got.State != StateUndelivered || got.Error != 30005 || s.number(m).Health != members.HealthBad {
			t.Errorf("after the sweep: %s error %d health %q", got.State, got.Error, s.number(m).Health)
		}
	})
}

func TestPrice(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Service, "Hola")
		s.sendAll(s.line())
		st := s.status(s.net.accepted()[0], RankSent)
		st.Price, st.PriceUnit = 7500, "USD"
		s.settle(st)
		s.settle(st)
		if got := s.message(text.ID); got.Price != 7500 || got.PriceUnit != "USD" {
			t.Errorf("price %d %s", got.Price, got.PriceUnit)
		}
	})
}

func TestPruneCallbacks(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.settle(Status{AccountSID: testAccount, From: testNumber, SID: "SM1", Rank: RankSent})
		prune := func() (n int64) {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = PruneCallbacks(ctx, tx, s.p.ID)
				return err
			})
			return n
		}
		s.clock.Add(7 * 24 * time.Hour)
		if n := prune(); n != 0 {
			t.Errorf("%d pruned within seven days", n)
		}
		s.clock.Add(time.Second)
		if n := prune(); n != 1 {
			t.Errorf("%d pruned after seven days, want 1", n)
		}
	})
}
