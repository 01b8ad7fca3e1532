package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// wholeSale is the share of a sale, in per cent, that sets no limit to vouchers.
const wholeSale = 100

// load is what vouchers take off one sale: a share of it and an amount of money, minor units.
type load struct{ percent, money int64 }

// plus adds a voucher. A thing to take along, an event or a gift to others takes nothing off.
func (l load) plus(v Voucher) load {
	switch v.Kind {
	case PercentOff:
		l.percent += v.Value
	case AmountOff, GiftCard, Cashback, FreeItem:
		l.money += v.Value
	}
	return l
}

// loadOf is what was used on a sale so far.
func loadOf(ctx context.Context, tx *db.Tx, program, purchase int64) (load, error) {
	used, err := New(tx).vouchersSpentOn(ctx, program, purchase)
	all := load{}
	for _, v := range used {
		all = all.plus(v)
	}
	return all, err
}

// BeforeVouchers is what a sale came to before the vouchers that are off its amount already, minor units. Half a unit that the till has
// rounded is the customer's. 0, a sale that is not known, stays 0.
func BeforeVouchers(amount int64, vouchers []Voucher) int64 {
	all := load{}
	for _, v := range vouchers {
		all = all.plus(v)
	}
	switch {
	case amount == 0:
		return 0
	case all.percent >= wholeSale: // of what was free: what it came to is not in the amount
		return amount + all.money
	}
	return roundedUp((amount+all.money)*wholeSale, wholeSale-all.percent)
}

func roundedUp(n, by int64) int64 { return (n + by - 1) / by }

func (c *counter) money(minor int64) string { return templates.Money("en", c.program.Currency, minor) }

func (c *counter) inStore() error {
	if !c.voucher.ValidIn(c.Store) {
		return db.Errorf(db.Refused, "that voucher is not good in this store")
	}
	return nil
}

// largeEnough compares the sale with what the voucher and the store ask for.
func (c *counter) largeEnough() error {
	sale := c.Amount
	switch least := max(c.voucher.Minimum, c.store.RedeemSale); {
	case sale >= least:
	case sale == 0:
		c.note("look that the sale comes to at least %s", c.money(least))
	case sale < c.voucher.Minimum:
		return db.Errorf(db.Refused, "that voucher asks for a sale of at least %s: this one comes to %s", c.money(c.voucher.Minimum), c.money(sale))
	default:
		return db.Errorf(db.Refused, "this store takes vouchers on sales of at least %s: this one comes to %s", c.money(least), c.money(sale))
	}
	return nil
}

// dearEnough compares what the member paid for the voucher with what the store asks for. A gift cost nobody anything.
func (c *counter) dearEnough() error {
	if cost, least := c.voucher.Cost, c.store.RedeemPoints; cost > 0 && cost < least {
		return db.Errorf(db.Refused, "this store takes vouchers of at least %d points: that one cost %d, another store may take it", least, cost)
	}
	return nil
}

// withinShare compares what all vouchers of the sale take off with the share of it that the store lets them pay.
func (c *counter) withinShare() error {
	l, share := c.beside.plus(c.voucher), c.store.RedeemShare
	switch sale := c.Amount; {
	case share >= wholeSale || l == c.beside:
		return nil
	case l.percent > share:
		return db.Errorf(db.Refused, "vouchers take at most %d %% off a sale here, and with that one it would be %d %%: keep it for another store", share, l.percent)
	case l.money == 0:
		return nil
	case l.percent == share:
		return db.Errorf(db.Refused, "vouchers pay at most %d %% of a sale here, and one on this sale does already: keep the other for the next sale", share)
	case sale == 0:
		c.note("vouchers pay at most %d %% of a sale here: look that it comes to at least %s", share, c.money(roundedUp(l.money*wholeSale, share-l.percent)))
	case l.money*wholeSale > (share-l.percent)*sale:
		return db.Errorf(db.Refused, "vouchers pay at most %d %% of a sale here: for that one it has to come to at least %s, and it comes to %s",
			share, c.money(roundedUp(l.money*wholeSale, share-l.percent)), c.money(sale))
	}
	return nil
}

// needsSecond says whether the voucher is worth so much that the store asks for a second person.
func (c *counter) needsSecond() bool {
	limit, worth := c.store.RedeemApproval, c.voucher.Value
	if limit == 0 {
		return false
	}
	if c.voucher.Kind == PercentOff {
		if c.Amount == 0 {
			c.note("when it takes more than %s off, ask a manager to approve it", c.money(limit))
		}
		worth = c.voucher.Value * c.Amount / wholeSale
	}
	return worth > limit
}

// approver is who approved the use: said now, or when the same actor reserved the voucher.
func (c *counter) approver() string {
	switch {
	case !c.second:
		return ""
	case c.Approver == "" && c.voucher.State == Reserved && c.voucher.ReservedBy == c.Actor:
		return c.voucher.Approver
	}
	return c.Approver
}

// approved says why the second person is missing, or may not approve; nil if they may.
func (c *counter) approved(ctx context.Context, tx *db.Tx) (why, err error) {
	who := c.approver()
	if who == "" {
		return db.Errorf(db.Refused, "vouchers worth more than %s need a second person here: ask a manager to approve it", c.money(c.store.RedeemApproval)), nil
	}
	s, why, err := c.secondPerson(ctx, tx, who)
	switch {
	case why != nil || err != nil || s.ID == 0:
		return why, err
	case s.Role == members.Cashier:
		return db.Errorf(db.Denied, "%s is a cashier: ask a manager or the owner to approve it", s.Name), nil
	case s.Role == members.Manager && s.StoreID != 0 && s.StoreID != c.Store:
		return db.Errorf(db.Denied, "%s manages another store: ask a manager of this one to approve it", s.Name), nil
	case s.Phone != "" && s.Phone == c.member.Phone:
		return db.Errorf(db.Denied, "nobody approves a voucher of their own: ask another manager"), nil
	}
	return nil, nil
}
