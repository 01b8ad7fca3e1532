package sms

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// booking is the room a text takes of the caps: of its member's day and week if it is marketing, of the program's parts a day always.
// It is taken when the text is planned, moves along when the text has to wait for another day, and is given back when it is cancelled.
type booking struct {
	member   int64
	parts    int64
	capDay   string // the member's local date, '' = takes no room
	spendDay string // the program's local date, '' = takes no room
}

func (m Message) booking() booking { return booking{m.MemberID, m.Parts, m.CapDay, m.SpendDay} }

const dayFormat = "2006-01-02"

// weekOf is the ISO week a local date lies in, "2026-W47".
func weekOf(day string) string {
	t, err := time.Parse(dayFormat, day)
	if err != nil {
		return day
	}
	year, week := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// book takes the room, all or nothing, and says which cap is full: ” none, else ReasonCap or ReasonSpend.
func book(ctx context.Context, tx *db.Tx, p members.Program, pack Pack, b booking) (full string, err error) {
	if b.capDay != "" {
		perDay := p.TextsPerDay
		if pack.PerDay > 0 {
			perDay = min(perDay, int64(pack.PerDay))
		}
		took, err := takeRoom(ctx, tx, p, b, perDay)
		if err != nil || !took {
			return ReasonCap, err
		}
	}
	if b.spendDay == "" {
		return "", nil
	}
	n, err := int64(0), error(nil)
	if b.parts <= p.PartsPerDay {
		n, err = New(tx).takeParts(ctx, takePartsParams{ProgramID: p.ID, Day: b.spendDay, N: b.parts, Cap: p.PartsPerDay})
	}
	if err != nil || n > 0 {
		return "", err
	}
	b.spendDay = ""
	return ReasonSpend, unbook(ctx, tx, p.ID, b)
}

// takeRoom takes one text of the member's day and week.
func takeRoom(ctx context.Context, tx *db.Tx, p members.Program, b booking, perDay int64) (bool, error) {
	if perDay <= 0 || p.TextsPerWeek <= 0 {
		return false, nil
	}
	n, err := New(tx).takeText(ctx, takeTextParams{ProgramID: p.ID, MemberID: b.member, Day: b.capDay, Cap: perDay})
	if err != nil || n == 0 {
		return false, err
	}
	n, err = New(tx).takeText(ctx, takeTextParams{ProgramID: p.ID, MemberID: b.member, Day: weekOf(b.capDay), Cap: p.TextsPerWeek})
	if err != nil || n > 0 {
		return n > 0, err
	}
	return false, New(tx).giveText(ctx, giveTextParams{ProgramID: p.ID, MemberID: b.member, Day: b.capDay})
}

// unbook gives the room of texts back, members in rising id and the program's days last.
func unbook(ctx context.Context, tx *db.Tx, program int64, all ...booking) error {
	slices.SortFunc(all, func(a, b booking) int { return cmp.Compare(a.member, b.member) })
	spent := map[string]int64{}
	for _, b := range all {
		if b.spendDay != "" {
			spent[b.spendDay] += b.parts
		}
		if b.capDay == "" {
			continue
		}
		for _, day := range []string{b.capDay, weekOf(b.capDay)} {
			if err := New(tx).giveText(ctx, giveTextParams{ProgramID: program, MemberID: b.member, Day: day}); err != nil {
				return err
			}
		}
	}
	for day, parts := range spent {
		if err := New(tx).giveParts(ctx, givePartsParams{ProgramID: program, Day: day, N: parts}); err != nil {
			return err
		}
	}
	return nil
}

// Spent is how many parts of the program's cap are taken on a local date ("2026-11-21"), texts that still wait included.
func Spent(ctx context.Context, tx *db.Tx, program int64, day string) (parts int64, err error) {
	parts, err = New(tx).spent(ctx, program, day)
	if db.NotFound(err) {
		return 0, nil
	}
	return parts, err
}
