package members

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"fiel/db"
)

const maxName = 40

// CleanName is a name as we keep it: letters, marks, spaces, ' - and . only, at most 40; all capitals or all small becomes Title
// Case. Anything else is db.Invalid with the reason.
func CleanName(raw string) (string, error) {
	name := strings.Join(strings.Fields(norm.NFC.String(raw)), " ")
	if name == "" {
		return "", db.Errorf(db.Invalid, "a name needs letters")
	}
	if utf8.RuneCountInString(name) > maxName {
		return "", db.Errorf(db.Invalid, "a name has at most %d letters", maxName)
	}
	letters := false
	for _, r := range name {
		letters = letters || unicode.IsLetter(r)
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" '-.’", r) {
			return "", db.Errorf(db.Invalid, "a name has only letters, spaces, ' - and .")
		}
	}
	if !letters {
		return "", db.Errorf(db.Invalid, "a name needs letters")
	}
	if name == strings.ToUpper(name) || name == strings.ToLower(name) {
		name = cases.Title(language.Und).String(name)
	}
	return name, nil
}

// Line is a name as our texts and lists show it (of a program, a store, a reward): on one line, with spaces joined. False says that
// it cannot be shown: nothing visible, control characters, bytes that are no UTF-8, or more letters than most.
func Line(raw string, most int) (string, bool) {
	name := strings.Join(strings.Fields(raw), " ")
	visible := strings.ContainsFunc(name, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) })
	return name, visible && utf8.ValidString(name) && utf8.RuneCountInString(name) <= most && !strings.ContainsFunc(name, unicode.IsControl)
}

// SetName keeps the member's name, cleaned; see [CleanName] for what is refused.
func SetName(ctx context.Context, tx *db.Tx, m Member, raw string) (string, error) {
	name, err := CleanName(raw)
	if err != nil {
		return "", err
	}
	return name, New(tx).setName(ctx, setNameParams{ProgramID: m.ProgramID, ID: m.ID, Name: name})
}

// SetLanguage keeps the language the member is texted in; db.Invalid for one that there are no texts in.
func SetLanguage(ctx context.Context, tx *db.Tx, m Member, lang string) error {
	if err := checkLanguage(lang); err != nil {
		return err
	}
	return New(tx).setLanguage(ctx, setLanguageParams{ProgramID: m.ProgramID, ID: m.ID, Language: lang})
}

const (
	day             = 24 * 60 * 60 * 1000 // milliseconds
	birthdayCorrect = day                 // free to correct a slip
	birthdayLocked  = 365 * day           // afterwards once a year
)

// Birthday is a day of the year; the year of birth is 0 when it was not said.
type Birthday struct{ Month, Day, Year int64 }

// Valid says whether the date exists, 29 February included.
func (b Birthday) Valid() bool {
	if b.Month < 1 || b.Month > 12 || b.Day < 1 {
		return false
	}
	days := [...]int64{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if b.Year != 0 && b.Month == 2 && b.Day == 29 && (b.Year%4 != 0 || b.Year%100 == 0 && b.Year%400 != 0) {
		return false
	}
	return b.Day <= days[b.Month-1]
}

// SetBirthday keeps the birthday. It may be corrected freely for 24 hours and is then locked for a year (a birthday is worth a
// gift): db.Refused while locked, db.Invalid for a date that does not exist.
func SetBirthday(ctx context.Context, tx *db.Tx, m Member, b Birthday) error {
	if !b.Valid() {
		return db.Errorf(db.Invalid, "that date does not exist")
	}
	first := m.BirthFirstAt
	switch age := tx.Now - first; {
	case first == 0 || age >= birthdayLocked:
		first = tx.Now
	case age >= birthdayCorrect && (Birthday{m.BirthMonth, m.BirthDay, 0} != Birthday{b.Month, b.Day, 0}):
		return db.Errorf(db.Refused, "a birthday may be changed once a year")
	}
	return New(tx).setBirthday(ctx, setBirthdayParams{
		ProgramID: m.ProgramID, ID: m.ID, BirthMonth: b.Month, BirthDay: b.Day, BirthYear: b.Year, BirthFirstAt: first, BirthSetAt: tx.Now,
	})
}
