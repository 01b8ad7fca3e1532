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

// LeftOf is what is left of a sale is worth: points, the carry after it, earning money and stamps by rule, for tests of this package.
func LeftOf(rules []Rule, s Sale, f Facts, back Returned) (points, carry, earning int64, stamps map[int64]int64) {
	open, err := openRules(rules)
	if err != nil {
		panic(err)
	}
	w := judge(open, s, f, back)
	stamps = map[int64]int64{}
	for _, g := range w.stamps {
		stamps[g.rule.ID] = g.n
	}
	return w.points, w.carry, w.earning, stamps
}
