package db

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	groupSize = 256                   // closures in a group at most
	groupTime = 5 * time.Millisecond  // after which a group takes no more closures
	bulkTurn  = 50 * time.Millisecond // a bulk closure waits no longer than this for its turn
	queueSize = 256                   // closures that wait in a lane; more wait outside
)

// writer commits closures to a SQLite file in groups: one goroutine, one connection, one COMMIT (and so one fsync) for
// all the closures that were waiting. Each has a savepoint of its own, so that one that fails takes nothing along.
type writer struct {
	d       *DB
	connect func(context.Context) (*conn, error)
	conn    *conn // nil after a failed group
	lanes   [3]chan *job
	quit    chan struct{}
	ended   chan struct{}
	group   []*job    // in the open transaction
	bulk    time.Time // end of the last bulk turn
}

// job is a closure on its way through the writer.
type job struct {
	ctx   context.Context
	f     closure
	state atomic.Int32 // waiting, then started or given up
	tx    *Tx
	err   error
	done  chan struct{} // closed when tx and err are final
}

const (
	waiting = iota
	started
	givenUp
)

func newWriter(d *DB, connect func(context.Context) (*conn, error)) *writer {
	w := &writer{d: d, connect: connect, quit: make(chan struct{}), ended: make(chan struct{})}
	for i := range w.lanes {
		w.lanes[i] = make(chan *job, queueSize)
	}
	return w
}

// write hands the closure over and waits for its end, or for ctx as long as it has not started.
func (w *writer) write(ctx context.Context, lane Lane, f closure) (*Tx, error) {
	j := &job{ctx: mark(context.WithoutCancel(ctx)), f: f, done: make(chan struct{})}
	select {
	case w.lanes[lane] <- j:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, givenUp) {
			return nil, ctx.Err()
		}
		<-j.done
	}
	return j.tx, j.err
}

// stop ends the goroutine. Nobody may be in write any more.
func (w *writer) stop() {
	close(w.quit)
	<-w.ended
}

// loop runs until stop. A closure that ends its goroutine (t.FailNow does) fails its group and is survived.
func (w *writer) loop() {
	stopped := false
	defer func() {
		if stopped {
			close(w.ended)
			return
		}
		w.fail(&Error{Code: Internal, Text: "A closure ended the goroutine of the writer"})
		go w.loop()
	}()
	for {
		j, lane := w.next()
		if j == nil {
			stopped = true
			return
		}
		w.commit(j, lane)
	}
}

// next waits for the closure that opens the next group; nil after stop.
func (w *writer) next() (*job, Lane) {
	for _, lane := range w.order() {
		select {
		case j := <-w.lanes[lane]:
			return j, lane
		default:
		}
	}
	select {
	case j := <-w.lanes[blocks]:
		return j, blocks
	case j := <-w.lanes[Interactive]:
		return j, Interactive
	case j := <-w.lanes[Bulk]:
		return j, Bulk
	case <-w.quit:
		return nil, 0
	}
}

// order is the order in which lanes are asked.
func (w *writer) order() [3]Lane {
	if time.Since(w.bulk) >= bulkTurn {
		return [3]Lane{blocks, Bulk, Interactive}
	}
	return [3]Lane{blocks, Interactive, Bulk}
}
