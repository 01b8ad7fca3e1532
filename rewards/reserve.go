package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// longestHold is for how many minutes at most a till may hold a voucher.
const longestHold = 30

// Reserve holds a voucher for the actor while the customer pays, for 1 to 30 minutes and never beyond its end. Until then only they
// can use it ([Use]), hold it longer (Reserve again) or let it go ([Release]); after that it is free again by itself. Limits and
// approval are those of [Use]; an approval given here is good for the use. Nobody is told. What the cashier has to know is in Used.
func Reserve(ctx context.Context, tx *db.Tx, p members.Program, u Using, minutes int64) (Used, error) {
	c, why, err := u.lay(ctx, tx, p)
	if why == nil && err == nil && (minutes < 1 || minutes > longestHold) {
		why = db.Errorf(db.Invalid, "a voucher is held for 1 to %d minutes", longestHold)
	}
	if why == nil && err == nil {
		why, err = c.judge(ctx, tx, true)
	}
	if why != nil || err != nil {
		return c.refused(why), err
	}
	v, err := New(tx).reserveVoucher(ctx, reserveVoucherParams{
		Until: min(tx.Now+minutes*60*1000, c.voucher.ExpiresAt), Actor: c.Actor, Approver: c.approver(), Now: tx.Now, ProgramID: p.ID, ID: c.voucher.ID,
	})
	if db.NotFound(err) {
		return c.overtaken(ctx, tx)
	}
	if err != nil {
		return Used{}, err
	}
	err = c.record(ctx, tx, "voucher.reserve", v, "")
	c.voucher = v
	return c.refused(nil), err
}

// Release lets a reserved voucher go before its time. Who holds it may, and the command line for everybody: a till may have died
// with a voucher in its hand. Used.Why says when there was nothing to let go.
func Release(ctx context.Context, tx *db.Tx, p members.Program, u Using) (Used, error) {
	c, why, err := u.lay(ctx, tx, p)
	if why != nil || err != nil {
		return c.refused(why), err
	}
	v, err := New(tx).freeVoucher(ctx, freeVoucherParams{ProgramID: p.ID, ID: c.voucher.ID, Actor: u.Actor, Anybody: u.Door == "cli"})
	if db.NotFound(err) {
		if why := c.voucher.closed(tx.Now, u.Actor, c.clock); why != nil {
			return c.refused(why), nil
		}
		return c.refused(db.Errorf(db.Refused, "that voucher is not reserved")), nil
	}
	if err != nil {
		return Used{}, err
	}
	err = c.record(ctx, tx, "voucher.release", v, "")
	c.voucher = v
	return c.refused(nil), err
}
