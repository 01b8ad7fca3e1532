package pos

import (
	"context"

	"fiel/db"
)

// Since counts the sales that were reported since a time (unix milliseconds), each once, and the points they gave.
func Since(ctx context.Context, tx *db.Tx, program, since int64) (sales, points int64, err error) {
	n, err := New(tx).salesSince(ctx, program, since)
	return n.Sales, n.Points, err
}
