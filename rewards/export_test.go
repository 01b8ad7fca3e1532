package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// GrantReward is grantReward, for tests of this package.
func GrantReward(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, reward int64, source string, nextDay bool) (Voucher, error) {
	return grantReward(ctx, tx, p, m, reward, source, nextDay)
}
