package db

import (
	"context"
	"errors"
	"sync"
)

const (
	// block is how many ids are taken from the database at once.
	block = 10_000
	// lastID is the largest whole number that a JavaScript number and a float64 hold exactly.
	lastID = 1<<53 - 1
	// takeBlock moves the one sequence on and returns the first id after what was taken.
	takeBlock = `INSERT INTO id_blocks (name, next) VALUES ('id', 1 + CAST($1 AS BIGINT))
ON CONFLICT (name) DO UPDATE SET next = id_blocks.next + CAST($1 AS BIGINT) RETURNING next`
)

// errDry ends a closure for which there was no id in memory.
var errDry = errors.New("db: out of ids")

// ids hands out ids from blocks that were committed as taken before, and keeps one block ahead.
type ids struct {
	d   *DB
	low chan struct{} // asks for the next block

	mu    sync.Mutex // guards spans and left
	spans []span
	left  int // ids in spans

	filling sync.Mutex // one refill at a time
}

type span struct{ next, end int64 }

func newIDs(d *DB) *ids { return &ids{d: d, low: make(chan struct{}, 1)} }

// next returns an id, or false when there is none in memory.
func (a *ids) next() (int64, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left == 0 {
		return 0, false
	}
	s := &a.spans[0]
	id := s.next
	s.next++
	if s.next == s.end {
		a.spans = a.spans[1:]
	}
	if a.left--; a.left < block {
		select {
		case a.low <- struct{}{}:
		default:
		}
	}
	return id, true
}

func (a *ids) has(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.left >= n
}

// fill makes sure that n ids are in memory, taking at least a block if not.
func (a *ids) fill(ctx context.Context, n int) error {
	a.filling.Lock()
	defer a.filling.Unlock()
	if a.has(n) {
		return nil
	}
	n = max(n, block)
	var end int64
	_, err := a.d.engine.write(ctx, blocks, func(ctx context.Context, tx *Tx) error {
		if err := tx.QueryRowContext(ctx, takeBlock, n).Scan(&end); err != nil {
			return err
		}
		if end-1 > lastID {
			return Errorf(Refused, "The database has run out of ids below 2^53.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spans = append(a.spans, span{end - int64(n), end})
	a.left += n
	return nil
}

// keepAhead takes the next block while there is still one in memory, so that hardly any closure has to run twice.
func (a *ids) keepAhead() {
	for {
		select {
		case <-a.low:
			if err := a.fill(a.d.stopped, block); err != nil && a.d.stopped.Err() == nil {
				a.d.opts.Log.Warn("no block of ids taken ahead", "error", err)
			}
		case <-a.d.stopped.Done():
			return
		}
	}
}

// Reserve makes sure that n ids are in memory, so that bulk work need not run twice. Writers at the same time share
// them. Errors as of Write.
func (d *DB) Reserve(ctx context.Context, n int) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.inside.Done()
	return d.ids.fill(ctx, n)
}
