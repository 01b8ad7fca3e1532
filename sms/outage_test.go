package sms_test

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/sms"
	"fiel/sms/twilio/fake"
)

// background runs a worker until the test, or what is returned, ends it.
func (w *wired) background(worker *sms.Worker) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

func (w *wired) worker(clock func() time.Time) *sms.Worker {
	return &sms.Worker{DB: w.d, Clock: clock, Providers: func(sms.Sender) (sms.Provider, error) { return w.client, nil }}
}

// until waits for a condition, for twenty seconds at most.
func (w *wired) until(what string, f func() bool) {
	w.t.Helper()
	for begun := time.Now(); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			w.t.Fatalf("not in time: %s", what)
		}
	}
}

// Twilio cannot be reached: nothing is lost, nothing is unknown, few connections are tried, and it all leaves once Twilio is back.
func TestTwilioIsAway(t *testing.T) {
	t.Parallel()
	clock := atNoon()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := wire(t, d, fake.Faults{Callbacks: fake.Callbacks{Off: true}}, fake.Options{Seed: 1, Now: clock})
		w.blast(40)
		w.exec("UPDATE senders SET pace = 0")
		w.fake.Down()
		worker := w.worker(clock)
		stop := w.background(worker)
		w.until("a few tries", func() bool { return worker.Stats.NotSent.Load() > 16 })
		if open := w.count("state <> 'queued' OR attempts > 0"); open > 1 { // one may be on its way
			t.Errorf("%d texts are not waiting untouched", open)
		}
		if tries := worker.Stats.NotSent.Load(); tries > 30 {
			t.Errorf("%d tries in a moment", tries)
		}
		if err := w.fake.Up(); err != nil {
			t.Fatal(err)
		}
		w.until("all texts", func() bool { return w.count("state = 'sent'") == 40 })
		stop()
		if n := len(w.fake.Journal()); n != 40 {
			t.Errorf("%d texts left, want 40", n)
		}
	}, func(o *db.Options) { o.Clock = clock })
}

// A refused token stops the sender; nothing is tried with it again, and nothing is lost.
func TestTokenIsRefused(t *testing.T) {
	clock := atNoon()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := wire(t, d, fake.Faults{Unauthorized: true}, fake.Options{Seed: 1, Now: clock})
		w.blast(40)
		w.exec("UPDATE senders SET pace = 0")
		stop := w.background(w.worker(clock))
		w.until("the sender is stopped", func() bool {
			return w.count("state = 'queued' AND error = 20003 AND attempts = 0") > 0 && w.count("state <> 'queued'") == 0
		})
		posts := w.fake.Stats().Posts
		time.Sleep(100 * time.Millisecond)
		stop()
		if again := w.fake.Stats().Posts; again != posts || posts > sms.Connections {
			t.Errorf("%d posts, then %d", posts, again)
		}
	}, func(o *db.Options) { o.Clock = clock })
}

// Half of all requests are told to slow down: the rate falls, everything leaves, once.
func TestManyRequests(t *testing.T) {
	t.Parallel()
	clock := atNoon()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := wire(t, d, fake.Faults{TooMany: 0.5, Callbacks: fake.Callbacks{Off: true}}, fake.Options{Seed: 1, Now: clock})
		w.blast(40)
		w.exec("UPDATE senders SET pace = 0")
		worker := w.worker(clock)
		stop := w.background(worker)
		w.until("the burst is met", func() bool { return worker.Stats.NotSent.Load() > 5 })
		w.fake.Set(fake.Faults{Callbacks: fake.Callbacks{Off: true}})
		w.until("all texts", func() bool { return w.count("state = 'sent' AND attempts = 1") == 40 })
		stop()
		if n := len(w.fake.Journal()); n != 40 {
			t.Errorf("%d texts left, want 40", n)
		}
	}, func(o *db.Options) { o.Clock = clock })
}
