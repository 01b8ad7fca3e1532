package inbox

import (
	"context"
	"errors"

	"fiel/db"
	"fiel/rewards"
	"fiel/templates"
)

// redeem takes the points for a reward and answers the code for the counter. The same number again within minutes answers the same
// code: a text that was typed twice does not cost twice.
func redeem(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	switch th.Intent.Wrong {
	case "":
	case TwoNumbers:
		return th.say("redeem_two_numbers", templates.Fields{"number": digits(int64(th.Intent.Number))})
	default:
		return th.say("redeem_how", nil)
	}
	number := int64(th.Intent.Number)
	v, open, err := rewards.Redeem(ctx, tx, th.Program, th.Member, number)
	var short *rewards.ShortError
	switch {
	case errors.As(err, &short):
		return th.redeemShort(ctx, tx, number, short)
	case db.NotFound(err):
		return th.say("redeem_unknown_number", templates.Fields{"number": digits(number)})
	case err != nil && db.CodeOf(err) == db.Refused:
		return th.redeemNoneLeft(ctx, tx, number)
	case err != nil:
		return Reply{}, err
	}
	f := templates.Fields{"reward": v.Name, "code": v.Code, "end": th.moment(v.ExpiresAt)}
	if open {
		return th.say("redeem_open", f)
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	f["balance"] = digits(points)
	return th.say("redeemed", f)
}

func (th *Thread) redeemShort(ctx context.Context, tx *db.Tx, number int64, short *rewards.ShortError) (Reply, error) {
	r, err := th.rewardBy(ctx, tx, number)
	if err != nil {
		return Reply{}, err
	}
	return th.say("redeem_short", templates.Fields{
		"reward": r.Name, "missing": digits(short.Missing), "balance": digits(short.Cost - short.Missing),
	})
}

func (th *Thread) redeemNoneLeft(ctx context.Context, tx *db.Tx, number int64) (Reply, error) {
	r, err := th.rewardBy(ctx, tx, number)
	if err != nil {
		return Reply{}, err
	}
	return th.say("redeem_none_left", templates.Fields{"reward": r.Name})
}

// rewardBy finds a reward of the catalogue by its number.
func (th *Thread) rewardBy(ctx context.Context, tx *db.Tx, number int64) (rewards.Reward, error) {
	list, err := rewards.Catalogue(ctx, tx, th.Program)
	if err != nil {
		return rewards.Reward{}, err
	}
	for _, r := range list {
		if r.Number == number {
			return r, nil
		}
	}
	return rewards.Reward{}, db.Errorf(db.Missing, "there is no reward %d", number)
}
