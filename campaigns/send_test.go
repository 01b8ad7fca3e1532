package campaigns

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fiel/sms"
)

// carrier accepts every text and remembers whom it went to.
type carrier struct {
	mu  sync.Mutex
	n   int
	to  map[string]int
	at  time.Time // of the first
	gap time.Duration
	no  sms.Outcome // what it answers instead of taking a text; the zero value takes all
}

// refuse makes the carrier answer so from now on.
func (c *carrier) refuse(no sms.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.no = no
}

func (c *carrier) Send(_ context.Context, out sms.Outgoing) sms.Outcome {
	time.Sleep(c.gap)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.no.Result != sms.Unknown {
		return c.no
	}
	if c.n++; c.n == 1 {
		c.at = time.Now()
	}
	c.to[out.To]++
	return sms.Outcome{Result: sms.Accepted, SID: fmt.Sprintf("SM%032x", c.n)}
}

func (c *carrier) List(context.Context, string, time.Time) ([]sms.Listed, error) { return nil, nil }

func (c *carrier) sent() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// worked runs a worker beside the story. The context it gives wakes it.
func (s *shop) worked(c *carrier) context.Context {
	s.t.Helper()
	s.exec("UPDATE senders SET pace = 0")
	c.to = map[string]int{}
	w := &sms.Worker{DB: s.d, Clock: s.clock.Now, Providers: func(sms.Sender) (sms.Provider, error) { return c, nil }}
	ctx, stop := context.WithCancel(s.t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := w.Run(ctx); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(func() { stop(); done.Wait() })
	return sms.WithWaker(s.t.Context(), w.Wake)
}

func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// A blast with a worker at work: everybody hears of it once, and the first before the last was planned.
func TestBlastIsSent(t *testing.T) {
	eachShop(t, "2027-11-22T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(1200)
		c, net := s.add(NewCampaign{Recipe: "blast", Offer: withVoucher()}), new(carrier)
		ctx := s.worked(net)
		if _, err := s.svc.Start(ctx, byAna, s.p.ID, c.ID, 1200); err != nil {
			t.Fatal(err)
		}
		planned := time.Now()
		until(t, "not all are sent", func() bool { return net.sent() == 1200 })
		if net.at.After(planned) {
			t.Error("sending began after planning had ended")
		}
		for to, n := range net.to {
			if n != 1 {
				t.Errorf("%s heard %d times", to, n)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers"); n != 1200 {
			t.Errorf("%d vouchers", n)
		}
		until(t, "the results are not written", func() bool { return s.count("SELECT COUNT(*) FROM messages WHERE state <> 'sent'") == 0 })
		s.tick()
		s.wantRuns(c, "once done")
	})
}

// After the pause was acknowledged nothing more leaves but what is on the wire; cancelled, the rest never does.
func TestPauseStopsTheWorker(t *testing.T) {
	eachShop(t, "2027-11-22T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(800)
		c, net := s.add(NewCampaign{Recipe: "blast", Offer: withVoucher()}), &carrier{gap: 5 * time.Millisecond}
		ctx := s.worked(net)
		if _, err := s.svc.Start(ctx, byAna, s.p.ID, c.ID, 800); err != nil {
			t.Fatal(err)
		}
		until(t, "nothing leaves", func() bool { return net.sent() > 20 })
		s.pause(c)
		atPause := net.sent()
		time.Sleep(300 * time.Millisecond)
		stood := net.sent()
		if stood > atPause+sms.Connections || stood == 800 {
			t.Errorf("%d had left at the pause, and %d later", atPause, stood)
		}
		s.cancel(c)
		until(t, "the results are not written", func() bool {
			s.tick()
			return s.count("SELECT COUNT(*) FROM messages WHERE state NOT IN ('sent', 'cancelled')") == 0
		})
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent'"); n != int64(net.sent()) {
			t.Errorf("%d sent in the database, %d on the wire", n, net.sent())
		}
		good := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'issued'")
		rooms := s.count("SELECT COUNT(*) FROM text_days WHERE n > 0 AND day LIKE '2027-11-%'")
		if sent := int64(net.sent()); good != sent || rooms != sent {
			t.Errorf("%d were told, %d vouchers are good, %d have room taken", sent, good, rooms)
		}
		s.wantRuns(c, "once cancelled")
	})
}
