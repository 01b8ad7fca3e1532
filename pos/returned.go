package pos

import (
	"context"
	"encoding/json"

	"fiel/db"
	"fiel/rewards"
)

// told is a stored sale as the rules see it, and by what it was judged.
type told struct {
	sale  rewards.Sale
	facts rewards.Facts
	back  []rewards.LineBack // what the rows say has come back of each line
}

// kept is how a purchase keeps it: how it was paid, and the facts.
type kept struct {
	rewards.Facts
	Tender []rewards.Tender `json:"tender,omitempty"`
}

func keep(f rewards.Facts, tender []rewards.Tender) string { return string(marshal(kept{f, tender})) }

// told reads the stored sale.
func (s Purchase) told(ctx context.Context, tx *db.Tx) (told, error) {
	lines, err := New(tx).linesOfPurchase(ctx, s.ProgramID, s.ID)
	if err != nil {
		return told{}, err
	}
	var k kept
	if s.Facts != "" {
		if err := json.Unmarshal([]byte(s.Facts), &k); err != nil {
			return told{}, db.Errorf(db.Internal, "the facts of purchase %d: %w", s.ID, err)
		}
	}
	t := told{facts: k.Facts, sale: rewards.Sale{Currency: s.Currency, Amount: s.Amount, Tax: s.Tax, Tip: s.Tip, Tender: k.Tender}}
	for _, l := range lines {
		t.sale.Lines = append(t.sale.Lines, rewards.Line{SKU: l.SKU, Name: l.Name, Category: l.Category, Quantity: l.Quantity, Amount: l.Amount})
		t.back = append(t.back, rewards.LineBack{Amount: l.Returned, Quantity: l.ReturnedQuantity})
	}
	return t, nil
}

// comesBack is what had come back of a sale before a refund, and what has with it. The lines of the sale keep the latter.
func (s Purchase) comesBack(ctx context.Context, tx *db.Tx, t told, amount int64, lines []Line) (before, after rewards.Returned, err error) {
	all, err := s.refunds(ctx, tx)
	if err != nil {
		return before, after, err
	}
	this := rewards.Return{Money: amount, Lines: lineFacts(lines)}
	before, after = t.sale.Returned(t.facts.Scope, all...), t.sale.Returned(t.facts.Scope, append(all, this)...)
	before.Whole, after.Whole = s.whole(0), s.whole(amount)
	for i, l := range after.Lines {
		if l == t.back[i] {
			continue
		}
		err := New(tx).returnLine(ctx, returnLineParams{ProgramID: s.ProgramID, PurchaseID: s.ID, N: int64(i + 1), Returned: l.Amount, ReturnedQuantity: l.Quantity})
		if err != nil {
			return before, after, err
		}
	}
	return before, after, nil
}

// returned is what has come back of a sale so far.
func (s Purchase) returned(ctx context.Context, tx *db.Tx, t told) (rewards.Returned, error) {
	all, err := s.refunds(ctx, tx)
	back := t.sale.Returned(t.facts.Scope, all...)
	back.Whole = s.whole(0)
	return back, err
}

// whole says whether with so much more money nothing is left of the sale.
func (s Purchase) whole(more int64) bool {
	money := s.Refunded + more
	return money >= s.Amount || s.Money > 0 && money >= s.Money
}

// refunds are those that were applied to the sale.
func (s Purchase) refunds(ctx context.Context, tx *db.Tx) (all []rewards.Return, err error) {
	rows, err := New(tx).appliedRefunds(ctx, s.ProgramID, s.ID)
	for _, r := range rows {
		lines, err := readLines(r.Lines)
		if err != nil {
			return nil, err
		}
		all = append(all, rewards.Return{Money: r.Amount, Lines: lineFacts(lines)})
	}
	return all, err
}

// readLines reads the lines that a refund named.
func readLines(text string) (lines []Line, err error) {
	if err := json.Unmarshal([]byte(text), &lines); err != nil {
		return nil, db.Errorf(db.Internal, "the lines of a refund: %w", err)
	}
	return lines, nil
}
