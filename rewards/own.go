package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Ledger lists all of a member's entries, newest first, at most limit, with those of members who were merged into them.
func Ledger(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, limit int64) ([]Entry, error) {
	return ofAll(ctx, tx, m, func(id int64) ([]Entry, error) {
		return New(tx).entriesOf(ctx, entriesOfParams{ProgramID: p.ID, MemberID: id, Most: limit})
	})
}

// VouchersOf lists all of a member's vouchers, newest first, at most limit.
func VouchersOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, limit int64) ([]Voucher, error) {
	return New(tx).vouchersOf(ctx, vouchersOfParams{ProgramID: p.ID, MemberID: m.ID, Most: limit})
}

// ofAll gathers rows of a member and of those who were merged into them.
func ofAll[T any](ctx context.Context, tx *db.Tx, m members.Member, rows func(id int64) ([]T, error)) ([]T, error) {
	all, err := rows(m.ID)
	if err != nil {
		return nil, err
	}
	parts, err := members.MergedInto(ctx, tx, m.ProgramID, m.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range parts {
		more, err := rows(id)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// OpenVouchers lists the vouchers that a member can use now or will be able to, the soonest to end first, at most 20.
func OpenVouchers(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) ([]Voucher, error) {
	return New(tx).openVouchers(ctx, openVouchersParams{ProgramID: p.ID, MemberID: m.ID, ExpiresAt: tx.Now})
}
