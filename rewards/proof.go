package rewards

import (
	"cmp"
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// ProveWarnings looks whether warnings have arrived, at most limit of them. Where the program asks for proof, points whose warning
// arrived lapse on their day, but not within 7 days of it; one that did not arrive is texted again after 7 days, three times in all,
// and as long as none arrives the points stay. N is how many were looked at: as long as that is limit there may be more. Any number of
// processes may call it at once.
func ProveWarnings(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return 0, err
	}
	open, err := New(tx).warningsToLookAt(ctx, warningsToLookAtParams{ProgramID: p.ID, LookAt: tx.Now, Column3: limit})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(open, func(a, b ExpiryWarning) int {
		return cmp.Or(cmp.Compare(a.MemberID, b.MemberID), cmp.Compare(a.ExpiresAt, b.ExpiresAt))
	})
	var again []caution
	for _, w := range open {
		m, err := members.Lock(ctx, tx, p.ID, w.MemberID)
		if err != nil {
			return 0, err
		}
		due, err := look(ctx, tx, p, m, w)
		if err != nil {
			return 0, err
		}
		again = append(again, due...)
	}
	return int64(len(open)), tellCautions(ctx, tx, p, again)
}

// look settles one warning, or says when to look again; a text that is due again is in the answer.
func look(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, w ExpiryWarning) ([]caution, error) {
	w, err := New(tx).warning(ctx, warningParams{ProgramID: w.ProgramID, MemberID: w.MemberID, ExpiresAt: w.ExpiresAt})
	if err != nil || w.LookAt == 0 || w.LookAt > tx.Now {
		return nil, err // another process did
	}
	arrived, over := int64(0), true
	if w.MessageID != 0 {
		if arrived, over, err = sms.Arrived(ctx, tx, p.ID, w.MessageID); err != nil {
			return nil, err
		}
	}
	if arrived != 0 {
		return nil, arrive(ctx, tx, p, w, arrived)
	}
	points, err := New(tx).pointsOfDay(ctx, pointsOfDayParams{ProgramID: p.ID, MemberID: m.ID, ExpiresFirst: w.ExpiresAt, LapsesAt: tx.Now})
	if err != nil {
		return nil, err
	}
	next := w.next(tx.Now, over, p.ExpiryProof && points > 0)
	if next == tx.Now {
		return []caution{{m, w.ExpiresAt, points, w.Tries + 1}}, nil
	}
	return nil, New(tx).lookLater(ctx, lookLaterParams{ProgramID: p.ID, MemberID: m.ID, ExpiresAt: w.ExpiresAt, LookAt: next})
}

// next is when to look again at a warning that has not arrived: now is another text, 0 is never. Over: the text will not arrive any
// more; needed: points wait for the proof.
func (w ExpiryWarning) next(now int64, over, needed bool) int64 {
	again := w.WarnedAt + warnAgain
	switch {
	case now < again && !over:
		return min(now+hour, again)
	case !needed || w.Tries >= mostTries:
		return 0
	}
	return max(now, again)
}

// arrive notes that a warning arrived.
func arrive(ctx context.Context, tx *db.Tx, p members.Program, w ExpiryWarning, at int64) error {
	err := New(tx).warningArrived(ctx, warningArrivedParams{ProgramID: w.ProgramID, MemberID: w.MemberID, ExpiresAt: w.ExpiresAt, DeliveredAt: at})
	if err != nil || !p.ExpiryProof {
		return err
	}
	return prove(ctx, tx, w, at)
}

// prove lets the points of a warning lapse on their day, at least 7 days after it arrived.
func prove(ctx context.Context, tx *db.Tx, w ExpiryWarning, at int64) error {
	return New(tx).proveLots(ctx, proveLotsParams{
		ProgramID: w.ProgramID, MemberID: w.MemberID, ExpiresFirst: w.ExpiresAt, LapsesAt: max(w.ExpiresAt, at+grace),
	})
}
