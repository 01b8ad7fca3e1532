package rewards

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// ReleaseDue ends vouchers whose time is over, at most limit of them. The points of a bought one go back to the lots they came from
// (see giveBack for those that would end too soon), and the member is told; the thing goes back to the stock, also that of a gift. N is
// how many were ended: as long as it is limit there may be more. Any number of processes may call it at once.
func ReleaseDue(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	due, err := New(tx).dueVouchers(ctx, dueVouchersParams{ProgramID: p.ID, ExpiresAt: tx.Now, Limit: mostRows(limit, 1000)})
	if err != nil {
		return 0, err
	}
	held, err := lockOwners(ctx, tx, p, due)
	if err != nil {
		return 0, err
	}
	var ended []released
	for _, v := range due {
		m, v, err := release(ctx, tx, p, held[v.MemberID], v)
		if db.NotFound(err) {
			continue // another process did, it was used in the last moment of its time, or it has changed hands
		}
		if err != nil {
			return 0, err
		}
		held[m.ID] = m
		ended = append(ended, released{v, m})
	}
	return int64(len(ended)), finish(ctx, tx, p, ended)
}

// lockOwners takes the rows of all members first, in rising id, and puts their vouchers into that order.
func lockOwners(ctx context.Context, tx *db.Tx, p members.Program, due []dueVouchersRow) (map[int64]members.Member, error) {
	slices.SortFunc(due, func(a, b dueVouchersRow) int {
		return cmp.Or(cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.ID, b.ID))
	})
	held := map[int64]members.Member{}
	for _, v := range due {
		if _, ok := held[v.MemberID]; ok {
			continue
		}
		m, err := members.Lock(ctx, tx, p.ID, v.MemberID)
		if err != nil {
			return nil, err
		}
		held[m.ID] = m
	}
	return held, nil
}

// released is a voucher that was ended, and whose it was.
type released struct {
	voucher Voucher
	member  members.Member
}

// release ends one voucher; db.Missing when it is not due any more, or not this member's. The stock is its caller's.
func release(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, due dueVouchersRow) (members.Member, Voucher, error) {
	v, err := New(tx).expireVoucher(ctx, expireVoucherParams{ProgramID: p.ID, ID: due.ID, MemberID: m.ID, ExpiresAt: tx.Now})
	if err != nil || v.Cost == 0 {
		return m, v, err
	}
	e, m, err := v.refill(ctx, tx, p, m)
	if err != nil {
		return m, v, err
	}
	return m, v, New(tx).setRelease(ctx, setReleaseParams{ProgramID: p.ID, ID: v.ID, ReleaseEntry: e.ID})
}

// finish puts the things back, in rising id of their rewards, and then texts whose points came back: stock comes after all members, and
// the day's counters after that. In turns they would wait for a till that waits for them.
func finish(ctx context.Context, tx *db.Tx, p members.Program, ended []released) error {
	things := make([]Voucher, len(ended))
	for i, r := range ended {
		things[i] = r.voucher
	}
	if err := restock(ctx, tx, things...); err != nil {
		return err
	}
	for _, r := range ended {
		if r.voucher.Cost == 0 {
			continue
		}
		if err := r.voucher.tellBack(ctx, tx, p, r.member); err != nil {
			return err
		}
	}
	return nil
}

// refill gives the points of a bought voucher back.
func (v Voucher) refill(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Entry, members.Member, error) {
	return giveBack(ctx, tx, p, m, Posting{
		Kind: KindRelease, Delta: v.Cost, Source: v.source(), Voucher: v.ID, Words: v.Name,
	}, v.RedeemEntry)
}

// restock puts the things of vouchers back that nobody will ask for any more, in rising id of their rewards. The one that stands for a
// gift whose use was disputed took nothing from the stock.
func restock(ctx context.Context, tx *db.Tx, vouchers ...Voucher) error {
	slices.SortFunc(vouchers, func(a, b Voucher) int { return cmp.Compare(a.RewardID, b.RewardID) })
	for _, v := range vouchers {
		if v.RewardID == 0 || strings.HasPrefix(v.Source, insteadOf) {
			continue
		}
		if err := New(tx).putBackStock(ctx, v.ProgramID, v.RewardID); err != nil {
			return err
		}
	}
	return nil
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
	if err == nil {
		err = restock(ctx, tx, v)
	}
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
