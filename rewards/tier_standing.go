package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
)

// LevelStanding is what a member asks for with NIVEL. Amounts are points, or minor units where the program counts money.
type LevelStanding struct {
	Levels  bool   // the program has levels at all
	Level   Tier   // ID 0: none
	Until   int64  // the level is held until then at least, exclusive; 0: it does not end by itself
	Has     int64  // what counts now towards the next level
	Next    Tier   // ID 0: there is none above
	Missing int64  // to it
	Falling []Fall // what falls out of the twelve rolling months, and when; the soonest first
}

// Fall is an amount that will not count any more from a day on.
type Fall struct {
	Day    string // local date
	Amount int64  // points or minor units
}

// LevelStandingOf tells how a member stands on the program's ladder. It reads only.
func LevelStandingOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (LevelStanding, error) {
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil || len(ladder) == 0 {
		return LevelStanding{Level: noLevel(), Next: noLevel()}, err
	}
	j, err := justify(ctx, tx, p, m, ladder)
	if err != nil {
		return LevelStanding{}, err
	}
	s := LevelStanding{Levels: true, Level: j.level, Until: j.until, Has: j.spans.growing(j.today), Next: noLevel(), Falling: j.falling(p)}
	if rank := ladder.Rank(j.level.ID); rank < len(ladder) {
		s.Next = ladder[rank]
		s.Missing = s.Next.Threshold - s.Has
	}
	return s, nil
}

// falling lists what falls out of the twelve months from tomorrow on.
func (j justified) falling(p members.Program) (list []Fall) {
	if p.TierWindow != RollingSpan {
		return nil
	}
	for _, a := range j.amounts {
		if out := nextYear(a.day); out.After(j.today) && a.n != 0 {
			list = append(list, Fall{out.Format(time.DateOnly), a.n})
		}
	}
	return list
}
