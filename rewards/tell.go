package rewards

import (
	"context"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// objection is how long a member may answer NO to the use of their voucher: 24 hours, in milliseconds.
const objection = 24 * hour

// tellUsed texts the member that their voucher was used, and lets them object. Whoever may not be texted is not asked either: a
// later NO of theirs would answer a question they never saw.
func (v Voucher) tellUsed(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	store := ""
	if v.StoreID != 0 {
		s, err := members.StoreByID(ctx, tx, p.ID, v.StoreID)
		if err != nil {
			return err
		}
		store = s.Name
	}
	if !m.Service || m.Left() || m.Phone == "" {
		return nil
	}
	if _, err := members.Ask(ctx, tx, m, members.AskDispute, v.ID, tx.Now+objection); err != nil {
		return err
	}
	return sms.Tell(ctx, tx, p, m, sms.Reply, "voucher_used", templates.Fields{"code": v.Code, "reward": v.Name, "store": store})
}

// tellBack texts the member that the points of a voucher came back.
func (v Voucher) tellBack(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	return sms.Tell(ctx, tx, p, m, sms.Service, "voucher_back", templates.Fields{
		"reward": v.Name, "points": strconv.FormatInt(v.Cost, 10), "balance": strconv.FormatInt(m.Balance, 10),
	})
}
