package rewards

import (
	"context"
	"errors"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// JoinGift gives who has joined what the program gives for it, once in a lifetime of the member: its join action if there is one that
// runs and has something left, else the program's join bonus. A voucher is told in the news; the points are for the welcome to tell.
// Who had it before gets nothing, and no error; a voucher that is still good is told again, since staff may have enrolled them before
// they could be texted. The caller holds the member's row.
func JoinGift(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, news *News) (Claimed, members.Member, error) {
	occasion := fmt.Sprintf("join:%d", m.ID)
	a, err := New(tx).actionOfKind(ctx, p.ID, JoinAction)
	if err != nil && !db.NotFound(err) {
		return Claimed{}, m, err
	}
	if err == nil && a.Running(tx.Now) {
		had, err := New(tx).joinGifts(ctx, p.ID, occasion)
		if err != nil {
			return Claimed{}, m, err
		}
		if had > 0 {
			return Claimed{}, m, tellAgain(ctx, tx, p, m, occasion, news)
		}
		done, after, err := Claim(ctx, tx, p, m, Claiming{Action: a, Code: m.Channel, occasion: occasion}, news)
		var refused *ClaimError
		if !errors.As(err, &refused) {
			return done, after, err
		}
	}
	e, after, err := Bonus(ctx, tx, p, m, "", occasion, p.JoinBonus, news)
	if db.CodeOf(err) == db.Conflict {
		return Claimed{}, m, nil
	}
	return Claimed{Points: p.JoinBonus, Entry: e}, after, err
}

// tellAgain adds a voucher that was given for an occasion to the news, if it can still be used.
func tellAgain(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, occasion string, news *News) error {
	v, err := New(tx).voucherBySource(ctx, p.ID, occasion)
	if db.NotFound(err) {
		return nil
	}
	if err == nil && v.State == Issued && tx.Now < v.ExpiresAt {
		news.given(p, m, sms.Reply, v)
	}
	return err
}
