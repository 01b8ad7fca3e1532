package inbox

import (
	"context"

	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// friend answers the member's own code for friends, with words to forward. Nobody is texted who did not write: the friend joins by
// texting the code themselves.
func friend(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	terms, err := rewards.ReferralTerms(ctx, tx, th.Program.ID)
	if db.NotFound(err) || err == nil && !terms.Running(tx.Now) {
		return th.say("friend_none", nil)
	}
	if err != nil {
		return Reply{}, err
	}
	code, err := rewards.MemberCode(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"code": code, "phone": th.Sender.Number}
	if terms.Points > 0 {
		f["points"] = digits(terms.Points)
	}
	return th.say("friend_code", f)
}
