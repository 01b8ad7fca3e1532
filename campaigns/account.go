package campaigns

import (
	"context"
	"maps"
	"slices"

	"fiel/db"
	"fiel/sms"
)

// account is what a report is made from: numbers that add up, of one run or of several.
type account struct {
	states, leftOut map[string]int64
	failures        map[int64]int64
	Texts
	vouchers, expired int64
	outcome           Outcome
	whole             strata
	wordings          map[string]*wordingAccount
	stores            map[int64]*storeAccount
}

type wordingAccount struct {
	Texts
	outcome Outcome
	spent   strata
}

type storeAccount struct {
	Texts
	purchases, used int64
	spent           strata
}

func newAccount() *account {
	return &account{
		states: map[string]int64{}, leftOut: map[string]int64{}, failures: map[int64]int64{}, whole: strata{},
		wordings: map[string]*wordingAccount{}, stores: map[int64]*storeAccount{},
	}
}

func (a *account) wording(w string) *wordingAccount {
	if a.wordings[w] == nil {
		a.wordings[w] = &wordingAccount{spent: strata{}}
	}
	return a.wordings[w]
}

func (a *account) store(id int64) *storeAccount {
	if a.stores[id] == nil {
		a.stores[id] = &storeAccount{spent: strata{}}
	}
	return a.stores[id]
}

// account goes through the texts, purchases, vouchers and answers of a run.
func (b *bookkeeper) account(ctx context.Context, tx *db.Tx, run Run) (*account, error) {
	var c content
	if err := unpack(run.Frozen, &c); err != nil {
		return nil, err
	}
	a := newAccount()
	for _, read := range []func(context.Context, *db.Tx, *account, Run, int64) error{b.readTexts, b.readSpent, b.readVouchers, b.readAnswers} {
		if err := read(ctx, tx, a, run, c.Holdout); err != nil {
			return nil, err
		}
	}
	for w, n := range b.dealt[run.ID] {
		a.outcome.Clicks += n
		if a.wordings[w] != nil {
			a.wordings[w].outcome.Clicks += n
		}
	}
	return a, nil
}

// readTexts counts the audience and its texts.
func (b *bookkeeper) readTexts(ctx context.Context, tx *db.Tx, a *account, run Run, share int64) error {
	rows, err := New(tx).runTexts(ctx, runTextsParams{Unit: b.program.PriceUnit, ProgramID: run.ProgramID, RunID: run.ID})
	for _, r := range rows {
		t := b.textsOf(r)
		a.Texts.join(t)
		a.store(r.StoreID).join(t)
		a.audience(r)
		a.whole.count(share, t)
		if r.Wording != "" {
			a.wording(r.Wording).join(t)
			a.wording(r.Wording).spent.count(share, t)
		}
	}
	return err
}

// count puts the members behind some texts on their sides.
func (st strata) count(share int64, t Texts) {
	st.of(share).treated.members += t.Assigned
	st.of(share).held.members += t.HeldOut
}

// audience counts by state, reason and error.
func (a *account) audience(r runTextsRow) {
	a.states[r.State] += r.Texts
	switch r.State {
	case sms.StateLeftOut, sms.StateCancelled:
		a.leftOut[r.Reason] += r.Texts
	case sms.StateFailed, sms.StateUndelivered:
		a.failures[r.Error] += r.Texts
	}
}

// textsOf counts rows that are alike.
func (b *bookkeeper) textsOf(r runTextsRow) (t Texts) {
	left := false
	n := r.Texts
	switch r.State {
	case sms.StateHoldout:
		t.HeldOut = n
		return t
	case sms.StateLeftOut:
		return t
	case sms.StateQueued:
		t.Waiting = n
	case sms.StateCancelled:
		t.TakenBack = n
	case sms.StateFailed:
		t.Failed = n
	case sms.StateUndelivered:
		t.Failed, t.Sent, left = n, n, true
	case sms.StateDelivered:
		t.Delivered, t.Sent, left = n, n, true
	default: // sending, sent, unknown, unproven, answered
		t.Sent, left = n, true
	}
	t.Assigned = n
	if left {
		t.Parts = r.Parts
		b.cost(&t, r)
	}
	return t
}

func (t *Texts) join(o Texts) {
	t.Assigned, t.HeldOut, t.Sent, t.Delivered, t.Failed = t.Assigned+o.Assigned, t.HeldOut+o.HeldOut, t.Sent+o.Sent, t.Delivered+o.Delivered, t.Failed+o.Failed
	t.Waiting, t.TakenBack, t.Parts = t.Waiting+o.Waiting, t.TakenBack+o.TakenBack, t.Parts+o.Parts
	t.Cost, t.Estimated, t.Unpriced = t.Cost+o.Cost, t.Estimated+o.Estimated, t.Unpriced+o.Unpriced
}

