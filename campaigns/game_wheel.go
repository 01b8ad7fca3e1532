package campaigns

import (
	"context"
	"crypto/rand"
	"math/big"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Luck draws a number from 0 to n-1, each as likely as any other. It may be asked by many goroutines.
type Luck func(n int64) int64

// Dice is luck that nobody can foresee.
func Dice(n int64) int64 {
	drawn, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic("crypto/rand: " + err.Error()) // never: https://pkg.go.dev/crypto/rand#Read
	}
	return drawn.Int64()
}

// Spin turns the wheel for the member, once a run: the same again answers what it was the first time. The draw, the stock, the prize and
// the note of it stand together or not at all. What follows from points is added to the news. The caller holds the member's row.
func (pl Play) Spin(ctx context.Context, tx *db.Tx, luck Luck, news *rewards.News) (Won, error) {
	w := *pl.Game.Wheel
	if before, spun, err := pl.Spun(ctx, tx); spun || err != nil {
		return before, err
	}
	prize, err := pl.draw(ctx, tx, w, luck)
	if err != nil {
		return Won{}, err
	}
	won, entry, err := pl.give(ctx, tx, prize, prizeDays, "wheel", news)
	if err != nil {
		return Won{}, err
	}
	n, err := New(tx).insertSpin(ctx, insertSpinParams{
		ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID, Prize: w.note(prize), VoucherID: won.Voucher.ID, EntryID: entry, At: tx.Now,
	})
	if err == nil && n == 0 {
		err = db.Errorf(db.Busy, "The wheel is turning for that member: try again.")
	}
	return won, err
}

// Spun is what the member's spin of this run gave, false when they have not spun.
func (pl Play) Spun(ctx context.Context, tx *db.Tx) (Won, bool, error) {
	before, err := New(tx).spinOf(ctx, spinOfParams{ProgramID: pl.program.ID, RunID: pl.run.ID, MemberID: pl.member.ID})
	if db.NotFound(err) {
		return Won{}, false, nil
	}
	if err != nil {
		return Won{}, false, err
	}
	won, err := pl.had(ctx, tx, pl.Game.Wheel.called(before.Prize), before.VoucherID)
	return won, true, err
}

// draw draws a prize by the odds; one that is used up is the consolation.
func (pl Play) draw(ctx context.Context, tx *db.Tx, w Wheel, luck Luck) (Prize, error) {
	p, won := w.at(luck(w.whole()))
	if !won || p.Stock == 0 {
		return p, nil
	}
	took, err := pl.take(ctx, tx, "prize:"+p.key(), 1, p.Stock)
	if err == nil && !took {
		p = *w.Consolation
	}
	return p, err
}

// at is the prize where the wheel stops, from 0 on; false for the consolation.
func (w Wheel) at(drawn int64) (Prize, bool) {
	for _, p := range w.Prizes {
		if drawn < p.Odds {
			return p, true
		}
		drawn -= p.Odds
	}
	return *w.Consolation, false
}

// consoled is what the table calls the consolation.
const consoled = "consolation"

// note is what the table calls a prize of the wheel.
func (w Wheel) note(p Prize) string {
	if p.Odds == 0 {
		return consoled
	}
	return p.key()
}

// called is the prize that the table calls so.
func (w Wheel) called(note string) Prize {
	for _, p := range w.Prizes {
		if p.key() == note {
			return p
		}
	}
	return *w.Consolation
}

// NextWheel is when the next wheel of the program goes out, false when none is to come.
func NextWheel(ctx context.Context, tx *db.Tx, p members.Program) (next time.Time, found bool, err error) {
	active, err := New(tx).activeCampaigns(ctx, p.ID)
	for _, c := range active {
		kind, err := asks([]byte(c.Game))
		if err != nil {
			return time.Time{}, false, err
		}
		o, comes := c.Next(p, tx.Time())
		if kind == members.AskSpin && comes && (!found || o.At.Before(next)) {
			next, found = o.At, true
		}
	}
	return next, found, err
}
