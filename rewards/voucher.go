package rewards

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// States of a voucher.
const (
	Issued    = "issued"
	Reserved  = "reserved"  // held by a till until reserved_until
	Redeemed  = "redeemed"  // used, once
	Expired   = "expired"   // not used in time; its points came back
	Cancelled = "cancelled" // undone, with the sale it was used on
)

// Terms are what a granted voucher promises. Nobody pays points for it.
type Terms struct {
	Name      string
	Kind      string // percent, amount or item
	Value     int64
	Minimum   int64   // purchase that it asks for, minor units
	Stores    []int64 // where it is valid; none: in all
	ValidFrom int64   // unix milliseconds; 0: at once
	ExpiresAt int64   // exclusive
	Words     string  // the giver's own, '' for none
}

func (t Terms) validate(now int64) error {
	switch {
	case t.Name == "" || utf8.RuneCountInString(t.Name) > 40:
		return db.Errorf(db.Invalid, "a voucher needs a name of at most 40 letters: it stands in texts")
	case t.Minimum < 0 || t.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "the minimum purchase of a voucher is not below zero")
	case atOnce(t.Kind):
		return db.Errorf(db.Invalid, "a %s is a reward of the list: put it up first, then give it", t.Kind)
	case t.ExpiresAt <= now || t.ExpiresAt <= t.ValidFrom:
		return db.Errorf(db.Invalid, "a voucher ends after it begins, and not in the past")
	}
	return checkValue(t.Kind, t.Value)
}

// Grant gives a member the voucher of a campaign's run, or finds the one that the run gave already. Run 0 is an owner's gift, a new
// one each time. Errors: db.Invalid for terms that make no sense.
func Grant(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, t Terms, run int64) (Voucher, error) {
	if err := t.validate(tx.Now); err != nil {
		return Voucher{}, err
	}
	if run != 0 {
		v, err := New(tx).voucherOfRun(ctx, voucherOfRunParams{ProgramID: p.ID, RunID: run, MemberID: m.ID})
		if err == nil || !db.NotFound(err) {
			return v, err
		}
	}
	return issue(ctx, tx, Voucher{
		ProgramID: p.ID, ID: tx.ID(), MemberID: m.ID, RunID: run, Name: t.Name, Kind: t.Kind, Value: t.Value, Minimum: t.Minimum,
		Words: t.Words, Stores: storeList(t.Stores), ValidFrom: max(t.ValidFrom, tx.Now), ExpiresAt: t.ExpiresAt,
	})
}

// issue inserts the voucher with a code that no other of the program has.
func issue(ctx context.Context, tx *db.Tx, v Voucher) (Voucher, error) {
	for range 10 { // a code is taken once in 10^10 draws
		made, err := New(tx).insertVoucher(ctx, insertVoucherParams{
			ProgramID: v.ProgramID, ID: v.ID, Code: newCode(), MemberID: v.MemberID, RewardID: v.RewardID, RunID: v.RunID, Source: v.Source,
			Name: v.Name, Kind: v.Kind, Value: v.Value, Minimum: v.Minimum, Choice: v.Choice, Digital: v.Digital, Words: v.Words,
			Categories: cmp.Or(v.Categories, "[]"), Products: cmp.Or(v.Products, "[]"), Cost: v.Cost, Stores: v.Stores,
			State: cmp.Or(v.State, Issued), IssuedAt: tx.Now, ValidFrom: v.ValidFrom, ExpiresAt: v.ExpiresAt, RedeemedAt: v.RedeemedAt,
			RedeemEntry: v.RedeemEntry, Actor: v.Actor,
		})
		if !db.NotFound(err) {
			return made, err
		}
		// Not the code, perhaps: another writer may have given this run's or source's voucher since we looked.
		there, err := v.sibling(ctx, tx)
		if !db.NotFound(err) {
			return there, err
		}
	}
	return Voucher{}, db.Errorf(db.Internal, "no free voucher code found")
}

// sibling is the voucher that the same run gave the member, or that was given for the same source.
func (v Voucher) sibling(ctx context.Context, tx *db.Tx) (Voucher, error) {
	if v.Source != "" {
		return New(tx).voucherBySource(ctx, v.ProgramID, v.Source)
	}
	return New(tx).voucherOfRun(ctx, voucherOfRunParams{ProgramID: v.ProgramID, RunID: v.RunID, MemberID: v.MemberID})
}

// VoucherByCode finds a voucher by a code as people write it; db.Invalid for a typo, db.Missing when the program has no such code.
// It does not count wrong codes: see [Use].
func VoucherByCode(ctx context.Context, tx *db.Tx, program int64, code string) (Voucher, error) {
	code, err := ValidCode(code)
	if err != nil {
		return Voucher{}, err
	}
	v, err := New(tx).voucherByCode(ctx, program, code)
	return v, orMissing(err, "there is no voucher with that code")
}

// VoucherByID answers db.Missing when the program has no such voucher.
func VoucherByID(ctx context.Context, tx *db.Tx, program, id int64) (Voucher, error) {
	v, err := New(tx).voucherByID(ctx, program, id)
	return v, orMissing(err, "there is no voucher %d", id)
}

// ValidIn says whether the voucher is good at a store.
func (v Voucher) ValidIn(store int64) bool {
	return v.Stores == "" || slices.Contains(strings.Split(v.Stores, ","), strconv.FormatInt(store, 10))
}

// storeList writes store ids as the table keeps them: "3,7".
func storeList(stores []int64) string {
	list := make([]string, len(stores))
	for i, id := range stores {
		list[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(list, ",")
}
