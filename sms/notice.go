package sms

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// Alert tells the owners of a program something, once for each kind and subject ("run_missed", "run:7"): it is written down, and texted
// to each owner with a verified phone. False says that they were told before. The subject names nobody: it outlives an erasure.
//
// It takes the rows of the owners' numbers: who holds texts or counters already calls [Note].
func Alert(ctx context.Context, tx *db.Tx, p members.Program, kind, subject, key string, f templates.Fields) (bool, error) {
	n, err := insertTold(ctx, tx, p, Told{Kind: kind, Subject: subject, Key: key, ToldAt: tx.Now}, f)
	if err != nil || !n {
		return false, err
	}
	return true, textOwners(ctx, tx, p, kind, subject, key, f)
}

// Note is [Alert] for who holds rows that come after a number's: it is written down in this transaction, and a worker queues the texts
// within seconds of the commit.
func Note(ctx context.Context, tx *db.Tx, p members.Program, kind, subject, key string, f templates.Fields) (bool, error) {
	return insertTold(ctx, tx, p, Told{Kind: kind, Subject: subject, Key: key}, f)
}

func insertTold(ctx context.Context, tx *db.Tx, p members.Program, t Told, f templates.Fields) (bool, error) {
	words, err := templates.Render(p.Language, t.Key, addressedTo(p, members.Member{}, t.Key, f))
	if err != nil {
		return false, err
	}
	fields, err := json.Marshal(f)
	if err != nil {
		return false, db.Errorf(db.Internal, "sms: %w", err)
	}
	n, err := New(tx).insertNotice(ctx, insertNoticeParams{
		ProgramID: p.ID, ID: tx.ID(), Kind: t.Kind, Subject: t.Subject, Words: words, Key: t.Key, Fields: string(fields), At: tx.Now, ToldAt: t.ToldAt,
	})
	return n > 0, err
}

// textOwners queues the texts of one notice.
func textOwners(ctx context.Context, tx *db.Tx, p members.Program, kind, subject, key string, f templates.Fields) error {
	staff, err := members.ListStaff(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	senders, err := sending(ctx, tx, p.ID)
	if err != nil || len(senders) == 0 {
		return err
	}
	to := StaffText{Key: key, Once: kind + ":" + subject, Fields: f}
	if to.After, err = roomFor(ctx, tx, p); err != nil {
		return err
	}
	for _, s := range staff {
		if s.Role != members.Owner {
			continue
		}
		to.Sender = SenderFor(senders, s.Phone).ID
		if _, err := to.Tell(ctx, tx, p, s); err != nil {
			return err
		}
	}
	return nil
}

// sending are the program's senders that are not stopped; when all are, all of them, and the text waits with the others.
func sending(ctx context.Context, tx *db.Tx, program int64) ([]Sender, error) {
	all, err := New(tx).sendersOf(ctx, program)
	free := slices.DeleteFunc(slices.Clone(all), func(s Sender) bool { return s.Stopped != "" })
	if len(free) == 0 {
		return all, err
	}
	return free, err
}

// roomFor is the first instant, now or tomorrow, on a day that has parts left: that the day's parts are used up would not leave today.
func roomFor(ctx context.Context, tx *db.Tx, p members.Program) (int64, error) {
	now := tx.Time().In(p.Location())
	spent, err := Spent(ctx, tx, p.ID, now.Format(dayFormat))
	if err != nil || spent < p.PartsPerDay {
		return tx.Now, err
	}
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, p.Location()).UnixMilli(), nil
}

// mostTold is how many notices are texted at a time.
const mostTold = 20

// untold says whether there is a notice whose texts are to be queued.
func untold(ctx context.Context, tx *db.Tx, program int64) (bool, error) {
	waiting, err := New(tx).untoldNotices(ctx, program, 1)
	return len(waiting) > 0, err
}

// tellOwners queues the texts of one notice that was only written down so far, and says whether there was one. Of several processes
// one does it.
func tellOwners(ctx context.Context, tx *db.Tx, program int64) (bool, error) {
	waiting, err := New(tx).untoldNotices(ctx, program, 1)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	t := waiting[0]
	n, err := New(tx).tellNotice(ctx, tellNoticeParams{ProgramID: program, ID: t.ID, ToldAt: tx.Now})
	if err != nil || n == 0 {
		return true, err
	}
	p, err := members.ProgramByID(ctx, tx, program)
	if err != nil {
		return false, err
	}
	var f templates.Fields
	if err := json.Unmarshal([]byte(t.Fields), &f); err != nil {
		return false, db.Errorf(db.Internal, "sms: notice %d: %w", t.ID, err)
	}
	return true, textOwners(ctx, tx, p, t.Kind, t.Subject, t.Key, f)
}

// Alerts lists what the owners were told, the latest first, at most limit.
func Alerts(ctx context.Context, tx *db.Tx, program, limit int64) ([]Told, error) {
	return New(tx).notices(ctx, program, limit)
}

// Unseen lists what the owners were told and nobody has marked as seen, the latest first, at most limit.
func Unseen(ctx context.Context, tx *db.Tx, program, limit int64) ([]Told, error) {
	return New(tx).unseenNotices(ctx, program, limit)
}

// See marks a notice as seen, or with id 0 all of them, and says how many were not yet.
func See(ctx context.Context, tx *db.Tx, program, id int64) (int64, error) {
	last := id
	if id == 0 {
		last = math.MaxInt64
	}
	return New(tx).seeNotices(ctx, seeNoticesParams{ProgramID: program, Now: tx.Now, First: id, Last: last})
}
