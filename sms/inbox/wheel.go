package inbox

import (
	"context"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// spin turns the wheel that the member was asked to, once; the same again answers the same.
func spin(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	play, ok := th.plays[spinQuestion]
	if !ok {
		return th.noWheel(ctx, tx)
	}
	_, spun, err := play.Spun(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	day, when := play.Opens(tx.Time())
	switch {
	case spun: // answered whatever day it is
	case when == campaigns.Gone:
		return th.noWheel(ctx, tx)
	case when == campaigns.Later:
		return th.say("spin_early", templates.Fields{"day": th.dateOf(day)})
	}
	luck := th.inbox.Luck
	if luck == nil {
		luck = campaigns.Dice
	}
	th.news = new(rewards.News)
	won, err := play.Spin(ctx, tx, luck, th.news)
	if err != nil {
		return Reply{}, err
	}
	th.Member = won.Member
	key := "spin"
	if won.Again {
		key = "spun"
	}
	return th.won(ctx, tx, key, won)
}

// won answers a prize in the words for its kind: key_voucher, key_points or key_words.
func (th *Thread) won(ctx context.Context, tx *db.Tx, key string, won campaigns.Won) (Reply, error) {
	switch {
	case won.Voucher.ID != 0:
		return th.say(key+"_voucher", templates.Fields{"prize": won.Voucher.Name, "code": won.Voucher.Code, "end": th.moment(won.Voucher.ExpiresAt)})
	case won.Points > 0:
		points, err := th.points(ctx, tx)
		if err != nil {
			return Reply{}, err
		}
		return th.say(key+"_points", templates.Fields{"points": digits(won.Points), "balance": digits(points)})
	}
	return th.say(key+"_words", templates.Fields{"own": won.Words})
}

// noWheel says that there is no wheel, or when the next one is.
func (th *Thread) noWheel(ctx context.Context, tx *db.Tx) (Reply, error) {
	next, found, err := campaigns.NextWheel(ctx, tx, th.Program)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{}
	if found {
		f["day"] = th.dateOf(campaigns.DateOf(next.In(th.Program.Location())))
	}
	reply, err := th.say("spin_none", f)
	reply.Help = true
	return reply, err
}

// dateOf is a date in words, with its weekday.
func (th *Thread) dateOf(d campaigns.Date) string {
	at := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return templates.Weekday(th.Language, at) + " " + templates.Date(th.Language, at)
}
