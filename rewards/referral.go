package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// firstPurchase pays the referral of a member who has bought for the first time, if there is one: the friend at once, the member who
// brought them by the next round (see [PayReferrals]).
func firstPurchase(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase, earning int64, news *News) (members.Member, error) {
	return m, nil
}
