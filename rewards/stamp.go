package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// stamp gives the stamps of a purchase by the stamp rules given; n says how many each rule gives. A full card becomes the voucher of
// its reward.
func stamp(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase int64, rule Rule, n int64, news *News) error {
	return nil
}

// unstamp takes stamps of a purchase back, on behalf of a refund.
func unstamp(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase, refund int64, rule Rule, n int64) error {
	return nil
}
