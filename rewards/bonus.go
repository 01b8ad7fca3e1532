package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Bonus gives points for an action, which count for the member's level. Words is what the member's history says of it; source names
// the occasion, and a second bonus with it is db.Conflict. With 0 points nothing is written. What follows from the points, a new level
// or a reward that is issued by itself, is added to the news. The caller holds the member's row.
func Bonus(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, words, source string, points int64, news *News) (Entry, members.Member, error) {
	return bonus(ctx, tx, p, m, Posting{Delta: points, Source: source, Words: words}, news)
}

// bonus is Bonus for who knows more of it: where it was given, and by whom.
func bonus(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, n Posting, news *News) (Entry, members.Member, error) {
	if n.Delta == 0 {
		return Entry{}, m, nil
	}
	if n.Delta < 0 {
		return Entry{}, m, db.Errorf(db.Invalid, "a bonus gives points")
	}
	n.Kind = KindBonus
	e, m, err := Post(ctx, tx, p, m, n)
	if err != nil {
		return Entry{}, m, err
	}
	m, err = counted(ctx, tx, p, m, count{day: localDay(p.Location(), tx.Now), points: n.Delta}, news)
	if err == nil {
		m, err = issueAutomatic(ctx, tx, p, m, news)
	}
	return e, m, err
}
