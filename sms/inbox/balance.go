package inbox

import (
	"context"

	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// balance answers the points, what is missing to the next reward, and what lapses next.
func balance(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	s, err := rewards.StandingOf(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"balance": digits(s.Balance)}
	if s.Next != nil {
		f["missing"], f["reward"] = digits(s.Missing), s.Next.Name
	}
	if s.ExpiringPoints > 0 {
		f["expiring"], f["expires"] = digits(s.ExpiringPoints), th.date(s.ExpiresAt-1)
	}
	return th.say("balance", f)
}

// points are what the member can spend now: those past their day are not among them.
func (th *Thread) points(ctx context.Context, tx *db.Tx) (int64, error) {
	s, err := rewards.StandingOf(ctx, tx, th.Program, th.Member)
	return s.Balance, err
}

// tier answers that there are no levels yet.
func tier(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) { return th.say("tier_none", nil) }
