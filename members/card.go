package members

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	"golang.org/x/text/unicode/norm"

	"fiel/db"
)

const (
	cardDigits = 12   // the last one is the check digit
	mostCards  = 1000 // printed at a time
)

// NewCards makes n printed cards, 1 to 1,000, for nobody yet: numbers of twelve digits, drawn at random so that no number tells
// another, with the check digit of ISO/IEC 7812-1 (Luhn) at the end.
func NewCards(ctx context.Context, tx *db.Tx, program, n int64) ([]string, error) {
	if n < 1 || n > mostCards {
		return nil, db.Errorf(db.Invalid, "1 to %d cards are made at a time", mostCards)
	}
	codes := make([]string, 0, n)
	for int64(len(codes)) < n {
		code := newCard()
		made, err := New(tx).insertCard(ctx, insertCardParams{ProgramID: program, Code: code, CreatedAt: tx.Now})
		if err != nil {
			return nil, err
		}
		if made > 0 {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

func newCard() string {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(cardDigits-1), nil)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(err) // crypto/rand never fails: https://pkg.go.dev/crypto/rand#Read
	}
	digits := n.String()
	digits = strings.Repeat("0", cardDigits-1-len(digits)) + digits
	return digits + string(rune('0'+luhn(digits)))
}

// luhn is the check digit of ISO/IEC 7812-1, annex B: from the right, every other digit doubled, the first included; the sum of all
// digits and the check digit is a multiple of ten.
func luhn(digits string) int {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return (10 - sum%10) % 10
}

// CleanCard reads the number of a card as people write it: spaces, hyphens and full-width digits do not matter. What cannot be a card,
// because of its length, another letter or the check digit, is db.Invalid: a slip in typing, not an unknown card.
func CleanCard(raw string) (string, error) {
	code := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, norm.NFKC.String(raw))
	if len(code) != cardDigits || strings.Trim(code, "0123456789") != "" {
		return "", db.Errorf(db.Invalid, "a card has %d digits: look at it again", cardDigits)
	}
	if luhn(code[:cardDigits-1]) != int(code[cardDigits-1]-'0') {
		return "", db.Errorf(db.Invalid, "a digit of that card is wrong: look at it again")
	}
	return code, nil
}

// CardByCode finds a card as people write its number; db.Invalid for a slip in typing, db.Missing when the program has none such.
func CardByCode(ctx context.Context, tx *db.Tx, program int64, raw string) (Card, error) {
	code, err := CleanCard(raw)
	if err != nil {
		return Card{}, err
	}
	c, err := New(tx).card(ctx, program, code)
	return c, orMissing(err, "there is no card with that number")
}

// ByCard finds the member a card stands for. db.Invalid for a slip in typing; db.Missing, with the reason, for a card that does not
// exist, was lost, or has not been handed out.
func ByCard(ctx context.Context, tx *db.Tx, program int64, raw string) (Member, error) {
	c, err := CardByCode(ctx, tx, program, raw)
	switch {
	case err != nil:
		return Member{}, err
	case c.LostAt != 0:
		return Member{}, db.Errorf(db.Missing, "that card was reported lost")
	case c.MemberID == 0:
		return Member{}, db.Errorf(db.Missing, "that card has not been handed out")
	}
	return Survivor(ctx, tx, program, c.MemberID)
}

// GiveCard makes a card stand for a member; they may have several. The same card given to the same member twice is theirs.
//
// Errors: db.Invalid for a slip in typing, db.Missing for an unknown card, db.Refused for one that was lost, db.Conflict for one that
// is somebody else's.
func GiveCard(ctx context.Context, tx *db.Tx, m Member, raw string) (Card, error) {
	c, err := CardByCode(ctx, tx, m.ProgramID, raw)
	if err != nil {
		return Card{}, err
	}
	if _, err := New(tx).giveCard(ctx, giveCardParams{ProgramID: m.ProgramID, Code: c.Code, MemberID: m.ID, GivenAt: tx.Now}); err != nil {
		return Card{}, err
	}
	c, err = New(tx).card(ctx, m.ProgramID, c.Code)
	switch {
	case err != nil:
		return Card{}, err
	case c.LostAt != 0:
		return Card{}, db.Errorf(db.Refused, "that card was reported lost: give a new one")
	case c.MemberID != m.ID:
		return Card{}, db.Errorf(db.Conflict, "that card is another member's")
	}
	return c, nil
}

// LoseCard takes a card out of use for ever: it stands for nobody. Doing it twice does nothing more. db.Missing for an unknown card.
func LoseCard(ctx context.Context, tx *db.Tx, program int64, raw string) (Card, error) {
	c, err := CardByCode(ctx, tx, program, raw)
	if err != nil {
		return Card{}, err
	}
	if _, err := New(tx).loseCard(ctx, loseCardParams{ProgramID: program, Code: c.Code, LostAt: tx.Now}); err != nil {
		return Card{}, err
	}
	return New(tx).card(ctx, program, c.Code)
}

// CardsOf lists the cards of a member, lost ones too.
func CardsOf(ctx context.Context, tx *db.Tx, m Member) ([]Card, error) {
	return New(tx).cardsOf(ctx, m.ProgramID, m.ID)
}

// FreeCards lists cards that nobody has, the newest first, at most limit and 1,000.
func FreeCards(ctx context.Context, tx *db.Tx, program, limit int64) ([]Card, error) {
	return New(tx).freeCards(ctx, program, min(limit, mostCards))
}
