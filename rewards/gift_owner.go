package rewards

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// longestWords is how many letters an owner's own words with a gift may have: with the code they stay within two parts.
const longestWords = 120

// Gift is a reward that an owner gives one member.
type Gift struct {
	Member int64
	Reward int64  // id; 0: by the terms, for something that is on no list
	Terms  Terms  // its words are those below
	Words  string // of the owner's own, '' for none
	Actor  string // for the audit
	Door   string
}

// Gave is what came of a gift.
type Gave struct {
	Voucher Voucher
	Text    sms.Message // that tells the member; without ID nobody may text them, and the owner hands the code over
}

// Give gives a member a reward without taking points, and texts them its code with the owner's words. It takes the member's row
// itself. Errors: db.Missing for no such reward or member, a [*BarredError] when none is left or it is over, db.Refused for a member
// who has left, db.Invalid for words or terms that make no sense.
func Give(ctx context.Context, tx *db.Tx, p members.Program, g Gift) (Gave, error) {
	words, err := cleanWords(g.Words)
	if err != nil {
		return Gave{}, err
	}
	m, err := members.Lock(ctx, tx, p.ID, g.Member)
	if err != nil {
		return Gave{}, err
	}
	if m.Left() {
		return Gave{}, db.Errorf(db.Refused, "that member has left: who has left gets no gifts")
	}
	v, err := g.voucher(ctx, tx, p, m, words)
	if err != nil {
		return Gave{}, err
	}
	err = members.Record(ctx, tx, p.ID, members.Act{
		Actor: g.Actor, Door: g.Door, Action: "reward.give", Subject: fmt.Sprintf("voucher:%d", v.ID),
		After: map[string]any{"member": m.ID, "reward": v.Name, "kind": v.Kind, "value": v.Value, "words": utf8.RuneCountInString(words)},
	})
	if err != nil {
		return Gave{}, err
	}
	text, err := v.tellGift(ctx, tx, p, m)
	return Gave{v, text}, err
}

func (g Gift) voucher(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, words string) (Voucher, error) {
	if g.Reward == 0 {
		g.Terms.Words = words
		return Grant(ctx, tx, p, m, g.Terms, 0)
	}
	r, err := RewardByID(ctx, tx, p.ID, g.Reward)
	if err == nil && r.RetiredAt != 0 {
		err = db.Errorf(db.Missing, "%s is off the list", r.Name)
	}
	if err != nil {
		return Voucher{}, err
	}
	return r.grant(ctx, tx, p, m, fmt.Sprintf("gift:%d", tx.ID()), words, false)
}

// cleanWords makes the owner's words fit to be sent: on one line, spelt as texts are. They are never read as fields.
func cleanWords(words string) (string, error) {
	words = strings.Join(strings.Fields(sms.Clean(words)), " ")
	switch {
	case utf8.RuneCountInString(words) > longestWords:
		return "", db.Errorf(db.Invalid, "your words have %d letters and at most %d fit with the code", utf8.RuneCountInString(words), longestWords)
	case strings.ContainsFunc(words, unicode.IsControl):
		return "", db.Errorf(db.Invalid, "your words hold a control character: type them anew")
	}
	return words, nil
}

// tellGift texts the member what they were given; a program without a sender texts nobody.
func (v Voucher) tellGift(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (sms.Message, error) {
	key, f := v.gift(p, m)
	id, err := sms.TellOnce(ctx, tx, p, m, sms.Service, key, "", f)
	if db.NotFound(err) || err == nil && id == 0 {
		return sms.Message{}, nil
	}
	if err != nil {
		return sms.Message{}, err
	}
	return sms.ByID(ctx, tx, p.ID, id)
}

// gift is the text of a gift by its kind, with the giver's words where there are any.
func (v Voucher) gift(p members.Program, m members.Member) (key string, f templates.Fields) {
	switch v.Kind {
	case Donation:
		key, f = "donation", templates.Fields{"reward": v.Name, "charity": v.Choice}
	case DigitalCode:
		key, f = "digital", templates.Fields{"reward": v.Name, "digital": v.Digital}
	default:
		key, f = "voucher", v.fields(p, m)
	}
	if v.Words == "" {
		return key + "_given", f
	}
	f["words"] = v.Words
	return key + "_gift", f
}

// TermsFor are the terms of something that is on no list, good at once and for so many days, 1 to 365: until 23:59 of the last, in the
// program's zone. db.Invalid for another number of days.
func TermsFor(tx *db.Tx, p members.Program, t Terms, days int64) (Terms, error) {
	if days < 1 || days > 365 {
		return Terms{}, db.Errorf(db.Invalid, "a voucher can be used for 1 to 365 days")
	}
	t.ExpiresAt = lastMinute(tx.Time().In(p.Location()), int(days))
	return t, nil
}
