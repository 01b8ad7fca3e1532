package inbox

import (
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// yes and no answer the question that was asked last, of those that take such an answer.
func yes(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) { return th.settle(ctx, tx, true) }

func no(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) { return th.settle(ctx, tx, false) }

// settle closes the last open question and does what the answer asks for. Without one it is a text like any other.
func (th *Thread) settle(ctx context.Context, tx *db.Tx, said bool) (Reply, error) {
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
