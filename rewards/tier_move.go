package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
)

// count is what counts for a member's level: points of a purchase or an action, earning money (minor units); below zero when it was
// given back, on the day it was earned.
type count struct {
	day           string // local
	points, money int64
}

func (c count) of(p members.Program) int64 { return counts(p, c.points, c.money) }

// counts picks what the program's levels go by.
func counts(p members.Program, points, money int64) int64 {
	if p.TierBy == ByMoney {
		return money
	}
	return points
}

// counted adds to what counts for the member's level and moves the level if need be: up, paying the rewards of the levels passed, or
// down when what was given back undercuts it. A level whose time ended before now ends first. In a program without levels it only
// counts, so that levels added later know the past. The caller holds the member's row.
func counted(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, c count, news *News) (members.Member, error) {
	if c.points == 0 && c.money == 0 {
		return m, nil
	}
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return m, err
	}
	if len(ladder) > 0 && m.TierUntil != 0 && m.TierUntil <= tx.Now {
		if m, err = settle(ctx, tx, p, m, ladder, news); err != nil {
			return m, err
		}
	}
	err = New(tx).addTierDay(ctx, addTierDayParams{ProgramID: p.ID, MemberID: m.ID, Day: c.day, Points: c.points, Money: c.money})
	if err != nil || len(ladder) == 0 {
		return m, err
	}
	if same, err := stays(ctx, tx, p, m, ladder, c); same || err != nil {
		return m, err
	}
	return settle(ctx, tx, p, m, ladder, news)
}

// stays says, by one sum, that a purchase within twelve rolling months has not lifted its member to a higher level. What is earned
// only puts the end of a level off, so the day it is looked at again may stay as well.
func stays(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, ladder Ladder, c count) (bool, error) {
	if p.TierWindow != RollingSpan || c.of(p) < 0 {
		return false, nil
	}
	if _, known := ladder.ByID(m.TierID); m.TierID != 0 && !known {
		return false, nil
	}
	after := fallen(dateOf(tx.Time().In(p.Location())))
	s, err := New(tx).tierSum(ctx, tierSumParams{ProgramID: p.ID, MemberID: m.ID, Day: after.Format(time.DateOnly)})
	if err != nil {
		return false, err
	}
	return ladder.Rank(ladder.reached(counts(p, s.Points, s.Money)).ID) <= ladder.Rank(m.TierID), nil
}

// justified is the level a member should have at this moment, and from when on that may be another without new earnings.
type justified struct {
	level  Tier
	until  int64 // unix milliseconds, exclusive; 0: never
	earned Tier  // the part of it that was earned and not given

	today   time.Time
	amounts []amount // what may count today
	spans   spans
}

func justify(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, ladder Ladder) (justified, error) {
	j := justified{today: dateOf(tx.Time().In(p.Location()))}
	var err error
	if j.amounts, err = amountsOf(ctx, tx, p, m, j.today); err != nil {
		return justified{}, err
	}
	j.spans = spansOf(p.TierWindow, j.amounts, p.TierGraceDays)
	j.earned = ladder.reached(j.spans.best(j.today))
	j.level = j.earned
	if given, _ := ladder.ByID(m.TierGivenID); givenLevel(tx, m, ladder) && given.Threshold > j.earned.Threshold {
		j.level, j.until = given, m.TierGivenUntil
		return j, nil
	}
	if j.earned.ID != 0 {
		if end := j.spans.lasts(j.today, j.earned.Threshold); !end.IsZero() {
			j.until = beginOf(end, p.Location())
		}
	}
	return j, nil
}

// amountsOf reads what may count today: a row a day for rolling months, a row a year for years, one row for a lifetime.
func amountsOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, today time.Time) ([]amount, error) {
	rows, err := tierRows(ctx, tx, p, m, today)
	if err != nil {
		return nil, err
	}
	list := make([]amount, 0, len(rows))
	for _, r := range rows {
		day, err := time.Parse(time.DateOnly, r.Day)
		if err != nil {
			return nil, db.Errorf(db.Internal, "what counts for the level of member %d: %w", m.ID, err)
		}
		if day.After(today) {
			day = today // of a store east of the program, where tomorrow has begun
		}
		list = append(list, amount{day, counts(p, r.Points, r.Money)})
	}
	return list, nil
}

func tierRows(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, today time.Time) ([]TierDay, error) {
	q, graced := New(tx), today.AddDate(0, 0, -int(p.TierGraceDays))
	switch p.TierWindow {
	case LifetimeSpan:
		s, err := q.tierSum(ctx, tierSumParams{ProgramID: p.ID, MemberID: m.ID})
		return []TierDay{{Day: today.Format(time.DateOnly), Points: s.Points, Money: s.Money}}, err
	case RollingSpan:
		return q.tierDaysAfter(ctx, tierDaysAfterParams{ProgramID: p.ID, MemberID: m.ID, Day: fallen(graced).Format(time.DateOnly)})
	}
	first := newYear(graced.Year() - 1).Format(time.DateOnly)
	years, err := q.tierYears(ctx, tierYearsParams{ProgramID: p.ID, MemberID: m.ID, Day: first})
	rows := make([]TierDay, len(years))
	for i, y := range years {
		rows[i] = TierDay{Day: y.Year + "-01-01", Points: y.Points, Money: y.Money}
	}
	return rows, err
}
