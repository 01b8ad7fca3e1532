package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// grantReward gives a member the voucher of a reward, by its id, without taking points: for a full card of stamps, a level, an action.
// Source names the occasion; a second call with it answers the first voucher and takes nothing. NextDay, or the reward itself, makes
// the voucher good from the first instant of the next day. The level that a reward asks for does not bind a gift; its dates do. The
// caller holds the member's row and tells them ([News.given]).
//
// Errors, after which nothing has changed and the transaction can go on: db.Missing when there is no such reward any more, db.Refused
// when it is over, has not begun or none is left.
func grantReward(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, reward int64, source string, nextDay bool) (Voucher, error) {
	if source == "" {
		return Voucher{}, db.Errorf(db.Invalid, "a reward is given for something")
	}
	v, err := New(tx).voucherBySource(ctx, p.ID, source)
	if !db.NotFound(err) {
		return v, err
	}
	r, err := RewardByID(ctx, tx, p.ID, reward)
	if err == nil && r.RetiredAt != 0 {
		err = db.Errorf(db.Missing, "reward %d is off the list", reward)
	}
	if err != nil {
		return Voucher{}, err
	}
	return r.grant(ctx, tx, p, m, source, "", nextDay)
}

// grant issues the voucher of a gift, with the giver's own words.
func (r Reward) grant(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, source, words string, nextDay bool) (Voucher, error) {
	r.TierID = 0 // who gives it has decided who gets it
	if err := r.bar(rank{own: noLevel()}, tx.Now); err != nil {
		return Voucher{}, err
	}
	v := r.promise(tx, p, m, nextDay)
	v.Source, v.Words = source, words
	if err := r.take(ctx, tx, &v); err != nil {
		return Voucher{}, err
	}
	made, err := issue(ctx, tx, v)
	if err == nil && made.ID != v.ID { // what was taken goes back with the transaction
		return Voucher{}, db.Errorf(db.Busy, "%s is being given by somebody else: try again", source)
	}
	return made, err
}

// promise is the voucher of a reward as a member gets it now, before anything is taken for it. It is good until 23:59, in the
// program's zone, of the day that lies the reward's days ahead: nobody has to think about which day midnight belongs to. What needs
// nobody at a till, a donation or an uploaded code, is used as it is issued.
func (r Reward) promise(tx *db.Tx, p members.Program, m members.Member, nextDay bool) Voucher {
	now := tx.Time().In(p.Location())
	v := Voucher{
		ProgramID: p.ID, ID: tx.ID(), MemberID: m.ID, RewardID: r.ID, Name: r.Name, Kind: r.Kind, Value: r.Value, Minimum: r.Minimum,
		Categories: r.Categories, Products: r.Products, Stores: r.Stores, State: Issued,
		IssuedAt: tx.Now, ValidFrom: tx.Now, ExpiresAt: lastMinute(now, int(r.Days)),
	}
	switch {
	case atOnce(r.Kind):
		v.State, v.RedeemedAt, v.Actor, v.Choice = Redeemed, tx.Now, "system", r.Charity
	case nextDay || r.NextDay:
		v.ValidFrom = firstInstant(now, 1)
	}
	return v
}

// take takes what a reward is made of for its voucher: one of the stock, and a code of its list.
func (r Reward) take(ctx context.Context, tx *db.Tx, v *Voucher) error {
	if r.Kind == DigitalCode {
		code, err := New(tx).takeCode(ctx, takeCodeParams{VoucherID: v.ID, ProgramID: r.ProgramID, RewardID: r.ID})
		if db.NotFound(err) {
			return &BarredError{Bar: NoneLeft, Reward: r}
		}
		v.Digital = code
		return err
	}
	return r.takeOne(ctx, tx)
}

// given tells the member of a voucher that was given to them: its code, or what was done at once.
func (n *News) given(p members.Program, m members.Member, class sms.Class, v Voucher) {
	key, f := v.gift(p, m)
	n.add(class, key, f)
}

// fields are what a text says of a voucher: what it is for, its code, and from when to when it is good.
func (v Voucher) fields(p members.Program, m members.Member) templates.Fields {
	language, start := spoken(p, m), ""
	if v.ValidFrom > v.IssuedAt {
		start = templates.Date(language, time.UnixMilli(v.ValidFrom).In(p.Location()))
	}
	return templates.Fields{
		"reward": v.Name, "code": v.Code, "start": start,
		"end": templates.Moment(language, time.UnixMilli(v.ExpiresAt).In(p.Location())),
	}
}

// spoken is the language a member is texted in.
func spoken(p members.Program, m members.Member) string { return sms.LanguageOf(p, m) }
