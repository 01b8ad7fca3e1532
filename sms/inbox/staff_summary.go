package inbox

import (
	"context"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/sms"
	"fiel/templates"
)

// summary answers RESUMEN: the program's day so far, and how the campaign stands that is under way.
func summary(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	now := tx.Time().In(th.Program.Location())
	since := campaigns.DateOf(now).At(0, th.Program.Location()).UnixMilli()
	joins, err := members.JoinedSince(ctx, tx, th.Program.ID, since)
	if err != nil {
		return Reply{}, err
	}
	sales, points, err := pos.Since(ctx, tx, th.Program.ID, since)
	if err != nil {
		return Reply{}, err
	}
	parts, err := sms.Spent(ctx, tx, th.Program.ID, now.Format(time.DateOnly))
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"joins": digits(joins), "sales": digits(sales), "points": digits(points), "texts": digits(parts)}
	live, err := campaigns.LiveNow(ctx, tx, th.Program.ID)
	if err == nil {
		f["campaign"], f["sent"], f["delivered"], f["used"] = live.Campaign, digits(live.Sent), digits(live.Delivered), digits(live.Used)
	}
	if err != nil && db.CodeOf(err) != db.Missing {
		return Reply{}, err
	}
	return th.order("summary", f)
}
