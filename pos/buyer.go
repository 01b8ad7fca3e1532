package pos

import (
	"context"
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
	friend  int64          // the member whose voucher they hand in, 0: none
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
		b.member, b.number, err = lockWith(ctx, tx, p.ID, m.ID, b.friend)
	}
	return err
}

// lockWith takes a member's row, and before it that of a friend with a lower id whose voucher is used or comes back with the sale:
// that takes the friend's row too, and members are always locked in rising id.
func lockWith(ctx context.Context, tx *db.Tx, program, id, friend int64) (members.Member, members.Number, error) {
	if friend != 0 && friend < id {
		if _, err := members.Lock(ctx, tx, program, friend); err != nil {
			return members.Member{}, members.Number{}, err
		}
	}
	return members.LockNumbered(ctx, tx, program, id)
}

// voucherOwner finds whose voucher a code is: often, but not always, the buyer's own. 0 when there is no such voucher.
func voucherOwner(ctx context.Context, tx *db.Tx, program int64, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	v, err := rewards.VoucherByCode(ctx, tx, program, code)
	if code := db.CodeOf(err); code == db.Invalid || code == db.Missing {
		return 0, nil
	}
	return v.MemberID, err
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
		b.member, b.number, err = lockWith(ctx, tx, p.ID, m.ID, b.friend)
	}
	b.trouble = nil
	return err
}
