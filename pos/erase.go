package pos

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// Forget erases a member for good, with those who were merged into them: number, name and whatever else names a person, every word of
// texts to and from them and of what tills said of their purchases, what they bought as audiences know it, the words of gifts, the code for friends. Vouchers that are still
// open end; their points do not come back, so that the ledger is the same before and after. What stays is a ledger under a random id,
// and the keyed hash of the number, which gets no text of ours until its owner writes ALTA. D says through which door, by whose word.
//
// It takes the rows it needs. Erasing twice does nothing more.
func Forget(ctx context.Context, tx *db.Tx, p members.Program, member int64, d members.Declaration) (members.Member, error) {
	m, err := members.Lock(ctx, tx, p.ID, member)
	if err != nil || m.ErasedAt != 0 {
		return m, err
	}
	parts, err := members.MergedInto(ctx, tx, p.ID, m.ID)
	if err != nil {
		return members.Member{}, err
	}
	if m.Hash != "" {
		if err := ForgetNumber(ctx, tx, p, m.Hash); err != nil {
			return members.Member{}, err
		}
	}
	for _, id := range append(parts, m.ID) {
		if err := forgetWords(ctx, tx, p, id); err != nil {
			return members.Member{}, err
		}
	}
	if err := rewards.Forget(ctx, tx, p, m); err != nil {
		return members.Member{}, err
	}
	gone, err := members.Erase(ctx, tx, m, d)
	if err != nil {
		return members.Member{}, err
	}
	return gone, members.Record(ctx, tx, p.ID, members.Act{Actor: d.Actor, Door: d.Door, Action: "member.erase", Subject: fmt.Sprintf("member:%d", m.ID)})
}

// ForgetNumber erases what is kept of a number: the texts, and purchases that waited for it. It gets no text of ours until its owner
// writes ALTA. The caller holds its row.
func ForgetNumber(ctx context.Context, tx *db.Tx, p members.Program, hash string) error {
	if err := sms.Erase(ctx, tx, p.ID, 0, hash); err != nil {
		return err
	}
	if err := dropWaiting(ctx, tx, p, hash); err != nil {
		return err
	}
	return members.Suppress(ctx, tx, p.ID, hash)
}

// forgetWords blanks what was texted to and from a member, and what tills said of their purchases.
func forgetWords(ctx context.Context, tx *db.Tx, p members.Program, member int64) error {
	if err := sms.Erase(ctx, tx, p.ID, member, ""); err != nil {
		return err
	}
	q := New(tx)
	for _, blank := range []func(context.Context, int64, int64) error{
		q.forgetParkedRefunds, q.forgetParked, q.forgetRefunds, q.forgetPurchases, q.forgetTwins, q.forgetTwinRefunds, q.forgetBought,
	} {
		if err := blank(ctx, p.ID, member); err != nil {
			return err
		}
	}
	return nil
}
