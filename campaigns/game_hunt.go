package campaigns

import (
	"context"

	"fiel/db"
	"fiel/rewards"
)

// Step is what came of a code that a member texted.
type Step struct {
	Clue  string // the words of the clue that the member is at; '' for the one that went out with the campaign's text
	Other bool   // the code is of another clue, further on
	Wrong bool   // the code is of none
	Stuck bool   // too many wrong ones today: none is looked at before tomorrow
	Found bool   // it was the last: Won says what it gave
	Won   Won
}

// wrongADay is how many wrong codes a member may try on one day.
const wrongADay = 10

// NoCode stands for a code that is none of the hunt's.
const NoCode = -1

// Try takes the code of a clue, by its place from 0 on, or [NoCode]. The right one leads to the next clue; one that was found before says
// again where the member is; the last gives the prize, once a member, and only while there are prizes. The caller holds the member's row.
func (pl Play) Try(ctx context.Context, tx *db.Tx, code int, news *rewards.News) (Step, error) {
	h, err := pl.hunt(ctx, tx)
	if err != nil {
		return Step{}, err
	}
	today := DateOf(tx.Time().In(pl.program.Location())).String()
	if h.TriesDay != today {
		h.Tries, h.TriesDay = 0, today
	}
	clues, at := pl.Game.Hunt.Clues, int(h.Step)
	switch {
	case h.DoneAt != 0:
		won, err := pl.had(ctx, tx, pl.Game.Hunt.Prize, h.VoucherID)
		won.Late = !h.Won
		return Step{Found: true, Won: won}, err
	case h.Tries >= wrongADay:
		return Step{Stuck: true}, nil
	case code == NoCode:
		h.Tries++
		return Step{Wrong: true, Stuck: h.Tries >= wrongADay, Clue: pl.words(clues[at].Words)}, pl.keep(ctx, tx, h)
	case code > at:
		h.Tries++
		return Step{Other: true, Clue: pl.words(clues[at].Words)}, pl.keep(ctx, tx, h)
	case code < at:
		return Step{Clue: pl.words(clues[at].Words)}, nil
	}
	h.Step++
	if int(h.Step) < len(clues) {
		return Step{Clue: pl.words(clues[h.Step].Words)}, pl.keep(ctx, tx, h)
	}
	return pl.find(ctx, tx, h, news)
}

// hunt is how far the member has come; it begins with their first code.
func (pl Play) hunt(ctx context.Context, tx *db.Tx) (Hunt, error) {
	h, err := New(tx).huntOf(ctx, huntOfParams{ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID})
	if db.NotFound(err) {
		return New(tx).beginHunt(ctx, beginHuntParams{ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID, StartedAt: tx.Now})
	}
	return h, err
}

// find gives the prize of who has found the treasure, if there is one left.
func (pl Play) find(ctx context.Context, tx *db.Tx, h Hunt, news *rewards.News) (step Step, err error) {
	step = Step{Found: true, Won: Won{Member: pl.member, Late: true}}
	left := true
	if most := pl.Game.Hunt.Winners; most > 0 {
		if left, err = pl.take(ctx, tx, "finders", 1, most); err != nil {
			return Step{}, err
		}
	}
	h.DoneAt = tx.Now
	if left {
		if step.Won, _, err = pl.give(ctx, tx, pl.Game.Hunt.Prize, prizeDays, "hunt", news); err != nil {
			return Step{}, err
		}
		h.Won, h.VoucherID = true, step.Won.Voucher.ID
	}
	return step, pl.keep(ctx, tx, h)
}

func (pl Play) keep(ctx context.Context, tx *db.Tx, h Hunt) error {
	return New(tx).setHunt(ctx, setHuntParams{
		Step: h.Step, Tries: h.Tries, TriesDay: h.TriesDay, Won: h.Won, VoucherID: h.VoucherID, DoneAt: h.DoneAt, ProgramID: h.ProgramID, RunID: h.RunID, MemberID: h.MemberID,
	})
}
