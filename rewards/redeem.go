package rewards

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
)

// again is how long a repeated CANJEAR answers the voucher it has already made: 10 minutes, in milliseconds.
const again = 10 * 60 * 1000

// ChoiceError says that the member has to choose first: nothing was taken. Its code is db.Refused.
type ChoiceError struct{ Reward Reward }

// Error says so.
func (e *ChoiceError) Error() string { return fmt.Sprintf("say which of %s", e.Reward.Name) }

// Unwrap gives the error its code.
func (e *ChoiceError) Unwrap() error { return db.Errorf(db.Refused, "%s", e.Error()) }

// Redeem takes the points of a reward, by its number in the catalogue, and issues its voucher, in one transaction. Open says that the
// member got it less than 10 minutes ago and, where it needs a till, has not used it: then this is that voucher, and nothing was taken.
// Choice is 1 to 3 for a reward with choices, 0 for "not said".
//
// Errors, after none of which points or stock have changed and the transaction can go on: db.Missing for a number that the catalogue
// does not have, a [*ShortError] with the points that are missing, a [*BarredError] when none is left, it is not its time or it is for
// another level, a [*ChoiceError] when the choice is not said. It takes the member's row itself.
func Redeem(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, number int64) (v Voucher, open bool, err error) {
	r, err := RewardByNumber(ctx, tx, p.ID, number)
	if err != nil {
		return Voucher{}, false, err
	}
	return RedeemChoice(ctx, tx, p, m, r, 0)
}

// RedeemChoice is [Redeem] for a reward that was found, with the choice that the member has made: 1 to 3, or 0 for none said.
func RedeemChoice(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, r Reward, choice int) (v Voucher, open bool, err error) {
	if m, err = members.Lock(ctx, tx, p.ID, m.ID); err != nil {
		return Voucher{}, false, err
	}
	if m, err = lapse(ctx, tx, p, m); err != nil {
		return Voucher{}, false, err
	}
	v, err = New(tx).openVoucher(ctx, openVoucherParams{ProgramID: p.ID, MemberID: m.ID, RewardID: r.ID, IssuedAfter: tx.Now - again, Now: tx.Now})
	if !db.NotFound(err) {
		return v, err == nil, err
	}
	if err := r.within(ctx, tx, p, m); err != nil {
		return Voucher{}, false, err
	}
	chosen, err := r.chosen(choice)
	if err != nil {
		return Voucher{}, false, err
	}
	v, _, err = r.sell(ctx, tx, p, m, chosen)
	return v, false, err
}

// within says why the member may not have the reward now, or lacks the points for it; nil if they may.
func (r Reward) within(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	if r.RetiredAt != 0 {
		return db.Errorf(db.Missing, "there is no reward %d", r.Number)
	}
	k, err := rankOf(ctx, tx, p, m, r)
	if err != nil {
		return err
	}
	if err := r.bar(k, tx.Now); err != nil {
		return err
	}
	if m.Balance < r.Cost {
		return &ShortError{Cost: r.Cost, Missing: r.Cost - m.Balance}
	}
	if r.Gone() {
		return &BarredError{Bar: NoneLeft, Reward: r}
	}
	return nil
}

// chosen is the name of a choice; ” where there is nothing to choose.
func (r Reward) chosen(choice int) (string, error) {
	names := r.ChoiceNames()
	switch {
	case len(names) == 0:
		return "", nil
	case choice < 1 || choice > len(names):
		return "", &ChoiceError{r}
	}
	return names[choice-1], nil
}

// takeOne takes the reward from the stock, if it has one.
func (r Reward) takeOne(ctx context.Context, tx *db.Tx) error {
	if r.Stock == Unlimited {
		return nil
	}
	n, err := New(tx).takeStock(ctx, r.ProgramID, r.ID)
	if err == nil && n == 0 {
		return &BarredError{Bar: NoneLeft, Reward: r}
	}
	return err
}

// sell takes the thing and the points and issues the voucher: never one without the others. The points are known to be there. After a
// [*BarredError] nothing has changed, and the member is as before.
func (r Reward) sell(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, choice string) (Voucher, members.Member, error) {
	v := r.promise(tx, p, m, false)
	v.Cost = r.Cost
	if choice != "" {
		v.Choice = choice
	}
	if err := r.take(ctx, tx, &v); err != nil {
		return Voucher{}, m, err
	}
	e, after, err := Post(ctx, tx, p, m, Posting{Kind: KindRedeem, Delta: -r.Cost, Source: v.source(), Voucher: v.ID, Words: r.Name})
	if err != nil {
		return Voucher{}, m, err
	}
	v.RedeemEntry = e.ID
	if v, err = issue(ctx, tx, v); err == nil && v.State == Redeemed { // a donation, or a code: at no store
		err = v.take(ctx, tx, false)
	}
	return v, after, err
}

func (v Voucher) source() string { return fmt.Sprintf("voucher:%d", v.ID) }

// lastMinute is 23:59 of the local day that lies days ahead, in unix milliseconds.
func lastMinute(now time.Time, days int) int64 {
	y, month, d := now.Date()
	return time.Date(y, month, d+days, 23, 59, 0, 0, now.Location()).UnixMilli()
}
