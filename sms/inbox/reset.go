package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

// reset asks whether the number has a new owner. It may cost the member their points at the till: so it takes the exact word and a SI.
func reset(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	reply, err := th.say("reset_ask", nil)
	if err != nil || th.silent {
		return reply, err
	}
	_, err = members.Ask(ctx, tx, th.Member, members.AskReset, 0, tx.Now+confirmFor)
	return reply, err
}

// startFresh takes the number from the member: its owner is a stranger, who joins with ALTA and has nothing of theirs.
func (th *Thread) startFresh(ctx context.Context, tx *db.Tx) (Reply, error) {
	reply, err := th.say("reset_done", nil)
	if err != nil {
		return Reply{}, err
	}
	_, err = pos.Reassign(ctx, tx, th.Program, th.Member.ID, false, th.declaration(reply))
	th.Member = members.Member{}
	if err != nil {
		return Reply{}, err
	}
	return reply, members.DoubtStaff(ctx, tx, th.Program.ID, th.Number.Hash)
}
