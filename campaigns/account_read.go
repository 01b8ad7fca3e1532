package campaigns

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// aftermath is how long after a text what its member does is put down to it, where the offer does not last longer.
const aftermath = int64(48 * time.Hour / time.Millisecond)

// boughtSQL reads who of a run bought inside the offer's time: for each text the stores and what was paid there with money, net of refunds,
// "3:5000 4:200". Vouchers and points are no money: or what the campaign gave away would look like what it brought. What came back whole is
// no purchase.
// A sub-select, and not a join, so that each member's purchases are looked up by the member whatever the database knows of its tables.
// Who was left out when the run was planned belongs to neither side; whose text was taken back or failed later belongs to the side they
// were drawn for. Purchases count for the account that made them: those after a merge for the account that is left.
const boughtSQL = `SELECT CASE WHEN m.state = 'holdout' THEN 1 ELSE 0 END, m.wording, COALESCE((
SELECT string_agg(CAST(p.store_id AS TEXT) || ':' || CAST(CASE WHEN p.money > p.refunded THEN p.money - p.refunded ELSE 0 END AS TEXT), ' ') FROM purchases p
WHERE p.program_id = m.program_id AND p.member_id = m.member_id AND p.occurred_at >= $3 AND p.occurred_at < $4 AND p.state = 'credited'
AND (p.refunded = 0 OR p.refunded < p.money)), '')
FROM messages m WHERE m.program_id = $1 AND m.run_id = $2 AND m.run_id <> 0 AND m.state <> 'left_out' AND m.member_id <> 0`

// readSpent counts who bought for how much, a member at a time.
func (b *bookkeeper) readSpent(ctx context.Context, tx *db.Tx, a *account, run Run, share int64) error {
	rows, err := tx.QueryContext(ctx, boughtSQL, run.ProgramID, run.ID, run.StartsAt, run.EndsAt)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var held int64
		var wording, bought string
		if err := rows.Scan(&held, &wording, &bought); err != nil {
			return err
		}
		if bought == "" {
			continue
		}
		at, err := spentAt(bought)
		if err != nil {
			return err
		}
		a.spends(share, held != 0, wording, at)
	}
	return rows.Err()
}

// purchase is what somebody bought at a store, net of refunds.
type purchase struct{ store, amount int64 }

// spentAt reads the stores and amounts of one member.
func spentAt(list string) (all []purchase, err error) {
	for one := range strings.FieldsSeq(list) {
		var p purchase
		if _, err := fmt.Sscanf(one, "%d:%d", &p.store, &p.amount); err != nil {
			return nil, db.Errorf(db.Internal, "campaigns: purchases of a run: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// spends puts down what one member bought: in all, for the wording of their text, and at each store.
func (a *account) spends(share int64, held bool, wording string, bought []purchase) {
	total, at := int64(0), map[int64]int64{}
	for _, p := range bought {
		total += p.amount
		at[p.store] += p.amount
		if !held {
			a.store(p.store).purchases++
		}
	}
	a.whole.spends(share, held, total)
	if wording != "" {
		a.wording(wording).spent.spends(share, held, total)
	}
	for store, amount := range at {
		a.store(store).spent.spends(share, held, amount)
	}
}

// spends counts a member who spent an amount on their side; nothing of who took it all back.
func (st strata) spends(share int64, held bool, amount int64) {
	side := &st.of(share).treated
	if held {
		side = &st.of(share).held
	}
	if amount > 0 {
		side.add(amount)
	}
}

func (b *bookkeeper) readVouchers(ctx context.Context, tx *db.Tx, a *account, run Run, _ int64) error {
	rows, err := New(tx).runVouchers(ctx, run.ProgramID, run.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		switch r.State {
		case rewards.Cancelled:
			continue // nobody was told of it
		case rewards.Redeemed:
			a.outcome.VouchersUsed += r.Vouchers
			a.store(r.StoreID).used += r.Vouchers
		case rewards.Expired:
			a.expired += r.Vouchers
		}
		a.vouchers += r.Vouchers
	}
	if len(a.wordings) == 0 {
		return nil
	}
	used, err := New(tx).wordingVouchers(ctx, run.ProgramID, run.ID)
	for _, r := range used {
		a.wording(r.Wording).outcome.VouchersUsed += r.Vouchers
	}
	return err
}

// readAnswers counts what texted members texted back, and who wants no more.
func (b *bookkeeper) readAnswers(ctx context.Context, tx *db.Tx, a *account, run Run, _ int64) error {
	no, err := New(tx).runOptOuts(ctx, runOptOutsParams{ProgramID: run.ProgramID, RunID: run.ID, StartsAt: run.StartsAt, EndsAt: run.EndsAt, Aftermath: aftermath})
	if err != nil {
		return err
	}
	for _, r := range no {
		a.answered(r.Wording, Outcome{OptOuts: r.Members, LeftAll: r.FromAll})
	}
	back, err := New(tx).runReplies(ctx, runRepliesParams{ProgramID: run.ProgramID, RunID: run.ID, StartsAt: run.StartsAt, EndsAt: run.EndsAt, Aftermath: aftermath})
	for _, r := range back {
		a.answered(r.Wording, Outcome{Replies: r.Texts})
	}
	return err
}

// onlyWording is how the counts of answers call that of a campaign with one.
const onlyWording = "-"

func (a *account) answered(wording string, o Outcome) {
	a.outcome.join(o)
	if wording != onlyWording {
		a.wording(wording).outcome.join(o)
	}
}

// cost prices texts that left: by what the provider reported, else by the table.
func (b *bookkeeper) cost(t *Texts, r runTextsRow) {
	if r.Priced != 0 {
		t.Cost = r.Price
		return
	}
	price, known := sms.PriceFor(b.program, b.country(r))
	if !known {
		t.Unpriced = r.Parts
		return
	}
	t.Cost = r.Parts * price.Millionths
	t.Estimated = t.Cost
}

// country is that of the numbers of a row; of one that was erased nothing is known but the program.
func (b *bookkeeper) country(r runTextsRow) string {
	if r.Phone == "" {
		return b.program.Country
	}
	return members.Phone(r.Phone).Country()
}
