package sms

import (
	"context"
	"time"

	"fiel/db"
)

const (
	poll      = time.Second      // how soon a text is found that nobody announced
	drainTime = 16 * time.Second // a request and a little
	dbPause   = 200 * time.Millisecond
	company   = 2 * time.Millisecond // that a result waits for others
)

// line sends for one sender: one goroutine that claims and writes results down, and one per text on the wire.
type line struct {
	w        *Worker
	sender   Sender
	provider Provider
	pacer    pacer
	zones    clockZones
	share    int           // of the worker's connections
	free     int           // connections without a text
	wake     chan struct{} // something may be due
	done     chan result   // texts that are off the wire
	results  []result      // to be written down
	doubtful []string      // claims whose commit gave no answer
	slots    time.Time     // nothing more fits in the pace before
	stopping chan struct{} // closed when nothing more may begin
	eager    bool          // texts do not wait for their turn in the pace: the clock is moved by hand
}

func newLine(w *Worker, s Sender, p Provider, share int) *line {
	return &line{
		w: w, sender: s, provider: p, pacer: pacer{pace: float64(s.Pace)}, share: share, free: share,
		wake: make(chan struct{}, 1), done: make(chan result, share), stopping: make(chan struct{}),
	}
}

// run claims and sends until the context ends, then lets what is on the wire finish. Results and the next claim share a transaction,
// so that a blast costs a fraction of one for each text.
func (l *line) run(ctx context.Context) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for due := true; ctx.Err() == nil; {
		l.gather()
		room, wait := l.room()
		if !due {
			room, wait = 0, 0
		}
		if room > 0 && len(l.results) == 0 {
			due = l.isDue(ctx)
		}
		if len(l.results) > 0 || room > 0 && due {
			more, err := l.turn(ctx, room)
			if err != nil {
				l.rest(ctx, dbPause)
			} else if room > 0 {
				due = more
			}
			continue
		}
		due = l.await(ctx, ticker.C, wait, due) || due
	}
	close(l.stopping)
	l.drain()
}

// await sleeps until there is something to do, and says whether that may be a text that is due.
func (l *line) await(ctx context.Context, tick <-chan time.Time, wait time.Duration, due bool) bool {
	var paused <-chan time.Time
	if due && wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		paused = timer.C
	}
	select {
	case <-l.wake:
		return true
	case <-tick:
		return true
	case <-paused:
		return true
	case r := <-l.done:
		l.take(r)
	case <-ctx.Done():
	}
	return false
}

// room is how many texts may be claimed now, and if none because of a pause, for how long.
func (l *line) room() (int, time.Duration) {
	now := l.w.Clock()
	pause, probing := l.pacer.pause(now)
	if l.pacer.rate(now) > 0 {
		pause = max(pause, l.slots.Sub(now))
	}
	switch {
	case pause > 0:
		return 0, pause
	case probing && l.free < l.share:
		return 0, 0
	case probing:
		return 1, 0
	}
	return l.free, 0
}

// isDue looks whether anything may leave before a transaction is opened for it.
func (l *line) isDue(ctx context.Context) (due bool) {
	err := l.w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := SenderByID(ctx, tx, l.sender.ID)
		if err != nil || s.Stopped != "" {
			return err
		}
		lanes, err := dueLanes(ctx, tx, s, tx.Now)
		due = len(lanes) > 0
		return err
	})
	if err != nil && ctx.Err() == nil {
		l.w.log().Warn("queue not read", "sender", l.sender.ID, "error", err)
	}
	return due
}

// turn writes down what came back and claims up to n texts in one transaction, and sends them off. more says that there may be others
// that are due.
func (l *line) turn(ctx context.Context, n int) (more bool, err error) {
	if err := l.keepBlames(ctx); err != nil {
		return false, err
	}
	taken := l.w.Clock()
	c := &claim{sender: l.sender, prefix: newAttempt(), n: n, rate: l.pacer.rate(taken), zones: &l.zones}
	err = l.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := l.keepResults(ctx, tx); err != nil || n == 0 {
			return err
		}
		return c.run(ctx, tx)
	})
	if err != nil {
		if n > 0 {
			l.doubtful = append(l.doubtful, c.prefix)
		}
		return true, err
	}
	l.kept()
	l.launch(ctx, c, taken)
	l.w.Stats.Claimed.Add(int64(len(c.texts)))
	if c.rate > 0 && c.cursor > 0 {
		ahead := time.Duration(c.cursor-float64(c.now*1000))*time.Microsecond - paceAhead
		l.slots = taken.Add(ahead)
	}
	return c.more, nil
}

// write is a Write that the end of the worker does not keep from happening: results must not be lost. It goes by the interactive lane,
// also for promotions: it takes a few milliseconds and shares its COMMIT with whoever writes at the same time, where a bulk one would
// have a COMMIT of its own. During a blast other writes took 1 ms, and 5 ms at the 99th percentile.
func (l *line) write(ctx context.Context, f func(context.Context, *db.Tx) error) error {
	err := l.w.DB.Write(context.WithoutCancel(ctx), db.Interactive, f)
	if err != nil {
		l.w.log().Warn("results not stored yet", "sender", l.sender.ID, "results", len(l.results), "error", err)
	}
	return err
}

