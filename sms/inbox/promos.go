package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// promos gives or withdraws consent to offers; texts about points stay.
func promos(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if th.Intent.Wrong != "" {
		return th.say("promos_how", nil)
	}
	if !th.Intent.On {
		return th.promosOff(ctx, tx)
	}
	if th.asksTwice() {
		reply, err := th.say("promos_need_confirm", nil)
		if err != nil {
			return Reply{}, err
		}
		return reply, th.askMarketing(ctx, tx)
	}
	return th.promosOn(ctx, tx)
}

func (th *Thread) promosOn(ctx context.Context, tx *db.Tx) (Reply, error) {
	reply, err := th.say("promos_on", nil)
	if err != nil {
		return Reply{}, err
	}
	return reply, th.declare(ctx, tx, members.MarketingTexts, true, th.shown(reply))
}

// promosOff answers also "no more ads": with how to leave altogether when it was not the keyword.
func (th *Thread) promosOff(ctx context.Context, tx *db.Tx) (Reply, error) {
	key := "promos_off"
	if th.Intent.PromosOff {
		key = "stopped_promos_hint"
	}
	reply, err := th.say(key, nil)
	if err != nil {
		return Reply{}, err
	}
	return reply, th.declare(ctx, tx, members.MarketingTexts, false, th.shown(reply))
}

func (th *Thread) declare(ctx context.Context, tx *db.Tx, kind string, given bool, words string) error {
	_, err := members.Agree(ctx, tx, th.Member, members.Declaration{
		Kind: kind, Given: given, Door: "text", Actor: "member", Language: th.Language, Words: words, Evidence: th.evidence(),
	})
	return err
}
