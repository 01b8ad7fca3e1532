package pos

import (
	"context"
	"fmt"
	"net/http"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// States of a purchase.
const (
	credited  = "credited"  // a member has it
	held      = "held"      // its number is no member yet
	dropped   = "dropped"   // held for too long, or returned meanwhile
	test      = "test"      // not meant
	foreign   = "currency"  // in another currency than the program's
	anonymous = "anonymous" // nobody was said, or nobody who can be found
	review    = "review"    // not credited before the owner has looked at it
)

// Bounds of when a sale may have happened, in milliseconds from now.
const (
	ahead  = day     // a till's clock may be off; what lies ahead counts as now
	behind = 7 * day // older ones are for the owner to look at: a queue kept so long may not be the till's own
)

// arrival is a sale on its way in.
type arrival struct {
	desk
	buyer
	sale     Sale
	id       int64     // of the purchase
	at       int64     // when it happened
	twin     *Purchase // the same sale, reported before; nil: none
	meant    string
	state    string
	earned   rewards.Earned
	returned int64             // points that refunds which had come before it moved
	vouchers []rewards.Voucher // handed over, those that exist
	handed   map[string]handed // what became of each code
	warnings []warning
	flagged  bool // the owner wants to know of it
	news     rewards.News
}

// record takes in one sale. The order of rows is that of every write about a person: the number, the member, the voucher; then the
// purchase, whose unique key stops whoever else brings the same sale, and what is parked for it.
func record(ctx context.Context, tx *db.Tx, key members.Key, s Sale) (Answer, error) {
	d, err := openDesk(ctx, tx, key, s.Program, s.Till)
	if err != nil {
		return Answer{}, err
	}
	if s.Currency == "" {
		s.Currency = d.program.Currency
	}
	s.Ticket = oneTicket(s.Ticket)
	a := &arrival{desk: d, buyer: d.readBuyer(s.Phone, s.Card), sale: s, id: tx.ID(), handed: map[string]handed{}}
	a.meant = s.meant(a.said)
	if a.vouchers, err = vouchersOf(ctx, tx, s); err != nil {
		return Answer{}, err
	}
	a.friends = owners(a.vouchers)
	a.at = tx.Now
	if t := s.OccurredAt; t != 0 {
		a.at = min(t, tx.Now)
	}
	err = a.take(ctx, tx, d.program)
	if err == nil && a.member.ID == 0 {
		_, _, err = lockWith(ctx, tx, s.Program, 0, a.friends)
	}
	if err != nil {
		return Answer{}, err
	}
	first, err := a.alike(ctx, tx)
	if err != nil {
		return Answer{}, err
	}
	if first != nil {
		return d.again(ctx, tx, first.Meant, Answer{http.StatusOK, []byte(first.Answer)}, a.note(differs))
	}
	for _, step := range []func(context.Context, *db.Tx) error{a.judge, a.join, a.suspect, a.useVouchers, a.earn, a.watch, a.insert} {
		if err := step(ctx, tx); err != nil {
			return Answer{}, err
		}
	}
	return a.finish(ctx, tx)
}

// note is a line for the owner about this sale.
func (a *arrival) note(reason string) note {
	return note{kind: "purchase", ref: a.sale.Ref, meant: a.meant, reason: reason, body: a.sale.Body}
}

// warn tells the till and the owner.
func (a *arrival) warn(ctx context.Context, tx *db.Tx, code, message string) error {
	a.warnings = append(a.warnings, warning{code, message})
	return a.park(ctx, tx, a.note(code))
}

// judge decides what kind of purchase this is.
func (a *arrival) judge(ctx context.Context, tx *db.Tx) error {
	a.news.Unasked = tx.Now-a.at > atTill
	switch {
	case a.sale.OccurredAt > tx.Now+ahead:
		return fault("occurred_at", "this lies in the future: check the clock of the till")
	case a.sale.Test:
		a.state = test
	case a.sale.Currency != a.program.Currency:
		a.state = foreign
		return a.warn(ctx, tx, foreign, fmt.Sprintf("A sale in %s earns nothing: the program counts %s.", a.sale.Currency, a.program.Currency))
	case a.member.ID == 0 && a.trouble != nil:
		a.state = anonymous
		return a.warn(ctx, tx, a.trouble.Code, a.trouble.Message)
	case a.member.ID == 0 && (a.hash == "" || a.program.HeldDays == 0):
		a.state = anonymous
	case a.twin != nil:
		a.state = matched
	case a.at < tx.Now-behind:
		a.state = review
		return a.warn(ctx, tx, late, "The sale is more than 7 days old. It earns nothing until the owner has looked at it.")
	case a.member.ID == 0:
		a.state = held
	default:
		a.state = credited
		a.askWhose()
	}
	return nil
}

// askWhose has the cashier ask for whom a number of doubt is: texts to it no longer arrive. The sale counts all the same.
func (a *arrival) askWhose() {
	if a.number.Health == members.HealthConfirm {
		a.warnings = append(a.warnings, warning{"confirm", "Texts to this number do not arrive. Ask whether it is still the member's."})
	}
}

// finish judges the refunds that came before the sale, tells the member and answers the till.
func (a *arrival) finish(ctx context.Context, tx *db.Tx) (Answer, error) {
	waiting, err := New(tx).parkedRefunds(ctx, parkedRefundsParams{ProgramID: a.program.ID, TillID: a.till.ID, PurchaseRef: a.sale.Ref})
	if err != nil {
		return Answer{}, err
	}
	if len(waiting) > 0 {
		return a.finishReturned(ctx, tx, waiting)
	}
	return a.outcome().answer(), a.tell(ctx, tx)
}

// tell sends the receipt, if there is anything to tell.
func (a *arrival) tell(ctx context.Context, tx *db.Tx) error {
	if a.state == matched {
		return a.tellReturned(ctx, tx)
	}
	if a.state != credited {
		return nil
	}
	if err := tellReceipt(ctx, tx, a.desk, a.member, a.earned.Points+a.returned, a.news.Card(), a.news.Unasked); err != nil {
		return err
	}
	return a.news.Tell(ctx, tx, a.program, a.member)
}

// tellReturned tells what refunds took of the sale that counts, which had waited for this report of it. The sale itself is no news.
func (a *arrival) tellReturned(ctx context.Context, tx *db.Tx) error {
	if err := tellRefund(ctx, tx, a.desk, a.member, a.returned); err != nil || a.member.ID == 0 {
		return err
	}
	return a.news.Tell(ctx, tx, a.program, a.member)
}

// outcome is what the till is told.
func (a *arrival) outcome() outcome {
	o := outcome{
		Status: a.state, ID: a.sale.Ref, Member: whose(a.member.ID, a.hash), Points: a.earned.Points + a.returned, Warnings: a.warnings,
	}
	if a.state == matched {
		o.Status, o.Points = a.twin.State, a.twin.Points+a.returned
	}
	if h, ok := a.whatBecame(a.sale.Voucher); ok {
		o.Voucher = &h
	}
	for _, code := range a.sale.Vouchers {
		if h, ok := a.whatBecame(code); ok {
			o.Vouchers = append(o.Vouchers, h)
		}
	}
	switch o.Status {
	case anonymous, foreign:
		o.Status = "kept"
	case credited:
		o.Balance = &a.member.Balance
	}
	if a.state == anonymous || a.state == test {
		o.Member = "none"
	}
	return o
}
