package campaigns

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// Asked opens the questions of a campaign's texts that have left to a member, each once, as of when its text left: until then nobody can
// answer it, and nothing is written when a run is planned. A question ends with its offer. The caller holds the member's row; what is
// open is told by [members.Open].
func Asked(ctx context.Context, tx *db.Tx, m members.Member) error {
	texts, err := New(tx).gamesSent(ctx, gamesSentParams{ProgramID: m.ProgramID, MemberID: m.ID, Now: tx.Now})
	for _, t := range texts {
		if err == nil {
			_, err = members.AskedAt(ctx, tx, m, t.Asks, t.ID, t.AskedAt, t.EndsAt)
		}
	}
	return err
}

// Play is a game that a member was asked to, by a text they got.
type Play struct {
	Game     Game
	Question members.Question
	program  members.Program
	member   members.Member
	run      Run
	text     sms.Message
	language string
}

// PlayOf is the game of an open question of kind spin, clue, score or rsvp, answered in a language. db.Missing when its campaign was
// cancelled or deleted since.
func PlayOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, q members.Question, language string) (Play, error) {
	text, err := sms.ByID(ctx, tx, p.ID, q.Ref)
	if err != nil {
		return Play{}, err
	}
	run, game, err := gameOf(ctx, tx, p.ID, text.RunID)
	return Play{Game: game, Question: q, program: p, member: m, run: run, text: text, language: language}, err
}

// gameOf is a run with its game.
func gameOf(ctx context.Context, tx *db.Tx, program, id int64) (Run, Game, error) {
	run, err := New(tx).run(ctx, program, id)
	if db.NotFound(err) || err == nil && run.State == RunCancelled {
		return Run{}, Game{}, db.Errorf(db.Missing, "That game is over.")
	}
	if err != nil {
		return Run{}, Game{}, err
	}
	var frozen content
	if err := unpack(run.Frozen, &frozen); err != nil {
		return Run{}, Game{}, err
	}
	game, err := ParseGame(frozen.Game)
	return run, game, err
}

// When a game that has a day of its own can be played.
type When int

// The day of a game.
const (
	Today When = iota // or it has none of its own
	Later
	Gone // it does not come again before the end of the offer
)

// Opens says when the game is played, and on which date.
func (pl Play) Opens(now time.Time) (Date, When) {
	zone := pl.program.Location()
	day, when := DateOf(now.In(zone)), Today
	for pl.Game.Day != "" && weekdays[day.Weekday()] != pl.Game.Day {
		day, when = day.Plus(1), Later
	}
	if when == Later && day.At(0, zone).UnixMilli() >= pl.run.EndsAt {
		when = Gone
	}
	return day, when
}

// words are those of a map for the member.
func (pl Play) words(texts map[string]string) string {
	said, _ := wordsIn(texts, pl.language, pl.program.Language)
	return said
}

// Won is what a game has given, or had given before.
type Won struct {
	Name    string          // of the prize, as the member reads it
	Points  int64           // else
	Voucher rewards.Voucher // ID 0: none, else
	Words   string          // alone
	Again   bool            // it was given before: nothing is given now
	Late    bool            // all that there was is given
	Member  members.Member  // as they stand now
}

// give gives the member a prize: points once for the source, or the run's voucher.
func (pl Play) give(ctx context.Context, tx *db.Tx, p Prize, days int, source string, news *rewards.News) (Won, int64, error) {
	won := Won{Name: pl.words(p.Name), Words: pl.words(p.Words), Member: pl.member}
	switch {
	case p.Points > 0:
		won.Points = p.Points
		e, m, err := rewards.Bonus(ctx, tx, pl.program, pl.member, clip(won.Name, longestPrize), fmt.Sprintf("%s:%d:%d", source, pl.run.ID, pl.member.ID), p.Points, news)
		won.Member = m
		return won, e.ID, err
	case won.Name == "":
		return won, 0, nil
	}
	if p.Days != nil {
		days = int(*p.Days)
	}
	v, err := rewards.Grant(ctx, tx, pl.program, pl.member, rewards.Terms{
		Name: clip(won.Name, longestPrize), Kind: p.kind(), Value: p.Value, Minimum: p.Minimum, ExpiresAt: lastMinute(tx.Time().In(pl.program.Location()), days),
	}, pl.run.ID)
	won.Voucher = v
	return won, 0, err
}

// prizeDays is how many days a voucher of a wheel or a hunt is good, unless the game says it.
const prizeDays = 7

// leastHours is how much of a day a voucher of that day needs; with less it is good on the next one too.
const leastHours = 2 * time.Hour

// lastMinute is 23:59 of the day that lies so many days ahead, as vouchers of rewards end.
func lastMinute(now time.Time, days int) int64 {
	end := DateOf(now).Plus(days).At(23*60+59, now.Location())
	if end.Sub(now) < leastHours {
		end = DateOf(now).Plus(days+1).At(23*60+59, now.Location())
	}
	return end.UnixMilli()
}

// take takes n of what the run's game has a limited number of, false when not so many are left.
func (pl Play) take(ctx context.Context, tx *db.Tx, name string, n, most int64) (bool, error) {
	if n > most {
		return false, nil
	}
	took, err := New(tx).takeOf(ctx, takeOfParams{ProgramID: pl.program.ID, RunID: pl.run.ID, Name: name, N: n, Most: most})
	return took > 0, err
}

// had is what the member was given before.
func (pl Play) had(ctx context.Context, tx *db.Tx, p Prize, voucher int64) (Won, error) {
	won := Won{Name: pl.words(p.Name), Points: p.Points, Words: pl.words(p.Words), Again: true, Member: pl.member}
	if voucher == 0 {
		return won, nil
	}
	v, err := rewards.VoucherByID(ctx, tx, pl.program.ID, voucher)
	won.Voucher = v
	return won, err
}
