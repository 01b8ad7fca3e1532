package sms

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// When an unknown text is looked for, from the start of its attempt. After the last look it is looked for in the same steps of
// five minutes until callbacks are known to come through, or an hour is over.
var looks = [...]time.Duration{lookAfter, time.Minute, 5 * time.Minute, 15 * time.Minute}

const (
	looksNeeded = 3                // successful and empty, before a text counts as not sent
	provenAfter = 15 * time.Minute // and so long after its start
	lookStep    = 5 * time.Minute
	lookRetry   = 30 * time.Second // after a list that could not be had
	giveUpAfter = time.Hour        // without any callback
	perLook     = 50               // unknown texts taken on at a time

	createdBefore = time.Minute                   // a text may be created this long before its attempt began, by clocks that differ
	createdAfter  = requestTime + 120*time.Second // or after
)

// sweep turns expired leases into unknown texts, applies callbacks that were waiting for a row to learn its sid, and texts the owners
// what was written down for them. It is the first
// thing a worker does: what a killed process left behind is looked for and never sent blindly.
func (w *Worker) sweep(ctx context.Context) {
	var all []dust
	err := w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		programs, err := New(tx).programsToSweep(ctx)
		all = nil
		for _, program := range programs {
			if err != nil {
				break
			}
			var d dust
			if d, err = dustOf(ctx, tx, program); d.late || d.untold || len(d.matched) > 0 {
				all = append(all, d)
			}
		}
		return err
	})
	for _, d := range all {
		if err == nil {
			err = w.sweepUp(ctx, d)
		}
	}
	if err != nil && ctx.Err() == nil {
		w.log().Warn("sweep failed", "error", err)
	}
}

// dust is what there is to sweep in a program.
type dust struct {
	program int64
	late    bool     // there are leases that ended
	matched []string // sids of callbacks whose row knows it now
	untold  bool     // there are notices that the owners were not texted yet
}

func dustOf(ctx context.Context, tx *db.Tx, program int64) (dust, error) {
	late, err := New(tx).expired(ctx, program, tx.Now)
	if err != nil {
		return dust{}, err
	}
	matched, err := New(tx).matchedCallbacks(ctx, program)
	if err != nil {
		return dust{}, err
	}
	news, err := untold(ctx, tx, program)
	return dust{program, late > 0, matched, news}, err
}

func (w *Worker) sweepUp(ctx context.Context, d dust) error {
	if d.late {
		err := w.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := New(tx).expireLeases(ctx, d.program, tx.Now)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, sid := range d.matched {
		if err := w.applyMatched(ctx, d.program, sid); err != nil {
			return err
		}
	}
	for more, left := d.untold, mostTold; more && left > 0; left-- {
		err := w.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			more, err = tellOwners(ctx, tx, d.program)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) applyMatched(ctx context.Context, program int64, sid string) error {
	return w.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		waiting, err := New(tx).callbacksOf(ctx, program, sid)
		if err != nil || len(waiting) == 0 {
			return err
		}
		slices.SortStableFunc(waiting, func(a, b Callback) int { return cmp.Compare(numberFirst(a), numberFirst(b)) })
		return applyAll(ctx, tx, waiting)
	})
}

// numberFirst orders callbacks so that the one that takes the number's row does it before any row of a text is written.
func numberFirst(c Callback) int {
	if c.trouble().aboutNumber() {
		return 0
	}
	return 1
}

// resolve looks for unknown texts of the sender at the provider, those whose time for a look has come.
func (l *line) resolve(ctx context.Context) {
	var due []Message
	err := l.w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = New(tx).dueUnknown(ctx, dueUnknownParams{ProgramID: l.sender.ProgramID, Now: tx.Now, SenderID: l.sender.ID, Most: perLook})
		return err
	})
	seen := map[string]bool{}
	for _, m := range due {
		group := m.Hash + "\x00" + m.Body
		if err != nil || ctx.Err() != nil {
			break
		}
		if !seen[group] {
			err = l.look(ctx, m)
		}
		seen[group] = true
	}
	if err != nil && ctx.Err() == nil {
		l.w.log().Warn("unknown texts not resolved", "sender", l.sender.ID, "error", err)
	}
}

// look asks the provider for the texts to one number and settles every unknown text with this body to it.
func (l *line) look(ctx context.Context, m Message) error {
	var open []Message
	err := l.w.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		open, err = New(tx).openTexts(ctx, openTextsParams{ProgramID: m.ProgramID, Hash: m.Hash, Body: m.Body})
		return err
	})
	if err != nil || len(open) == 0 {
		return err
	}
	listed, listErr := l.list(ctx, m.Phone, time.UnixMilli(open[0].StartedAt).Add(-createdBefore))
	var f found
	err = l.w.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		f = found{listed: listed, failed: listErr != nil}
		return f.settle(ctx, tx, m)
	})
	if err != nil {
		return err
	}
	l.w.Stats.Found.Add(f.assigned)
	l.w.Stats.Unproven.Add(f.unproven)
	l.w.Stats.Resent.Add(f.resent)
	return nil
}

