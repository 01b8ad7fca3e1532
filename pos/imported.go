package pos

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	imported     = "imported" // brought over from another system: it is history and earns nothing
	importedTill = "Importado"
)

// Past is a purchase of before, as another system kept it.
type Past struct {
	Ref      string // that system's own id of it, made unique by its name: "square:1234"
	Amount   int64  // minor units of the program's currency
	At       int64  // unix milliseconds
	Currency string // '' is the program's
}

// Check finds what makes no sense in it, as a *Fault.
func (past Past) Check(p members.Program, now int64) error {
	switch {
	case !isRef(past.Ref):
		return fault("id", refRule)
	case past.Amount < 1 || past.Amount > MaxAmount:
		return fault("amount", amountRule)
	case past.At <= 0 || past.At > now:
		return fault("date", "a time between 1970 and now")
	case past.Currency != "" && past.Currency != p.Currency:
		return fault("currency", "this program counts "+p.Currency+" and converts nothing")
	}
	return nil
}

// ImportTill is the till under which past purchases of a store are kept. It is made when it is first needed, and revoked: nobody can
// report by it.
func ImportTill(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, store int64) (Till, error) {
	t, err := New(tx).tillNamed(ctx, tillNamedParams{ProgramID: p.ID, StoreID: store, Name: importedTill})
	if !db.NotFound(err) {
		return t, err
	}
	if t, _, err = AddTill(ctx, tx, key, p, store, importedTill); err != nil {
		return Till{}, err
	}
	return t, RevokeTill(ctx, tx, p.ID, t.ID)
}

// Import keeps a past purchase of a member: it counts among their visits and may be their last, and earns nothing. Added is false when
// it was brought over before. The caller holds the member's row. Errors: a *Fault.
func Import(ctx context.Context, tx *db.Tx, p members.Program, s members.Store, t Till, m members.Member, past Past) (added bool, err error) {
	if err := past.Check(p, tx.Now); err != nil {
		return false, err
	}
	id := tx.ID()
	n, err := New(tx).insertPurchase(ctx, insertPurchaseParams{
		ProgramID: p.ID, ID: id, TillID: t.ID, Ref: past.Ref, Meant: fingerprint([]any{imported, past}), State: imported, MemberID: m.ID,
		StoreID: s.ID, Day: time.UnixMilli(past.At).In(s.Location()).Format(time.DateOnly), Amount: past.Amount, Currency: p.Currency,
		Money: past.Amount, OccurredAt: past.At, ReceivedAt: tx.Now, Answer: "{}",
	})
	if err != nil || n == 0 {
		return false, err
	}
	return true, New(tx).countVisit(ctx, countVisitParams{At: past.At, PurchaseID: id, ProgramID: p.ID, MemberID: m.ID})
}

// Imported says whether a past purchase of that id was brought over to a store.
func Imported(ctx context.Context, tx *db.Tx, p members.Program, store int64, ref string) (bool, error) {
	t, err := New(tx).tillNamed(ctx, tillNamedParams{ProgramID: p.ID, StoreID: store, Name: importedTill})
	if err == nil {
		_, err = New(tx).purchaseByRef(ctx, purchaseByRefParams{ProgramID: p.ID, TillID: t.ID, Ref: ref})
	}
	if db.NotFound(err) {
		return false, nil
	}
	return err == nil, err
}
