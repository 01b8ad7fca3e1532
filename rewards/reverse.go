package rewards

import (
	"context"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// Undoing is somebody taking back that a voucher was used: the wrong code was typed, the customer paid without it after all.
type Undoing struct {
	Store    int64  // where; 0: not at a store, which the command line is not
	Staff    int64  // who, 0: the till itself
	Approver string // the owner, when the store's time for it is over: staff:1
	Why      string // at most 200 letters
	Actor    string // for the audit: staff:7, till:3, cli:ana
	Door     string
	IP       string
	Request  string
}

// Reverse makes a used voucher unused, within the store's minutes for it, the last one excluded; after that the owner has to act or
// approve. The voucher is good again to its end. If that is past, its points go back to their lots as they do when one expires. The
// member is told. It takes the rows it needs itself.
//
// Used.Why says why not, as a sentence for the cashier: never used, used at another store, too late, a member who objects to the
// use, or a donation or a code, which cannot be taken back. The error is db.Missing for no such voucher, db.Invalid for an Undoing
// without somebody or without a reason, and what goes wrong in the database.
func Reverse(ctx context.Context, tx *db.Tx, p members.Program, voucher int64, u Undoing) (Used, error) {
	if err := u.validate(); err != nil {
		return Used{}, err
	}
	c, err := u.lay(ctx, tx, p, voucher)
	if err != nil {
		return Used{}, err
	}
	if why, err := c.reversible(ctx, tx); why != nil || err != nil {
		return c.refused(why), err
	}
	v, err := New(tx).reverseVoucher(ctx, reverseVoucherParams{Now: tx.Now, ProgramID: p.ID, ID: voucher, MemberID: c.member.ID, RedeemedAt: c.voucher.RedeemedAt})
	if db.NotFound(err) {
		return c.refused(db.Errorf(db.Refused, "that voucher is being changed by somebody else: look at it again")), nil
	}
	if err != nil {
		return Used{}, err
	}
	if err := c.voucher.take(ctx, tx, true); err != nil {
		return Used{}, err
	}
	if v, err = c.home(ctx, tx, v); err != nil {
		return Used{}, err
	}
	if err := c.record(ctx, tx, "voucher.reverse", v, u.Why); err != nil {
		return Used{}, err
	}
	return Used{Voucher: v, Member: c.member}, c.tellReversed(ctx, tx, v)
}

func (u Undoing) validate() error {
	switch {
	case u.Actor == "" || u.Door == "":
		return db.Errorf(db.Invalid, "the use of a voucher is undone by somebody")
	case strings.TrimSpace(u.Why) == "" || utf8.RuneCountInString(u.Why) > 200:
		return db.Errorf(db.Invalid, "say why, in at most 200 letters")
	}
	return nil
}

// lay takes the row of the voucher's member and reads the voucher after it.
func (u Undoing) lay(ctx context.Context, tx *db.Tx, p members.Program, voucher int64) (*counter, error) {
	v, err := VoucherByID(ctx, tx, p.ID, voucher)
	if err != nil {
		return nil, err
	}
	c := &counter{program: p, store: members.Store{Zone: p.Zone}, Using: Using{
		Store: u.Store, Staff: u.Staff, Approver: u.Approver, Actor: u.Actor, Door: u.Door, IP: u.IP, Request: u.Request,
	}}
	if c.member, err = members.Lock(ctx, tx, p.ID, v.MemberID); err != nil {
		return nil, err
	}
	if c.voucher, err = VoucherByID(ctx, tx, p.ID, voucher); err == nil && c.voucher.StoreID != 0 {
		c.store, err = members.StoreByID(ctx, tx, p.ID, c.voucher.StoreID)
	}
	return c, err
}

// reversible says why the use stands; nil if it can be undone.
func (c *counter) reversible(ctx context.Context, tx *db.Tx) (why, err error) {
	v := c.voucher
	switch {
	case v.Kind == Donation:
		return db.Errorf(db.Refused, "a donation has been made and cannot be taken back"), nil
	case v.Kind == DigitalCode:
		return db.Errorf(db.Refused, "a code that was handed out cannot be taken back"), nil
	case v.State != Redeemed:
		return db.Errorf(db.Refused, "that voucher has not been used"), nil
	case v.DisputedAt != 0:
		return db.Errorf(db.Refused, "the member says that they did not use that voucher: the owner settles it"), nil
	case c.Store != 0 && v.StoreID != 0 && c.Store != v.StoreID:
		return db.Errorf(db.Refused, "that voucher was used at %s: undo it there", c.store.Name), nil
	case tx.Now < v.RedeemedAt+c.reversalMinutes()*60*1000:
		return nil, nil
	}
	return c.ownerAgrees(ctx, tx)
}

// reversalMinutes is the time to undo a use; one at no store has the table's own half hour.
func (c *counter) reversalMinutes() int64 {
	if c.store.ID == 0 {
		return 30
	}
	return c.store.ReversalMinutes
}

// ownerAgrees says why it is too late; nil when the owner acts or approves.
func (c *counter) ownerAgrees(ctx context.Context, tx *db.Tx) (why, err error) {
	for _, who := range []string{c.Actor, c.Approver} {
		id, onStaff := staffID(who)
		if !onStaff {
			continue
		}
		s, err := members.StaffByID(ctx, tx, c.program.ID, id)
		if err != nil && db.CodeOf(err) != db.Missing {
			return nil, err
		}
		if err == nil && s.Role == members.Owner {
			return nil, nil
		}
	}
	return db.Errorf(db.Refused, "the use of a voucher is undone within %d minutes here: after that the owner has to approve it", c.reversalMinutes()), nil
}

// home gives the points and the thing of a voucher back whose time was over when its use was undone.
func (c *counter) home(ctx context.Context, tx *db.Tx, v Voucher) (Voucher, error) {
	if v.State != Expired {
		return v, nil
	}
	if err := restock(ctx, tx, v); err != nil || v.Cost == 0 {
		return v, err
	}
	e, m, err := v.refill(ctx, tx, c.program, c.member)
	if err != nil {
		return Voucher{}, err
	}
	c.member, v.ReleaseEntry = m, e.ID
	return v, New(tx).setRelease(ctx, setReleaseParams{ProgramID: v.ProgramID, ID: v.ID, ReleaseEntry: e.ID})
}

// tellReversed texts the member what they have again: the voucher, or its points.
func (c *counter) tellReversed(ctx context.Context, tx *db.Tx, v Voucher) error {
	class := sms.Reply
	if tx.Now-c.voucher.RedeemedAt >= atCounter {
		class = sms.Service
	}
	if v.State == Expired && v.Cost > 0 {
		return tell(ctx, tx, c.program, c.member, class, "points_back", templates.Fields{"points": digits(v.Cost), "balance": digits(c.member.Balance)})
	}
	f := templates.Fields{"reward": v.Name, "code": v.Code}
	if v.State == Issued {
		f["end"] = moment(c.program, c.member, v.ExpiresAt)
	}
	return tell(ctx, tx, c.program, c.member, class, "voucher_reversed", f)
}
