package pos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"fiel/db"
	"fiel/members"
)

// kindText is the till of a store that stands for its staff's texts. No webhook reaches it.
const kindText = "text"

// Texted is a sale that somebody on the staff has texted.
type Texted struct {
	Staff   members.Staff
	Store   int64
	Phone   members.Phone // the buyer's
	Amount  int64         // minor units of the program's currency
	Ticket  string        // what stands on the receipt, '' if they did not say
	Inbound int64         // the text
}

// TextedSale is what became of it.
type TextedSale struct {
	State   string // credited, held, review, or kept: noted without points
	Points  int64
	Balance int64          // of the member, where there is one
	Member  members.Member // ID 0: not a member yet
	Matched bool           // the till had reported it
	Differs bool           // the ticket was texted before for another sale: nothing was stored
	Amount  int64
}

// RecordText takes in a sale that staff texted, by the rules of every sale, at the till of the store that stands for texts (made on its
// first). The same ticket again is answered as the first time; without a ticket every text is a sale of its own. What a till of the store
// reports of the same sale, before or after, is counted once: see [matched].
//
// Errors: db.Denied when that till was revoked, db.Conflict when another transaction stores the same sale right now, db.Invalid for
// values that make no sense.
func RecordText(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, t Texted) (TextedSale, error) {
	till, err := TextTill(ctx, tx, key, p, t.Store)
	if err != nil {
		return TextedSale{}, err
	}
	sale := Sale{
		Program: p.ID, Till: till.ID, Ref: fmt.Sprint("text:", t.Inbound), Ticket: oneTicket(t.Ticket), Phone: t.Phone.E164(), Amount: t.Amount,
		Cashier: strconv.FormatInt(t.Staff.ID, 10), by: fmt.Sprint("staff:", t.Staff.ID),
	}
	if sale.Ticket != "" {
		sale.Ref = "ticket:" + sale.Ticket
	}
	if err := sale.check(); err != nil {
		return TextedSale{}, err
	}
	answer, err := record(ctx, tx, key, sale)
	if errors.Is(err, errOvertaken) {
		err = db.Errorf(db.Conflict, "the same sale is being stored right now")
	}
	if err != nil || answer.Status == http.StatusConflict {
		return TextedSale{Differs: err == nil}, err
	}
	return t.read(ctx, tx, p, answer)
}

// read is what became of a sale, from what the till was told: the first answer, if it was texted before.
func (t Texted) read(ctx context.Context, tx *db.Tx, p members.Program, answer Answer) (TextedSale, error) {
	var o outcome
	if err := json.Unmarshal(answer.Body, &o); err != nil {
		return TextedSale{}, db.Errorf(db.Internal, "the answer to a texted sale: %w", err)
	}
	done := TextedSale{State: o.Status, Points: o.Points, Amount: t.Amount}
	for _, w := range o.Warnings {
		done.Matched = done.Matched || w.Code == matched
	}
	m, err := members.ByPhone(ctx, tx, p.ID, t.Phone)
	if db.NotFound(err) {
		return done, nil
	}
	done.Member, done.Balance = m, m.Balance
	if o.Balance != nil {
		done.Balance = *o.Balance
	}
	return done, err
}

// TextTill is the till of a store that stands for its staff's texts; it is made when it is asked for first. Errors: db.Missing for no
// such store, db.Denied when it was revoked: the owner wants no sales by text there.
func TextTill(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, store int64) (Till, error) {
	if _, err := members.StoreByID(ctx, tx, p.ID, store); err != nil {
		return Till{}, err
	}
	for range 2 {
		t, err := New(tx).textTill(ctx, p.ID, store)
		if err == nil && t.Revoked() {
			return Till{}, db.Errorf(db.Denied, "till %d was revoked", t.ID)
		}
		if !db.NotFound(err) {
			return t, err
		}
		id := tx.ID()
		_, err = New(tx).insertTextTill(ctx, insertTextTillParams{
			ProgramID: p.ID, ID: id, StoreID: store, Name: fmt.Sprintf("SMS %d", id), Path: newPath(p.ID), Secret: key.Seal(sealLabel(id), newSecret()),
			CreatedAt: tx.Now,
		})
		if err != nil {
			return Till{}, err
		}
	}
	return Till{}, db.Errorf(db.Conflict, "the till for texts of that store is being made right now")
}

// ByText says whether the till stands for texts of staff: no webhook reaches it.
func (t Till) ByText() bool { return t.Kind == kindText }
