package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// Card is how a member stands on a card of stamps.
type Card struct {
	Rule   int64
	Name   string // of the rule
	Stamps int64  // below zero: owed since a refund
	Full   int64  // stamps that fill the card
}

// fullCards is how many cards one purchase turns into vouchers at most; further stamps wait for the next one.
const fullCards = 10

// StampsOf lists the cards of a member: those with stamps, and those of rules in use that ever had one.
func StampsOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) ([]Card, error) {
	rows, err := New(tx).stampCards(ctx, p.ID, m.ID)
	list := make([]Card, len(rows))
	for i, r := range rows {
		list[i] = Card{r.ID, r.Name, r.Stamps, r.Step}
	}
	return list, err
}

// Card is the card that the purchase stamped, for the receipt to tell; Full is 0 for none.
func (n *News) Card() Card { return n.card }

// maxStamps is what a card holds. The table checks it too.
const maxStamps = 1_000_000

// stampsFit answers db.Invalid when a card would hold more stamps than it can: a slip in the number of things.
func stampsFit(ctx context.Context, tx *db.Tx, m members.Member, given []stamped) error {
	for _, s := range given {
		n, err := New(tx).stampsOn(ctx, stampsOnParams{ProgramID: m.ProgramID, MemberID: m.ID, RuleID: s.rule.ID})
		if err != nil {
			return err
		}
		if n > maxStamps-s.n {
			return db.Errorf(db.Invalid, "the card of %s holds at most %d stamps", s.rule.Name, maxStamps)
		}
	}
	return nil
}

// stamp gives the stamps of a purchase by a stamp rule, n of them. A full card becomes the voucher of its reward, several if there are
// so many stamps; where the reward is not to be had, the stamps stay on the card. The card is noted in the news for the receipt, and
// vouchers are told in it. The caller holds the member's row. db.Conflict when the purchase has stamped the card before.
func stamp(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase int64, rule Rule, n int64, news *News) error {
	if n <= 0 {
		return nil
	}
	c := punch{member: m, rule: rule, purchase: purchase}
	if err := c.move(ctx, tx, n, fmt.Sprintf("purchase:%d", purchase), 0); err != nil {
		return err
	}
	for filled := 1; filled <= fullCards && c.stamps >= rule.Step && rule.RewardID != 0; filled++ {
		v, err := grantReward(ctx, tx, p, m, rule.RewardID, fmt.Sprintf("stamp:%d:%d:%d", rule.ID, purchase, filled), false)
		if code := db.CodeOf(err); code == db.Refused || code == db.Missing {
			break
		}
		if err == nil {
			err = c.move(ctx, tx, -rule.Step, fmt.Sprintf("voucher:%d", v.ID), v.ID)
		}
		if err != nil {
			return err
		}
		news.given(p, m, sms.Reply, v)
	}
	if news != nil && c.stamps > 0 {
		news.card = Card{rule.ID, rule.Name, c.stamps, rule.Step}
	}
	return nil
}

// unstamp takes n stamps of a purchase back, on behalf of a refund. Where the card does not have them any more, vouchers that it became
// and that nobody has used are cancelled, the newest first, and give their stamps back to it; what was used leaves a debt of stamps,
// which the next ones fill. The caller holds the member's row. db.Conflict when the refund has taken stamps of the card before.
func unstamp(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, purchase, refund int64, rule Rule, n int64, news *News) error {
	if n <= 0 {
		return nil
	}
	c := punch{member: m, rule: rule, purchase: purchase}
	if err := c.move(ctx, tx, -n, fmt.Sprintf("refund:%d", refund), 0); err != nil || c.stamps >= 0 {
		return err
	}
	cards := (-c.stamps + rule.Step - 1) / rule.Step
	unused, err := New(tx).cardVouchers(ctx, cardVouchersParams{ProgramID: p.ID, MemberID: m.ID, RuleID: rule.ID, Most: min(cards, 1000)})
	if err != nil {
		return err
	}
	for _, v := range unused {
		if err := c.reopen(ctx, tx, v, news); err != nil {
			return err
		}
	}
	return nil
}

// punch is a card that is being stamped.
type punch struct {
	member   members.Member
	rule     Rule
	purchase int64
	stamps   int64 // on the card now
}

// move puts stamps on the card, or takes them off, and writes that down.
func (c *punch) move(ctx context.Context, tx *db.Tx, by int64, source string, voucher int64) (err error) {
	m := c.member
	c.stamps, err = New(tx).moveStamps(ctx, moveStampsParams{ProgramID: m.ProgramID, MemberID: m.ID, RuleID: c.rule.ID, Stamps: by})
	if err != nil {
		return clearly(err)
	}
	n, err := New(tx).insertStampMove(ctx, insertStampMoveParams{
		ProgramID: m.ProgramID, ID: tx.ID(), MemberID: m.ID, RuleID: c.rule.ID, Delta: by, StampsAfter: c.stamps, Source: source,
		PurchaseID: c.purchase, VoucherID: voucher, At: tx.Now,
	})
	if err == nil && n == 0 {
		return db.Errorf(db.Conflict, "%s has moved the stamps of %s already", source, c.rule.Name)
	}
	return err
}

// reopen cancels a voucher that nobody has used and makes it stamps again. One that is being used this moment stays.
func (c *punch) reopen(ctx context.Context, tx *db.Tx, v cardVouchersRow, news *News) error {
	n, err := New(tx).cancelCardVoucher(ctx, c.member.ProgramID, v.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := New(tx).putBackStock(ctx, c.member.ProgramID, c.rule.RewardID); err != nil {
		return err
	}
	news.add(sms.Reply, "card_reopened", templates.Fields{"reward": v.Name, "code": v.Code})
	return c.move(ctx, tx, c.rule.Step, fmt.Sprintf("cancelled:%d", v.ID), v.ID)
}
