package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// States of a referral.
const (
	ReferralOpen      = "open"      // the friend has joined and not bought
	ReferralDue       = "due"       // the friend has bought and was paid; the member waits for the round
	ReferralPaid      = "paid"      // both were
	ReferralCapped    = "capped"    // the member had brought as many as are paid for
	ReferralCancelled = "cancelled" // the purchase was given back before the member was paid
)

// ReferralTerms is what the program gives for bringing a friend today; db.Missing when it gives nothing.
func ReferralTerms(ctx context.Context, tx *db.Tx, program int64) (Action, error) {
	a, err := New(tx).actionOfKind(ctx, program, ReferralAction)
	return a, orMissing(err, "the program gives nothing for bringing friends")
}

// MemberCode is the code that a member gives to friends; it is made once and stays. The caller holds the member's row.
func MemberCode(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (string, error) {
	c, err := New(tx).codeOfMember(ctx, p.ID, m.ID)
	if db.NotFound(err) {
		c, err = draw(ctx, tx, insertChannelCodeParams{ProgramID: p.ID, MemberID: m.ID, CreatedAt: tx.Now})
	}
	return c.Code, err
}

// Bring notes that a friend was brought by the member whose code they gave, and tells them in the news what it is worth. It is for who
// joins for the first time ever, in the transaction in which they join; whoever calls sees to it that the number was no member's before.
// So a member who brings was always there before the friend, and there is no circle. Purchases of before do not count.
//
// Errors, all db.Refused and before anything is written: the code is nobody's or the friend's own, the friend was a member before or
// brought already, the program gives nothing for friends, or not now.
func Bring(ctx context.Context, tx *db.Tx, p members.Program, friend members.Member, c Code, news *News) error {
	terms, err := ReferralTerms(ctx, tx, p.ID)
	if err != nil && !db.NotFound(err) {
		return err
	}
	switch {
	case err != nil || !terms.Running(tx.Now):
		return db.Errorf(db.Refused, "the program gives nothing for bringing friends now")
	case !c.OfMember():
		return db.Errorf(db.Refused, "%s is not the code of a member", c.Code)
	case friend.JoinedAt != tx.Now || friend.Formerly != 0:
		return db.Errorf(db.Refused, "only who joins for the first time can be brought by a friend")
	}
	if err := unbound(ctx, tx, friend, c.MemberID); err != nil {
		return err
	}
	n, err := New(tx).insertReferral(ctx, insertReferralParams{ProgramID: p.ID, FriendID: friend.ID, MemberID: c.MemberID, At: tx.Now})
	if err == nil && n == 0 {
		err = db.Errorf(db.Refused, "member %d was brought by somebody already", friend.ID)
	}
	if err == nil && terms.FriendPoints > 0 {
		news.add(sms.Reply, "friend_joined", terms.promise(p, friend))
	}
	return err
}

// promise is what a friend is told they will get.
func (a Action) promise(p members.Program, friend members.Member) templates.Fields {
	f := templates.Fields{"points": fmt.Sprint(a.FriendPoints)}
	if a.Minimum > 0 {
		f["amount"] = templates.Money(spoken(p, friend), p.Currency, a.Minimum)
	}
	return f
}

// longestChain is how far back a chain of friends is followed; longer ones are no circle that a newcomer could close.
const longestChain = 1000

// unbound refuses a member who was brought, over however many others, by the friend they bring; themselves above all.
func unbound(ctx context.Context, tx *db.Tx, friend members.Member, member int64) error {
	for range longestChain {
		if member == friend.ID {
			return db.Errorf(db.Refused, "nobody brings themselves")
		}
		before, err := New(tx).broughtBy(ctx, friend.ProgramID, member)
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		member = before
	}
	return nil
}

// Referrals lists who was brought by whom, friends after the given member id in rising id, at most limit and 1,000.
func Referrals(ctx context.Context, tx *db.Tx, program, after, limit int64) ([]Referral, error) {
	return New(tx).referralsAfter(ctx, referralsAfterParams{ProgramID: program, After: after, Most: max(0, min(limit, 1000))})
}

// friendSource names what a friend gets for their first purchase; the member who brought them claims with the same words.
func friendSource(friend int64) string { return fmt.Sprintf("friend:%d", friend) }

// firstPurchase pays the referral of a member who has bought for the first time, if there is one: the friend at once, the member who
// brought them by the next round (see [PayReferrals]). A purchase below the minimum does not count, and a later one that reaches it
// does. Only who joined with a code can have been brought, so nobody else costs a statement. What is paid is by the terms of today;
// while the program has none, the referral waits.
func firstPurchase(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase, earning int64, news *News) (members.Member, error) {
	if m.Channel == "" || earning <= 0 {
		return m, nil
	}
	_, err := New(tx).openReferral(ctx, p.ID, m.ID)
	if db.NotFound(err) {
		return m, nil
	}
	if err != nil {
		return members.Member{}, err
	}
	terms, err := ReferralTerms(ctx, tx, p.ID)
	if db.NotFound(err) || err == nil && earning < terms.Minimum {
		return m, nil
	}
	if err != nil {
		return members.Member{}, err
	}
	if _, err := New(tx).referralDue(ctx, referralDueParams{ProgramID: p.ID, FriendID: m.ID, PurchaseID: purchase, DueAt: tx.Now}); err != nil {
		return members.Member{}, err
	}
	_, m, err = Bonus(ctx, tx, p, m, terms.Name, friendSource(m.ID), terms.FriendPoints, news)
	if err == nil && terms.FriendPoints > 0 {
		news.add(sms.Reply, "friend_paid", templates.Fields{"points": fmt.Sprint(terms.FriendPoints), "balance": fmt.Sprint(m.Balance)})
	}
	return m, err
}

// notBrought takes the referral of a friend back whose purchase was given back whole before the member who brought them was paid. The
// friend's points go too, as those of the sale do: from their own lot, then by earliest end, and what is missing is a debt or
// forgotten, as the program has it.
func notBrought(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase int64, news *News) (members.Member, error) {
	if m.Channel == "" {
		return m, nil
	}
	n, err := New(tx).cancelReferral(ctx, cancelReferralParams{ProgramID: p.ID, FriendID: m.ID, PurchaseID: purchase})
	if err != nil || n == 0 {
		return m, err
	}
	own, err := New(tx).entryBySource(ctx, entryBySourceParams{ProgramID: p.ID, Kind: KindBonus, Source: friendSource(m.ID)})
	if db.NotFound(err) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	lapsed, err := New(tx).lapsedOf(ctx, p.ID, own.ID)
	if err != nil {
		return m, err
	}
	lost := own.Delta - lapsed
	if p.RefundPolicy == Clamp {
		lost = min(lost, max(0, m.Balance))
	}
	if lost > 0 {
		_, m, err = debit(ctx, tx, p, m, Posting{Kind: KindRefund, Delta: -lost, Source: friendSource(m.ID), Words: own.Words}, own.ID)
	}
	if err != nil {
		return m, err
	}
	return counted(ctx, tx, p, m, count{day: localDay(p.Location(), own.At), points: -own.Delta}, news)
}
