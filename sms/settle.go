package sms

import (
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Settler takes in status callbacks.
type Settler struct {
	DB *db.DB
}

// Settle takes in one status callback: any number of times, in any order, also before the answer to its own attempt was stored. It is
// matched by our message and attempt, which only the provider knows, and else by the provider's id; what matches nothing waits for
// seven days. A status counts only when its rank is higher than what is known. db.Denied when no sender of ours is concerned.
func (s Settler) Settle(ctx context.Context, status Status) error {
	if status.SID == "" {
		return db.Errorf(db.Invalid, "A status without the provider's id of the text is about nothing.")
	}
	if known, err := s.known(ctx, status); known || err != nil {
		return err
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error { return settle(ctx, tx, status) })
}

// known says that a status has nothing to tell: a text on its way, whose id we know, is on its way. Most callbacks of a blast are that,
// and cost no write.
func (s Settler) known(ctx context.Context, status Status) (known bool, err error) {
	if status.Rank >= RankSent || status.Trouble != (Trouble{}) || status.Price != 0 {
		return false, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		sender, err := FindSender(ctx, tx, status.AccountSID, status.From, status.ServiceSID)
		if err != nil {
			return err
		}
		_, err = New(tx).messageBySID(ctx, sender.ProgramID, status.SID)
		known = err == nil
		if db.NotFound(err) {
			return nil
		}
		return err
	})
	return known, err
}

func settle(ctx context.Context, tx *db.Tx, status Status) error {
	sender, err := FindSender(ctx, tx, status.AccountSID, status.From, status.ServiceSID)
	if err != nil {
		return err
	}
	if err := New(tx).heard(ctx, tx.Now, sender.ID); err != nil {
		return err
	}
	m, err := find(ctx, tx, sender.ProgramID, status)
	if db.NotFound(err) {
		return New(tx).keepCallback(ctx, keepCallbackParams{
			ProgramID: sender.ProgramID, ID: tx.ID(), SID: status.SID, Rank: status.Rank, Error: status.Trouble.Code,
			Verdict: status.Trouble.Verdict, Price: status.Price, PriceUnit: status.PriceUnit, At: tx.Now,
		})
	}
	if err != nil {
		return err
	}
	return apply(ctx, tx, m, status)
}

// find is the row a status is about. A row whose attempt this is learns its sid; db.Missing when there is none. When the status is
// about the number, its row is taken first.
func find(ctx context.Context, tx *db.Tx, program int64, status Status) (Message, error) {
	if status.Trouble.aboutNumber() {
		hash, err := New(tx).hashOf(ctx, hashOfParams{ProgramID: program, ID: status.MessageID, Attempt: status.Attempt, SID: status.SID})
		if err == nil && hash != "" {
			_, err = members.Touch(ctx, tx, program, hash)
		}
		if err != nil {
			return Message{}, err
		}
	}
	if status.MessageID != 0 && status.Attempt != "" {
		_, err := New(tx).learnSID(ctx, learnSIDParams{
			ProgramID: program, ID: status.MessageID, Attempt: status.Attempt, SID: status.SID, Now: tx.Now,
		})
		if err != nil {
			return Message{}, err
		}
	}
	return New(tx).messageBySID(ctx, program, status.SID)
}

// apply raises a row to a status, and acts on what went wrong the first time it is heard.
func apply(ctx context.Context, tx *db.Tx, m Message, status Status) error {
	if status.Price != 0 {
		err := New(tx).setPrice(ctx, setPriceParams{ProgramID: m.ProgramID, SID: m.SID, Price: status.Price, PriceUnit: status.PriceUnit})
		if err != nil {
			return err
		}
	}
	row := raiseRankParams{ProgramID: m.ProgramID, SID: m.SID, Rank: status.Rank, Error: status.Trouble.Code, State: stateOf(status.Rank)}
	if row.State != "" {
		row.FinalAt = tx.Now
	}
	n, err := New(tx).raiseRank(ctx, row)
	if err != nil || n == 0 || status.Trouble == (Trouble{}) {
		return err
	}
	return suffer(ctx, tx, m, status.Trouble)
}

// stateOf is the state a provider's status puts a text in, ” when it stays on its way.
func stateOf(r Rank) string {
	switch {
	case r == RankDelivered:
		return StateDelivered
	case r.Final():
		return StateUndelivered
	}
	return ""
}

// applyWaiting applies the callbacks that came before the rows knew their sids. Those of trouble are left to [Worker.sweep], which takes
// the number's row first.
func applyWaiting(ctx context.Context, tx *db.Tx, program int64, sids ...string) error {
	if waiting, err := New(tx).anyCallback(ctx, program); err != nil || waiting == 0 {
		return err
	}
	for _, sid := range sids {
		waiting, err := New(tx).callbacksOf(ctx, program, sid)
		if err != nil {
			return err
		}
		if len(waiting) == 0 || slices.ContainsFunc(waiting, func(c Callback) bool { return c.trouble() != Trouble{} }) {
			continue
		}
		if err := applyAll(ctx, tx, waiting); err != nil {
			return err
		}
	}
	return nil
}

// applyAll applies the callbacks of one sid in the order of their ranks and forgets them.
func applyAll(ctx context.Context, tx *db.Tx, waiting []Callback) error {
	for _, c := range waiting {
		status := Status{SID: c.SID, Rank: c.Rank, Trouble: c.trouble(), Price: c.Price, PriceUnit: c.PriceUnit}
		m, err := find(ctx, tx, c.ProgramID, status)
		if err != nil {
			return err
		}
		if err := apply(ctx, tx, m, status); err != nil {
			return err
		}
	}
	return New(tx).dropCallbacks(ctx, waiting[0].ProgramID, waiting[0].SID)
}

func (c Callback) trouble() Trouble { return Trouble{Code: c.Error, Verdict: c.Verdict} }

// keepCallbacks is how long a callback waits for a row to learn its sid.
const keepCallbacks = 7 * 24 * time.Hour

// PruneCallbacks forgets callbacks that have waited for seven days, and returns how many.
func PruneCallbacks(ctx context.Context, tx *db.Tx, program int64) (int64, error) {
	return New(tx).pruneCallbacks(ctx, program, tx.Now-keepCallbacks.Milliseconds())
}
