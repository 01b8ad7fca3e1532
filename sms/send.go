package sms

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"fiel/db"
	"fiel/members"
)

// requestTime is how long a request to a provider may take.
const requestTime = 15 * time.Second

// attemptLength is that of 128 random bits in hex, see [newAttempt].
const attemptLength = 32

// result is what became of one claimed text.
type result struct {
	text     text
	outcome  Outcome
	released bool // it was proven that no request began
}

// send makes the attempt of a claimed text, or gives it back when something changed since the claim. It never repeats.
func (l *line) send(ctx context.Context, t text) result {
	rows, err := l.lookAt(ctx, claimOf(t.Attempt))
	return l.sendAfter(ctx, t, rows[t.ID], err)
}

// sendAfter is send after a look that the caller has just taken; looked is why that failed.
func (l *line) sendAfter(ctx context.Context, t text, row recheckRow, looked error) result {
	select {
	case <-l.stopping:
		return result{text: t, released: true}
	default:
	}
	validity, err := l.recheck(t, row)
	if err = errors.Join(looked, err); err != nil {
		l.w.log().Debug("text given back", "message", t.ID, "why", err)
		return result{text: t, released: true}
	}
	l.w.Stats.Posted.Add(1)
	out := Outgoing{MessageID: t.ID, Attempt: t.Attempt, To: t.Phone.E164(), Body: t.Body, Validity: validity}
	return result{text: t, outcome: l.post(ctx, out)}
}

// post is the request itself. A panic in it says nothing about what was sent.
func (l *line) post(ctx context.Context, out Outgoing) (outcome Outcome) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			l.w.log().Error("panic while sending", "message", out.MessageID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			outcome = Outcome{Result: Unknown}
		}
	}()
	return l.provider.Send(ctx, out)
}

// recheck judges the last look before a text is posted: it must still be this attempt's, its number and consent as they were, its run and
// sender free, its hours still open by the clocks and settings of this moment, and its lease long enough for a request. It returns how long
// the provider may hold the text: to its own end, the end of its hours or [longestValidity], whichever comes first. What other processes
// committed a moment ago counts, so the look is taken each time.
func (l *line) recheck(t text, row recheckRow) (validity time.Duration, err error) {
	if why := changed(row, t); why != "" {
		return 0, db.Errorf(db.Refused, "%s", why)
	}
	now := l.w.Clock()
	if left := lease - now.Sub(t.taken); left < leaseLeast {
		return 0, db.Errorf(db.Refused, "its lease is nearly over")
	}
	r := l.zones.rulesFor(row.program(), t.Class, t.Phone, row.Zone, row.StoreZone)
	from, until, ok := r.opening(now.UnixMilli(), t.SendBefore)
	if !ok || from > now.UnixMilli() {
		return 0, db.Errorf(db.Refused, "less than a minute of its hours is left")
	}
	return min(time.Duration(until-now.UnixMilli())*time.Millisecond, longestValidity), nil
}

// program is the program as far as its hours go.
func (r recheckRow) program() members.Program {
	return members.Program{Zone: r.ProgramZone, QuietFrom: r.QuietFrom, QuietUntil: r.QuietUntil, ClosedDays: r.ClosedDays}
}

// claimOf is the prefix that the attempts of one claim share.
func claimOf(attempt string) string { return attempt[:min(attemptLength, len(attempt))] }

// lookAt reads what the texts of a claim, and all that concerns them, are now, by id. One that is no longer the claim's is missing.
func (l *line) lookAt(ctx context.Context, prefix string) (map[int64]recheckRow, error) {
	rows := map[int64]recheckRow{}
	err := l.w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := New(tx).recheck(ctx, l.sender.ProgramID, prefix)
		for _, r := range all {
			rows[r.ID] = r
		}
		return err
	})
	return rows, err
}

// changed is what happened to a text since it was claimed; ” when nothing did.
func changed(row recheckRow, t text) string {
	n := number(row.StoppedAt, row.SuppressedAt, row.Health)
	switch {
	case row.State != StateSending || row.Attempt != t.Attempt:
		return "it is not this attempt's any more"
	case stops(n, t.ownReply(), t.CreatedAt):
		return "its number has stopped"
	case !t.ownReply() && !n.Textable():
		return "its number cannot be texted"
	case !t.ownReply() && row.ConsentGen != t.ConsentGen:
		return "its member's consent changed"
	case row.HeldAt != 0:
		return "its run is held"
	case row.Stopped != "":
		return "its sender is stopped"
	}
	return ""
}
