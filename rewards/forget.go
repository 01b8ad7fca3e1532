package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Forget ends what a member who is erased could still use: open vouchers, without their points, and the code for friends. What
// the vouchers were for goes back to the stock, and places at events are free again. The words of gifts go, and the comments of surveys. The ledger stays as it is. The caller holds the member's row.
func Forget(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	open, err := New(tx).cancelVouchers(ctx, p.ID, m.ID)
	if err == nil {
		err = restock(ctx, tx, open...)
	}
	if err == nil {
		err = New(tx).forgetWords(ctx, p.ID, m.ID)
	}
	if err == nil {
		err = forgetSaid(ctx, tx, m)
	}
	if err == nil {
		err = leaveEvents(ctx, tx, m)
	}
	if err != nil {
		return err
	}
	return New(tx).retireCode(ctx, retireCodeParams{ProgramID: p.ID, MemberID: m.ID, RetiredAt: tx.Now})
}

// forgetSaid takes the comments of surveys from a member's scores, and from those of who was merged into them.
func forgetSaid(ctx context.Context, tx *db.Tx, m members.Member) error {
	parts, err := members.MergedInto(ctx, tx, m.ProgramID, m.ID)
	for _, id := range append(parts, m.ID) {
		if err == nil {
			err = New(tx).forgetComments(ctx, m.ProgramID, id)
		}
	}
	return err
}