func (l *line) keepResults(ctx context.Context, tx *db.Tx) error {
	for _, prefix := range l.doubtful {
		if _, err := New(tx).releaseClaim(ctx, l.sender.ProgramID, prefix); err != nil {
			return err
		}
	}
	var accepted []string
	for _, r := range l.results {
		if err := r.keep(ctx, tx, l.sender); err != nil {
			return err
		}
		if r.outcome.SID != "" {
			accepted = append(accepted, r.outcome.SID)
		}
	}
	if len(accepted) == 0 {
		return nil
	}
	return applyWaiting(ctx, tx, l.sender.ProgramID, accepted...)
}

// keepBlames writes down the refusals that are about a number, each in a transaction of its own.
func (l *line) keepBlames(ctx context.Context) error {
	for i := 0; i < len(l.results); {
		r := l.results[i]
		if !r.aboutNumber() {
			i++
			continue
		}
		err := l.write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.keepBlame(ctx, tx, l.sender) })
		if err != nil {
			return err
		}
		l.results = append(l.results[:i], l.results[i+1:]...)
	}
	return nil
}

// kept forgets what is stored now.
func (l *line) kept() {
	l.results, l.doubtful = l.results[:0], nil
}

// launch sends the texts of a claim on their way: at once, or when their turn in the sender's pace comes.
func (l *line) launch(ctx context.Context, c *claim, taken time.Time) {
	ctx = context.WithoutCancel(ctx)
	var now []text
	for _, t := range c.texts {
		t.taken = taken
		l.free--
		if t.delay > 0 && !l.eager {
			go l.carry(ctx, t)
		} else {
			now = append(now, t)
		}
	}
	if len(now) > 0 {
		go l.carryAll(ctx, c.prefix, now)
	}
}

// carry takes one text to the wire when its turn comes.
func (l *line) carry(ctx context.Context, t text) {
	timer := time.NewTimer(t.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		l.done <- l.send(ctx, t)
	case <-l.stopping:
		l.done <- result{text: t, released: true}
	}
}

// carryAll takes texts of one claim to the wire side by side, after one last look at all of them.
func (l *line) carryAll(ctx context.Context, prefix string, texts []text) {
	rows, err := l.lookAt(ctx, prefix)
	for _, t := range texts {
		go func() { l.done <- l.sendAfter(ctx, t, rows[t.ID], err) }()
	}
}

// gather takes in what is off the wire. While more is on the wire it waits a moment for company: one transaction for many results costs
// little more than one for each.
func (l *line) gather() {
	l.collect()
	if len(l.results) == 0 || len(l.results) >= l.share/2 {
		return
	}
	timer := time.NewTimer(company)
	defer timer.Stop()
	for l.free < l.share && len(l.results) < l.share/2 {
		select {
		case r := <-l.done:
			l.take(r)
		case <-timer.C:
			return
		}
	}
}

// collect takes in what is off the wire, without waiting.
func (l *line) collect() {
	for {
		select {
		case r := <-l.done:
			l.take(r)
		default:
			return
		}
	}
}

// take frees the connection of a text and lets the pace learn from what became of it.
func (l *line) take(r result) {
	l.free++
	l.results = append(l.results, r)
	l.w.Stats.count(r)
	now := l.w.Clock()
	switch {
	case r.released:
	case r.outcome.Result == Accepted:
		l.pacer.accepted(now, r.text.Parts)
	case r.outcome.Result == Rejected:
		l.pacer.answered()
	case r.outcome.Result == Unknown:
		l.pacer.unknown(now)
	case r.outcome.Trouble.Code == 0 && r.outcome.RetryAfter == 0:
		l.pacer.unreachable(now)
	default:
		l.pacer.throttled(now, r.outcome.RetryAfter)
	}
}

// drain waits for what is on the wire and writes it down. What is not back by then is unknown once its lease ends.
func (l *line) drain() {
	limit := time.NewTimer(drainTime)
	defer limit.Stop()
	for l.free < l.share {
		select {
		case r := <-l.done:
			l.take(r)
		case <-limit.C:
			l.w.log().Warn("texts still on the wire at the end", "sender", l.sender.ID, "texts", l.share-l.free)
			l.store()
			return
		}
	}
	l.store()
}

// store writes the last results down, and tries a few times.
func (l *line) store() {
	for try := range 5 {
		l.collect()
		if len(l.results)+len(l.doubtful) == 0 {
			return
		}
		if _, err := l.turn(context.Background(), 0); err != nil {
			l.rest(context.Background(), dbPause<<try)
		}
	}
}

// rest waits for a moment, or for the end.
func (l *line) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
