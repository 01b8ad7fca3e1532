package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Forget ends what a member who is erased could still use: open vouchers, without their points, and the code for friends. The words of
// gifts go. The ledger stays as it is. The caller holds the member's row.
func Forget(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	if err := New(tx).forgetVouchers(ctx, p.ID, m.ID); err != nil {
		return err
	}
	return New(tx).retireCode(ctx, retireCodeParams{ProgramID: p.ID, MemberID: m.ID, RetiredAt: tx.Now})
}
