package rewards

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// How a dispute ends.
const (
	DisputeReturned = "returned" // the member did not use the voucher, and has what it was worth again
	DisputeUpheld   = "upheld"   // they did
)

// Disputes at one till, or of one person, within a span: above so many the owner should look at who stands there.
const (
	manyDisputes = 3
	disputeSpan  = 30 * 24 * hour
)

// Dispute notes that the member says it was not they who used their voucher. A person decides what follows: [SettleDispute]. Errors:
// db.Missing when it is not a used voucher of this member; one that was disputed before stays as it is.
func Dispute(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, voucher int64) (Voucher, error) {
	v, err := New(tx).disputeVoucher(ctx, disputeVoucherParams{ProgramID: p.ID, ID: voucher, MemberID: m.ID, DisputedAt: tx.Now})
	if !db.NotFound(err) {
		return v, err
	}
	v, err = VoucherByID(ctx, tx, p.ID, voucher)
	if err == nil && (v.MemberID != m.ID || v.DisputedAt == 0) {
		return Voucher{}, db.Errorf(db.Missing, "member %d has no used voucher %d", m.ID, voucher)
	}
	return v, err
}

// Disputed is a use that waits for the owner to settle it.
type Disputed struct {
	Voucher
	Lately int64 // disputes about the same till or person in the last 30 days, settled ones included
	Many   bool  // more than three: look at who stands there
}

// Disputes lists what members object to and nobody has settled, oldest first, at most limit and 1,000.
func Disputes(ctx context.Context, tx *db.Tx, program, limit int64) ([]Disputed, error) {
	open, err := New(tx).openDisputes(ctx, program, max(0, min(limit, 1000)))
	if err != nil {
		return nil, err
	}
	counts, err := New(tx).disputesByActor(ctx, program, tx.Now-disputeSpan)
	if err != nil {
		return nil, err
	}
	lately := map[string]int64{}
	for _, c := range counts {
		lately[c.Actor] = c.N
	}
	list := make([]Disputed, 0, len(open))
	for _, v := range open {
		list = append(list, Disputed{Voucher: v, Lately: lately[v.Actor], Many: lately[v.Actor] > manyDisputes})
	}
	return list, nil
}

// Settling is somebody deciding a dispute.
type Settling struct {
	Return  bool   // the member gets back what the voucher was worth; else the use stands
	Why     string // at most 200 letters
	Actor   string // for the audit: staff:1, cli:ana
	Door    string
	IP      string
	Request string
}

func (s Settling) validate() error {
	switch {
	case s.Actor == "" || s.Door == "":
		return db.Errorf(db.Invalid, "a dispute is settled by somebody")
	case strings.TrimSpace(s.Why) == "" || utf8.RuneCountInString(s.Why) > 200:
		return db.Errorf(db.Invalid, "say why, in at most 200 letters")
	}
	return nil
}

// Settled is what became of a dispute.
type Settled struct {
	Voucher Voucher
	New     Voucher // what the member has instead of a gift; ID 0 for none
	Member  members.Member
}

// SettleDispute decides a dispute, once. When it returns a bought voucher its points go back to the lots they came from, by an entry
// of kind dispute. Somebody else knew the code of a gift, so the member gets a new one for the same: good to the same end, or for 7
// days if that comes sooner. The thing itself is gone either way, so no stock is put back. The member is told. It takes the rows it
// needs itself.
//
// Errors, after which nothing has changed: db.Missing for no such voucher, db.Conflict when it is not in dispute, or not any more,
// db.Denied for staff who would judge their own act, db.Invalid without a reason.
func SettleDispute(ctx context.Context, tx *db.Tx, p members.Program, voucher int64, s Settling) (Settled, error) {
	if err := s.validate(); err != nil {
		return Settled{}, err
	}
	before, err := VoucherByID(ctx, tx, p.ID, voucher)
	if err != nil {
		return Settled{}, err
	}
	if _, onStaff := staffID(s.Actor); onStaff && (before.Actor == s.Actor || before.Approver == s.Actor) {
		return Settled{}, db.Errorf(db.Denied, "nobody settles a dispute about what they did themselves: ask the owner")
	}
	m, err := members.Lock(ctx, tx, p.ID, before.MemberID)
	if err != nil {
		return Settled{}, err
	}
	settlement := DisputeUpheld
	if s.Return {
		settlement = DisputeReturned
	}
	v, err := New(tx).settleDispute(ctx, settleDisputeParams{
		Now: tx.Now, Settlement: settlement, Returned: s.Return, ProgramID: p.ID, ID: voucher, MemberID: m.ID,
	})
	if err != nil {
		return Settled{}, orConflict(err, "voucher %d is not in dispute, or was settled already", voucher)
	}
	done := Settled{Voucher: v, Member: m}
	if s.Return {
		if done, err = done.giveBack(ctx, tx, p); err != nil {
			return Settled{}, err
		}
	}
	if err := s.record(ctx, tx, p, before, done); err != nil {
		return Settled{}, err
	}
	return done.finish(ctx, tx, p)
}

// finish tells the member. Points that came back may reach for a reward that is issued by itself: one that somebody else used is theirs
// again.
func (d Settled) finish(ctx context.Context, tx *db.Tx, p members.Program) (Settled, error) {
	after, news := d, News{}
	if d.Voucher.DisputeEntry != 0 {
		var err error
		if after.Member, news, err = reachedUnasked(ctx, tx, p, d.Member); err != nil {
			return Settled{}, err
		}
	}
	if err := d.tell(ctx, tx, p); err != nil {
		return Settled{}, err
	}
	return after, news.Tell(ctx, tx, p, after.Member)
}

// insteadOf begins the source of a gift that stands for one whose use was disputed.
const insteadOf = "dispute:"

// giveBack gives the member the points of the voucher, or a gift like it.
func (d Settled) giveBack(ctx context.Context, tx *db.Tx, p members.Program) (Settled, error) {
	v := d.Voucher
	if v.Cost == 0 {
		again := v
		again.ID, again.RunID, again.Source, again.State = tx.ID(), 0, fmt.Sprintf("%s%d", insteadOf, v.ID), Issued
		again.ValidFrom, again.ExpiresAt, again.RedeemedAt, again.Actor = tx.Now, max(v.ExpiresAt, tx.Now+grace), 0, ""
		made, err := issue(ctx, tx, again)
		d.New = made
		return d, err
	}
	if err := v.take(ctx, tx, true); err != nil {
		return Settled{}, err
	}
	e, m, err := giveBack(ctx, tx, p, d.Member, Posting{
		Kind: KindDispute, Delta: v.Cost, Source: v.source(), Voucher: v.ID, Words: v.Name,
	}, v.RedeemEntry)
	if err != nil {
		return Settled{}, err
	}
	d.Member, d.Voucher.DisputeEntry = m, e.ID
	return d, New(tx).setDisputeEntry(ctx, setDisputeEntryParams{ProgramID: v.ProgramID, ID: v.ID, DisputeEntry: e.ID})
}

func (s Settling) record(ctx context.Context, tx *db.Tx, p members.Program, before Voucher, d Settled) error {
	after := d.Voucher.standing()
	after["why"] = strings.TrimSpace(s.Why)
	if d.New.ID != 0 {
		after["voucher"] = d.New.ID
	}
	return members.Record(ctx, tx, p.ID, members.Act{
		Actor: s.Actor, Door: s.Door, IP: s.IP, Action: "dispute.settle", Subject: fmt.Sprintf("voucher:%d", before.ID), Request: s.Request,
		Before: before.standing(), After: after,
	})
}
