package rewards

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

const (
	oneDay    = 24 * hour
	warnAgain = 7 * oneDay // from a warning that did not arrive to the next
	mostTries = 3          // texts for one day
)

// WarnDue tells members which of their points end within the program's days of warning: one text a member and day, and a row of it also
// for who cannot be texted. It looks at about limit lots. N is how many: as long as that is limit there may be more. Any number of
// processes may call it at once.
func WarnDue(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil || p.ExpiryWarnDays == 0 {
		return 0, err
	}
	until := tx.Now + p.ExpiryWarnDays*oneDay
	whose, err := New(tx).lotsToWarnOf(ctx, lotsToWarnOfParams{ProgramID: p.ID, ExpiresFirst: until, LapsesAt: tx.Now, Gen: p.ExpiryGen, Column5: limit})
	if err != nil {
		return 0, err
	}
	n = int64(len(whose))
	var due []caution
	for _, id := range each(whose) {
		m, err := members.Lock(ctx, tx, p.ID, id)
		if err != nil {
			return 0, err
		}
		of, err := warnMember(ctx, tx, p, m, until)
		if err != nil {
			return 0, err
		}
		due = append(due, of...)
	}
	return n, tellCautions(ctx, tx, p, due)
}

// caution is a warning that is to be texted.
type caution struct {
	member members.Member
	day    int64 // expires_at of its points
	points int64
	try    int64 // 1 is the first
}

// warnMember notes the days that a member has not been warned of, and answers those that a text is due for.
func warnMember(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, until int64) (due []caution, err error) {
	q := New(tx)
	days, err := q.daysToWarnOf(ctx, daysToWarnOfParams{ProgramID: p.ID, MemberID: m.ID, ExpiresFirst: until, LapsesAt: tx.Now, Gen: p.ExpiryGen})
	if err != nil {
		return nil, err
	}
	for _, d := range days {
		fresh, err := q.insertWarning(ctx, insertWarningParams{
			ProgramID: p.ID, MemberID: m.ID, ExpiresAt: d.ExpiresAt, Points: d.Points, WarnedAt: tx.Now,
		})
		if err == nil {
			err = q.markWarned(ctx, markWarnedParams{ProgramID: p.ID, MemberID: m.ID, ExpiresFirst: d.ExpiresAt})
		}
		if err == nil && fresh == 0 {
			err = knownDay(ctx, tx, p, m, d.ExpiresAt)
		}
		if err != nil {
			return nil, err
		}
		if fresh > 0 {
			due = append(due, caution{m, d.ExpiresAt, d.Points, 1})
		}
	}
	return due, nil
}

// knownDay is for points that came to a day the member was warned of before: what proved that day proves them.
func knownDay(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, day int64) error {
	w, err := New(tx).warning(ctx, warningParams{ProgramID: p.ID, MemberID: m.ID, ExpiresAt: day})
	switch {
	case err != nil || !p.ExpiryProof:
		return err
	case w.DeliveredAt != 0:
		return prove(ctx, tx, w, w.DeliveredAt)
	}
	return New(tx).lookAgain(ctx, lookAgainParams{ProgramID: p.ID, MemberID: m.ID, ExpiresAt: day, LookAt: tx.Now})
}

// tellCautions texts the warnings and notes by which text, and when to look whether it arrived.
func tellCautions(ctx context.Context, tx *db.Tx, p members.Program, due []caution) error {
	for _, c := range due {
		text, err := c.tell(ctx, tx, p)
		if err != nil {
			return err
		}
		look := tx.Now + hour
		switch {
		case text == 0 && p.ExpiryProof:
			look = tx.Now + warnAgain
		case text == 0:
			look = 0
		}
		err = New(tx).setWarningText(ctx, setWarningTextParams{
			MessageID: text, WarnedAt: tx.Now, LookAt: look, ProgramID: p.ID, MemberID: c.member.ID, ExpiresAt: c.day,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tell queues the text; 0 when the member gets none. The day it names is one on which the points are still good.
func (c caution) tell(ctx context.Context, tx *db.Tx, p members.Program) (int64, error) {
	end := c.day
	if p.ExpiryProof {
		end = max(end, tx.Now+grace)
	}
	last := time.UnixMilli(end - 1).In(p.Location())
	lang := sms.LanguageOf(p, c.member)
	text, err := sms.TellOnce(ctx, tx, p, c.member, sms.Service, "expiry_warning", fmt.Sprintf("expiry:%d:%d", c.day, c.try), templates.Fields{
		"expiring": strconv.FormatInt(c.points, 10), "expires": templates.Date(lang, last),
	})
	if db.NotFound(err) {
		return 0, nil // no sender
	}
	return text, err
}
