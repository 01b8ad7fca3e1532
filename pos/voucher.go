package pos

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// What a till may ask about a voucher.
const (
	CheckVoucher   = "voucher.check"   // can it be used, and for what; changes nothing
	ReserveVoucher = "voucher.reserve" // hold it while the customer pays
	ReleaseVoucher = "voucher.release" // let it go
	RedeemVoucher  = "voucher.redeem"  // use it; the sale, when it is reported, may name it once more
	ReverseVoucher = "voucher.reverse" // take back that it was used
)

// holdFor is for how many minutes a till holds a voucher that does not say.
const holdFor = 5

// VoucherRequest is a till asking about one voucher.
type VoucherRequest struct {
	Program, Till int64

	Kind     string // one of the above
	Ref      string // the till's own id of what it asks, for ever the same; a check needs none
	Code     string // as typed
	Amount   int64  // what the sale comes to before its vouchers, minor units; 0: not known
	Currency string // ISO 4217; '' is the program's
	Lines    []Line // what is sold; none: not known
	Minutes  int64  // to hold it, 1 to 30; 0: five
	Approver int64  // the manager or owner who approves it, by their id on the staff; 0: nobody
	Why      string // it is taken back
	Test     bool   // checked, nothing more
	Body     string // as received; kept for 30 days when the owner has to look at it
}

func (r VoucherRequest) check() error {
	switch {
	case r.Kind != CheckVoucher && !isRef(r.Ref):
		return fault("id", refRule)
	case r.Amount < 0 || r.Amount > MaxAmount:
		return fault("amount", amountRule)
	case r.Currency != "" && !isCurrency(r.Currency):
		return fault("currency", currencyRule)
	case r.Minutes < 0 || r.Minutes > 30:
		return fault("minutes", "a whole number from 1 to 30")
	case r.Approver < 0:
		return fault("approver", "the id of somebody on the staff")
	}
	if err := checkTexts(text{"code", r.Code}, text{"why", r.Why}); err != nil {
		return err
	}
	return checkLines(r.Lines)
}

func (r VoucherRequest) meant() string {
	return fingerprint([]any{r.Kind, readCode(r.Code), r.Amount, r.Currency, list(r.Lines), r.Minutes, r.Approver, r.Why, r.Test})
}

// Voucher answers what a till asks about a voucher. What changes something is done once for each id of the till's: the same again is
// answered as the first time, other values under the same id get 409 and are parked for the owner. A voucher that is no good is no
// error: the answer says why, and that answer too is the one for its id.
//
// Errors are those of [Service.Record].
func (s *Service) Voucher(ctx context.Context, r VoucherRequest) (Answer, error) {
	if err := r.check(); err != nil {
		return Answer{}, err
	}
	return s.once(ctx, func(ctx context.Context, tx *db.Tx) (Answer, error) {
		d, err := openDesk(ctx, tx, s.Key, r.Program, r.Till)
		if err != nil {
			return Answer{}, err
		}
		if r.Kind == CheckVoucher {
			used, err := rewards.Look(ctx, tx, d.program, r.using(d))
			return d.tellVoucher(r, used, "good"), err
		}
		return d.answerOnce(ctx, tx, note{kind: r.Kind, ref: r.Ref, meant: r.meant(), body: r.Body}, func() (Answer, int64, error) {
			used, status, err := r.do(ctx, tx, d)
			return d.tellVoucher(r, used, status), used.Voucher.ID, err
		})
	})
}

// do does what is asked; status is what the till is told when it succeeds.
func (r VoucherRequest) do(ctx context.Context, tx *db.Tx, d desk) (used rewards.Used, status string, err error) {
	u := r.using(d)
	switch {
	case r.Test:
		used, err = rewards.Look(ctx, tx, d.program, u)
		return used, test, err
	case r.Kind == ReserveVoucher:
		minutes := r.Minutes
		if minutes == 0 {
			minutes = holdFor
		}
		used, err = rewards.Reserve(ctx, tx, d.program, u, minutes)
		return used, "reserved", err
	case r.Kind == ReleaseVoucher:
		used, err = rewards.Release(ctx, tx, d.program, u)
		return used, "released", err
	case r.Kind == RedeemVoucher:
		used, err = rewards.Use(ctx, tx, d.program, u)
		return used, "used", err
	case r.Kind == ReverseVoucher:
		used, err = r.reverse(ctx, tx, d, u)
		return used, "reversed", err
	}
	return rewards.Used{}, "", db.Errorf(db.Internal, "%q is nothing that a till asks about a voucher", r.Kind)
}

