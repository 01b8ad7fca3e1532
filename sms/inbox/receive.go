package inbox

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// Inbox receives texts and answers them. It follows a text from the provider's webhook to the reply in one transaction: what the
// text asked for and the answer to it are stored together or not at all.
type Inbox struct {
	DB   *db.DB
	Key  members.Key
	Book *Book
	Log  *slog.Logger
}

// Thread is one text in, with whom it is from and what it means.
type Thread struct {
	Program  members.Program
	Sender   sms.Sender
	Phone    members.Phone
	Number   members.Number
	Member   members.Member // ID 0: a stranger
	Intent   Intent
	Language string // the one to answer in
	Text     sms.Received
	inbox    *Inbox
	silent   bool // the answer will not be texted, whatever it says
	handled  bool // not even the confirmation of a stop: the provider sends its own
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
func (i *Inbox) Receive(ctx context.Context, in sms.Inbound) (sms.Answer, error) {
	var answer sms.Answer
	err := i.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		sender, err := sms.FindSender(ctx, tx, in.AccountSID, in.To, in.ServiceSID)
		if err != nil {
			return err
		}
		answer, err = i.ReceiveBy(ctx, tx, sender, in)
		return err
	})
	return answer, err
}

// ReceiveBy handles one text that came to a sender, within a transaction.
func (i *Inbox) ReceiveBy(ctx context.Context, tx *db.Tx, sender sms.Sender, in sms.Inbound) (sms.Answer, error) {
	in.Body = legible(in.Body)
	th, err := i.open(ctx, tx, sender, in)
	if err != nil {
		return sms.Answer{}, err
	}
	text, err := sms.RecordInbound(ctx, tx, th.Sender, in, sms.From{Phone: th.Phone, Hash: th.Number.Hash, Member: th.Member.ID})
	if err != nil || text.Again {
		return text.Answer, err
	}
	th.Text = text.Received
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
	return th.send(ctx, tx, reply)
}

// legible is a body as both databases can hold it: UTF-8, and no NUL, which PostgreSQL refuses in a text.
func legible(body string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\x00", "")
}

// open finds the program of the sender, takes the row of the number the text came from, and finds the member.
func (i *Inbox) open(ctx context.Context, tx *db.Tx, sender sms.Sender, in sms.Inbound) (*Thread, error) {
	th := &Thread{Sender: sender, inbox: i}
	var err error
	if th.Program, err = members.ProgramByID(ctx, tx, th.Sender.ProgramID); err != nil {
		return nil, err
	}
	th.Language = th.Program.Language
	phone, err := th.person(ctx, tx, in.From)
	if err != nil || phone == "" {
		return th, err
	}
	th.Phone = phone
	if th.Number, err = members.Touch(ctx, tx, th.Program.ID, i.Key.Hash(phone)); err != nil {
		return nil, err
	}
	th.Member, err = members.ByPhone(ctx, tx, th.Program.ID, phone)
	if err != nil && !db.NotFound(err) {
		return nil, err
	}
	if th.Member.ID != 0 {
		if th.Member, err = members.Lock(ctx, tx, th.Program.ID, th.Member.ID); err != nil {
			return nil, err
		}
		th.Language = spoken(th.Member.Language, th.Program.Language)
	}
	foreign := th.Member.ID == 0 && !th.welcome()
	th.handled = in.Handled || foreign
	th.silent = th.handled || th.Number.Quiet(tx.Now)
	return th, nil
}

// person is the number of somebody who may be answered: none for a short code, letters, another channel, what cannot be a mobile, or
// a number that is our own. Such texts are kept for the shop.
func (th *Thread) person(ctx context.Context, tx *db.Tx, from string) (members.Phone, error) {
	if !e164.MatchString(from) {
		return "", nil
	}
	if ours, err := sms.Ours(ctx, tx, from); err != nil || ours {
		return "", err
	}
	if phone, err := members.ParsePhone(from, ""); err == nil {
		return phone, nil
	}
	// Numbering tables change: what they would refuse today is a member of yesterday, who can stop.
	m, err := members.ByPhone(ctx, tx, th.Program.ID, members.Phone(from))
	if db.NotFound(err) {
		return "", nil
	}
	return m.Phone, err
}

