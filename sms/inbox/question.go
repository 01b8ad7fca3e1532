package inbox

import (
	"context"
	"slices"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// open lists the questions that the member can answer, those of texts that have left since among them, with the games behind them.
func (th *Thread) open(ctx context.Context, tx *db.Tx) ([]members.Question, error) {
	if th.Member.ID == 0 {
		return nil, nil
	}
	if err := campaigns.Asked(ctx, tx, th.Member); err != nil {
		return nil, err
	}
	all, err := members.Open(ctx, tx, th.Program.ID, th.Member.ID)
	if err != nil {
		return nil, err
	}
	return th.inPlay(ctx, tx, all)
}

// inPlay finds the games behind open questions, and leaves out those whose game is over before its time.
func (th *Thread) inPlay(ctx context.Context, tx *db.Tx, open []members.Question) (live []members.Question, err error) {
	th.plays = map[Kind]campaigns.Play{}
	for _, q := range open {
		switch kind := Kind(q.Kind); kind {
		case spinQuestion, clueQuestion, scoreQuestion, rsvpQuestion:
			play, err := campaigns.PlayOf(ctx, tx, th.Program, th.Member, q, th.Language)
			if db.NotFound(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			th.plays[kind] = play
		}
		live = append(live, q)
	}
	th.places, err = th.seated(ctx, tx)
	return live, err
}

// yes and no answer the question that was asked last, of those that take such an answer.
func yes(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) { return th.settle(ctx, tx, true) }

func no(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) { return th.settle(ctx, tx, false) }

// settle closes the last open question and does what the answer asks for. Without one it is a text like any other.
func (th *Thread) settle(ctx context.Context, tx *db.Tx, said bool) (Reply, error) {
	if th.Intent.Answers == rsvpQuestion { // stays open: minds change
		return th.rsvp(ctx, tx, said)
	}
	open, err := members.Open(ctx, tx, th.Program.ID, th.Member.ID)
	if err != nil {
		return Reply{}, err
	}
	i := slices.IndexFunc(open, func(q members.Question) bool { return Kind(q.Kind) == th.Intent.Answers })
	if i < 0 {
		reply, err := th.say("nothing_open", nil)
		reply.Help, reply.ForShop = true, true
		return reply, err
	}
	word := "no"
	if said {
		word = "yes"
	}
	q, err := members.Answer(ctx, tx, open[i], word)
	if err != nil {
		return Reply{}, err
	}
	switch {
	case q.Kind == members.AskMarketing && said:
		return th.promosOn(ctx, tx)
	case q.Kind == members.AskMarketing:
		return th.promosOff(ctx, tx)
	case q.Kind == members.AskErase && said:
		return th.eraseNow(ctx, tx)
	case q.Kind == members.AskReset && said:
		return th.startFresh(ctx, tx)
	case q.Kind == members.AskDispute && !said:
		return th.dispute(ctx, tx, q.Ref)
	case said:
		return th.say("yes_thanks", nil)
	default:
		return th.say("no_thanks", nil)
	}
}

// dispute notes that the member did not use the voucher; a person looks at it. One that came back meanwhile, with the sale it was used
// on, has no use to dispute: the person reads that too.
func (th *Thread) dispute(ctx context.Context, tx *db.Tx, voucher int64) (Reply, error) {
	if _, err := rewards.Dispute(ctx, tx, th.Program, th.Member, voucher); err != nil && !db.NotFound(err) {
		return Reply{}, err
	}
	reply, err := th.say("disputed", map[string]string{"contact": th.Program.Contact})
	reply.ForShop = true
	return reply, err
}
