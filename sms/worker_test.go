package sms

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fiel/db"
)

// running starts a worker and returns what stops it and waits for its end.
func (s *shop) running(w *Worker) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Error(err)
			}
		})
	}
	s.t.Cleanup(stop)
	return stop
}

// eventually waits for a condition, for a few seconds at most.
func (s *shop) eventually(what string, f func() bool) {
	s.t.Helper()
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(2 * time.Millisecond) {
		if f() {
			return
		}
	}
	s.t.Fatalf("not in time: %s", what)
}

func (s *shop) unlimited() { s.exec("UPDATE senders SET pace = 0") }

func TestWorkerSendsAtOnceAndWhenWoken(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		s.unlimited()
		s.enqueue(s.join(1), Service, "waiting since yesterday")
		m := s.join(2)
		w := s.worker()
		begun := time.Now()
		stop := s.running(w)
		s.eventually("the first text", func() bool { return len(s.net.accepted()) == 1 })
		first := time.Since(begun)
		woken := time.Now()
		err := s.d.Write(WithWaker(t.Context(), w.Wake), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := Enqueue(ctx, tx, Draft{Program: s.p, Member: m, Class: Service, Body: "just now"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.eventually("the second text", func() bool { return len(s.net.accepted()) == 2 })
		second := time.Since(woken)
		stop()
		// A busy machine may take longer; a poll would take a second.
		if first > 700*time.Millisecond || second > 700*time.Millisecond {
			t.Errorf("the first text took %v after the start, the second %v after it was queued", first, second)
		}
		if got := s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent'"); got != 2 {
			t.Errorf("%d texts are sent, want 2", got)
		}
	})
}

// Two workers on one database, as two replicas have: each text leaves once, whoever takes it.
func TestTwoWorkers(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.unlimited()
		const n = 300
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for i := range n {
				m, err := s.joinIn(ctx, tx, i)
				if err != nil {
					return err
				}
				if _, err := Enqueue(ctx, tx, Draft{Program: s.p, Member: m, Class: Marketing, Run: 7, Body: fmt.Sprintf("text %d", i)}); err != nil {
					return err
				}
			}
			return nil
		})
		one, two := s.worker(), s.worker()
		stop1, stop2 := s.running(one), s.running(two)
		s.eventually("all texts", func() bool { return len(s.net.accepted()) >= n })
		stop1()
		stop2()
		s.onceEach(n)
		if a, b := one.Stats.Accepted.Load(), two.Stats.Accepted.Load(); a+b != n {
			t.Errorf("the workers sent %d and %d", a, b)
		}
	})
}

// onceEach checks the journal: n texts, each once, and each row knows its sid.
func (s *shop) onceEach(n int) {
	s.t.Helper()
	sids := map[int64]string{}
	for _, p := range s.net.accepted() {
		if sids[p.MessageID] != "" {
			s.t.Errorf("text %d left twice", p.MessageID)
		}
		sids[p.MessageID] = p.sid
	}
	if len(sids) != n {
		s.t.Errorf("%d texts left, want %d", len(sids), n)
	}
	for id, sid := range sids {
		if got := s.message(id); got.State != StateSent || got.SID != sid {
			s.t.Errorf("text %d: %s with sid %q, the carrier gave %q", id, got.State, got.SID, sid)
		}
	}
}

// Stops that race with claims: every text either left or was cancelled, none is lost between the two, and nothing leaves for long after
// its reader had stopped. (What the last look sees is TestLastLook's; between it and the post lies a moment, longer on a busy machine.)
func TestStopAgainstClaim(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.unlimited()
		const n = 60
		stopped := map[string]*atomic.Int64{} // when, by number
		for i := range n {
			m := s.join(i)
			stopped[m.Phone.E164()] = new(atomic.Int64)
			for j := range 3 {
				s.enqueue(m, Service, fmt.Sprintf("text %d", j))
			}
		}
		var late atomic.Int64
		s.net.before = func(out Outgoing) {
			if at := stopped[out.To].Load(); at != 0 && time.Since(time.Unix(0, at)) > time.Second {
				late.Add(1)
			}
			time.Sleep(2 * time.Millisecond)
		}
		s.running(s.worker())
		var stopping sync.WaitGroup
		for part := range 3 {
			stopping.Go(func() {
				for i := part; i < n; i += 3 {
					who := s.byNumber(i)
					s.stop(who)
					stopped[who.Phone.E164()].Store(time.Now().UnixNano())
				}
			})
		}
		stopping.Wait()
		s.eventually("nothing waits", func() bool {
			return s.count("SELECT COUNT(*) FROM messages WHERE state IN ('queued', 'sending')") == 0
		})
		if late.Load() > 0 {
			t.Errorf("%d texts left long after their reader had stopped", late.Load())
		}
		if sent, cancelled := len(s.net.accepted()), s.count("SELECT COUNT(*) FROM messages WHERE state = 'cancelled'"); int64(sent)+cancelled != 3*n {
			t.Errorf("%d left and %d were cancelled of %d", sent, cancelled, 3*n)
		}
	})
}

