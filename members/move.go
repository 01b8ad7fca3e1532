package members

import (
	"context"
	"crypto/rand"
	"fmt"

	"fiel/db"
)

const (
	changeFor     = 60 * 60 * 1000 // a code to prove a new number with is good for an hour, in milliseconds
	changeLetters = 5
	// noBonusFor is how long after somebody joined with a number nobody else gets a join bonus with it: 365 days, in milliseconds.
	noBonusFor = 365 * day
	alphabet   = "23456789BCDFGHJKMNPQRSTVWXYZ" // that of voucher codes: no vowels, no look-alikes
)

// AskChange begins a change of number that the member asks for from the old one: the code that it returns, texted from the new number
// within the hour, proves that. Only the hash of the new number is kept. A change that was begun before ends. The caller holds the
// member's row.
func AskChange(ctx context.Context, tx *db.Tx, m Member, hash string) (code string, err error) {
	if err := New(tx).dropChanges(ctx, m.ProgramID, m.ID); err != nil {
		return "", err
	}
	for range 10 { // a code is taken once in 10^7 draws
		code = changeCode()
		n, err := New(tx).insertChange(ctx, insertChangeParams{
			ProgramID: m.ProgramID, Code: code, MemberID: m.ID, Hash: hash, AskedAt: tx.Now, ExpiresAt: tx.Now + changeFor,
		})
		if err != nil || n > 0 {
			return code, err
		}
	}
	return "", db.Errorf(db.Internal, "no free code for a change of number found")
}

// changeCode draws letters, every one as likely: 252 is nine times the alphabet.
func changeCode() string {
	code := make([]byte, 0, changeLetters)
	var b [1]byte
	for len(code) < changeLetters {
		rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
		if int(b[0]) < 256-256%len(alphabet) {
			code = append(code, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(code)
}

// Changing finds who wants to move to a number, by the code that was texted from it. db.Missing when the code is not good: unknown,
// older than an hour, used, or meant for another number. It says so alike for all, so that nobody learns of a code.
func Changing(ctx context.Context, tx *db.Tx, program int64, code, hash string) (member int64, err error) {
	c, err := New(tx).change(ctx, program, code)
	if db.NotFound(err) || err == nil && (c.Hash != hash || c.ExpiresAt <= tx.Now) {
		return 0, db.Errorf(db.Missing, "that code is not good, or no longer")
	}
	return c.MemberID, err
}

// Changed uses the code up: db.Conflict when somebody else just did.
func Changed(ctx context.Context, tx *db.Tx, program int64, code string) error {
	n, err := New(tx).endChange(ctx, endChangeParams{ProgramID: program, Code: code, DoneAt: tx.Now})
	if err == nil && n == 0 {
		return db.Errorf(db.Conflict, "that code was used just now")
	}
	return err
}

// Move gives the member another number. What they consented to goes along, in new rows with the words and evidence given; a number
// that has stopped us keeps its stop, and what was consented to is withdrawn. The old number is nobody's afterwards. The caller holds
// the new number's row (see [Touch]) and the member's.
//
// Errors: db.Conflict when the number is another member's (merge the two instead), db.Invalid when it is the member's own.
func Move(ctx context.Context, tx *db.Tx, m Member, to Number, phone Phone, d Declaration) (Member, error) {
	other, err := ByPhone(ctx, tx, m.ProgramID, phone)
	switch {
	case err == nil && other.ID == m.ID:
		return Member{}, db.Errorf(db.Invalid, "that is the number the member has")
	case err == nil:
		return Member{}, db.Errorf(db.Conflict, "that number is another member's: merge the two with `fiel member merge`")
	case !db.NotFound(err):
		return Member{}, err
	}
	if err := forgetOpen(ctx, tx, m); err != nil {
		return Member{}, err
	}
	if err := free(ctx, tx, m, 0); err != nil {
		return Member{}, err
	}
	moved, err := New(tx).setNumber(ctx, setNumberParams{ProgramID: m.ProgramID, ID: m.ID, Phone: phone, Hash: to.Hash})
	if err != nil {
		return Member{}, err
	}
	var said []Declaration
	for kind, given := range map[string]bool{ServiceTexts: m.Service, MarketingTexts: m.Marketing} {
		if given {
			d.Kind, d.Given = kind, !to.Stopped()
			said = append(said, d)
		}
	}
	if len(said) == 0 {
		return moved, nil
	}
	return Agree(ctx, tx, moved, said...)
}

// Release takes the number from a member to whom it does not belong any more: they keep their ledger under their id, and lose number
// and consent. Who joins with the number next is somebody new, and known as the one who came after. Bonus says whether that one may
// have a join bonus though the number had one within a year: only staff may say so. The caller holds both rows.
func Release(ctx context.Context, tx *db.Tx, m Member, bonus bool, d Declaration) (Member, error) {
	if m.Hash == "" {
		return Member{}, db.Errorf(db.Refused, "member %d has no number", m.ID)
	}
	for _, kind := range []string{ServiceTexts, MarketingTexts} {
		d.Kind, d.Given = kind, false
		if _, err := Agree(ctx, tx, m, d); err != nil {
			return Member{}, err
		}
	}
	if err := forgetOpen(ctx, tx, m); err != nil {
		return Member{}, err
	}
	if err := free(ctx, tx, m, m.ID); err != nil {
		return Member{}, err
	}
	if bonus {
		if err := New(tx).allowBonus(ctx, m.ProgramID, m.Hash); err != nil {
			return Member{}, err
		}
	}
	return New(tx).loseNumber(ctx, loseNumberParams{LeftAt: tx.Now, ProgramID: m.ProgramID, ID: m.ID})
}

// free leaves a number to whoever joins with it next; after is the member they come after, 0 when that shall not be known.
func free(ctx context.Context, tx *db.Tx, m Member, after int64) error {
	if m.Hash == "" {
		return nil
	}
	return New(tx).freeNumber(ctx, freeNumberParams{
		MemberID: after, NoBonusUntil: m.JoinedAt + noBonusFor, ProgramID: m.ProgramID, Hash: m.Hash,
	})
}

// forgetOpen ends what a member had begun with the number: questions, a change of it, links to their data.
func forgetOpen(ctx context.Context, tx *db.Tx, m Member) error {
	q := New(tx)
	if err := q.closeQuestions(ctx, closeQuestionsParams{ProgramID: m.ProgramID, MemberID: m.ID, AnsweredAt: tx.Now}); err != nil {
		return err
	}
	if err := q.dropChanges(ctx, m.ProgramID, m.ID); err != nil {
		return err
	}
	return q.dropLinks(ctx, m.ProgramID, m.ID)
}

// subject names a member in consents and the audit.
func subject(m Member) string { return fmt.Sprintf("member:%d", m.ID) }
