package rewards

import (
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
)

// LevelsDue looks at the levels that may have ended by now, at most limit of them: down to what is justified, with a text. N is how
// many were looked at: as long as it is limit there may be more. Any number of processes may call it at once.
func LevelsDue(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	due, err := New(tx).levelsDue(ctx, levelsDueParams{ProgramID: p.ID, Now: tx.Now, Most: limit})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return int64(len(due)), settleAll(ctx, tx, p, due)
}

// LevelsChanged looks at everybody's level after the owner has changed the levels or what counts for them, at most limit members at a
// time, in the order of their ids. It says how many it has looked at, as [LevelsDue] does.
func LevelsChanged(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	at, err := New(tx).holdTierSweep(ctx, p.ID) // a change that comes meanwhile waits, and begins anew
	if db.NotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return 0, err
	}
	ids, err := New(tx).membersFrom(ctx, membersFromParams{ProgramID: p.ID, After: at, Most: limit})
	if err != nil {
		return 0, err
	}
	next := int64(swept)
	if int64(len(ids)) == limit && limit > 0 {
		next = ids[len(ids)-1]
	}
	if err := New(tx).setTierSweep(ctx, p.ID, next); err != nil {
		return 0, err
	}
	return int64(len(ids)), settleAll(ctx, tx, p, ids)
}

// swept is the place of a sweep that is over. The table's default is the same.
const swept = 1<<53 - 1

// settleAll settles the levels of some members, all of whom are locked first, in rising id, and told last.
func settleAll(ctx context.Context, tx *db.Tx, p members.Program, ids []int64) error {
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	list, news := make([]members.Member, len(ids)), make([]News, len(ids))
	for i, id := range ids {
		if list[i], err = members.Lock(ctx, tx, p.ID, id); err != nil {
			return err
		}
	}
	for i := range list {
		news[i].Unasked = true
		if list[i], err = settleLater(ctx, tx, p, list[i], ladder, &news[i]); err != nil {
			return err
		}
	}
	for i := range list {
		if err := news[i].Tell(ctx, tx, p, list[i]); err != nil {
			return err
		}
	}
	return nil
}

// settleLater settles a level apart from any purchase: points that come with it may reach for a reward.
func settleLater(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, ladder Ladder, news *News) (members.Member, error) {
	seq := m.Seq
	m, err := settle(ctx, tx, p, m, ladder, news)
	if err != nil || m.Seq == seq {
		return m, err
	}
	return issueAutomatic(ctx, tx, p, m, news)
}
