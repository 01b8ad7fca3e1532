package sms

import (
	"context"
	"log/slog"
	"time"

	"fiel/db"
	"fiel/members"
)

// Declared is what somebody's own words said about texts from a sender, for the provider's consent list.
type Declared struct {
	ID    string        // 32 hexadecimal digits, another one at each try
	To    members.Phone // who said it
	Given bool          // came back; else left
	At    time.Time     // when; the zero time leaves it out
}

// Declare tells a provider's consent list one thing, once. Telling it again changes nothing there. Accepted: the list has it; Rejected:
// it never will; anything else may be tried again.
type Declare func(ctx context.Context, d Declared) Outcome

// Why something was done with without being told to the provider.
const (
	PushSuperseded = "superseded" // the same number said something later
	PushErased     = "erased"     // the number is not kept any more
	PushOff        = "off"        // the sender does not tell the provider
	PushFailed     = "failed"     // the provider refused it, or could not be told for a day
)

const (
	pushLease   = 60 * 1000           // milliseconds one try may take; longer than pushTimeout
	pushDay     = 24 * 60 * 60 * 1000 // milliseconds after which it is given up
	pushMost    = 30 * 60 * 1000      // milliseconds between two tries at most
	pushTimeout = 20 * time.Second
	pushEvery   = 5 * time.Second
	pushAtOnce  = 8           // of a program every 5 s: Twilio takes 100 a minute
	pushSkew    = time.Minute // a date in the future is refused, and clocks differ: what is younger goes without
)

// Push has a sender's provider told that whoever wrote a text in left or came back, if the sender is to tell: once a text, and instead
// of what waits of the same number. While an older one is on the wire the new one waits until that is over, so that the last word
// stays the last. The caller holds the number's row.
func Push(ctx context.Context, tx *db.Tx, s Sender, r Received, given bool) error {
	if !s.PushConsent || r.Phone == "" {
		return nil
	}
	older, err := supersede(ctx, tx, s, r)
	if err != nil {
		return err
	}
	from := tx.Now
	for _, next := range older {
		from = max(from, min(next, tx.Now+pushLease))
	}
	_, err = New(tx).insertPush(ctx, insertPushParams{
		ProgramID: r.ProgramID, ID: tx.ID(), SenderID: s.ID, InboundID: r.ID, Given: given, At: tx.Now, NextAt: from,
	})
	return err
}

// Unpush drops what waits to be told of a number: its provider has handled a later word itself. The caller holds the number's row.
func Unpush(ctx context.Context, tx *db.Tx, s Sender, r Received) error {
	_, err := supersede(ctx, tx, s, r)
	return err
}

// supersede closes what waits of a number at a sender, and says when each would have been due.
func supersede(ctx context.Context, tx *db.Tx, s Sender, r Received) ([]int64, error) {
	return New(tx).supersedePushes(ctx, supersedePushesParams{Now: tx.Now, ProgramID: r.ProgramID, SenderID: s.ID, Hash: r.Hash})
}

// Pusher tells the providers who left and who came back, see [Push]. Any number of pushers may run on one database: one of them takes a
// row, tells it outside of any transaction and writes down what came of it. If it dies in between, the same is told again.
type Pusher struct {
	DB    *db.DB
	Lists func(Sender) (Declare, error) // the consent list of a sender's account
	Log   *slog.Logger                  // nil: nothing is logged
}

// Run tells what is due, every five seconds, until the context ends; what is on the wire then ends first.
func (p *Pusher) Run(ctx context.Context) {
	ticker := time.NewTicker(pushEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := p.Pass(ctx); err != nil && ctx.Err() == nil && p.Log != nil {
			p.Log.Warn("consent not told to the provider", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// Pass tells what is due now, a few of each program. A program that came back from a backup waits for its resumption: what it would
// tell may be old.
func (p *Pusher) Pass(ctx context.Context) error {
	programs, err := p.due(ctx)
	if err != nil {
		return err
	}
	lists := map[int64]Declare{}
	for _, program := range programs {
		for range pushAtOnce {
			goOn, err := p.one(ctx, program, lists)
			if err != nil {
				return err
			}
			if !goOn || ctx.Err() != nil {
				break
			}
		}
	}
	return nil
}

// due are the programs with something to tell.
func (p *Pusher) due(ctx context.Context) (programs []int64, err error) {
	err = p.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		programs = nil
		all, err := Senders(ctx, tx)
		if err != nil {
			return err
		}
		restored, seen := map[int64]bool{}, map[int64]bool{}
		for _, s := range all {
			restored[s.ProgramID] = restored[s.ProgramID] || s.RestoredFrom != 0
		}
		for _, s := range all {
			if restored[s.ProgramID] || seen[s.ProgramID] {
				continue
			}
			seen[s.ProgramID] = true
			n, err := New(tx).duePushes(ctx, s.ProgramID, tx.Now)
			if err != nil {
				return err
			}
			if n > 0 {
				programs = append(programs, s.ProgramID)
			}
		}
		return nil
	})
	return programs, err
}

// push is a row taken, with whom it is about. The number is read from the text in and stored nowhere else.
type push struct {
	row    ConsentPush
	sender Sender
	from   Received
	now    int64
	closed bool // there was nothing to tell
}

// one takes a row and tells it. It says whether another one is worth trying: not when there is none, or the provider cannot be told.
func (p *Pusher) one(ctx context.Context, program int64, lists map[int64]Declare) (goOn bool, err error) {
	var taken []push
	err = p.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		taken, err = takePush(ctx, tx, program)
		return err
	})
	if err != nil || len(taken) == 0 {
		return false, err
	}
	if taken[0].closed {
		return true, nil
	}
	outcome := p.tell(ctx, taken[0], lists)
	err = p.DB.Write(context.WithoutCancel(ctx), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		return taken[0].settle(ctx, tx, outcome)
	})
	return outcome.Result == Accepted || outcome.Result == Rejected, err
}

