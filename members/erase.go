package members

import (
	"context"

	"fiel/db"
)

// Erase takes the person out of a member: number, name, e-mail, birthday, tag and channel, cards, links and open changes. The row
// stays as a name in the ledger. The number, of which the hash alone is kept, gets no text of ours until its owner writes ALTA. The
// caller holds the number's row and the member's; the words of texts and sales are the business of sms.Erase and pos.Forget.
func Erase(ctx context.Context, tx *db.Tx, m Member, d Declaration) (Member, error) {
	for _, kind := range []string{ServiceTexts, MarketingTexts} {
		d.Kind, d.Given = kind, false
		if _, err := Agree(ctx, tx, m, d); err != nil {
			return Member{}, err
		}
	}
	if err := forgetOpen(ctx, tx, m); err != nil {
		return Member{}, err
	}
	if err := New(tx).forgetCards(ctx, forgetCardsParams{ProgramID: m.ProgramID, MemberID: m.ID, LostAt: tx.Now}); err != nil {
		return Member{}, err
	}
	if err := free(ctx, tx, m, 0); err != nil {
		return Member{}, err
	}
	if m.Hash != "" {
		if err := Suppress(ctx, tx, m.ProgramID, m.Hash); err != nil {
			return Member{}, err
		}
	}
	return New(tx).eraseMember(ctx, eraseMemberParams{Now: tx.Now, ProgramID: m.ProgramID, ID: m.ID})
}

// Suppress keeps all texts of ours from a number that was erased, until its owner writes ALTA. The caller holds its row.
func Suppress(ctx context.Context, tx *db.Tx, program int64, hash string) error {
	return New(tx).suppressNumber(ctx, suppressNumberParams{ProgramID: program, Hash: hash, SuppressedAt: tx.Now})
}

// MergedInto lists the ids of those who became part of a member, also by way of others: their texts and sales are that member's.
func MergedInto(ctx context.Context, tx *db.Tx, program, member int64) ([]int64, error) {
	all := []int64{}
	for at, next := 0, member; ; at++ {
		ids, err := New(tx).partsOf(ctx, program, next)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
		if at >= len(all) {
			return all, nil
		}
		next = all[at]
	}
}