// spoken is the first language if there are texts in it, else the second.
func spoken(lang, otherwise string) string {
	if slices.Contains(templates.Languages(), lang) {
		return lang
	}
	return otherwise
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// answer finds out what the text means and has it answered.
func (th *Thread) answer(ctx context.Context, tx *db.Tx, in sms.Inbound) (Reply, error) {
	if th.Phone == "" {
		return Reply{ForShop: true}, nil
	}
	open, err := members.Open(ctx, tx, th.Program.ID, th.Member.ID)
	if err != nil {
		return Reply{}, err
	}
	th.Intent = th.inbox.Book.Match(Context{
		Language: th.Language, Member: th.Member.ID != 0, Plus1: strings.HasPrefix(th.Phone.E164(), "+1"),
		Year: tx.Time().In(th.Program.Location()).Year(), Open: kinds(open), OptOut: in.OptOut,
	}, in.Body)
	if err := th.learn(ctx, tx); err != nil {
		return Reply{}, err
	}
	if th.Number.Stopped() {
		return th.answerStopped(ctx, tx)
	}
	return th.route()(ctx, tx, th)
}

// learn takes the language from a word that belongs to one language only.
func (th *Thread) learn(ctx context.Context, tx *db.Tx) error {
	lang := spoken(th.Intent.Language, "")
	if lang == "" || lang == th.Language {
		return nil
	}
	th.Language = lang
	if th.Member.ID == 0 {
		return nil
	}
	th.Member.Language = lang
	return members.SetLanguage(ctx, tx, th.Member, lang)
}

// wrote remembers that a member has texted us: in some countries nobody may be texted before.
func (th *Thread) wrote(ctx context.Context, tx *db.Tx) error {
	if th.Member.ID == 0 || th.Member.WroteFirst || th.Intent.Command == Stop {
		return nil
	}
	return members.Wrote(ctx, tx, th.Member)
}

// send makes the reply a row of the outbox, unless the loop guard or the provider has spoken: where the provider answers a stop
// word itself, a second answer would be one too many. Strangers from countries that cannot join are not answered: their texts are how
// answers are pumped.
func (th *Thread) send(ctx context.Context, tx *db.Tx, r Reply) (sms.Answer, error) {
	if r.Body == "" || th.handled || th.Phone == "" {
		return sms.Answer{}, nil
	}
	if !r.Always {
		ok, err := th.Number.Allow(ctx, tx, r.Help, th.today(tx))
		if err != nil || !ok {
			return sms.Answer{}, err
		}
	}
	return sms.ReplyTo(ctx, tx, th.Sender, th.Text, sms.Draft{
		Program: th.Program, Member: th.Member, Topic: r.Topic, Language: th.Language, Body: r.Body,
	})
}

// say is a reply in the thread's language.
func (th *Thread) say(key string, f templates.Fields) (Reply, error) {
	if templates.Takes(key, "program") {
		if f == nil {
			f = templates.Fields{}
		}
		f["program"] = th.Program.Name
	}
	body, err := templates.Render(th.Language, key, f)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Topic: key, Body: sms.Spell(body)}, nil
}

// shown are the words that a member has agreed to: those of the answer, or their own where no answer reaches them.
func (th *Thread) shown(r Reply) string {
	if th.handled || th.silent && !r.Always {
		return th.Text.Body
	}
	return r.Body
}

// digits is a number as a field of a text takes it.
func digits(n int64) string { return strconv.FormatInt(n, 10) }

// evidence points at the text that something was done for.
func (th *Thread) evidence() string { return fmt.Sprint("inbound:", th.Text.ID) }
