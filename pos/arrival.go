package pos

import (
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/rewards"
)

// useVouchers redeems the vouchers that were handed over. One that is no good does not undo the sale: the answer says so.
func (a *arrival) useVouchers(ctx context.Context, tx *db.Tx) error {
	if a.state == test {
		return nil
	}
	for _, code := range a.sale.codes() {
		used, err := rewards.Use(ctx, tx, a.program, rewards.Using{
			Code: code, Store: a.store.ID, Till: a.till.ID, Purchase: a.purchaseID(), Amount: a.beforeVouchers(), Lines: lineFacts(a.sale.Lines),
			Actor: a.actor(), Door: a.door(), Late: a.news.Unasked,
		})
		if err != nil {
			return err
		}
		h := handed{Status: "used", Notes: used.Notes}
		if used.Why != nil {
			h = handed{Status: "refused", Reason: used.Why.Error()}
		}
		a.handed[readCode(code)] = h
	}
	return nil
}

// beforeVouchers is what the sale came to before its vouchers, in the program's currency. A till that names no tender of that kind has
// taken them off the amount already.
func (a *arrival) beforeVouchers() int64 {
	switch {
	case a.state == foreign:
		return 0
	case a.sale.paidBy("voucher"):
		return a.sale.Amount
	}
	return rewards.BeforeVouchers(a.sale.Amount, a.vouchers)
}

// whatBecame of a code that was handed over; nothing when none was, or was looked at.
func (a *arrival) whatBecame(code string) (h handed, ok bool) {
	h, ok = a.handed[readCode(code)]
	h.Code = code
	return h, ok
}

// earn gives the member the points.
func (a *arrival) earn(ctx context.Context, tx *db.Tx) error {
	sale := a.sale.facts()
	scope, err := rewards.ScopeOf(a.program)
	if err != nil {
		return err
	}
	local := rewards.Local(a.store.Location(), a.at)
	a.earned = rewards.Earned{Money: sale.Money(), Earning: sale.Earning(scope), Facts: rewards.Facts{Scope: scope, Local: local}}
	if a.state != credited {
		return nil
	}
	earned, m, err := rewards.Earn(ctx, tx, a.program, a.member, rewards.Purchase{
		ID: a.id, Store: a.store.ID, Till: a.till.ID, At: a.at, Day: a.day(), Local: local, Sale: sale,
	}, &a.news)
	if db.CodeOf(err) == db.Invalid { // found before anything was written
		a.state = review
		return a.warn(ctx, tx, tooMany, "The sale is worth more points than fit: a slip in the amount, or in a rule? The owner will look at it.")
	}
	if err != nil {
		return err
	}
	a.earned, a.member = earned, m
	if earned.Money == 0 {
		return nil // nothing was paid with money: no visit
	}
	return New(tx).countVisit(ctx, countVisitParams{At: a.at, PurchaseID: a.id, ProgramID: a.program.ID, MemberID: m.ID})
}

// insert keeps the purchase with its lines. Whoever stored it first, in a transaction beside this one, has won.
func (a *arrival) insert(ctx context.Context, tx *db.Tx) error {
	member, hash := a.owner()
	n, err := New(tx).insertPurchase(ctx, insertPurchaseParams{
		ProgramID: a.program.ID, ID: a.id, TillID: a.till.ID, Ref: a.sale.Ref, Meant: a.meant, State: a.state, MemberID: member, Hash: hash,
		StoreID: a.store.ID, Day: a.day(),
		Amount: a.sale.Amount, Currency: a.sale.Currency, Tax: a.sale.Tax, Tip: a.sale.Tip, Money: a.earned.Money, Earning: a.earned.Earning,
		RuleID: a.earned.Rule, Points: a.earned.Points, CarryBefore: a.earned.CarryBefore, CarryAfter: a.earned.CarryAfter,
		Voucher: strings.Join(a.sale.codes(), " "), Cashier: a.sale.Cashier, Flagged: a.flagged || a.unusual(), OccurredAt: a.at, ReceivedAt: tx.Now,
		Answer: string(a.outcome().answer().Body), Body: a.body(),
		Facts: keep(a.earned.Facts, a.sale.facts().Tender), Ticket: a.sale.Ticket, TwinID: a.twinID(),
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return errOvertaken
	}
	for i, l := range a.sale.Lines {
		err := New(tx).insertPurchaseLine(ctx, insertPurchaseLineParams{
			ProgramID: a.program.ID, PurchaseID: a.id, N: int64(i + 1), SKU: l.SKU, Name: l.Name, Category: l.Category, Quantity: l.Quantity, Amount: l.Amount,
		})
		if err != nil {
			return err
		}
	}
	if a.state != credited {
		return nil
	}
	return bring(ctx, tx, a.program.ID, a.member.ID, a.at, lineFacts(a.sale.Lines))
}

// day is the store's local date of the sale.
func (a *arrival) day() string {
	return time.UnixMilli(a.at).In(a.store.Location()).Format(time.DateOnly)
}

// owner is whose the purchase is in the tables: a member's, or a number's that may join yet.
func (a *arrival) owner() (member int64, hash string) {
	switch {
	case a.state == credited:
		return a.member.ID, ""
	case a.state == review && a.member.ID != 0:
		return 0, a.member.Hash
	case a.state == held || a.state == review:
		return 0, a.hash
	}
	return 0, ""
}

// actor is who reported the sale, as the audit names them.
func (a *arrival) actor() string {
	if a.sale.by != "" {
		return a.sale.by
	}
	return a.till.actor()
}

func (a *arrival) door() string {
	if a.till.ByText() {
		return "text"
	}
	return "till"
}

// twinID is the purchase that counts in place of this one, 0 for none.
func (a *arrival) twinID() int64 {
	if a.state == matched {
		return a.twin.ID
	}
	return 0
}

// body is what is kept of what the till sent. Of a second report nothing is: it is nobody's in the tables, so that no erasure finds it.
func (a *arrival) body() string {
	if a.state == matched {
		return ""
	}
	return a.sale.Body
}

// unusual says whether the owner wanted to know of such an amount.
func (a *arrival) unusual() bool {
	return a.program.UnusualAmount > 0 && a.sale.Amount >= a.program.UnusualAmount && a.state != foreign
}
