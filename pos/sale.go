package pos

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"fiel/rewards"
)

// MaxAmount is the largest amount of a sale, in minor units.
const MaxAmount = 1_000_000_000_000

const (
	maxRef    = 128 // letters of a till's id
	maxLines  = 1000
	maxTender = 50
)

// Sale is one purchase as a till reports it. Money is in minor units of the currency.
type Sale struct {
	Program, Till int64

	Ref      string // the till's own id of the sale, for ever the same
	Phone    string // as typed: E.164, or as dialled in the program's country; '' for none
	Card     string // stands for the member where there is no phone
	Amount   int64  // after discounts, tip and tax included
	Currency string // ISO 4217; '' is the program's
	Tax, Tip int64  // contained in Amount
	Lines    []Line
	Tender   []Tender // how it was paid; sums to Amount. Without it all is money
	Voucher  string   // code that was handed over
	Cashier  string
	Test     bool // stored, never credited

	OccurredAt int64  // unix milliseconds; 0: now
	Body       string // as received, kept for 30 days
}

// Line is one line of a sale or of a refund, after discount.
type Line struct {
	SKU      string `json:"sku,omitempty"`
	Name     string `json:"name,omitempty"`
	Category string `json:"category,omitempty"` // gift_card and delivery have a meaning of their own
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount"` // of the whole line, minor units
}

// Tender is a part of the payment.
type Tender struct {
	Kind   string `json:"type"`   // cash, card, store_card, gift_card, voucher, points or other; voucher and points are no money
	Amount int64  `json:"amount"` // minor units
}

// facts is the sale as the rules see it.
func (s Sale) facts() rewards.Sale {
	f := rewards.Sale{Currency: s.Currency, Amount: s.Amount, Tax: s.Tax, Tip: s.Tip, Lines: lineFacts(s.Lines)}
	for _, t := range s.Tender {
		f.Tender = append(f.Tender, rewards.Tender{Kind: t.Kind, Amount: t.Amount})
	}
	return f
}

func lineFacts(lines []Line) []rewards.Line {
	facts := make([]rewards.Line, len(lines))
	for i, l := range lines {
		facts[i] = rewards.Line{Category: l.Category, Amount: l.Amount}
	}
	return facts
}

// check finds the first value that makes no sense, as a *Fault.
func (s Sale) check() error {
	switch {
	case !isRef(s.Ref):
		return fault("id", refRule)
	case s.Amount < 1 || s.Amount > MaxAmount:
		return fault("amount", amountRule)
	case s.Currency != "" && !isCurrency(s.Currency):
		return fault("currency", currencyRule)
	case s.Tax < 0 || s.Tax > s.Amount:
		return fault("tax", "whole minor units from 0, contained in amount")
	case s.Tip < 0 || s.Tip > s.Amount-s.Tax:
		return fault("tip", "whole minor units from 0; with the tax, contained in amount")
	case s.OccurredAt < 0:
		return fault("occurred_at", "this is before 1970")
	}
	if err := checkTexts(text{"card", s.Card}, text{"voucher", s.Voucher}, text{"cashier", s.Cashier}); err != nil {
		return err
	}
	if err := checkLines(s.Lines); err != nil {
		return err
	}
	return checkTender(s.Tender, s.Amount)
}

const (
	refRule      = "the till's own id: 1 to 128 letters, no control characters"
	amountRule   = "a whole number of minor units from 1 to 1000000000000"
	currencyRule = "three capital letters, as in ISO 4217"
)

func isRef(s string) bool { return utf8.RuneCountInString(s) <= maxRef && printable(s) }

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

type text struct{ field, value string }

func checkTexts(all ...text) error {
	for _, t := range all {
		if t.value != "" && (utf8.RuneCountInString(t.value) > 200 || !printable(t.value)) {
			return fault(t.field, "at most 200 letters, no control characters")
		}
	}
	return nil
}

func checkLines(lines []Line) error {
	if len(lines) > maxLines {
		return fault("items", fmt.Sprintf("at most %d lines", maxLines))
	}
	for i, l := range lines {
		at := fmt.Sprintf("items[%d].", i)
		if l.Amount < 0 || l.Amount > MaxAmount {
			return fault(at+"amount", "a whole number of minor units from 0 to 1000000000000")
		}
		if l.Quantity < 1 || l.Quantity > 1_000_000 {
			return fault(at+"quantity", "a whole number from 1 to 1000000")
		}
		if err := checkTexts(text{at + "sku", l.SKU}, text{at + "name", l.Name}, text{at + "category", l.Category}); err != nil {
			return err
		}
	}
	return nil
}

func checkTender(tender []Tender, amount int64) error {
	if len(tender) > maxTender {
		return fault("tender", fmt.Sprintf("at most %d parts", maxTender))
	}
	sum := int64(0)
	for i, t := range tender {
		at := fmt.Sprintf("tender[%d].", i)
		switch t.Kind {
		case "cash", "card", "store_card", "gift_card", "voucher", "points", "other":
		default:
			return fault(at+"type", "one of cash, card, store_card, gift_card, voucher, points, other")
		}
		if t.Amount < 0 || t.Amount > MaxAmount {
			return fault(at+"amount", "a whole number of minor units from 0 to 1000000000000")
		}
		sum += t.Amount
	}
	if len(tender) > 0 && sum != amount {
		return fault("tender", "the parts must sum to amount")
	}
	return nil
}

// Refund is money given back on a sale, as a till reports it.
type Refund struct {
	Program, Till int64

	Ref      string // the till's own id of the refund
	Purchase string // the till's own id of the sale
	Amount   int64  // minor units; 0: by Lines, or all that has not come back yet
	Currency string // ISO 4217; '' is the sale's
	Lines    []Line // what came back, where the till knows
	Test     bool   // stored, takes nothing
	Body     string // as received, kept for 30 days
}

func (r Refund) check() error {
	switch {
	case !isRef(r.Ref):
		return fault("id", refRule)
	case !isRef(r.Purchase):
		return fault("purchase_id", refRule)
	case r.Amount < 0 || r.Amount > MaxAmount:
		return fault("amount", amountRule)
	case r.Currency != "" && !isCurrency(r.Currency):
		return fault("currency", currencyRule)
	}
	return checkLines(r.Lines)
}

// meant is a fingerprint of what the till means, so that a repeated id is told from a reused one. Who is the keyed hash of the buyer: no
// number can be guessed from it. When and where it was delivered does not count, nor does how a number was written.
func (s Sale) meant(who string) string {
	return fingerprint([]any{
		"purchase", who, s.Amount, s.Currency, s.Tax, s.Tip, list(s.Lines), list(s.Tender), s.Voucher, s.Test,
	})
}

func (r Refund) meant() string {
	return fingerprint([]any{"refund", r.Purchase, r.Amount, r.Currency, list(r.Lines), r.Test})
}

// list makes no list and an empty one alike.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func fingerprint(values []any) string {
	b, err := json.Marshal(values)
	if err != nil {
		panic(err) // numbers and texts always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
