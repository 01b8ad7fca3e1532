package sms

import (
	"context"

	"fiel/db"
)

// SentBetween lists texts of a class, or of a later one, that left from an instant until before another (unix milliseconds), in the
// order they left, at most limit.
func SentBetween(ctx context.Context, tx *db.Tx, program int64, class Class, from, until, limit int64) ([]Message, error) {
	return New(tx).sentBetween(ctx, sentBetweenParams{ProgramID: program, SentAt: from, SentAt_2: until, Class: class, Limit: int32(min(limit, 1000))})
}

// Waiting counts the program's texts that might leave now or are leaving.
func Waiting(ctx context.Context, tx *db.Tx, program int64) (int64, error) {
	return New(tx).countWaiting(ctx, program, tx.Now)
}
