package inbox

import (
	"context"
	"time"

	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// tier answers the level, until when it lasts, and what is missing to the next.
func tier(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	s, err := rewards.LevelStandingOf(ctx, tx, th.Program, th.Member)
	switch {
	case err != nil:
		return Reply{}, err
	case !s.Levels:
		return th.say("tier_none", nil)
	}
	f := templates.Fields{}
	switch {
	case s.Next.ID == 0:
	case th.Program.TierBy == rewards.ByMoney:
		f["spend"], f["next"] = templates.Money(th.Language, th.Program.Currency, s.Missing), s.Next.Name
	default:
		f["missing"], f["next"] = digits(s.Missing), s.Next.Name
	}
	if s.Level.ID == 0 {
		return th.say("tier_first", f)
	}
	f["level"] = s.Level.Name
	if s.Until != 0 {
		f["until"] = templates.DateYear(th.Language, time.UnixMilli(s.Until-1).In(th.Program.Location()))
	}
	return th.say("tier", f)
}
