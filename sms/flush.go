package sms

import (
	"context"

	"fiel/db"
)

// Flush sends what may leave as the clock stands now, asks about texts of which nobody knows, and returns: what [Worker.Run] does as
// time goes by, for a process that moves its clock itself, such as a simulation. More says that there is something due that the pace
// of a sender, or a pause after errors, keeps back for a moment. It must not be called beside Run, or twice at once; when the context ends
// it returns as a process that is killed would: what is on the wire is not written down.
func (w *Worker) Flush(ctx context.Context) (more bool, err error) {
	if w.Connections <= 0 {
		w.Connections = Connections
	}
	w.sweep(ctx)
	var all []Sender
	err = w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = Senders(ctx, tx)
		return err
	})
	for _, s := range all {
		if err != nil || s.AccountSID == "" {
			continue
		}
		var waits bool
		waits, err = w.flush(ctx, s)
		more = more || waits
	}
	return more, err
}

func (w *Worker) flush(ctx context.Context, s Sender) (more bool, err error) {
	l := w.lines[s.ID]
	if l == nil || !sameSender(l.sender, s) {
		provider, err := w.Providers(s)
		if err != nil {
			return false, err
		}
		l = newLine(w, s, provider, w.Connections)
		l.eager = true
		if w.lines == nil {
			w.lines = map[int64]*line{}
		}
		w.lines[s.ID] = l
	}
	if more, err = l.flush(ctx); err == nil {
		l.resolve(ctx)
	}
	return more, err
}

// flush claims and sends until nothing may leave, and writes down what became of it.
func (l *line) flush(ctx context.Context) (more bool, err error) {
	for more = l.isDue(ctx); more; {
		room, _ := l.room()
		if room == 0 {
			return true, nil
		}
		before := l.w.Stats.Claimed.Load()
		if more, err = l.turn(ctx, room); err != nil {
			return more, err
		}
		claimed := l.w.Stats.Claimed.Load() - before
		for l.free < l.share {
			select {
			case r := <-l.done:
				l.take(r)
			case <-ctx.Done():
				return false, ctx.Err()
			}
		}
		if _, err = l.turn(ctx, 0); err != nil {
			return more, err
		}
		if claimed == 0 {
			return more, nil
		}
	}
	return false, nil
}