// join adds the counts of another outcome; what is compared is compared anew.
func (o *Outcome) join(p Outcome) {
	o.VouchersUsed, o.OptOuts, o.LeftAll = o.VouchersUsed+p.VouchersUsed, o.OptOuts+p.OptOuts, o.LeftAll+p.LeftAll
	o.Replies, o.Clicks = o.Replies+p.Replies, o.Clicks+p.Clicks
}

func add[K comparable](to, from map[K]int64) {
	for k, n := range from {
		to[k] += n
	}
}

// join adds the account of another run.
func (a *account) join(o *account) {
	if a.whole == nil {
		*a = *newAccount()
	}
	add(a.states, o.states)
	add(a.leftOut, o.leftOut)
	add(a.failures, o.failures)
	a.Texts.join(o.Texts)
	a.outcome.join(o.outcome)
	a.vouchers, a.expired = a.vouchers+o.vouchers, a.expired+o.expired
	a.whole.join(o.whole)
	for w, from := range o.wordings {
		to := a.wording(w)
		to.join(from.Texts)
		to.outcome.join(from.outcome)
		to.spent.join(from.spent)
	}
	for id, from := range o.stores {
		to := a.store(id)
		to.join(from.Texts)
		to.purchases, to.used = to.purchases+from.purchases, to.used+from.used
		to.spent.join(from.spent)
	}
}

// results draws up the account.
func (a *account) results(b *bookkeeper) Results {
	r := Results{
		States: a.states, LeftOut: a.leftOut, Failures: a.failures, Texts: a.Texts, Unit: b.program.PriceUnit,
		Vouchers: a.vouchers, VouchersExpired: a.expired, Outcome: b.outcome(a.outcome, a.Texts, a.whole), Stores: []StoreResults{},
	}
	r.Buyers, r.Revenue = r.Lift.Treated.Buyers, r.Lift.Treated.Revenue
	r.HeldOutBuyers, r.HeldOutRevenue = r.Lift.HeldOut.Buyers, r.Lift.HeldOut.Revenue
	for _, w := range slices.Sorted(maps.Keys(a.wordings)) {
		one := a.wordings[w]
		r.Wordings = append(r.Wordings, WordingResults{w, one.Texts, b.outcome(one.outcome, one.Texts, one.spent.against(a.whole))})
	}
	if len(r.Wordings) == 2 {
		d := a.wordings[WordingA].spent.lessThan(a.wordings[WordingB].spent).lift()
		r.Difference = &d
	}
	for _, id := range slices.Sorted(maps.Keys(a.stores)) {
		r.Stores = append(r.Stores, b.atStore(id, a.stores[id], a.whole))
	}
	return r
}

func (b *bookkeeper) outcome(o Outcome, t Texts, spent strata) Outcome {
	o.Lift = spent.lift()
	o.Profit, o.PerText = b.profit(t, o.Lift)
	return o
}

func (b *bookkeeper) atStore(id int64, s *storeAccount, whole strata) StoreResults {
	r := StoreResults{Store: id, Name: b.stores[id], Texts: s.Texts, Purchases: s.purchases, VouchersUsed: s.used, Lift: s.spent.among(whole).lift()}
	r.Revenue = r.Lift.Treated.Revenue
	r.Profit, r.PerText = b.profit(s.Texts, r.Lift)
	return r
}

// against puts those held out of the whole over against the treated of a part.
func (st strata) against(whole strata) strata {
	both := strata{}
	for share, s := range st {
		both.of(share).treated.join(&s.treated)
		both.of(share).held.join(&whole.of(share).held)
	}
	return both
}

// lessThan puts the treated of another part in the place of those held out.
func (st strata) lessThan(o strata) strata {
	both := strata{}
	for share, s := range st {
		both.of(share).treated.join(&s.treated)
		both.of(share).held.join(&o.of(share).treated)
	}
	return both
}

// among lets all members of the whole count, those who spent nothing here with 0.
func (st strata) among(whole strata) strata {
	all := strata{}
	for share, s := range whole {
		one := all.of(share)
		one.treated.join(&st.of(share).treated)
		one.held.join(&st.of(share).held)
		one.treated.members, one.held.members = s.treated.members, s.held.members
	}
	return all
}
