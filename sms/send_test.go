package sms

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fiel/db"
	"fiel/members"
)

func trouble(code int64, v Verdict) Trouble {
	return Trouble{Code: code, Verdict: v, Text: "It failed."}
}

// What every answer of a provider makes of a text, and what else it does.
func TestWhatAnAnswerMakesOfAText(t *testing.T) {
	rejected := func(code int64, v Verdict) Outcome { return Outcome{Result: Rejected, Trouble: trouble(code, v)} }
	type after struct {
		State    string
		Reason   string
		Error    int64
		Attempts int64
		Wait     time.Duration // of a queued text
		Health   string
		Stopped  bool // the number
		Held     bool // the run
		Sender   bool // is stopped
	}
	tests := []struct {
		name   string
		class  Class
		answer Outcome
		want   after
	}{
		{"accepted", Marketing, Outcome{Result: Accepted}, after{State: StateSent, Attempts: 1}},
		{"no answer", Marketing, Outcome{Result: Unknown}, after{State: StateUnknown, Attempts: 1}},
		{"unreachable", Marketing, Outcome{Result: NotSent}, after{State: StateQueued}},
		{"told to slow down", Marketing, Outcome{Result: NotSent, Trouble: trouble(20429, Later)}, after{State: StateQueued, Error: 20429, Wait: time.Second}},
		{
			"told for how long", Marketing,
			Outcome{Result: NotSent, Trouble: trouble(20429, Later), RetryAfter: time.Minute},
			after{State: StateQueued, Error: 20429, Wait: time.Minute},
		},
		{"too long", Marketing, rejected(21617, GiveUp), after{State: StateFailed, Reason: "give_up", Error: 21617, Attempts: 1}},
		{"queue is full", Service, rejected(21611, Later), after{State: StateQueued, Error: 21611, Attempts: 1, Wait: 5 * time.Minute}},
		{"no number", Service, rejected(21211, BadNumber), after{State: StateFailed, Reason: "bad_number", Error: 21211, Attempts: 1, Health: "bad"}},
		{"landline", Service, rejected(21614, Landline), after{State: StateFailed, Reason: "landline", Error: 21614, Attempts: 1, Health: "landline"}},
		{"opted out there", Marketing, rejected(21610, OptedOut), after{State: StateFailed, Reason: "opted_out", Error: 21610, Attempts: 1, Stopped: true}},
		{"country is off", Marketing, rejected(21408, StopRun), after{State: StateFailed, Reason: "stop_run", Error: 21408, Attempts: 1, Held: true}},
		{"token refused", Marketing, rejected(20003, StopSender), after{State: StateQueued, Error: 20003, Sender: true}},
	}
	eachShop(t, func(t *testing.T, s *shop) {
		for i, test := range tests {
			m := s.join(i)
			run := int64(100 + i)
			text := s.enqueue(m, test.class, test.name, func(d *Draft) { d.Run = run })
			accept := test.answer.Result == Accepted
			s.net.fault = func(Outgoing) (bool, Outcome) { return accept, test.answer }
			s.step(s.line())
			got := s.message(text.ID)
			n := s.number(m)
			had := after{
				State: got.State, Reason: got.Reason, Error: got.Error, Attempts: got.Attempts, Health: n.Health, Stopped: n.Stopped(),
				Held:   s.count("SELECT COUNT(*) FROM holds WHERE run_id = $1", run) == 1,
				Sender: s.count("SELECT COUNT(*) FROM senders WHERE stopped <> ''") == 1,
			}
			if got.State == StateQueued {
				had.Wait = time.Duration(got.SendAfter-s.clock.Now().UnixMilli()) * time.Millisecond
			}
			if diff := cmp.Diff(test.want, had); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if got.State != StateUnknown && got.Lease != 0 {
				t.Errorf("%s: the lease is kept", test.name)
			}
			s.exec("UPDATE senders SET stopped = ''")
			s.exec("DELETE FROM messages")
		}
	})
}

func (s *shop) number(m members.Member) (n members.Number) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = members.Touch(ctx, tx, s.p.ID, m.Hash)
		return err
	})
	return n
}

// A text that is refused for now is tried three times.
func TestLaterIsNotForEver(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Marketing, "Hoy 2x1")
		s.net.refuses(Outcome{Result: Rejected, Trouble: trouble(21611, Later)})
		for range 10 {
			s.sendAll(s.line())
			s.clock.Add(20 * time.Minute)
		}
		if got := s.message(text.ID); got.State != StateFailed || got.Attempts != maxTries || s.net.posts != maxTries {
			t.Errorf("state %s after %d attempts and %d posts, want failed after %d", got.State, got.Attempts, s.net.posts, maxTries)
		}
	})
}

// What changed between the claim and the post keeps the text back, and it counts as not tried.
func TestLastLook(t *testing.T) {
	tests := []struct {
		name   string
		change func(*shop, members.Member)
		state  string
	}{
		{"the member stops", func(s *shop, m members.Member) { s.stop(m) }, StateCancelled},
		{"the member takes marketing back", func(s *shop, m members.Member) {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := members.Agree(ctx, tx, m, members.Declaration{Kind: members.MarketingTexts})
				return err
			})
		}, StateCancelled},
		{"the run is held", func(s *shop, _ members.Member) {
			s.write(func(ctx context.Context, tx *db.Tx) error { return HoldRun(ctx, tx, s.p.ID, 7, "paused") })
		}, StateQueued},
		{"the sender is stopped", func(s *shop, _ members.Member) {
			s.write(func(ctx context.Context, tx *db.Tx) error { return HaltSender(ctx, tx, s.s.ID, "") })
		}, StateQueued},
		{"the process slept", func(s *shop, _ members.Member) { s.clock.Add(91 * time.Second) }, StateQueued},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachShop(t, func(t *testing.T, s *shop) {
				m := s.join(1)
				text := s.enqueue(m, Marketing, "Hoy 2x1", func(d *Draft) { d.Run = 7 })
				l := s.line()
				c := &claim{sender: s.s, prefix: newAttempt(), n: 1, zones: &l.zones}
				s.write(c.run)
				taken := s.clock.Now()
				test.change(s, m)
				l.launch(t.Context(), c, taken)
				l.take(<-l.done)
				if _, err := l.turn(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				if got := s.message(text.ID); got.State != StateQueued || got.Attempts != 0 {
					t.Errorf("given back: %s after %d attempts", got.State, got.Attempts)
				}
				s.sendAll(l)
				if got := s.message(text.ID); test.state == StateCancelled && got.State != StateCancelled {
					t.Errorf("claimed again: %s, want cancelled", got.State)
				}
				if test.name != "the process slept" && len(s.net.accepted()) != 0 {
					t.Error("it left")
				}
			})
		})
	}
}

// The answer to a text of its own needs no consent, but a stop that came after the question keeps it back all the same.
func TestLastLookAtAnAnswer(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Reply, "Tienes 100 puntos", func(d *Draft) { d.Inbound, d.Member.ID = 5, 0 })
		l := s.line()
		c := &claim{sender: s.s, prefix: newAttempt(), n: 1, zones: &l.zones}
		s.write(c.run)
		c.texts[0].taken = s.clock.Now()
		s.exec("UPDATE phones SET stopped_at = $1 WHERE hash = $2", s.clock.Now().UnixMilli()+1, text.Hash)
		if r := l.send(t.Context(), c.texts[0]); !r.released || len(s.net.accepted()) > 0 {
			t.Error("it left")
		}
	})
}
