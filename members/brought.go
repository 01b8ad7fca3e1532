package members

import (
	"context"
	"net/mail"
	"strings"

	"fiel/db"
)

// Brought is what another system knew of a member; zero values are what it did not know.
type Brought struct {
	Name, Email, Tag string
	Store            int64
	Joined           int64 // unix milliseconds
	Birthday         Birthday
}

// BringOver fills the gaps of what we know of a member; what is known already stays, but for a joining that was earlier. A birthday
// brought over may be corrected by the member. The caller holds the member's row. db.Invalid for an address, a name or a date that is
// none; see [Brought.Check].
func BringOver(ctx context.Context, tx *db.Tx, m Member, b Brought) (Member, error) {
	if err := b.Check(); err != nil {
		return Member{}, err
	}
	return New(tx).bringOver(ctx, bringOverParams{
		Name: b.Name, Email: b.Email, Tag: b.Tag, StoreID: b.Store, JoinedAt: b.Joined, Now: tx.Now, BirthDay: b.Birthday.Day,
		BirthYear: b.Birthday.Year, BirthMonth: b.Birthday.Month, ProgramID: m.ProgramID, MemberID: m.ID,
	})
}

// Check finds what cannot be kept, as db.Invalid, and cleans the rest.
func (b *Brought) Check() error {
	var err error
	if b.Name != "" {
		if b.Name, err = CleanName(b.Name); err != nil {
			return err
		}
	}
	if b.Email, err = CleanEmail(b.Email); err != nil {
		return err
	}
	if b.Birthday != (Birthday{}) && !b.Birthday.Valid() {
		return db.Errorf(db.Invalid, "there is no day %d of month %d", b.Birthday.Day, b.Birthday.Month)
	}
	if ok := b.Tag == ""; !ok {
		if b.Tag, ok = Line(b.Tag, 40); !ok {
			return db.Errorf(db.Invalid, "a tag is one line of at most 40 letters")
		}
	}
	return nil
}

// CleanEmail is an address as we keep it, without a name beside it; ” stays ”. db.Invalid for what is none (RFC 5322).
func CleanEmail(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return "", nil
	}
	a, err := mail.ParseAddress(raw)
	if err != nil || len(a.Address) > 254 {
		return "", db.Errorf(db.Invalid, "%q is no e-mail address", raw)
	}
	return a.Address, nil
}
