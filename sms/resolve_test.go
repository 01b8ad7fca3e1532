package sms

import (
	"context"
	"testing"
	"time"

	"fiel/db"
)

// lookFor lets time pass in small steps and looks each time, as the worker does.
func (s *shop) lookFor(d time.Duration) {
	s.t.Helper()
	l := s.line()
	for range d / (5 * time.Second) {
		s.clock.Add(5 * time.Second)
		s.worker().sweep(s.t.Context())
		l.resolve(s.t.Context())
	}
}

// lose posts a text and loses the answer, and with accept false the text.
func (s *shop) lose(accept bool) {
	s.net.mu.Lock()
	s.net.fault = func(Outgoing) (bool, Outcome) { return accept, Outcome{Result: Unknown} }
	s.net.mu.Unlock()
	s.sendAll(s.line())
	s.net.recovers()
}

// heard is any callback that comes through: callbacks are known to be healthy.
func (s *shop) heard() { s.exec("UPDATE senders SET callback_at = $1", s.clock.Now().UnixMilli()) }

func TestUnknownIsFoundInTheList(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Marketing, "Hoy 2x1")
		s.lose(true)
		s.lookFor(10 * time.Second)
		if got := s.message(text.ID); got.State != StateUnknown {
			t.Fatalf("before the first look: %s", got.State)
		}
		s.lookFor(10 * time.Second)
		if got := s.message(text.ID); got.State != StateSent || got.SID != s.net.accepted()[0].sid {
			t.Errorf("after it: %s sid %q", got.State, got.SID)
		}
	})
}

func TestUnknownThatWasNotSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		class   Class
		healthy bool
		unknown time.Duration // is still unknown after
		until   time.Duration // and is not after
		want    string
		posts   int
	}{
		{"a promotion is not repeated", Marketing, true, 14*time.Minute + 50*time.Second, 15*time.Minute + 10*time.Second, StateUnproven, 1},
		{"a notice is, once", Service, true, 14*time.Minute + 50*time.Second, 15*time.Minute + 10*time.Second, StateSent, 2},
		{"without a callback nobody knows for an hour", Marketing, false, 59 * time.Minute, 66 * time.Minute, StateUnproven, 1},
		{"and then a notice is not repeated either", Service, false, 59 * time.Minute, 66 * time.Minute, StateUnproven, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachShop(t, func(t *testing.T, s *shop) {
				text := s.enqueue(s.join(1), test.class, "Hola")
				s.lose(false)
				if test.healthy {
					s.heard()
				}
				s.lookFor(test.unknown)
				if got := s.message(text.ID); got.State != StateUnknown || got.Tries < 3 {
					t.Fatalf("after %s: %s, %d looks", test.unknown, got.State, got.Tries)
				}
				s.lookFor(test.until - test.unknown)
				s.sendAll(s.line())
				if got := s.message(text.ID); got.State != test.want || s.net.posts != test.posts {
					t.Errorf("after %s: %s after %d posts, want %s after %d", test.until, got.State, s.net.posts, test.want, test.posts)
				}
			})
		})
	}
}

// A notice is sent again once, not twice.
func TestSentAgainOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Service, "Tu codigo")
		for range 3 {
			s.lose(false)
			s.heard()
			s.lookFor(20 * time.Minute)
		}
		if got := s.message(text.ID); got.State != StateUnproven || s.net.posts != 2 || !got.Resent {
			t.Errorf("%s after %d posts, want unproven after 2", got.State, s.net.posts)
		}
	})
}

// While a notice waits to be sent again, a late callback of its first attempt calls that off.
func TestLateCallbackCallsOffTheSecondAttempt(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Service, "Tu codigo")
		s.lose(true)
		p := s.net.accepted()[0]
		s.net.hidden = map[string]bool{p.sid: true}
		s.heard()
		s.lookFor(16 * time.Minute)
		if got := s.message(text.ID); got.State != StateQueued || !got.Resent {
			t.Fatalf("%s, resent %v", got.State, got.Resent)
		}
		s.settle(s.status(p, RankDelivered))
		s.sendAll(s.line())
		if got := s.message(text.ID); got.State != StateDelivered || len(s.net.accepted()) != 1 {
			t.Errorf("%s, %d texts at the carrier", got.State, len(s.net.accepted()))
		}
	})
}

