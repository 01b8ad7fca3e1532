package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Preview finds what a purchase would give a member, or somebody who is none (the zero Member), as things stand. It changes nothing and
// may run in a Read.
func Preview(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase) (Earned, error) {
	if sold.At == 0 {
		sold.At = tx.Now
	}
	e, _, err := decide(ctx, tx, p, m, sold)
	return e, err
}
