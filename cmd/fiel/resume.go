package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type resumeCmd struct{}

// resumed is what was read before texts leave again.
type resumed struct {
	Program string `json:"program"`
	Since   string `json:"since"`
	Texts   int    `json:"texts"` // that came in since, those that were known included
	Left    int64  `json:"left"`  // members
	Joined  int64  `json:"joined"`
	Erased  int64  `json:"erased"`
}

// receiver is a provider that can say what came in.
type receiver interface {
	Received(ctx context.Context, since time.Time) ([]sms.Heard, error)
}

// overlap is read once more before the moment of the backup: clocks differ, and a text that is known does nothing.
const overlap = time.Hour

// Run reads what people texted since the backup that was restored, and then lets texts leave again. Whatever fails, nothing leaves.
func (c *resumeCmd) Run(a *App) error {
	if s := a.lookAtTwilio(); !s.OK {
		return db.Errorf(db.Invalid, "%s", s.Mend)
	}
	d, err := a.open()
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := a.key(d)
	if err != nil {
		return err
	}
	restored := map[int64][]sms.Sender{}
	var programs []members.Program
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		programs, err = members.Programs(ctx, tx)
		for _, p := range programs {
			if err == nil {
				restored[p.ID], err = sms.RestoredSenders(ctx, tx, p.ID)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	h, err := newHouse(a, d, key, a.providers(key))
	if err != nil {
		return err
	}
	done := []resumed{}
	for _, p := range programs {
		if len(restored[p.ID]) > 0 {
			one, err := a.resume(h, p, restored[p.ID])
			if err != nil {
				return err
			}
			done = append(done, one)
		}
	}
	return a.answer(done, func(w io.Writer) { printResumed(w, done) })
}

func printResumed(w io.Writer, done []resumed) {
	if len(done) == 0 {
		fmt.Fprintln(w, "Nothing to resume: no backup was restored here.")
	}
	for _, r := range done {
		fmt.Fprintf(w, "%s: %d texts came in since %s; %d members left, %d joined, %d were erased. Texts leave again.\n", r.Program, r.Texts, r.Since, r.Left, r.Joined, r.Erased)
	}
}

// resume brings one program up to now, in an order in which a crash repeats work and sends nothing: the stops, then what time has
// brought, then what of that may have been sent before the restore is given up, and only then the senders go on.
func (a *App) resume(h *house, p members.Program, senders []sms.Sender) (resumed, error) {
	made := time.UnixMilli(senders[0].RestoredFrom)
	r := resumed{Program: p.Name, Since: made.UTC().Format(time.DateTime) + " UTC"}
	before, err := h.counted(a.ctx, p)
	if err != nil {
		return r, err
	}
	if r.Texts, err = a.replay(h, senders, made.Add(-overlap)); err != nil {
		return r, err
	}
	if err := h.pass(a.ctx); err != nil {
		return r, err
	}
	after, err := h.counted(a.ctx, p)
	if err != nil {
		return r, err
	}
	r.Left, r.Joined, r.Erased = after.left-before.left, after.all-before.all, after.erased-before.erased
	err = h.db.Write(a.ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		if err := campaigns.Resumed(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := sms.ReadyAgain(ctx, tx, p.ID); err != nil {
			return err
		}
		return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "db.resume", Subject: "program", After: r})
	})
	return r, err
}

// heard is a text that came in, and what it came in by.
type heard struct {
	sms.Heard
	by sms.Sender
}

// replay does what was texted to the senders since then, in the order it was texted, as it would have been done then, and answers nothing.
func (a *App) replay(h *house, senders []sms.Sender, since time.Time) (int, error) {
	var texts []heard
	for _, s := range senders {
		some, err := a.received(h, s, since)
		if err != nil {
			return 0, err
		}
		texts = append(texts, some...)
	}
	slices.SortStableFunc(texts, func(a, b heard) int { return a.At.Compare(b.At) }) // who stopped at one number may have come back at another, or the other way round
	bar := progressbar.NewOptions(len(texts), progressbar.OptionSetWriter(a.Err), progressbar.OptionSetVisibility(isTerminal(a.Err)), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("Texts since the backup"))
	defer bar.Finish() //nolint:errcheck // only drawing
	for _, text := range texts {
		err := h.db.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			tx.Now = min(tx.Now, text.At.UnixMilli())
			_, err := h.box.ReceiveBy(ctx, tx, text.by, text.Inbound)
			return err
		})
		if err != nil {
			return 0, err
		}
		bar.Add(1) //nolint:errcheck // only drawing
	}
	return len(texts), nil
}

// received lists what was texted to a sender since then.
func (a *App) received(h *house, s sms.Sender, since time.Time) ([]heard, error) {
	provider, err := h.worker.Providers(s)
	if err != nil {
		return nil, err
	}
	from, ok := provider.(receiver)
	if !ok {
		return nil, db.Errorf(db.Refused, "the provider of sender %d cannot say what came in", s.ID)
	}
	texts, err := from.Received(a.ctx, since)
	all := make([]heard, len(texts))
	for i, t := range texts {
		all[i] = heard{t, s}
	}
	return all, err
}

// crowdCount is how many members there are, and are no more.
type crowdCount struct{ all, left, erased int64 }

func (h *house) counted(ctx context.Context, p members.Program) (n crowdCount, err error) {
	err = h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n.all, n.left, n.erased, err = members.Counted(ctx, tx, p.ID)
		return err
	})
	return n, err
}
