package sms

import (
	"context"

	"fiel/db"
)

// Waker tells the worker that there may be something to send. It must not block.
type Waker func()

type wakerKey struct{}

// WithWaker has every commit under this context that queues a text call w. Without one the worker finds the text at its next look,
// within a second.
func WithWaker(ctx context.Context, w Waker) context.Context {
	return context.WithValue(ctx, wakerKey{}, w)
}

// wakeAfter wakes the worker once the transaction is committed.
func wakeAfter(ctx context.Context, tx *db.Tx) {
	if w, ok := ctx.Value(wakerKey{}).(Waker); ok && w != nil {
		tx.After(w)
	}
}
