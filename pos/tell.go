package pos

import (
	"context"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// atTill is how long after a sale a text about it still answers an act at the till, in milliseconds. Later it is a text of ours, with
// hours of its own.
const atTill = 15 * 60 * 1000

// tellReceipt texts a member what a sale gave. A sale that gave nothing is no news.
func tellReceipt(ctx context.Context, tx *db.Tx, d desk, m members.Member, points, at int64) error {
	if points <= 0 {
		return nil
	}
	class := sms.Reply
	if tx.Now-at > atTill {
		class = sms.Service
	}
	return tell(ctx, tx, d.program, m, class, "receipt", templates.Fields{
		"program": d.program.Name, "points": digits(points), "balance": digits(m.Balance), "store": d.store.Name,
	})
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
