package pos

import (
	"context"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// desk is where an event comes from.
type desk struct {
	key     members.Key
	program members.Program
	store   members.Store
	till    Till
}

// openDesk loads the till with its store and program. The door looked the till up before; that it is still good is decided here.
func openDesk(ctx context.Context, tx *db.Tx, key members.Key, program, till int64) (desk, error) {
	t, err := TillByID(ctx, tx, program, till)
	if err != nil {
		return desk{}, err
	}
	if t.Revoked() {
		return desk{}, db.Errorf(db.Denied, "till %d was revoked", till)
	}
	p, err := members.ProgramByID(ctx, tx, program)
	if err != nil {
		return desk{}, err
	}
	store, err := members.StoreByID(ctx, tx, program, t.StoreID)
	return desk{key, p, store, t}, err
}

// buyer is who a till says bought something.
type buyer struct {
	said    string        // keyed hash of what the till said, for the fingerprint
	phone   members.Phone // '' when none was said, or it is no number
	hash    string        // of the phone
	card    string
	member  members.Member // ID 0: none
	number  members.Number // theirs
	trouble *warning       // the till said somebody, but nobody can be found by it
	friends []int64        // the members whose vouchers they hand in, often their own
}

// readBuyer reads what a till says of the buyer. A number that is none does not lose the sale: it is a trouble.
func (d desk) readBuyer(phone, card string) buyer {
	phone, card = strings.TrimSpace(phone), strings.TrimSpace(card)
	if phone == "" {
		return buyer{said: d.hide("card:", card), card: card}
	}
	parsed, err := members.ParsePhone(phone, d.program.Country)
	if err != nil {
		return buyer{
			said: d.hide("text:", phone) + d.hide("card:", card), card: card,
			trouble: &warning{badPhone, "This is no mobile number that can be a member's; the sale was kept for nobody: " + err.Error()},
		}
	}
	hash := d.key.Hash(parsed)
	return buyer{said: hash + d.hide("card:", card), phone: parsed, hash: hash, card: card}
}

// hide veils what a till said: nobody without the key can tell it from its hash.
func (d desk) hide(what, text string) string {
	if text == "" {
		return ""
	}
	return d.key.Hash(members.Phone(what + text))
}

// take finds the buyer and takes the row of the number and then the member's. A number that is no member yet is taken all the same:
// it may be joining right now.
func (b *buyer) take(ctx context.Context, tx *db.Tx, p members.Program) error {
	if b.phone == "" {
		return b.takeCard(ctx, tx, p)
	}
	m, err := members.ByPhone(ctx, tx, p.ID, b.phone)
	if db.NotFound(err) {
		if _, err := members.Touch(ctx, tx, p.ID, b.hash); err != nil {
			return err
		}
		m, err = members.ByPhone(ctx, tx, p.ID, b.phone) // it may have joined while we waited
	}
	if db.NotFound(err) {
		return nil
	}
	if err == nil {
		b.member, b.number, err = lockWith(ctx, tx, p.ID, m.ID, b.friends)
	}
	if err == nil && b.member.Phone != b.phone {
		err = errOvertaken // by a merge, or by a change of number, before the row was ours
	}
	return err
}

// lockWith takes a member's row, and those of friends whose vouchers are used or come back with the sale: all in rising id, as members
// are always locked. A member 0 is none.
func lockWith(ctx context.Context, tx *db.Tx, program, id int64, friends []int64) (m members.Member, n members.Number, err error) {
	all := slices.Clone(friends)
	if id != 0 {
		all = append(all, id)
	}
	slices.Sort(all)
	for _, one := range slices.Compact(all) {
		locked, number, err := members.LockNumbered(ctx, tx, program, one)
		if err != nil {
			return members.Member{}, members.Number{}, err
		}
		if one == id {
			m, n = locked, number
		}
	}
	return m, n, nil
}

// vouchersOf finds the vouchers that were handed over; codes that are none are not among them.
func vouchersOf(ctx context.Context, tx *db.Tx, s Sale) (all []rewards.Voucher, err error) {
	for _, code := range s.codes() {
		v, err := rewards.VoucherByCode(ctx, tx, s.Program, code)
		switch db.CodeOf(err) {
		case "":
			all = append(all, v)
		case db.Invalid, db.Missing:
		default:
			return nil, err
		}
	}
	return all, nil
}

// owners are the members whose vouchers these are.
func owners(vouchers []rewards.Voucher) (all []int64) {
	for _, v := range vouchers {
		all = append(all, v.MemberID)
	}
	return all
}

func (b *buyer) takeCard(ctx context.Context, tx *db.Tx, p members.Program) error {
	if b.card == "" {
		return nil
	}
	m, err := members.ByCard(ctx, tx, p.ID, b.card)
	if code := db.CodeOf(err); code == db.Missing || code == db.Invalid {
		b.trouble = &warning{badCard, "The sale was kept for nobody: " + err.Error() + "."}
		return nil
	}
	if err == nil {
		b.member, b.number, err = lockWith(ctx, tx, p.ID, m.ID, b.friends)
	}
	if err == nil && b.member.MergedInto != 0 {
		err = errOvertaken // by the merge
	}
	b.trouble = nil
	return err
}
