package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
)

// wrongCodes is how many wrong codes an hour a till or a person may try.
const wrongCodes = 10

const hour = 60 * 60 * 1000 // milliseconds

// Find finds the voucher of a code as a till or a person may look for it: wrong codes are counted, and after ten in an hour none is
// looked for; see Used.Why. It takes no row and says nothing of whether the voucher can be used.
func Find(ctx context.Context, tx *db.Tx, p members.Program, u Using) (Used, error) {
	c, why, err := u.find(ctx, tx, p)
	return c.refused(why), err
}

// find looks for the voucher of a code and for the store it is shown at. The counter is there also when there is no voucher.
func (u Using) find(ctx context.Context, tx *db.Tx, p members.Program) (*counter, error, error) { //nolint:revive // why, then err
	c := &counter{Using: u, program: p, store: members.Store{RedeemShare: wholeSale, Zone: p.Zone}}
	if u.Actor == "" || u.Door == "" {
		return c, nil, db.Errorf(db.Invalid, "a voucher is used by somebody")
	}
	code, why := ValidCode(u.Code)
	if why != nil {
		return c, why, nil
	}
	if blocked, err := u.blocked(ctx, tx, p); blocked != nil || err != nil {
		return c, blocked, err
	}
	v, err := New(tx).voucherByCode(ctx, p.ID, code)
	if db.NotFound(err) {
		why, err = u.wrong(ctx, tx, p)
		return c, why, err
	}
	c.voucher = v
	if err == nil && u.Store != 0 {
		c.store, err = members.StoreByID(ctx, tx, p.ID, u.Store)
	}
	return c, nil, err
}

// clock is an instant as the wall of the store shows it.
func (c *counter) clock(at int64) string {
	return time.UnixMilli(at).In(c.store.Location()).Format("15:04")
}

// blocked answers the sentence for an actor who has tried too many wrong codes this hour.
func (u Using) blocked(ctx context.Context, tx *db.Tx, p members.Program) (why, err error) {
	n, err := New(tx).triedWrong(ctx, triedWrongParams{ProgramID: p.ID, Door: u.Actor, Hour: tx.Now / hour})
	if err != nil && !db.NotFound(err) {
		return nil, err
	}
	if n < wrongCodes {
		return nil, nil
	}
	return tooMany(tx.Now), nil
}

func tooMany(now int64) error {
	minutes := 60 - now%hour/(60*1000)
	return db.Errorf(db.Denied, "%d wrong codes in this hour: wait %d minutes", wrongCodes, minutes)
}

// wrong counts a code that does not exist.
func (u Using) wrong(ctx context.Context, tx *db.Tx, p members.Program) (why, err error) {
	_, err = New(tx).countWrongCode(ctx, countWrongCodeParams{ProgramID: p.ID, Door: u.Actor, Hour: tx.Now / hour, N: wrongCodes})
	if db.NotFound(err) {
		return tooMany(tx.Now), nil
	}
	return db.Errorf(db.Missing, "there is no voucher with that code"), err
}
