package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// stop takes the number off all texts at once, member or stranger, and says so one last time. What still waited for it is cancelled.
func stop(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	key := "stopped"
	asks := th.Intent.EraseAfterStop && th.Member.ID != 0 && !th.silent
	switch {
	case th.Intent.WrongNumber:
		key = "wrong_number_stopped"
	case asks:
		key = "stopped_erase"
	}
	reply, err := th.say(key, nil)
	if err != nil {
		return Reply{}, err
	}
	reply.Always = true
	reply.ForShop = th.Intent.WrongNumber || th.Intent.EraseAfterStop && th.handled
	if err := th.leave(ctx, tx, th.shown(reply)); err != nil {
		return Reply{}, err
	}
	switch {
	case th.Intent.WrongNumber:
		return reply, th.suspect(ctx, tx)
	case asks:
		return reply, th.askErase(ctx, tx)
	case th.Intent.EraseAfterStop && th.Member.ID == 0:
		return reply, th.forget(ctx, tx, reply)
	}
	return reply, nil
}

func (th *Thread) leave(ctx context.Context, tx *db.Tx, words string) error {
	d := members.Declaration{
		Door: "text", Actor: "member", Language: th.Language, Words: words, Evidence: th.evidence(),
	}
	if err := members.Stop(ctx, tx, th.Program.ID, th.Number.Hash, th.Member, d); err != nil {
		return err
	}
	if _, err := sms.Cancel(ctx, tx, th.Program.ID, th.Number.Hash, "stopped"); err != nil {
		return err
	}
	return th.tellProvider(ctx, tx, false)
}

// answerStopped answers a number that has left: ALTA brings it back, AYUDA, DATOS and BORRAR are answered, anything else gets one line
// a day that says how to come back.
func (th *Thread) answerStopped(ctx context.Context, tx *db.Tx) (Reply, error) {
	it := th.Intent
	switch {
	case it.Command == Join && th.past && max(th.Number.StoppedAt, th.Number.SuppressedAt) > tx.Now:
		return Reply{ForShop: true}, nil // read anew after a restore: the stop came later
	case it.Command == Join:
		return join(ctx, tx, th)
	case it.Command == Help:
		return help(ctx, tx, th)
	case it.Command == Data:
		return data(ctx, tx, th)
	case it.Command == Erase, it.EraseAfterStop:
		return erase(ctx, tx, th)
	case it.Answers == members.AskErase:
		return th.settle(ctx, tx, it.Command == Yes)
	case it.WrongNumber:
		if err := th.suspect(ctx, tx); err != nil {
			return Reply{}, err
		}
	}
	if it.Empty || th.silent {
		return Reply{ForShop: true}, nil
	}
	ok, err := th.Number.AllowOnceStopped(ctx, tx, th.today(tx))
	if err != nil || !ok {
		return Reply{ForShop: true}, err
	}
	reply, err := th.say("after_stop", nil)
	reply.ForShop = true
	return reply, err
}

// suspect notes that the number is not whose we think it is: nothing goes to it, and it gives no orders of staff.
func (th *Thread) suspect(ctx context.Context, tx *db.Tx) error {
	if err := members.Mark(ctx, tx, th.Program.ID, th.Number.Hash, members.HealthSuspect); err != nil {
		return err
	}
	return members.DoubtStaff(ctx, tx, th.Program.ID, th.Number.Hash)
}

// stopHint answers a stop word among other words: how to stop, should that have been meant.
func stopHint(_ context.Context, _ *db.Tx, th *Thread) (Reply, error) {
	reply, err := th.say("stop_hint", nil)
	reply.ForShop = true
	return reply, err
}
