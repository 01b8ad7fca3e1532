package inbox

import (
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// choice answers A, B or C: the reward that was asked for, as the member wants it. Its points are taken now.
func choice(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	open, err := members.Open(ctx, tx, th.Program.ID, th.Member.ID)
	if err != nil {
		return Reply{}, err
	}
	i := slices.IndexFunc(open, isChoice)
	if i < 0 {
		return helpLine(ctx, tx, th)
	}
	r, err := rewards.RewardByID(ctx, tx, th.Program.ID, open[i].Ref)
	if err != nil {
		return Reply{}, err
	}
	if _, err := members.Answer(ctx, tx, open[i], string(rune('a'+th.Intent.Choice-1))); err != nil {
		return Reply{}, err
	}
	return th.buy(ctx, tx, r, th.Intent.Choice)
}

func isChoice(q members.Question) bool { return q.Kind == members.AskChoice }

// choices are the names behind the letters of an open choice; none without one.
func (th *Thread) choices(ctx context.Context, tx *db.Tx, open []members.Question) ([]string, error) {
	i := slices.IndexFunc(open, isChoice)
	if i < 0 {
		return nil, nil
	}
	r, err := rewards.RewardByID(ctx, tx, th.Program.ID, open[i].Ref)
	return r.ChoiceNames(), err
}
