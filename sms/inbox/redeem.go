package inbox

import (
	"context"
	"errors"

	"fiel/db"
	"fiel/members"
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
	r, err := rewards.RewardByNumber(ctx, tx, th.Program.ID, number)
	if db.NotFound(err) {
		return th.say("redeem_unknown_number", templates.Fields{"number": digits(number)})
	}
	if err != nil {
		return Reply{}, err
	}
	return th.buy(ctx, tx, r, th.Intent.Choice)
}

// buy takes the points for a reward that was found, and answers what came of it.
func (th *Thread) buy(ctx context.Context, tx *db.Tx, r rewards.Reward, choice int) (Reply, error) {
	v, open, err := rewards.RedeemChoice(ctx, tx, th.Program, th.Member, r, choice)
	var (
		short  *rewards.ShortError
		barred *rewards.BarredError
		which  *rewards.ChoiceError
	)
	switch {
	case errors.As(err, &short):
		return th.say("redeem_short", templates.Fields{
			"reward": r.Name, "missing": digits(short.Missing), "balance": digits(short.Cost - short.Missing),
		})
	case errors.As(err, &barred):
		return th.barred(barred)
	case errors.As(err, &which):
		return th.choose(ctx, tx, r)
	case db.NotFound(err):
		return th.say("redeem_unknown_number", templates.Fields{"number": digits(r.Number)})
	case err != nil:
		return Reply{}, err
	case open:
		return th.again(v)
	}
	return th.bought(ctx, tx, v)
}

// bought answers a voucher that has just been issued: by its kind, with what is left.
func (th *Thread) bought(ctx context.Context, tx *db.Tx, v rewards.Voucher) (Reply, error) {
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"reward": v.Name, "balance": digits(points)}
	switch v.Kind {
	case rewards.DigitalCode:
		f["digital"] = v.Digital
		return th.say("redeemed_digital", f)
	case rewards.Donation:
		f["charity"] = v.Choice
		return th.say("redeemed_donation", f)
	}
	f["code"], f["end"] = v.Code, th.moment(v.ExpiresAt)
	if v.Choice != "" {
		f["choice"] = v.Choice
		return th.say("redeemed_choice", f)
	}
	if v.ValidFrom > v.IssuedAt {
		f["start"] = th.date(v.ValidFrom)
	}
	return th.say("redeemed", f)
}

// again answers a voucher that the member has had for minutes.
func (th *Thread) again(v rewards.Voucher) (Reply, error) {
	switch v.Kind {
	case rewards.DigitalCode:
		return th.say("redeem_open_digital", templates.Fields{"reward": v.Name, "digital": v.Digital})
	case rewards.Donation:
		return th.say("redeem_open_donation", templates.Fields{"reward": v.Name, "charity": v.Choice})
	}
	return th.say("redeem_open", templates.Fields{"reward": v.Name, "code": v.Code, "end": th.moment(v.ExpiresAt)})
}

// barred answers why the member may not have a reward.
func (th *Thread) barred(e *rewards.BarredError) (Reply, error) {
	f := templates.Fields{"reward": e.Reward.Name}
	switch e.Bar {
	case rewards.NotYet:
		f["begin"] = th.moment(e.From)
		return th.say("redeem_not_yet", f)
	case rewards.Over:
		return th.say("redeem_over", f)
	case rewards.OtherLevel:
		if e.Level == "" {
			return th.say("redeem_over", f)
		}
		f["tier"] = e.Level
		return th.say("redeem_level", f)
	}
	return th.say("redeem_none_left", f)
}

// toChoose is how long a member may take to choose: 10 minutes, in milliseconds.
const toChoose = 10 * 60 * 1000

// choose asks which one the member wants; the points are taken with the answer.
func (th *Thread) choose(ctx context.Context, tx *db.Tx, r rewards.Reward) (Reply, error) {
	if !th.silent { // nobody chooses from what they never read
		if _, err := members.Ask(ctx, tx, th.Member, members.AskChoice, r.ID, tx.Now+toChoose); err != nil {
			return Reply{}, err
		}
	}
	names := append(r.ChoiceNames(), "", "")
	return th.say("redeem_choose", templates.Fields{
		"reward": r.Name, "cost": digits(r.Cost), "choice_a": names[0], "choice_b": names[1], "choice_c": names[2],
	})
}
