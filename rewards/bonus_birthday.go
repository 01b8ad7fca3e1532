package rewards

import (
	"context"
	"errors"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// lateBirthdays is for how many local days after it a birthday is made up for, should nothing have run on the day.
const lateBirthdays = 2

// GiveBirthdays gives the program's birthday action, if it has one, to members whose birthday is today in the program's zone, at most
// limit of them, once a year, and texts them. Who joined or told the day today waits for next year; 29 February is kept on the
// program's leap day in other years. A day on which nothing ran is made up for within two days and counts for its own year. N is how
// many were given: as long as it is limit there may be more. Any number of processes may call it at once.
func GiveBirthdays(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	a, err := New(tx).actionOfKind(ctx, p.ID, BirthdayAction)
	if db.NotFound(err) {
		return 0, nil
	}
	if err != nil || a.Total > 0 && a.Given >= a.Total {
		return 0, err
	}
	now := tx.Time().In(p.Location())
	for ago := 0; ago <= lateBirthdays && n < limit; ago++ {
		begins := firstInstant(now, -ago)
		if !a.Running(begins) || ago > 0 && a.CreatedAt >= begins {
			continue
		}
		given, err := giveBirthdays(ctx, tx, p, a, begins, limit-n)
		if err != nil {
			return 0, err
		}
		n += given
	}
	return n, nil
}

// giveBirthdays gives the action to those whose birthday is the local day that begins then.
func giveBirthdays(ctx context.Context, tx *db.Tx, p members.Program, a Action, begins, limit int64) (n int64, err error) {
	day := localDay(p.Location(), begins)
	for _, b := range birthdaysOn(p, begins) {
		ids, err := New(tx).birthdayMembers(ctx, birthdayMembersParams{
			ProgramID: p.ID, BirthMonth: b.Month, BirthDay: b.Day, Before: begins, ActionID: a.ID, Span: a.span(day), Most: limit - n,
		})
		if err != nil {
			return 0, err
		}
		given, err := giveEach(ctx, tx, p, a, day, b, ids)
		if err != nil {
			return 0, err
		}
		n += given
	}
	return n, nil
}

// birthdaysOn are the days of birth that are kept on the local day of an instant: often one, two on the leap day of a year without 29
// February.
func birthdaysOn(p members.Program, at int64) []members.Birthday {
	local := time.UnixMilli(at).In(p.Location())
	list := []members.Birthday{{Month: int64(local.Month()), Day: int64(local.Day())}}
	leaps := time.Date(local.Year(), time.February, 29, 12, 0, 0, 0, time.UTC).Month() == time.February
	if !leaps && local.Format("01-02") == p.LeapDay {
		list = append(list, members.Birthday{Month: 2, Day: 29})
	}
	return list
}

// giveEach locks the members, in rising id and all before any counter, gives them the action and texts them.
func giveEach(ctx context.Context, tx *db.Tx, p members.Program, a Action, day string, b members.Birthday, ids []int64) (n int64, err error) {
	locked := make([]members.Member, len(ids))
	for i, id := range ids {
		if locked[i], err = members.Lock(ctx, tx, p.ID, id); err != nil {
			return 0, err
		}
	}
	told := make([]News, len(ids))
	for i, m := range locked {
		if m.BirthMonth != b.Month || m.BirthDay != b.Day || m.Left() {
			continue
		}
		_, locked[i], err = Claim(ctx, tx, p, m, Claiming{Action: a, Day: day, Promised: true, Tell: sms.Service}, &told[i])
		var refused *ClaimError
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return 0, err
		}
		n++
	}
	for i := range told {
		if err := told[i].Tell(ctx, tx, p, locked[i]); err != nil {
			return 0, err
		}
	}
	return n, nil
}
