package inbox

import (
	"context"
	"strings"

	"fiel/campaigns"
	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// isClue says whether folded words are the code of a clue of the open treasure hunt.
func (th *Thread) isClue(words string) bool { return th.clueAt(words) != campaigns.NoCode }

// clueAt is the place of the clue that has a code; no slip of the keys is forgiven.
func (th *Thread) clueAt(words string) int {
	play, ok := th.plays[clueQuestion]
	if !ok || words == "" {
		return campaigns.NoCode
	}
	for i, c := range play.Game.Hunt.Clues {
		if strings.Join(read(c.Code).words, " ") == words {
			return i
		}
	}
	return campaigns.NoCode
}

// clue takes the code of a clue: the next clue, the treasure, or what is wrong with it.
func clue(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	play := th.plays[clueQuestion]
	switch day, when := play.Opens(tx.Time()); when {
	case campaigns.Later:
		return th.say("hunt_early", templates.Fields{"day": th.dateOf(day)})
	case campaigns.Gone:
		return helpLine(ctx, tx, th)
	}
	th.news = new(rewards.News)
	step, err := play.Try(ctx, tx, th.clueAt(strings.Join(read(th.said).words, " ")), th.news)
	if err != nil {
		return Reply{}, err
	}
	switch {
	case step.Found && th.Intent.Wrong != "":
		return helpLine(ctx, tx, th)
	case step.Found:
		return th.found(ctx, tx, step.Won)
	case step.Stuck:
		reply, err := th.say("clue_stuck", nil)
		reply.Help = true
		return reply, err
	case step.Wrong:
		return th.say("clue_wrong", templates.Fields{"clue": step.Clue})
	case step.Other:
		return th.say("clue_other", templates.Fields{"clue": step.Clue})
	}
	return th.say("clue_next", templates.Fields{"clue": step.Clue})
}

// found answers who has found the treasure, now or before.
func (th *Thread) found(ctx context.Context, tx *db.Tx, won campaigns.Won) (Reply, error) {
	th.Member = won.Member
	switch {
	case won.Late:
		return th.say("hunt_late", nil)
	case won.Again:
		return th.won(ctx, tx, "found", won)
	}
	return th.won(ctx, tx, "hunt", won)
}
