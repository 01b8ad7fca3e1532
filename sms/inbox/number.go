package inbox

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/templates"
)

// move changes a member's number, proven from both phones: the old one names the new number and is told a code, the new one texts it
// within the hour. Nothing here shows whether the new number is a member's.
func move(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	it := th.Intent
	switch {
	case it.Wrong == "" && it.Code != "":
		return th.arrive(ctx, tx, it.Code)
	case th.Member.ID == 0:
		return notMember(ctx, tx, th)
	case it.Wrong != "":
		reply, err := th.say("move_how", nil)
		reply.ForShop = true
		return reply, err
	}
	phone, err := members.ParsePhone(it.Digits, th.Phone.Country())
	if err != nil || phone == th.Phone || phone.Premium() || !th.Program.Welcomes(phone.Country()) {
		return th.say("move_no_number", nil)
	}
	code, err := members.AskChange(ctx, tx, th.Member, th.inbox.Key.Hash(phone))
	if err != nil {
		return Reply{}, err
	}
	last := phone.E164()
	return th.say("move_code", templates.Fields{"change": code, "ending": last[len(last)-3:]})
}

// arrive is the new number proving that it is one. A number that is a member's already stays theirs: two members are merged by staff.
func (th *Thread) arrive(ctx context.Context, tx *db.Tx, code string) (Reply, error) {
	member, err := members.Changing(ctx, tx, th.Program.ID, code, th.Number.Hash)
	switch {
	case db.NotFound(err):
		return th.say("move_bad_code", nil)
	case err != nil:
		return Reply{}, err
	case th.Member.ID != 0:
		reply, err := th.say("move_taken", templates.Fields{"contact": th.Program.Contact})
		reply.ForShop = true
		return reply, err
	}
	if err := members.Changed(ctx, tx, th.Program.ID, code); err != nil {
		return Reply{}, err
	}
	m, err := members.ByID(ctx, tx, th.Program.ID, member)
	if err != nil {
		return Reply{}, err
	}
	th.Language = spoken(m.Language, th.Language)
	reply, err := th.say("moved", nil)
	if err != nil {
		return Reply{}, err
	}
	d := th.declaration(reply)
	a, err := pos.ChangeNumber(ctx, tx, th.inbox.Key, th.Program, pos.NewNumber{
		Member: member, Phone: th.Phone, Actor: d.Actor, Door: d.Door, Words: d.Words, Evidence: d.Evidence,
	})
	if code := db.CodeOf(err); code == db.Refused || code == db.Invalid {
		return th.say("move_bad_code", nil)
	}
	if err != nil {
		return Reply{}, err
	}
	th.Member, th.news = a.Member, &a.News
	return reply, nil
}
