package rewards

import (
	"context"
	"strconv"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// objection is how long a member may answer NO to the use of their voucher: 24 hours, in milliseconds.
const objection = 24 * hour

// atCounter is how long after an act at the counter a text about it still answers it: 15 minutes, in milliseconds.
const atCounter = 15 * 60 * 1000

// tell texts a member who may be texted. A program without a sender texts nobody.
func tell(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, class sms.Class, key string, f templates.Fields) error {
	if err := sms.Tell(ctx, tx, p, m, class, key, f); err != nil && !db.NotFound(err) {
		return err
	}
	return nil
}

// tellUsed texts the member that their voucher was used at a store (” when it is not known), and lets them object. What is told late waits
// for the hours of texts of ours. Whoever may not be texted is not asked either: a later NO of theirs would answer a question they never
// saw.
func (v Voucher) tellUsed(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, store string, late bool) error {
	if !m.Service || m.Left() || m.Phone == "" {
		return nil
	}
	if _, err := members.Ask(ctx, tx, m, members.AskDispute, v.ID, tx.Now+objection); err != nil {
		return err
	}
	class := sms.Reply
	if late {
		class = sms.Service
	}
	return tell(ctx, tx, p, m, class, "voucher_used", templates.Fields{"code": v.Code, "reward": v.Name, "store": store})
}

// tellBack texts the member that the points of a voucher came back.
func (v Voucher) tellBack(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	return tell(ctx, tx, p, m, sms.Service, "voucher_back", templates.Fields{"reward": v.Name, "points": digits(v.Cost), "balance": digits(m.Balance)})
}

// tell texts the member how their objection ended.
func (d Settled) tell(ctx context.Context, tx *db.Tx, p members.Program) error {
	key, f := "dispute_upheld", templates.Fields{"reward": d.Voucher.Name, "contact": p.Contact}
	switch {
	case d.New.ID != 0:
		key, f = "dispute_gift", templates.Fields{"reward": d.New.Name, "code": d.New.Code, "end": moment(p, d.Member, d.New.ExpiresAt)}
	case d.Voucher.Settlement == DisputeReturned:
		key, f = "dispute_returned", templates.Fields{"reward": d.Voucher.Name, "points": digits(d.Voucher.Cost), "balance": digits(d.Member.Balance)}
	}
	return tell(ctx, tx, p, d.Member, sms.Service, key, f)
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// moment is an instant in the member's words, in the program's zone.
func moment(p members.Program, m members.Member, at int64) string {
	return templates.Moment(spoken(p, m), time.UnixMilli(at).In(p.Location()))
}
