package rewards

import (
	"cmp"
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
)

// ReleaseDue ends vouchers whose time is over, at most limit of them. The points of a bought one go back to the lots they came from
// (see giveBack for those that would end too soon), its stock is put back, and the member is told. N is how many were ended: as long
// as it is limit there may be more. Any number of processes may call it at once.
func ReleaseDue(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	due, err := New(tx).dueVouchers(ctx, dueVouchersParams{ProgramID: p.ID, ExpiresAt: tx.Now, Limit: mostRows(limit, 1000)})
	if err != nil {
		return 0, err
	}
	// Members are locked in rising id.
	slices.SortFunc(due, func(a, b dueVouchersRow) int {
		return cmp.Or(cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.ID, b.ID))
	})
	var ended []released
	for _, v := range due {
		r, err := release(ctx, tx, p, v)
		if db.NotFound(err) {
			continue // another process did, or it was used in the last moment of its time
		}
		if err != nil {
			return 0, err
		}
		ended = append(ended, r)
	}
	// Texts take the day's counters, and those come after all members: in turns they would wait for a till that waits for them.
	for _, r := range ended {
		if r.voucher.Cost == 0 {
			continue
		}
		if err := r.voucher.tellBack(ctx, tx, p, r.member); err != nil {
			return 0, err
		}
	}
	return int64(len(ended)), nil
}

// released is a voucher that was ended, and whose it was.
type released struct {
	voucher Voucher
	member  members.Member
}

// release ends one voucher; db.Missing when it is not due any more.
func release(ctx context.Context, tx *db.Tx, p members.Program, due dueVouchersRow) (released, error) {
	m, err := members.Lock(ctx, tx, p.ID, due.MemberID)
	if err != nil {
		return released{}, err
	}
	v, err := New(tx).expireVoucher(ctx, expireVoucherParams{ProgramID: p.ID, ID: due.ID, ExpiresAt: tx.Now})
	if err != nil || v.Cost == 0 {
		return released{v, m}, err
	}
	e, m, err := v.refill(ctx, tx, p, m)
	if err != nil {
		return released{}, err
	}
	return released{v, m}, New(tx).setRelease(ctx, setReleaseParams{ProgramID: p.ID, ID: v.ID, ReleaseEntry: e.ID})
}

// refill gives the points of a bought voucher back, and the thing to the stock.
func (v Voucher) refill(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Entry, members.Member, error) {
	e, m, err := giveBack(ctx, tx, p, m, Posting{
		Kind: KindRelease, Delta: v.Cost, Source: v.source(), Voucher: v.ID, Words: v.Name,
	}, v.RedeemEntry)
	if err != nil || v.RewardID == 0 {
		return e, m, err
	}
	return e, m, New(tx).putBackStock(ctx, v.ProgramID, v.RewardID)
}

// undo takes back the use of a voucher whose sale was given back: its points return, or it may be used again if it was a gift. Given
// is how many points returned; one whose use was undone meanwhile has nothing left to return.
func (v Voucher) undo(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (owner members.Member, given int64, err error) {
	v, err = New(tx).returnVoucher(ctx, returnVoucherParams{Now: tx.Now, ProgramID: v.ProgramID, ID: v.ID, PurchaseID: v.PurchaseID})
	if db.NotFound(err) {
		return m, 0, nil
	}
	if err != nil || v.Cost == 0 {
		return m, 0, err
	}
	if err := v.take(ctx, tx, true); err != nil {
		return members.Member{}, 0, err
	}
	e, m, err := v.refill(ctx, tx, p, m)
	if err != nil {
		return members.Member{}, 0, err
	}
	return m, v.Cost, New(tx).setRelease(ctx, setReleaseParams{ProgramID: v.ProgramID, ID: v.ID, ReleaseEntry: e.ID})
}

// VoucherOwners lists whose the vouchers are that were used on a sale, a member for each. Whoever gives the sale back takes their rows
// first, in rising id.
func VoucherOwners(ctx context.Context, tx *db.Tx, program, purchase int64) ([]int64, error) {
	return New(tx).ownersOn(ctx, program, purchase)
}

// ReturnVouchers gives back what was used on a sale that earned nobody points, when all of it has come back: each voucher to its own
// member. The caller holds the rows of [VoucherOwners].
func ReturnVouchers(ctx context.Context, tx *db.Tx, p members.Program, purchase int64) error {
	_, _, err := returnVouchers(ctx, tx, p, members.Member{ProgramID: p.ID}, purchase)
	return err
}
