package pos

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// Enrolment is somebody whom staff make a member.
type Enrolment struct {
	Phone    members.Phone
	Name     string // '' can be said later
	Store    int64  // home store, 0 if not known
	Language string // '' takes the program's
	FriendOf string // code of the member who brought them, '' for none
	Words    string // what they were shown and said yes to; '' is [ScreenWords]
	Actor    string // staff:7, cli:ana
	Door     string // page, api, cli, text
}

// ScreenWords are what staff read out, or turn the screen for, unless a page has words of its own.
const ScreenWords = "The shop may text me about my points and vouchers. I can leave at any time by texting BAJA."

// marketingAnswer is how long a SI to the welcome is waited for, in milliseconds.
const marketingAnswer = 7 * day

// Enrol makes a member of a number at the shop. Saying yes to the words on the screen is consent to texts about points; the one text
// that follows asks for a SI to offers. A number that has left stays unbothered: it is a member and gathers points, and gets texts
// once it writes ALTA. So does a number of a country where only people who wrote first may be written to. Joined is false for who was
// a member already: nothing changes, nothing is sent, and the Admission is only theirs.
//
// Errors: db.Refused for a number of a country the program does not welcome, or a premium one, and for a friend who cannot be brought
// by that code; db.Missing for no such code; db.Invalid for a name that is none.
func Enrol(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, e Enrolment) (m members.Member, joined bool, a Admission, err error) {
	if e.Phone == "" || !p.Welcomes(e.Phone.Country()) || e.Phone.Premium() {
		return m, false, a, db.Errorf(db.Refused, "%v cannot join: the program does not take numbers of that country or kind", e.Phone)
	}
	hash := key.Hash(e.Phone)
	number, err := members.Touch(ctx, tx, p.ID, hash)
	if err != nil {
		return m, false, a, err
	}
	if err := rewards.LapseGone(ctx, tx, p, e.Phone); err != nil {
		return m, false, a, err
	}
	m, joined, err = members.Join(ctx, tx, p, members.Joining{Phone: e.Phone, Hash: hash, Name: e.Name, Language: e.Language, Store: e.Store})
	if err != nil {
		return m, false, a, err
	}
	if !joined && e.FriendOf == "" {
		return m, false, Admission{Member: m}, nil
	}
	if a, err = e.admit(ctx, tx, p, number, m); err != nil {
		return m, false, a, err
	}
	err = members.Record(ctx, tx, p.ID, members.Act{
		Actor: e.Actor, Door: e.Door, Action: "member.enrol", Subject: fmt.Sprintf("member:%d", m.ID), After: map[string]any{"store": e.Store},
	})
	if err == nil && number.Textable() {
		a.Member, err = greet(ctx, tx, p, a, e)
	}
	if err == nil {
		err = a.News.Tell(ctx, tx, p, a.Member)
	}
	return a.Member, true, a, err
}

// admit gives a new member what they begin with, and notes who brought them.
func (e Enrolment) admit(ctx context.Context, tx *db.Tx, p members.Program, number members.Number, m members.Member) (Admission, error) {
	if e.FriendOf == "" {
		return Admit(ctx, tx, p, m)
	}
	code, err := rewards.CodeByText(ctx, tx, p.ID, e.FriendOf)
	if err != nil {
		return Admission{}, err
	}
	if m, err = members.CameBy(ctx, tx, m, code.Code); err != nil {
		return Admission{}, err
	}
	a, err := Admit(ctx, tx, p, m)
	if err != nil {
		return a, err
	}
	if number.SuppressedAt != 0 || number.NoBonusUntil > tx.Now {
		return a, db.Errorf(db.Refused, "that number was a member's before: only who joins for the first time can be brought by a friend")
	}
	return a, rewards.Bring(ctx, tx, p, a.Member, code, &a.News)
}

// greet writes the consent down and sends the one welcome.
func greet(ctx context.Context, tx *db.Tx, p members.Program, a Admission, e Enrolment) (members.Member, error) {
	if e.Words == "" {
		e.Words = ScreenWords
	}
	m, err := members.Agree(ctx, tx, a.Member, members.Declaration{
		Kind: members.ServiceTexts, Given: true, Door: e.Door, Actor: e.Actor, Language: a.Member.Language, Words: e.Words,
	})
	if err != nil || !m.WroteFirst && sms.PackFor(sms.Marketing, m.Phone.Country()).WriteFirst {
		return m, err
	}
	if _, err := members.Ask(ctx, tx, m, members.AskMarketing, 0, tx.Now+marketingAnswer); err != nil {
		return m, err
	}
	f := templates.Fields{"program": p.Name, "name": m.Name}
	if a.Points > 0 {
		f["points"] = digits(a.Points)
	}
	return m, tell(ctx, tx, p, m, sms.Service, "welcome_staff", f)
}
