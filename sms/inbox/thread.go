package inbox

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

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
	Staff    members.Staff // who gives an order; ID 0: the text is none
	Ordered  Ordered
	about    int64 // the member whom an answer to staff names
	atWork   bool  // somebody on the staff has had many answers: the limit of staff holds
	inbox    *Inbox
	said     string                  // the text as it came
	codes    map[string]rewards.Code // those that the text names, by their letters
	plays    map[Kind]campaigns.Play // games whose questions are open
	places   int                     // see Context.Places
	news     *rewards.News           // told after the answer; nil: none
	silent   bool                    // the answer will not be texted, whatever it says
	past     bool                    // it came before a restore: see [sms.Inbound]
	listed   string                  // what the provider's own list says by this text: see [sms.Inbound]
	handled  bool                    // not even the confirmation of a stop: the provider sends its own
}

// open finds the program of the sender, takes the row of the number the text came from, and finds the member. Whoever
// gives an order of staff is at work: no member in it.
func (i *Inbox) open(ctx context.Context, tx *db.Tx, sender sms.Sender, in sms.Inbound) (*Thread, error) {
	th := &Thread{Sender: sender, inbox: i, past: in.Past, listed: in.Listed}
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
	if err := th.employ(ctx, tx, in.OptOut, in.Body); err != nil || th.Staff.ID != 0 {
		return th, err
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
	th.handled = in.Handled && !in.Past || foreign
	quiet := th.Number.Quiet(tx.Now) && !in.Past
	if quiet {
		s, err := members.StaffByPhone(ctx, tx, th.Program.ID, th.Phone)
		if err != nil && !db.NotFound(err) {
			return nil, err
		}
		th.atWork = s.Verified()
	}
	th.silent = th.handled || quiet && !th.atWork
	return th, nil
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

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
	if th.Member.ID == 0 || th.Intent.Command == Stop {
		return nil
	}
	if err := th.Number.HeardFrom(ctx, tx, th.Member); err != nil || th.Member.WroteFirst {
		return err
	}
	return members.Wrote(ctx, tx, th.Member)
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

// shown are the words that a member has agreed to: those of the answer, or their own where no answer reaches them. They are kept for
// ever, also after an erasure, so they name nobody: of a text of several words the keyword stays, and the evidence points at the rest.
func (th *Thread) shown(r Reply) string {
	if !th.handled && (!th.silent || r.Always) {
		return r.Body
	}
	if said := strings.Fields(th.Text.Body); len(said) == 1 {
		return said[0]
	}
	return th.inbox.Book.Keyword(th.Language, th.Intent.Command)
}

// digits is a number as a field of a text takes it.
func digits(n int64) string { return strconv.FormatInt(n, 10) }

// evidence points at the text that something was done for.
func (th *Thread) evidence() string { return fmt.Sprint("inbound:", th.Text.ID) }