// Equal texts to one number are matched as a multiset: as many as the list shows get a sid, each its own; the rest are not sent.
// A process that was frozen with a request on the wire hears of it when the text was given up long ago: that is proof all the same.
func TestLateAnswerIsProof(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		texts := []Message{s.enqueue(s.join(1), Marketing, "Hoy 2x1"), s.enqueue(s.join(2), Service, "Tus puntos")}
		s.lose(false)
		s.heard()
		s.lookFor(16 * time.Minute)
		for i, want := range []string{StateUnproven, StateQueued} {
			m := s.message(texts[i].ID)
			if m.State != want {
				t.Fatalf("text %d is %s, not %s", i, m.State, want)
			}
			late := result{text: text{claimedRow: claimedRow{ID: m.ID, Attempt: m.Attempt}, program: s.p.ID}, outcome: Outcome{Result: Accepted, SID: "SM" + m.Topic + m.Once + want}}
			s.write(func(ctx context.Context, tx *db.Tx) error { return late.keep(ctx, tx, s.s) })
			if m = s.message(m.ID); m.State != StateSent || m.FinalAt != 0 {
				t.Errorf("text %d is %s after its answer", i, m.State)
			}
		}
		if n := s.sendAll(s.line()); n != 0 {
			t.Errorf("%d texts left a second time", n)
		}
	})
}

func TestEqualTexts(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		for range 5 {
			s.enqueue(m, Marketing, "Hoy 2x1")
		}
		s.exec("UPDATE text_days SET n = 0")
		s.set("texts_per_day", 9)
		s.set("texts_per_week", 9)
		for range 4 {
			s.enqueue(m, Marketing, "Hoy 2x1")
		}
		n := 0
		s.net.fault = func(Outgoing) (bool, Outcome) { n++; return n%2 == 0, Outcome{Result: Unknown} }
		s.sendAll(s.line())
		s.net.recovers()
		s.heard()
		s.lookFor(16 * time.Minute)
		sent := s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent' AND sid <> ''")
		lost := s.count("SELECT COUNT(*) FROM messages WHERE state = 'unproven' AND sid = ''")
		if accepted := int64(len(s.net.accepted())); sent != accepted || sent+lost != int64(s.net.posts) || lost == 0 {
			t.Errorf("%d sent and %d unproven of %d posts, %d of them accepted", sent, lost, s.net.posts, accepted)
		}
	})
}

// A list that cannot be had proves nothing: it is asked again, and nothing is given up meanwhile.
func TestListFails(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Marketing, "Hoy 2x1")
		s.lose(false)
		s.heard()
		s.net.list = db.Errorf(db.Busy, "no list today")
		s.lookFor(2 * time.Hour)
		if got := s.message(text.ID); got.State != StateUnknown || got.Tries != 0 {
			t.Fatalf("%s after %d looks", got.State, got.Tries)
		}
		s.net.list = nil
		s.lookFor(2 * time.Minute)
		if got := s.message(text.ID); got.State != StateUnproven {
			t.Errorf("after three good lists: %s", got.State)
		}
	})
}

// An old text with the same words is no proof, nor is one that another row owns.
func TestOnlyItsOwnTextIsProof(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.enqueue(m, Service, "Tienes 100 puntos")
		s.sendAll(s.line())
		s.clock.Add(10 * time.Second)
		again := s.enqueue(m, Service, "Tienes 100 puntos")
		s.lose(false)
		s.lookFor(time.Minute)
		if got := s.message(again.ID); got.State != StateUnknown {
			t.Errorf("it took the sid of another: %s %q", got.State, got.SID)
		}
	})
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.enqueue(m, Service, "Tienes 100 puntos")
		s.sendAll(s.line())
		s.exec("DELETE FROM messages") // nobody owns the old one any more
		s.clock.Add(61 * time.Second)
		again := s.enqueue(m, Service, "Tienes 100 puntos")
		s.lose(false)
		s.lookFor(time.Minute)
		if got := s.message(again.ID); got.State != StateUnknown {
			t.Errorf("it took an old text for its own: %s %q", got.State, got.SID)
		}
	})
}

// What a killed process had claimed is unknown once its lease is over, never queued again.
func TestLeasesExpire(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Marketing, "Hoy 2x1")
		l := s.line()
		c := &claim{sender: s.s, prefix: newAttempt(), n: 1, zones: &l.zones}
		s.write(c.run)
		s.clock.Add(lease)
		s.worker().sweep(t.Context())
		if got := s.message(text.ID); got.State != StateSending {
			t.Errorf("at the end of the lease: %s", got.State)
		}
		s.clock.Add(time.Millisecond)
		s.worker().sweep(t.Context())
		if got := s.message(text.ID); got.State != StateUnknown {
			t.Errorf("after it: %s", got.State)
		}
		// The owner comes back and knows: its answer counts.
		l.results = []result{{text: c.texts[0], outcome: Outcome{Result: Accepted, SID: "SM1"}}}
		if _, err := l.turn(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if got := s.message(text.ID); got.State != StateSent || got.SID != "SM1" {
			t.Errorf("after its owner came back: %s %q", got.State, got.SID)
		}
	})
}
