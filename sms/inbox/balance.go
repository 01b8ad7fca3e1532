package inbox

import (
	"context"
	"time"

	"fiel/db"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// balance answers the points, what is missing to the next reward, what lapses next and, where they have room, the level and the stamps.
func balance(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	s, err := rewards.StandingOf(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"balance": digits(s.Balance)}
	if s.Next != nil {
		f["missing"], f["reward"] = digits(s.Missing), s.Next.Name
	}
	if s.ExpiringPoints > 0 {
		f["expiring"], f["expires"] = digits(s.ExpiringPoints), th.lastDay(s.ExpiresAt, tx.Now)
	}
	reply, err := th.say("balance", f)
	if err != nil {
		return Reply{}, err
	}
	if s.Level.ID != 0 {
		level, err := th.say("balance_level", templates.Fields{"level": s.Level.Name})
		if err != nil {
			return Reply{}, err
		}
		reply.Body = withRoom(reply.Body, level.Body)
	}
	return th.withStamps(ctx, tx, reply)
}

// withStamps adds the cards that have stamps, as far as they have room.
func (th *Thread) withStamps(ctx context.Context, tx *db.Tx, reply Reply) (Reply, error) {
	cards, err := rewards.StampsOf(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	for _, c := range cards {
		if c.Stamps <= 0 {
			continue
		}
		said, err := th.say("balance_stamps", templates.Fields{"stamps": digits(c.Stamps), "full": digits(c.Full)})
		if err != nil {
			return Reply{}, err
		}
		reply.Body = withRoom(reply.Body, said.Body)
	}
	return reply, nil
}

// lastDay is the last day on which points are good that end at an instant, with its year where that is not this one.
func (th *Thread) lastDay(end, now int64) string {
	zone := th.Program.Location()
	last := time.UnixMilli(end - 1).In(zone)
	if last.Year() != time.UnixMilli(now).In(zone).Year() {
		return templates.DateYear(th.Language, last)
	}
	return templates.Date(th.Language, last)
}

// withRoom adds a sentence to a text where both have room in one part.
func withRoom(text, sentence string) string {
	longer := sms.Spell(text + " " + sentence)
	if sms.Count(longer).Parts > 1 {
		return text
	}
	return longer
}

// points are what the member can spend now: those past their day are not among them.
func (th *Thread) points(ctx context.Context, tx *db.Tx) (int64, error) {
	s, err := rewards.StandingOf(ctx, tx, th.Program, th.Member)
	return s.Balance, err
}
