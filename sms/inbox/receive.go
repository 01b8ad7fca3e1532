package inbox

import (
	"context"
	"strings"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// Inbox receives texts and answers them. It follows a text from the provider's webhook to the reply in one transaction: what the
// text asked for and the answer to it are stored together or not at all.
type Inbox struct {
	DB   *db.DB
	Key  members.Key
	Book *Book
	Base string         // how the world reaches us, for links in texts; '': no links
	Luck campaigns.Luck // where a wheel stops; nil: dice
}

// Reply is the answer to a text. The zero value answers nothing.
type Reply struct {
	Topic   string // the words in templates that Body was made of
	Body    string
	ForShop bool // a person should read what was texted
	Help    bool // the help line: limited to a few a day
	Always  bool // not held back by the loop guard: the one confirmation of a stop
}

// answerer answers one command.
type answerer func(context.Context, *db.Tx, *Thread) (Reply, error)

// Receive handles one text; see [sms.Receive]. It answers a repeated delivery as the first, db.Denied when no sender of ours has the
// address it came to.
func (i *Inbox) Receive(ctx context.Context, in sms.Inbound) (answer sms.Answer, err error) {
	for range overtaken {
		var seen context.Context
		if seen, err = i.lookFor(ctx, in); err != nil {
			return sms.Answer{}, err
		}
		err = i.DB.Write(seen, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			sender, err := sms.FindSender(ctx, tx, in.AccountSID, in.To, in.ServiceSID)
			if err != nil {
				return err
			}
			answer, err = i.ReceiveBy(ctx, tx, sender, in)
			return err
		})
		if db.CodeOf(err) != db.Conflict {
			return answer, err
		}
	}
	return sms.Answer{}, err
}

// lookFor is [Inbox.Look] for the program whose sender a text came to.
func (i *Inbox) lookFor(ctx context.Context, in sms.Inbound) (context.Context, error) {
	said, found := i.Book.Ordered("", in.OptOut, legible(in.Body))
	if !found || !said.Order.ofOwner() {
		return ctx, nil
	}
	var sender sms.Sender
	err := i.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		sender, err = sms.FindSender(ctx, tx, in.AccountSID, in.To, in.ServiceSID)
		return err
	})
	if err != nil {
		return ctx, err
	}
	return i.Look(ctx, sender.ProgramID, in)
}

// overtaken is how often a text is handled that meets another one of the same person half way: a number that changes hands meanwhile, a
// code that is used up. The next time it finds what overtook it.
const overtaken = 5

// ReceiveBy handles one text that came to a sender, within a transaction.
func (i *Inbox) ReceiveBy(ctx context.Context, tx *db.Tx, sender sms.Sender, in sms.Inbound) (sms.Answer, error) {
	in.Body = legible(in.Body)
	th, err := i.open(ctx, tx, sender, in)
	if err != nil {
		return sms.Answer{}, err
	}
	in.Body = th.kept(in.Body)
	text, err := sms.RecordInbound(ctx, tx, th.Sender, in, sms.From{Phone: th.Phone, Hash: th.Number.Hash, Member: th.Member.ID})
	if err != nil || text.Again {
		return text.Answer, err
	}
	th.Text, th.said = text.Received, in.Body
	if err := th.hearProvider(ctx, tx); err != nil {
		return sms.Answer{}, err
	}
	reply, err := th.answer(ctx, tx, in)
	if err != nil {
		return sms.Answer{}, err
	}
	if err := sms.Understood(ctx, tx, th.Text, string(th.Intent.Command), th.Member.ID, reply.ForShop); err != nil {
		return sms.Answer{}, err
	}
	if err := th.wrote(ctx, tx); err != nil {
		return sms.Answer{}, err
	}
	answer, err := th.send(ctx, tx, reply)
	if err != nil {
		return sms.Answer{}, err
	}
	return answer, th.tellNews(ctx, tx)
}

// tellNews texts what followed from the text, after its answer.
func (th *Thread) tellNews(ctx context.Context, tx *db.Tx) error {
	if th.news == nil {
		return nil
	}
	m, err := members.ByID(ctx, tx, th.Program.ID, th.Member.ID) // with the consent it has just given
	if err != nil {
		return err
	}
	return th.news.Tell(ctx, tx, th.Program, m)
}

// legible is a body as both databases can hold it: UTF-8, and no NUL, which PostgreSQL refuses in a text.
func legible(body string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\x00", "")
}

// answer finds out what the text means and has it answered.
func (th *Thread) answer(ctx context.Context, tx *db.Tx, in sms.Inbound) (Reply, error) {
	if th.Phone == "" {
		return Reply{ForShop: true}, nil
	}
	if th.Staff.ID != 0 {
		return th.work(ctx, tx)
	}
	open, err := th.open(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	if err := th.readCodes(ctx, tx, in.Body); err != nil {
		return Reply{}, err
	}
	choices, err := th.choices(ctx, tx, open)
	if err != nil {
		return Reply{}, err
	}
	th.Intent = th.inbox.Book.Match(Context{
		Language: th.Language, Member: th.Member.ID != 0, Plus1: strings.HasPrefix(th.Phone.E164(), "+1"),
		Year: tx.Time().In(th.Program.Location()).Year(), Open: kinds(open), Choices: choices, OptOut: in.OptOut, Code: th.isCode,
		Clue: th.isClue, Places: th.places,
	}, in.Body)
	if err := th.learn(ctx, tx); err != nil {
		return Reply{}, err
	}
	if th.Number.Stopped() {
		return th.answerStopped(ctx, tx)
	}
	if reply, found, err := th.answerAsk(ctx, tx, open); found || err != nil {
		return reply, err
	}
	return th.route()(ctx, tx, th)
}

// send makes the reply a row of the outbox, unless the loop guard or the provider has spoken: where the provider answers a stop
// word itself, a second answer would be one too many. Strangers from countries that cannot join are not answered: their texts are how
// answers are pumped.
func (th *Thread) send(ctx context.Context, tx *db.Tx, r Reply) (sms.Answer, error) {
	if r.Body == "" || th.handled || th.past || th.Phone == "" {
		return sms.Answer{}, nil
	}
	if !r.Always {
		ok, err := th.allow(ctx, tx, r)
		if err != nil || !ok {
			return sms.Answer{}, err
		}
	}
	return sms.ReplyTo(ctx, tx, th.Sender, th.Text, sms.Draft{
		Program: th.Program, Member: th.Member, Staff: th.Staff.ID, About: th.about, Topic: r.Topic, Language: th.Language, Body: r.Body,
	})
}

// allow says whether the loop guard lets a reply go, and counts it.
func (th *Thread) allow(ctx context.Context, tx *db.Tx, r Reply) (bool, error) {
	if th.atWork {
		return th.Number.AllowStaff(ctx, tx)
	}
	return th.Number.Allow(ctx, tx, r.Help, th.today(tx))
}
