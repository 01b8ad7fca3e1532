package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/sms"
	"fiel/templates"
)

// join makes the sender of the text a member, with the consent that the poster and this answer speak of, and credits what waited
// for the number. Whoever is in already is told so, with the balance.
func join(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if !th.welcome() {
		return Reply{ForShop: true}, nil
	}
	if th.Member.ID != 0 && !th.Member.Left() && th.Member.Service {
		return alreadyIn(ctx, tx, th)
	}
	if err := members.Reopen(ctx, tx, th.Program.ID, th.Number.Hash); err != nil {
		return Reply{}, err
	}
	returning := th.Member.ID != 0 && th.Member.Left()
	m, _, err := members.Join(ctx, tx, th.Program, members.Joining{
		Phone: th.Phone, Hash: th.Number.Hash, Name: th.Intent.Name, Language: th.Language, WroteFirst: true,
	})
	if err != nil {
		return Reply{}, err
	}
	th.Member = m
	admitted, err := pos.Admit(ctx, tx, th.Program, m)
	if err != nil {
		return Reply{}, err
	}
	th.Member = admitted.Member
	reply, err := th.welcomeWords(returning, admitted)
	if err != nil {
		return Reply{}, err
	}
	return reply, th.consent(ctx, tx, reply.Body)
}

// welcome says whether this number may join: one of the program's countries, and none that costs its caller.
func (th *Thread) welcome() bool {
	return th.Program.Welcomes(th.Phone.Country()) && !th.Phone.Premium()
}

func (th *Thread) welcomeWords(returning bool, a pos.Admission) (Reply, error) {
	f := templates.Fields{"name": th.Member.Name}
	if returning {
		f["balance"] = digits(th.Member.Balance)
		return th.say("welcome_back", f)
	}
	if a.Points > 0 {
		f["points"] = digits(a.Points)
	}
	if th.Intent.UnknownCode != "" {
		f["code"] = th.Intent.UnknownCode
		return th.say("joined_code_unknown", f)
	}
	if th.asksTwice() {
		return th.say("joined_confirm", f)
	}
	return th.say("joined", f)
}

// asksTwice says whether offers wait for a second yes, by the rules of the number's country.
func (th *Thread) asksTwice() bool { return sms.PackFor(sms.Marketing, th.Phone.Country()).DoubleOptIn }

// consent writes down what joining by text means: texts about points at once, offers too unless the country asks for a second yes.
func (th *Thread) consent(ctx context.Context, tx *db.Tx, words string) error {
	d := members.Declaration{
		Given: true, Door: "text", Actor: "member", Language: th.Language, Words: words, Evidence: th.evidence(),
	}
	service, marketing := d, d
	service.Kind, marketing.Kind = members.ServiceTexts, members.MarketingTexts
	if th.asksTwice() {
		if err := th.askMarketing(ctx, tx); err != nil {
			return err
		}
		_, err := members.Agree(ctx, tx, th.Member, service)
		return err
	}
	_, err := members.Agree(ctx, tx, th.Member, service, marketing)
	return err
}

const marketingAnswer = 7 * 24 * 60 * 60 * 1000 // milliseconds a SI to offers is waited for

func (th *Thread) askMarketing(ctx context.Context, tx *db.Tx) error {
	_, err := members.Ask(ctx, tx, th.Member, members.AskMarketing, 0, tx.Now+marketingAnswer)
	return err
}

func alreadyIn(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	m, _, err := members.Join(ctx, tx, th.Program, members.Joining{Phone: th.Phone, Hash: th.Number.Hash, Name: th.Intent.Name, WroteFirst: true})
	if err != nil {
		return Reply{}, err
	}
	return th.say("already_in", templates.Fields{"name": m.Name, "balance": digits(m.Balance)})
}