// takePush takes a row that is due, none when there is none, and closes one that has nothing to tell.
func takePush(ctx context.Context, tx *db.Tx, program int64) ([]push, error) {
	rows, err := New(tx).leasePush(ctx, leasePushParams{Lease: tx.Now + pushLease, ProgramID: program, Now: tx.Now})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	t := push{row: rows[0], now: tx.Now}
	if t.sender, err = SenderByID(ctx, tx, t.row.SenderID); err != nil && !db.NotFound(err) {
		return nil, err
	}
	if t.from, err = InboundByID(ctx, tx, program, t.row.InboundID); err != nil && !db.NotFound(err) {
		return nil, err
	}
	switch {
	case t.from.Phone == "":
		t.closed, err = true, t.end(ctx, tx, PushErased, "")
	case !t.sender.PushConsent:
		t.closed, err = true, t.end(ctx, tx, PushOff, "")
	default:
		err = nil
	}
	return []push{t}, err
}

// tell posts one row.
func (p *Pusher) tell(ctx context.Context, t push, lists map[int64]Declare) Outcome {
	declare := lists[t.sender.ID]
	if declare == nil {
		var err error
		if declare, err = p.Lists(t.sender); err != nil {
			return Outcome{Result: NotSent, Trouble: Trouble{Text: err.Error()}}
		}
		lists[t.sender.ID] = declare
	}
	d := Declared{ID: newAttempt(), To: t.from.Phone, Given: t.row.Given}
	if t.now-t.row.At >= pushSkew.Milliseconds() {
		d.At = time.UnixMilli(t.row.At).UTC()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTimeout)
	defer cancel()
	return declare(ctx, d)
}

// settle writes down what came of a try. What was superseded meanwhile is left alone: the later word follows.
func (t push) settle(ctx context.Context, tx *db.Tx, o Outcome) error {
	if _, err := members.Touch(ctx, tx, t.row.ProgramID, t.from.Hash); err != nil {
		return err
	}
	switch {
	case o.Result == Accepted:
		return t.heard(ctx, tx)
	case o.Result == Rejected, tx.Now-t.row.At >= pushDay:
		return t.end(ctx, tx, PushFailed, o.Trouble.sentence())
	}
	wait := int64(pushMost)
	if t.row.Tries < 6 {
		wait = min(wait, 60*1000<<(t.row.Tries-1))
	}
	_, err := New(tx).putOffPush(ctx, putOffPushParams{
		ProgramID: t.row.ProgramID, ID: t.row.ID, Tries: t.row.Tries, NextAt: tx.Now + max(wait, o.RetryAfter.Milliseconds()), Error: o.Trouble.sentence(),
	})
	return err
}

// heard closes what the provider's list has taken.
func (t push) heard(ctx context.Context, tx *db.Tx) error {
	n, err := New(tx).endPush(ctx, endPushParams{ProgramID: t.row.ProgramID, ID: t.row.ID, Tries: t.row.Tries, DoneAt: tx.Now})
	if err != nil || n == 0 {
		return err
	}
	says := members.ProviderStopped
	if t.row.Given {
		says = members.ProviderStarted
	}
	return members.HearProvider(ctx, tx, t.row.ProgramID, t.from.Hash, says, tx.Now)
}

func (t push) end(ctx context.Context, tx *db.Tx, reason, words string) error {
	_, err := New(tx).endPush(ctx, endPushParams{
		ProgramID: t.row.ProgramID, ID: t.row.ID, Tries: t.row.Tries, DoneAt: tx.Now, Reason: reason, Error: words,
	})
	return err
}

// lifted says whether a refusal of a text is older than its number's coming back: the provider's block was lifted since the text was
// made, or its list is about to be told so.
func lifted(ctx context.Context, tx *db.Tx, m Message) (bool, error) {
	n, err := New(tx).liftedSince(ctx, liftedSinceParams{ProgramID: m.ProgramID, Hash: m.Hash, Since: m.CreatedAt})
	return n > 0 && m.CreatedAt > 0, err
}
