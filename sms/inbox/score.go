package inbox

import (
	"context"
	"slices"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/templates"
)

// score keeps the answer to a survey, gives its voucher and asks for a comment.
func score(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	play, ok := th.plays[scoreQuestion]
	switch {
	case !ok:
		return helpLine(ctx, tx, th)
	case th.Intent.Wrong != "":
		return th.say("score_how", nil)
	}
	n := int64(th.Intent.Score)
	th.news = new(rewards.News)
	done, err := play.Score(ctx, tx, n, th.news)
	if err != nil {
		return Reply{}, err
	}
	th.Member = done.Won.Member
	if done.Again {
		return th.say("comment_thanks", nil)
	}
	key, f := "score_thanks", templates.Fields{"score": digits(n)}
	if done.Low {
		key, f = "score_sorry", templates.Fields{}
		if err := play.TellLow(ctx, tx, done.ID, n); err != nil {
			return Reply{}, err
		}
	}
	switch v := done.Won.Voucher; {
	case v.ID != 0:
		f["prize"], f["code"], f["end"] = v.Name, v.Code, th.moment(v.ExpiresAt)
		key += "_voucher"
	case done.Won.Points > 0:
		f["points"] = digits(done.Won.Points)
	}
	return th.say(key, f)
}

// comments keeps what is said after a score. After a low one a person reads it too.
func comments(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	open, err := members.Open(ctx, tx, th.Program.ID, th.Member.ID)
	if err != nil {
		return Reply{}, err
	}
	i := slices.IndexFunc(open, func(q members.Question) bool { return q.Kind == members.AskComment })
	if i < 0 {
		return helpLine(ctx, tx, th)
	}
	words, low, err := campaigns.Comment(ctx, tx, th.Program, open[i], th.said, th.Language)
	if err != nil {
		return Reply{}, err
	}
	reply, err := th.thanks(words)
	reply.ForShop = low || th.Intent.StopHint
	return reply, err
}

// thanks answers a comment, in the shop's own words if it has some, or with how to leave if that might be meant.
func (th *Thread) thanks(own string) (Reply, error) {
	switch {
	case th.Intent.StopHint:
		return th.say("stop_hint", nil)
	case own != "":
		return th.say("comment_own", templates.Fields{"own": own})
	}
	return th.say("comment_thanks", nil)
}
