package inbox

import (
	"context"
	"errors"

	"fiel/db"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// readCodes looks up the words of a text that are written like codes: the matcher asks no database.
func (th *Thread) readCodes(ctx context.Context, tx *db.Tx, body string) error {
	th.codes = map[string]rewards.Code{}
	for _, word := range Candidates(body) {
		c, err := rewards.CodeByText(ctx, tx, th.Program.ID, word)
		if err == nil {
			th.codes[word] = c
		}
		if err != nil && !db.NotFound(err) {
			return err
		}
	}
	return nil
}

func (th *Thread) isCode(word string) bool {
	_, ok := th.codes[word]
	return ok
}

// claim answers a code on its own: a member gets what its action gives, a stranger is told how to join with it. A code that does not
// exist never comes here: it gets the help line, like any other word.
func claim(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	c := th.codes[th.Intent.Code]
	switch {
	case th.Member.ID == 0:
		return th.say("claim_stranger", templates.Fields{"code": c.Code})
	case c.OfMember():
		return th.say("claim_friend", nil)
	}
	th.news = &rewards.News{}
	claiming, done, err := th.claimBy(ctx, tx, c, 0)
	var refused *rewards.ClaimError
	if errors.As(err, &refused) {
		return th.say(refused.Words(th.Program, th.Member))
	}
	if err != nil {
		return Reply{}, err
	}
	return th.say(claiming.Words(th.Member, done))
}

// joinedBy does what the code behind ALTA is for: it notes who brought the new member, or gives what the code's action gives, beside
// the gift for joining. What a code does not give any more is told, and no reason not to join. First says that the number never was a
// member's.
func (th *Thread) joinedBy(ctx context.Context, tx *db.Tx, first bool) error {
	c, ok := th.codes[th.Intent.Code]
	if !ok || c.OfMember() && !first {
		return nil
	}
	if c.OfMember() {
		err := rewards.Bring(ctx, tx, th.Program, th.Member, c, th.news)
		if db.CodeOf(err) == db.Refused {
			return nil
		}
		return err
	}
	if a, err := rewards.ActionOf(ctx, tx, c); err != nil || a.Kind == rewards.JoinAction {
		return err // it was given by joining
	}
	_, _, err := th.claimBy(ctx, tx, c, sms.Reply)
	var refused *rewards.ClaimError
	if errors.As(err, &refused) {
		refused.Tell(th.Program, th.Member, th.news)
		return nil
	}
	return err
}

// claimBy claims the action of a code for the member. The gift for joining was had by joining, whatever it was then.
func (th *Thread) claimBy(ctx context.Context, tx *db.Tx, c rewards.Code, tell sms.Class) (rewards.Claiming, rewards.Claimed, error) {
	a, err := rewards.ActionOf(ctx, tx, c)
	if err != nil {
		return rewards.Claiming{}, rewards.Claimed{}, err
	}
	if a.Kind == rewards.JoinAction {
		return rewards.Claiming{}, rewards.Claimed{}, &rewards.ClaimError{Why: rewards.ClaimEnough, Action: a}
	}
	claiming := rewards.Claiming{Action: a, Source: th.evidence(), Code: c.Code, Tell: tell, Door: "text"}
	done, m, err := rewards.Claim(ctx, tx, th.Program, th.Member, claiming, th.news)
	if err == nil {
		th.Member = m
	}
	return claiming, done, err
}
