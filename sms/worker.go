package sms

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fiel/db"
)

// Connections is how many texts may be on the wire at once, unless the worker says otherwise. As many may be lost, at most, when the
// process is killed.
const Connections = 16

// Worker sends what is queued. Any number of workers may run on one database: a text leaves once.
type Worker struct {
	DB          *db.DB
	Providers   func(Sender) (Provider, error) // the account and address of a sender; asked again when the sender changes
	Clock       func() time.Time
	Log         *slog.Logger // nil: nothing is logged
	Connections int          // 0: [Connections]
	Stats       Stats

	mu    sync.Mutex
	lines map[int64]*line
}

// Stats counts what the worker did since it began.
type Stats struct {
	Claimed  atomic.Int64 // taken out of the queue
	Posted   atomic.Int64 // requests begun
	Accepted atomic.Int64
	Released atomic.Int64 // given back before a request began
	NotSent  atomic.Int64 // proven not to have been processed: unreachable, or a 429
	Rejected atomic.Int64
	Unknown  atomic.Int64
	Found    atomic.Int64 // unknown texts that were found at the provider
	Unproven atomic.Int64 // unknown texts that were not
	Resent   atomic.Int64
}

func (s *Stats) count(r result) {
	switch {
	case r.released:
		s.Released.Add(1)
	case r.outcome.Result == Accepted:
		s.Accepted.Add(1)
	case r.outcome.Result == NotSent:
		s.NotSent.Add(1)
	case r.outcome.Result == Rejected:
		s.Rejected.Add(1)
	default:
		s.Unknown.Add(1)
	}
}

// Wake has the worker look at once instead of within a second. It does not block and may be called from anywhere, also before Run.
func (w *Worker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lines {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Run sends until the context ends. Then it claims nothing more, gives back what it claimed and did not begin, waits for the requests
// on the wire (15 s at most), writes down what became of them, and returns. A worker runs once.
func (w *Worker) Run(ctx context.Context) error {
	if w.Connections <= 0 {
		w.Connections = Connections
	}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { w.every(ctx, poll, w.sweep) })
	crew := map[int64]*hand{}
	w.every(ctx, poll, func(ctx context.Context) { w.staff(ctx, &running, crew) })
	return nil
}

// every calls f at once and then in intervals until the context ends.
func (w *Worker) every(ctx context.Context, interval time.Duration, f func(context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		f(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// hand is a line at work.
type hand struct {
	sender Sender // as it was when the line began
	share  int
	stop   context.CancelFunc
	ended  chan struct{}
	failed string // why there is no line
}

// staff sees to it that every sender has a line that knows it as it is now.
func (w *Worker) staff(ctx context.Context, running *sync.WaitGroup, crew map[int64]*hand) {
	var senders []Sender
	err := w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		senders, err = Senders(ctx, tx)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			w.log().Warn("senders not read", "error", err)
		}
		return
	}
	share := max(w.Connections/max(bound(senders), 1), 1)
	for _, s := range senders {
		h := crew[s.ID]
		if s.AccountSID == "" || h != nil && h.share == share && sameSender(h.sender, s) {
			continue
		}
		if h != nil && h.stop != nil {
			h.stop()
			select {
			case <-h.ended:
			default:
				continue // it finishes what is on the wire first
			}
		}
		crew[s.ID] = w.hire(ctx, running, s, share, h)
	}
}

// bound counts the senders that have an address.
func bound(senders []Sender) (n int) {
	for _, s := range senders {
		if s.AccountSID != "" {
			n++
		}
	}
	return n
}

// sameSender says whether a line may go on with what it knows.
func sameSender(a, b Sender) bool {
	a.Stopped, a.CallbackAt, a.PacedUntil = b.Stopped, b.CallbackAt, b.PacedUntil
	return a == b
}

// hire begins a line for a sender.
func (w *Worker) hire(ctx context.Context, running *sync.WaitGroup, s Sender, share int, before *hand) *hand {
	provider, err := w.Providers(s)
	if err != nil {
		if before == nil || before.failed != err.Error() {
			w.log().Error("sender cannot send", "sender", s.ID, "error", err)
		}
		return &hand{failed: err.Error()}
	}
	ctx, stop := context.WithCancel(ctx)
	h := &hand{sender: s, share: share, stop: stop, ended: make(chan struct{})}
	l := newLine(w, s, provider, share)
	w.mu.Lock()
	if w.lines == nil {
		w.lines = map[int64]*line{}
	}
	w.lines[s.ID] = l
	w.mu.Unlock()
	running.Go(func() {
		defer close(h.ended)
		defer stop()
		var resolving sync.WaitGroup
		resolving.Go(func() { w.every(ctx, poll, l.resolve) })
		l.run(ctx)
		resolving.Wait()
	})
	return h
}

func (w *Worker) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}
