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

// Redeem takes the points of a reward, by its number in the catalogue, and issues its voucher, in one transaction. The voucher is
// good at once and until 23:59, in the program's zone, of the day that lies the reward's days ahead: nobody has to think about which
// day midnight belongs to. Open says that the member asked
// for the same reward less than 10 minutes ago and has not used it: then this is that voucher, and nothing was taken.
//
// Errors, after none of which points or stock have changed and the transaction can go on: db.Missing for a number that the catalogue
// does not have, a [*ShortError] with the points that are missing, db.Refused when none is left. It takes the member's row itself.
func Redeem(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, number int64) (v Voucher, open bool, err error) {
	if m, err = members.Lock(ctx, tx, p.ID, m.ID); err != nil {
		return Voucher{}, false, err
	}
	if m, err = lapse(ctx, tx, p, m); err != nil {
		return Voucher{}, false, err
	}
	r, err := New(tx).rewardByNumber(ctx, p.ID, number)
	if err != nil {
		return Voucher{}, false, orMissing(err, "there is no reward %d", number)
	}
	v, err = New(tx).openVoucher(ctx, openVoucherParams{
		ProgramID: p.ID, MemberID: m.ID, RewardID: r.ID, IssuedAt: tx.Now - again, ExpiresAt: tx.Now,
	})
	if !db.NotFound(err) {
		return v, err == nil, err
	}
	if m.Balance < r.Cost {
		return Voucher{}, false, &ShortError{Cost: r.Cost, Missing: r.Cost - m.Balance}
	}
	if err := r.takeOne(ctx, tx); err != nil {
		return Voucher{}, false, err
	}
	v, err = r.buy(ctx, tx, p, m)
	return v, false, err
}

// takeOne takes the reward from the stock, if it has one.
func (r Reward) takeOne(ctx context.Context, tx *db.Tx) error {
	if r.Stock == Unlimited {
		return nil
	}
	n, err := New(tx).takeStock(ctx, r.ProgramID, r.ID)
	if err == nil && n == 0 {
		return db.Errorf(db.Refused, "none is left of reward %d", r.Number)
	}
	return err
}

// buy takes the points and issues the voucher: never one without the other.
func (r Reward) buy(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Voucher, error) {
	v := Voucher{
		ProgramID: p.ID, ID: tx.ID(), MemberID: m.ID, RewardID: r.ID, Name: r.Name, Kind: r.Kind, Value: r.Value, Minimum: r.Minimum,
		Cost: r.Cost, ValidFrom: tx.Now, ExpiresAt: lastMinute(tx.Time().In(p.Location()), int(r.Days)),
	}
	e, _, err := Post(ctx, tx, p, m, Posting{Kind: KindRedeem, Delta: -r.Cost, Source: v.source(), Voucher: v.ID, Words: r.Name})
	if err != nil {
		return Voucher{}, err
	}
	v.RedeemEntry = e.ID
	return issue(ctx, tx, v)
}

func (v Voucher) source() string { return fmt.Sprintf("voucher:%d", v.ID) }

// lastMinute is 23:59 of the local day that lies days ahead, in unix milliseconds.
func lastMinute(now time.Time, days int) int64 {
	y, month, d := now.Date()
	return time.Date(y, month, d+days, 23, 59, 0, 0, now.Location()).UnixMilli()
}
