package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// join makes the sender of the text a member, with the consent that the poster and this answer speak of, and credits what waited
// for the number. Whoever is in already is told so, with the balance.
func join(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if !th.welcome() {
		return Reply{ForShop: true}, nil
	}
	th.Intent.Name = usable(th.Intent.Name)
	if err := th.comeBack(ctx, tx); err != nil {
		return Reply{}, err
	}
	if th.isIn() {
		return alreadyIn(ctx, tx, th)
	}
	first := th.Member.ID == 0 && th.Number.SuppressedAt == 0 && th.Number.NoBonusUntil <= tx.Now // nobody is forgotten, moved or merged and brought again
	if err := members.Reopen(ctx, tx, th.Program.ID, th.Number.Hash); err != nil {
		return Reply{}, err
	}
	if err := rewards.LapseGone(ctx, tx, th.Program, th.Phone); err != nil {
		return Reply{}, err
	}
	returning := th.Member.ID != 0 && th.Member.Left()
	if returning { // a SI that comes late must not erase who has just come back
		if err := members.Withdraw(ctx, tx, th.Member, members.AskErase); err != nil {
			return Reply{}, err
		}
	}
	m, _, err := members.Join(ctx, tx, th.Program, members.Joining{
		Phone: th.Phone, Hash: th.Number.Hash, Name: th.Intent.Name, Language: th.Language, WroteFirst: true,
	})
	if err != nil {
		return Reply{}, err
	}
	if th.Member, err = members.CameBy(ctx, tx, m, th.Intent.Code); err != nil {
		return Reply{}, err
	}
	admitted, err := pos.Admit(ctx, tx, th.Program, th.Member)
	if err != nil {
		return Reply{}, err
	}
	th.Member, th.news = admitted.Member, &admitted.News
	if err := th.joinedBy(ctx, tx, first); err != nil {
		return Reply{}, err
	}
	reply, agreed, err := th.welcomeWords(ctx, tx, returning, admitted)
	if err != nil {
		return Reply{}, err
	}
	if err := th.consent(ctx, tx, th.shown(agreed)); err != nil {
		return Reply{}, err
	}
	return reply, nil
}

// isIn says whether ALTA has nothing left to give: a member who has joined by a text before, and whom texts reach. Whom staff have
// enrolled joins by their first ALTA as anybody does, offers included.
func (th *Thread) isIn() bool {
	return th.Member.ID != 0 && !th.Member.Left() && th.Member.Service && th.Member.WroteFirst && th.Number.Textable()
}

// usable is a name that can be kept; ” for none: a strange name is no reason not to join.
func usable(name string) string {
	clean, err := members.CleanName(name)
	if err != nil {
		return ""
	}
	return clean
}

// welcome says whether this number may join: one of the program's countries, and none that costs its caller.
func (th *Thread) welcome() bool {
	return th.Program.Welcomes(th.Phone.Country()) && !th.Phone.Premium()
}

// unnamed stands in kept words for a code that does not exist: it may be a number, an e-mail address, anything.
const unnamed = "..."

// welcomeWords are the answer to joining, and the same without the name and whatever stood for a code, as consent keeps it.
func (th *Thread) welcomeWords(ctx context.Context, tx *db.Tx, returning bool, a pos.Admission) (reply, agreed Reply, err error) {
	f, key := templates.Fields{"name": th.Member.Name}, "joined"
	switch {
	case returning:
		points, err := th.points(ctx, tx)
		if err != nil {
			return Reply{}, Reply{}, err
		}
		f["balance"], key = digits(points), "welcome_back"
	case th.Intent.UnknownCode != "":
		f["code"], key = th.Intent.UnknownCode, "joined_code_unknown"
	}
	if !returning && a.Points > 0 {
		f["points"] = digits(a.Points)
	}
	if th.asksTwice() {
		key += "_confirm"
	}
	if reply, err = th.say(key, f); err != nil {
		return Reply{}, Reply{}, err
	}
	if f["name"] = ""; th.Intent.UnknownCode != "" && f["code"] != "" {
		f["code"] = unnamed
	}
	agreed, err = th.say(key, f)
	return reply, agreed, err
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

// askMarketing opens the question that the answer asks: none where the answer is not texted, so that no SI answers what nobody read.
func (th *Thread) askMarketing(ctx context.Context, tx *db.Tx) error {
	if th.silent {
		return nil
	}
	_, err := members.Ask(ctx, tx, th.Member, members.AskMarketing, 0, tx.Now+marketingAnswer)
	return err
}

func alreadyIn(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if c, ok := th.codes[th.Intent.Code]; ok && !c.OfMember() {
		return claim(ctx, tx, th)
	}
	m, _, err := members.Join(ctx, tx, th.Program, members.Joining{Phone: th.Phone, Hash: th.Number.Hash, Name: th.Intent.Name, WroteFirst: true})
	if err != nil {
		return Reply{}, err
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	return th.say("already_in", templates.Fields{"name": m.Name, "balance": digits(points)})
}
