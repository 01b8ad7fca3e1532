package pos

import (
	"context"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// atTill is how long after a sale a text about it still answers an act at the till, in milliseconds. Later it is a text of ours, with
// hours of its own.
const atTill = 15 * 60 * 1000

// tellReceipt texts a member what a sale gave: points, and how the card stands that it stamped. A sale that gave neither is no news.
func tellReceipt(ctx context.Context, tx *db.Tx, d desk, m members.Member, points int64, card rewards.Card, late bool) error {
	class := sms.Reply
	if late {
		class = sms.Service
	}
	f := templates.Fields{}
	if card.Full > 0 {
		f["stamps"], f["full"] = digits(card.Stamps), digits(card.Full)
	}
	switch {
	case points > 0:
		f["program"], f["points"], f["balance"], f["store"] = d.program.Name, digits(points), digits(m.Balance), d.store.Name
		return tell(ctx, tx, d.program, m, class, "receipt", f)
	case card.Full > 0:
		return tell(ctx, tx, d.program, m, class, "stamps", f)
	}
	return nil
}

// tellRefund texts a member what a refund took, or what it gave back.
func tellRefund(ctx context.Context, tx *db.Tx, d desk, m members.Member, points int64) error {
	key := "points_back"
	switch {
	case m.ID == 0 || points == 0:
		return nil
	case points < 0:
		key, points = "refund_taken", -points
	}
	return tell(ctx, tx, d.program, m, sms.Reply, key, templates.Fields{"program": d.program.Name, "points": digits(points), "balance": digits(m.Balance)})
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// tell texts a member who may be texted. A program without a sender texts nobody; its tills count all the same.
func tell(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, class sms.Class, key string, f templates.Fields) error {
	err := sms.Tell(ctx, tx, p, m, class, key, f)
	if db.NotFound(err) {
		return nil
	}
	return err
}
