package inbox

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// name keeps the member's name.
func name(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if th.Intent.Wrong == NameMissing {
		return th.say("name_how", nil)
	}
	if th.Intent.Wrong != "" {
		return th.say("name_refused", nil)
	}
	kept, err := members.SetName(ctx, tx, th.Member, th.Intent.Name)
	if db.CodeOf(err) == db.Invalid {
		return th.say("name_refused", nil)
	}
	if err != nil {
		return Reply{}, err
	}
	return th.say("name_saved", templates.Fields{"name": kept})
}

// birthday keeps the birthday and says it back in words, so that a slip is seen.
func birthday(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	it := th.Intent
	switch it.Wrong {
	case "":
	case DateImpossible, YearImpossible:
		return th.say("birthday_impossible", nil)
	default:
		return th.say("birthday_how", nil)
	}
	b := members.Birthday{Month: int64(it.Month), Day: int64(it.Day), Year: int64(it.Year)}
	err := members.SetBirthday(ctx, tx, th.Member, b)
	switch db.CodeOf(err) {
	case db.Refused:
		return th.say("birthday_locked", templates.Fields{"date": th.dayOfYear(th.Member.BirthMonth, th.Member.BirthDay)})
	case db.Invalid:
		return th.say("birthday_impossible", nil)
	}
	if err != nil {
		return Reply{}, err
	}
	return th.say("birthday_saved", templates.Fields{"date": th.dayOfYear(b.Month, b.Day)})
}

// dayOfYear is a day and month in words; the year is a leap year so that 29 February stands.
func (th *Thread) dayOfYear(month, day int64) string {
	return templates.Date(th.Language, time.Date(2000, time.Month(month), int(day), 12, 0, 0, 0, time.UTC))
}

// date is the program's local day of an instant (unix milliseconds), in words.
func (th *Thread) date(ms int64) string {
	return templates.Date(th.Language, time.UnixMilli(ms).In(th.Program.Location()))
}

// moment is the program's local day and time of an instant (unix milliseconds), in words.
func (th *Thread) moment(ms int64) string {
	return templates.Moment(th.Language, time.UnixMilli(ms).In(th.Program.Location()))
}