func (r VoucherRequest) reverse(ctx context.Context, tx *db.Tx, d desk, u rewards.Using) (rewards.Used, error) {
	found, err := rewards.Find(ctx, tx, d.program, u)
	if err != nil || found.Why != nil {
		return found, err
	}
	why := r.Why
	if why == "" {
		why = "at the till"
	}
	return rewards.Reverse(ctx, tx, d.program, found.Voucher.ID, rewards.Undoing{
		Store: d.store.ID, Approver: u.Approver, Why: why, Actor: u.Actor, Door: u.Door,
	})
}

// using is the request as the rules see it. Money in another currency than the program's says nothing of its limits.
func (r VoucherRequest) using(d desk) rewards.Using {
	u := rewards.Using{
		Code: r.Code, Store: d.store.ID, Till: d.till.ID, Amount: r.Amount, Lines: lineFacts(r.Lines), Actor: d.till.actor(), Door: "till",
	}
	if r.Currency != "" && r.Currency != d.program.Currency {
		u.Amount = 0
	}
	if r.Approver != 0 {
		u.Approver = fmt.Sprintf("staff:%d", r.Approver)
	}
	return u
}

// voucherOutcome is the body of an answer about a voucher.
type voucherOutcome struct {
	Status   string        `json:"status"` // good, reserved, released, used, reversed, test; refused
	ID       string        `json:"id,omitempty"`
	Code     string        `json:"code"`
	Reason   string        `json:"reason,omitempty"`  // of a refusal: invalid, missing, conflict, denied, refused
	Message  string        `json:"message,omitempty"` // of a refusal, for the cashier
	Voucher  *voucherFacts `json:"voucher,omitempty"`
	Approval bool          `json:"approval,omitempty"` // a second person has to approve it
	Notes    []string      `json:"notes,omitempty"`    // what the cashier has to look at
}

// voucherFacts is what a till shows of a voucher.
type voucherFacts struct {
	Name     string        `json:"name"`
	Choice   string        `json:"choice,omitempty"`
	Kind     string        `json:"kind"`
	Value    int64         `json:"value"` // per cent, or minor units
	Minimum  int64         `json:"minimum"`
	Needs    *voucherNeeds `json:"needs,omitempty"`
	State    string        `json:"state"`
	From     string        `json:"from"`
	Until    string        `json:"until"` // exclusive
	Reserved string        `json:"reserved_until,omitempty"`
	Member   string        `json:"member,omitempty"` // masked
}

type voucherNeeds struct {
	Categories []string `json:"categories,omitempty"`
	Products   []string `json:"products,omitempty"`
}

// tellVoucher is what the till is told. Whose the voucher is it learns from a check alone: other answers are kept.
func (d desk) tellVoucher(r VoucherRequest, used rewards.Used, status string) Answer {
	o := voucherOutcome{Status: status, ID: r.Ref, Code: readCode(r.Code), Approval: used.Second, Notes: used.Notes}
	if used.Why != nil {
		o.Status, o.Reason, o.Message = "refused", string(db.CodeOf(used.Why)), used.Why.Error()
	}
	if used.Voucher.ID != 0 {
		f := factsOf(used.Voucher, d.store)
		if r.Kind == CheckVoucher {
			f.Member = used.Member.Phone.String()
		}
		o.Voucher = &f
	}
	return Answer{http.StatusOK, marshal(o)}
}

func factsOf(v rewards.Voucher, at members.Store) voucherFacts {
	moment := func(ms int64) string { return time.UnixMilli(ms).In(at.Location()).Format(time.RFC3339) }
	f := voucherFacts{
		Name: v.Name, Choice: v.Choice, Kind: v.Kind, Value: v.Value, Minimum: v.Minimum, State: v.State, From: moment(v.ValidFrom), Until: moment(v.ExpiresAt),
	}
	if v.State == rewards.Reserved {
		f.Reserved = moment(v.ReservedUntil)
	}
	// What cannot be read was an error of the rules before; here it is left out.
	if categories, products, err := v.Needs(); err == nil && len(categories)+len(products) > 0 {
		f.Needs = &voucherNeeds{categories, products}
	}
	return f
}
