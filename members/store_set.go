package members

import (
	"context"
	"strconv"
	"strings"

	"fiel/db"
)

// Change is one setting of a store and its new value, as people type them: "redeem_share", "50".
type Change struct{ Name, Value string }

// storeSetting is something about a store that may be changed: a text of at most high letters, or a number from low to high.
type storeSetting struct {
	name      string
	text      func(*Store) *string
	number    func(*Store) *int64
	low, high int64
	unit      string
}

func storeSettings() []storeSetting {
	return []storeSetting{
		{name: "name", text: func(s *Store) *string { return &s.Name }, low: 1, high: 60},
		{name: "merchant", text: func(s *Store) *string { return &s.Merchant }, high: 80},
		{name: "address", text: func(s *Store) *string { return &s.Address }, high: 200},
		{name: "contact", text: func(s *Store) *string { return &s.Contact }, high: 80},
		{name: "zone", text: func(s *Store) *string { return &s.Zone }, low: 1, high: 60},
		{name: "redeem_share", number: func(s *Store) *int64 { return &s.RedeemShare }, low: 1, high: 100, unit: "per cent of a sale that vouchers may pay"},
		{name: "redeem_sale", number: func(s *Store) *int64 { return &s.RedeemSale }, high: 1_000_000_000_000, unit: "minor units: the smallest sale a voucher is taken on"},
		{name: "redeem_points", number: func(s *Store) *int64 { return &s.RedeemPoints }, high: 1_000_000_000, unit: "points: the fewest a bought voucher may have cost"},
		{name: "redeem_approval", number: func(s *Store) *int64 { return &s.RedeemApproval }, high: 1_000_000_000_000, unit: "minor units: what a voucher is worth above which a second person approves, 0 for never"},
		{name: "reversal_minutes", number: func(s *Store) *int64 { return &s.ReversalMinutes }, high: 10080, unit: "minutes in which the use of a voucher may be undone"},
	}
}

// StoreSettings names what may be changed about a store, in the order it is shown.
func StoreSettings() []string {
	var names []string
	for _, set := range storeSettings() {
		names = append(names, set.name)
	}
	return names
}

// Setting is a store's value under one of the names of [StoreSettings]; ” for another name.
func (s Store) Setting(name string) string {
	for _, set := range storeSettings() {
		switch {
		case set.name != name:
		case set.text != nil:
			return *set.text(&s)
		default:
			return strconv.FormatInt(*set.number(&s), 10)
		}
	}
	return ""
}

// ChangeStore changes settings of a store, all or none, and returns it as it was and as it is. Two changes at once both count: the
// store's row is taken first. Errors: db.Invalid with what to change, db.Missing for no such store, db.Conflict for a name that is
// taken.
func ChangeStore(ctx context.Context, tx *db.Tx, p Program, id int64, changes []Change) (before, after Store, err error) {
	before, err = New(tx).lockStore(ctx, p.ID, id)
	if err != nil {
		return Store{}, Store{}, orMissing(err, "there is no store %d", id)
	}
	after = before
	for _, c := range changes {
		if err := after.set(c); err != nil {
			return Store{}, Store{}, err
		}
	}
	if err := checkZone(after.Zone); err != nil {
		return Store{}, Store{}, err
	}
	after, err = New(tx).changeStore(ctx, changeStoreParams{
		ProgramID: p.ID, ID: id, Name: after.Name, Merchant: after.Merchant, Zone: after.Zone, Address: after.Address, Contact: after.Contact,
		RedeemShare: after.RedeemShare, RedeemSale: after.RedeemSale, RedeemPoints: after.RedeemPoints,
		RedeemApproval: after.RedeemApproval, ReversalMinutes: after.ReversalMinutes,
	})
	if db.Taken(err, "stores_name") {
		return Store{}, Store{}, db.Errorf(db.Conflict, "there is another store of that name already")
	}
	return before, after, err
}

func (s *Store) set(c Change) error {
	for _, set := range storeSettings() {
		switch {
		case set.name != c.Name:
		case set.text != nil:
			return set.setText(s, c.Value)
		default:
			return set.setNumber(s, c.Value)
		}
	}
	return db.Errorf(db.Invalid, "a store has no %q: it has %s", c.Name, strings.Join(StoreSettings(), ", "))
}

func (set storeSetting) setText(s *Store, value string) error {
	line, ok := Line(value, int(set.high))
	if !ok && (value != "" || set.low > 0) {
		return db.Errorf(db.Invalid, "%s is one line of at most %d letters", set.name, set.high)
	}
	*set.text(s) = line
	return nil
}

func (set storeSetting) setNumber(s *Store, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < set.low || n > set.high {
		return db.Errorf(db.Invalid, "%s is a whole number from %d to %d (%s)", set.name, set.low, set.high, set.unit)
	}
	*set.number(s) = n
	return nil
}
