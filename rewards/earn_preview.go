package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Preview finds what a purchase would give a member, or somebody who is none (the zero Member), by the rules of today, whenever it is:
// that may lie ahead. It changes nothing and may run in a Read.
func Preview(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase) (Earned, error) {
	if sold.At == 0 {
		sold.At = tx.Now
	}
	if sold.Local == "" {
		sold.Local = Local(p.Location(), sold.At)
	}
	rules, err := Rules(ctx, tx, p.ID)
	if err != nil {
		return Earned{}, err
	}
	return decide(ctx, tx, p, m, sold, rules)
}
