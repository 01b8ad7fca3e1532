package db

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// commit runs a group that begins with first.
func (w *writer) commit(first *job, lane Lane) {
	if err := w.begin(); err != nil {
		w.group = append(w.group, first)
		w.refuse(err)
		return
	}
	begun := time.Now()
	for j := first; j != nil; j = w.another(lane, begun) {
		if err := w.step(j); err != nil {
			w.fail(&Error{Code: Busy, Text: "Nothing of this was saved. Try again.", Cause: err})
			return
		}
	}
	if _, err := w.exec("COMMIT"); err != nil {
		w.fail(&Error{Code: Busy, Text: ErrUnknown.Text, Cause: errors.Join(ErrUnknown, err)})
		return
	}
	if lane == Bulk {
		w.bulk = time.Now()
	}
	w.tell(nil)
}

// another returns the next closure for the open group, or nil when it is time to commit.
func (w *writer) another(lane Lane, begun time.Time) *job {
	if lane != Interactive || w.d.opts.NoGroup || len(w.group) >= groupSize || time.Since(begun) >= groupTime {
		return nil
	}
	select {
	case j := <-w.lanes[Interactive]:
		return j
	default:
		return nil
	}
}

// step runs one closure in a savepoint. An error means that the group is lost.
func (w *writer) step(j *job) error {
	if !j.state.CompareAndSwap(waiting, started) {
		return nil
	}
	w.group = append(w.group, j)
	if _, err := w.exec("SAVEPOINT closure"); err != nil {
		return err
	}
	j.tx = w.d.newTx(j.ctx, w.conn, false)
	if j.err = j.tx.run(j.f); j.err != nil {
		if _, err := w.exec("ROLLBACK TO closure"); err != nil {
			return err
		}
	}
	_, err := w.exec("RELEASE closure")
	return err
}

func (w *writer) begin() error {
	if err := w.open(context.Background()); err != nil {
		return err
	}
	_, err := w.exec("BEGIN IMMEDIATE")
	return err
}

// open makes sure that there is a connection.
func (w *writer) open(ctx context.Context) (err error) {
	if w.conn == nil {
		w.conn, err = w.connect(ctx)
		w.d.suspect(err)
	}
	return err
}

func (w *writer) exec(query string) (sql.Result, error) {
	res, err := w.conn.ExecContext(context.Background(), query)
	w.d.suspect(err)
	return res, translate(err, nil)
}

// refuse fails all who wait: whoever came while another process held the file would only wait as long again.
func (w *writer) refuse(err error) {
	for _, lane := range w.lanes {
		for {
			select {
			case j := <-lane:
				w.group = append(w.group, j)
				continue
			default:
			}
			break
		}
	}
	w.fail(err)
}

// fail tells everyone in the group that it failed, and gives up the connection with whatever is open on it.
func (w *writer) fail(err error) {
	w.drop()
	w.tell(err)
}

func (w *writer) drop() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}

// tell answers everyone in the group: with err, or else with what came of their own closures.
func (w *writer) tell(err error) {
	for _, j := range w.group {
		if err != nil {
			j.err = err
		}
		close(j.done)
	}
	w.group = w.group[:0]
}
