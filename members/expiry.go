package members

import (
	"context"

	"fiel/db"
)

// Expiry is how a program's points end; fiel/rewards says what it means.
type Expiry struct {
	Mode     string
	Months   int64
	Proof    bool
	WarnDays int64
}

// SetExpiry stores the rule. With anew it is one that every lot has to be dated by again. Errors: db.Busy when the program's rule is
// not that of p any more.
func SetExpiry(ctx context.Context, tx *db.Tx, p Program, x Expiry, anew bool) (Program, error) {
	gen, at, was, months := p.ExpiryGen, p.ExpiryChangedAt, p.ExpiryWas, p.ExpiryWasMonths
	if anew {
		gen, at, was, months = gen+1, tx.Now, p.Expiry, p.ExpiryMonths
	}
	changed, err := New(tx).setExpiry(ctx, setExpiryParams{
		ID: p.ID, Gen: p.ExpiryGen, Expiry: x.Mode, Months: x.Months, Proof: x.Proof, WarnDays: x.WarnDays, NextGen: gen, ChangedAt: at,
		Was: was, WasMonths: months,
	})
	if db.NotFound(err) {
		return p, db.Errorf(db.Busy, "somebody has just changed how points expire: look again")
	}
	return changed, err
}

// Dated notes that every lot of the program has been dated by its rule.
func Dated(ctx context.Context, tx *db.Tx, p Program) error {
	return New(tx).setDated(ctx, p.ID, p.ExpiryGen)
}
