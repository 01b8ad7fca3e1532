package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/sms"
	"fiel/templates"
)

const confirmFor = 10 * 60 * 1000 // milliseconds a SI to erasing, or to a fresh start, is waited for

// erase asks a member whether to erase them. Of a number that is no member's only its texts are kept: those go at once.
func erase(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if th.Member.ID == 0 {
		reply, err := th.say(sms.ErasedTopic, nil)
		if err != nil {
			return Reply{}, err
		}
		return reply, th.forget(ctx, tx, reply)
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	reply, err := th.say("erase_ask", templates.Fields{"balance": digits(points)})
	if err != nil {
		return Reply{}, err
	}
	return reply, th.askErase(ctx, tx)
}

// askErase opens the question that the answer asks: none where the answer is not texted.
func (th *Thread) askErase(ctx context.Context, tx *db.Tx) error {
	if th.silent {
		return nil
	}
	_, err := members.Ask(ctx, tx, th.Member, members.AskErase, 0, tx.Now+confirmFor)
	return err
}

// eraseNow erases the member, and says so one last time.
func (th *Thread) eraseNow(ctx context.Context, tx *db.Tx) (Reply, error) {
	reply, err := th.say(sms.ErasedTopic, nil)
	if err != nil {
		return Reply{}, err
	}
	reply.Always = true
	return reply, th.forget(ctx, tx, reply)
}

// forget erases the member or the stranger. The confirmation is written without a number where it goes back in the webhook's answer;
// one that goes by a text of its own keeps it until it has left (see sms.BlankErased).
func (th *Thread) forget(ctx context.Context, tx *db.Tx, reply Reply) error {
	var err error
	if th.Member.ID == 0 {
		err = pos.ForgetNumber(ctx, tx, th.Program, th.Number.Hash)
	} else {
		_, err = pos.Forget(ctx, tx, th.Program, th.Member.ID, th.declaration(reply))
	}
	th.Member = members.Member{}
	if th.Sender.ReplyVia != sms.ViaREST {
		th.Text.Phone, th.Text.Hash = "", ""
	}
	return err
}

// declaration is what the sender said, with the words of the answer.
func (th *Thread) declaration(r Reply) members.Declaration {
	return members.Declaration{Door: "text", Actor: "member", Language: th.Language, Words: th.shown(r), Evidence: th.evidence()}
}