// A clean stop lets finish what is on the wire, gives back what is not, and leaves nothing in between.
func TestCleanStop(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 40")
		for i := range 40 {
			s.enqueue(s.join(i), Marketing, fmt.Sprintf("text %d", i))
		}
		s.net.before = func(Outgoing) { time.Sleep(30 * time.Millisecond) }
		w := s.worker()
		stop := s.running(w)
		s.eventually("the first texts", func() bool { return len(s.net.accepted()) >= 2 })
		stop()
		sent := len(s.net.accepted())
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent'"); n != int64(sent) {
			t.Errorf("%d rows are sent, %d texts left", n, sent)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued' AND attempts = 0 AND lease = 0"); n != int64(40-sent) {
			t.Errorf("%d rows wait, want %d", n, 40-sent)
		}
	})
}

// A provider that panics leaves one text unknown and the others on their way.
func TestPanicWhileSending(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.unlimited()
		bad := s.enqueue(s.join(1), Service, "poison")
		good := s.enqueue(s.join(2), Service, "fine")
		s.net.before = func(out Outgoing) {
			if out.Body == "poison" {
				panic("no such letter")
			}
		}
		s.running(s.worker())
		s.eventually("the good one", func() bool { return s.message(good.ID).State == StateSent })
		s.eventually("the bad one", func() bool { return s.message(bad.ID).State == StateUnknown })
	})
}

// A sender that appears, changes or cannot be used is noticed while the worker runs; the others do not care.
func TestSendersChange(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.unlimited()
		w := s.worker()
		var asked atomic.Int64
		w.Providers = func(sender Sender) (Provider, error) {
			if asked.Add(1); sender.Number == "+525533333333" {
				return nil, errors.New("no such account")
			}
			return s.net, nil
		}
		s.running(w)
		s.enqueue(s.join(1), Service, "by the first")
		s.eventually("the first sender", func() bool { return len(s.net.accepted()) == 1 })
		var second Sender
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if _, err = AddSender(ctx, tx, s.key, s.p.ID, Address{AccountSID: testAccount, Token: "t", Number: "+525533333333"}); err != nil {
				return err
			}
			second, err = AddSender(ctx, tx, s.key, s.p.ID, Address{AccountSID: testAccount, Token: "t", Number: "+525544444444"})
			return err
		})
		s.enqueue(s.join(2), Service, "by the second", func(d *Draft) { d.Sender = second.ID })
		s.eventually("the second sender", func() bool { return len(s.net.accepted()) == 2 })
		before := asked.Load()
		s.exec("UPDATE senders SET number = '+525555555555' WHERE id = $1", second.ID)
		s.eventually("asked for the new number", func() bool { return asked.Load() > before })
		s.enqueue(s.join(3), Service, "by the changed one", func(d *Draft) { d.Sender = second.ID })
		s.eventually("the changed sender", func() bool { return len(s.net.accepted()) == 3 })
	})
}

// A provider that refuses the account is asked once. The owner is told; the text waits with all the others, until somebody mends it.
func TestASenderThatIsRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.unlimited()
		s.luz(true)
		s.enqueue(s.join(1), Marketing, "Hoy 2x1", func(d *Draft) { d.Run = 7 })
		s.net.refuses(Outcome{Result: Rejected, Trouble: trouble(20003, StopSender)})
		s.running(s.worker())
		s.eventually("the owner is told", func() bool { return s.count("SELECT COUNT(*) FROM messages WHERE topic = 'sender_stopped'") == 1 })
		if s.net.posts != 1 {
			t.Errorf("%d posts with a token that is refused, want 1", s.net.posts)
		}
		s.net.recovers()
		s.write(func(ctx context.Context, tx *db.Tx) error { return ResumeSender(ctx, tx, s.s.ID) })
		s.eventually("both leave", func() bool { return len(s.net.accepted()) == 2 })
		s.wantNews("sender_stopped sender:" + strconv.FormatInt(s.s.ID, 10) + ":2027-03-05")
	})
}