// list asks the provider. A text whose number was erased meanwhile cannot be looked for, and will not be sent again.
func (l *line) list(ctx context.Context, to members.Phone, since time.Time) ([]Listed, error) {
	if to == "" {
		return []Listed{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	return l.provider.List(ctx, to.E164(), since)
}

// found is what one look at the provider's list came to.
type found struct {
	listed []Listed
	failed bool // the list could not be had: nothing is known

	assigned, unproven, resent int64
}

// settle matches the list with the open texts of one number and body, as they are now: as many texts as were found get a sid each, the
// oldest first. Which of several equal texts gets which does not matter, but none gets two and no sid is given twice.
func (f *found) settle(ctx context.Context, tx *db.Tx, m Message) error {
	sender, err := SenderByID(ctx, tx, m.SenderID)
	if err != nil {
		return err
	}
	open, err := New(tx).openTexts(ctx, openTextsParams{ProgramID: m.ProgramID, Hash: m.Hash, Body: m.Body})
	if err != nil {
		return err
	}
	if f.failed || slices.ContainsFunc(open, func(o Message) bool { return o.State == StateSending }) {
		return postponeLooks(ctx, tx, open) // one on the wire may own what the list shows
	}
	candidates, err := f.candidates(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, o := range open {
		i := slices.IndexFunc(candidates, func(c Listed) bool { return createdFor(c, o) })
		if i < 0 {
			err = f.missed(ctx, tx, o, sender)
		} else {
			err = f.assign(ctx, tx, o, candidates[i])
			candidates = slices.Delete(candidates, i, i+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// candidates are the texts of the list with this very body that no row owns yet, oldest first.
func (f *found) candidates(ctx context.Context, tx *db.Tx, m Message) ([]Listed, error) {
	var free []Listed
	for _, c := range f.listed {
		if c.Body != m.Body || c.SID == "" {
			continue
		}
		n, err := New(tx).owned(ctx, m.ProgramID, c.SID)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			free = append(free, c)
		}
	}
	slices.SortStableFunc(free, func(a, b Listed) int { return a.Created.Compare(b.Created) })
	return free, nil
}

// createdFor says whether a listed text may be the attempt of a row, by the time it was created.
func createdFor(c Listed, m Message) bool {
	start := time.UnixMilli(m.StartedAt)
	return !c.Created.Before(start.Add(-createdBefore)) && !c.Created.After(start.Add(createdAfter))
}

func (f *found) assign(ctx context.Context, tx *db.Tx, m Message, c Listed) error {
	r := result{
		text:    text{claimedRow: claimedRow{ID: m.ID, Attempt: m.Attempt}, program: m.ProgramID},
		outcome: Outcome{Result: Accepted, SID: c.SID, Rank: c.Rank, Trouble: c.Trouble},
	}
	f.assigned++
	if err := r.accept(ctx, tx, m.ProgramID); err != nil {
		return err
	}
	return applyWaiting(ctx, tx, m.ProgramID, c.SID)
}

// missed counts an empty look. After enough of them, and only while callbacks are known to come through, a text counts as not sent: a
// promotion ends there, another text is sent once more.
func (f *found) missed(ctx context.Context, tx *db.Tx, m Message, sender Sender) error {
	if m.Lease > tx.Now {
		return nil // another's turn to be looked for
	}
	age := time.Duration(tx.Now-m.StartedAt) * time.Millisecond
	tries := m.Tries + 1
	if tries < looksNeeded || age < provenAfter {
		return lookLater(ctx, tx, m, tries, nextLook(m.StartedAt, tries, tx.Now))
	}
	healthy := sender.CallbackAt >= m.StartedAt
	if !healthy && age < giveUpAfter {
		return lookLater(ctx, tx, m, tries, tx.Now+lookStep.Milliseconds())
	}
	if healthy && m.Phone != "" && m.Class != Marketing && !m.Resent && (m.SendBefore == 0 || m.SendBefore-tx.Now >= leastTime.Milliseconds()) {
		f.resent++
		wakeAfter(ctx, tx)
		_, err := New(tx).sendAgain(ctx, sendAgainParams{ProgramID: m.ProgramID, ID: m.ID, Attempt: m.Attempt, SendAfter: tx.Now})
		return err
	}
	f.unproven++
	_, err := New(tx).keepUnproven(ctx, keepUnprovenParams{ProgramID: m.ProgramID, ID: m.ID, Attempt: m.Attempt, FinalAt: tx.Now})
	return err
}

// nextLook is when a text is looked for after so many empty looks, at least the first interval from now.
func nextLook(started, tries, now int64) int64 {
	next := now + lookStep.Milliseconds()
	if tries < int64(len(looks)) {
		next = started + looks[tries].Milliseconds()
	}
	return max(next, now+lookAfter.Milliseconds())
}

func lookLater(ctx context.Context, tx *db.Tx, m Message, tries, at int64) error {
	_, err := New(tx).lookAgain(ctx, lookAgainParams{ProgramID: m.ProgramID, ID: m.ID, Attempt: m.Attempt, Tries: tries, Lease: at})
	return err
}

// postponeLooks tries again soon what could not be looked for; it counts for nothing.
func postponeLooks(ctx context.Context, tx *db.Tx, open []Message) error {
	for _, m := range open {
		if m.State != StateUnknown || m.Lease > tx.Now {
			continue
		}
		if err := lookLater(ctx, tx, m, m.Tries, tx.Now+lookRetry.Milliseconds()); err != nil {
			return err
		}
	}
	return nil
}
