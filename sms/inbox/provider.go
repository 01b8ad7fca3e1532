package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// hearProvider notes what the provider's own list says of the number by this very text: it handled STOP or START itself. What
// was to be told before that is not true any more.
func (th *Thread) hearProvider(ctx context.Context, tx *db.Tx) error {
	if th.listed == "" || th.Phone == "" {
		return nil
	}
	if err := sms.Unpush(ctx, tx, th.Sender, th.Text); err != nil {
		return err
	}
	return members.HearProvider(ctx, tx, th.Program.ID, th.Number.Hash, th.listed, tx.Now)
}

// tellProvider has the provider told that the number left or came back by words of ours: not where the provider handled the word, nor
// of strangers from countries that cannot join.
func (th *Thread) tellProvider(ctx context.Context, tx *db.Tx, given bool) error {
	if th.listed != "" || th.Member.ID == 0 && !th.welcome() {
		return nil
	}
	return sms.Push(ctx, tx, th.Sender, th.Text, given)
}

// comeBack has the provider told of ALTA by somebody who had left, or whom its list still holds for stopped.
func (th *Thread) comeBack(ctx context.Context, tx *db.Tx) error {
	if !th.Number.Stopped() && !th.Member.Left() && th.Number.Provider != members.ProviderStopped {
		return nil
	}
	return th.tellProvider(ctx, tx, true)
}
