package inbox

import (
	"context"

	"fiel/db"
	"fiel/templates"
)

// help answers who we are, the keywords, how to stop and whom to ask.
func help(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	return th.say("help", templates.Fields{"contact": th.Program.Contact})
}

// helpLine answers what was not understood; a person reads it too.
func helpLine(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	key := "help_line"
	if th.Member.ID == 0 {
		key = "help_line_stranger"
	}
	reply, err := th.say(key, nil)
	reply.Help, reply.ForShop = true, true
	return reply, err
}

// didYouMean answers a command that changes something and was nearly right; it does nothing.
func didYouMean(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	return th.say("did_you_mean", templates.Fields{"command": th.Intent.Suggest})
}

// today is the program's local date.
func (th *Thread) today(tx *db.Tx) string {
	return tx.Time().In(th.Program.Location()).Format("2006-01-02")
}
