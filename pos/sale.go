package pos

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"fiel/rewards"
)

// MaxAmount is the largest amount of a sale, in minor units.
const MaxAmount = 1_000_000_000_000

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
	Vouchers []string // further ones
	Cashier  string
	Ticket   string // what stands on the receipt, where it is known
	Test     bool   // stored, never credited

	OccurredAt int64  // unix milliseconds; 0: now
	Body       string // as received, kept for 30 days

	by string // who texted it: staff:7
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
		facts[i] = rewards.Line{SKU: l.SKU, Name: l.Name, Category: l.Category, Quantity: l.Quantity, Amount: l.Amount}
	}
	return facts
}

// codes are the vouchers that were handed over, each once, as they were written first.
func (s Sale) codes() (all []string) {
	seen := map[string]bool{}
	for _, code := range append([]string{s.Voucher}, s.Vouchers...) {
		if read := readCode(code); read != "" && !seen[read] {
			seen[read] = true
			all = append(all, code)
		}
	}
	return all
}

// readCode is a code in one writing, so that the same one is known again; what is none stays as it is.
func readCode(code string) string {
	if read, err := rewards.ValidCode(code); err == nil {
		return read
	}
	return strings.TrimSpace(code)
}

// paidBy says whether a part was paid with that kind of tender.
func (s Sale) paidBy(kind string) bool {
	return slices.ContainsFunc(s.Tender, func(t Tender) bool { return t.Kind == kind })
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

// meant is a fingerprint of what the till means, so that a repeated id is told from a reused one. Who is the keyed hash of the buyer: no
// number can be guessed from it. When and where it was delivered does not count, nor does how a number was written.
func (s Sale) meant(who string) string {
	return fingerprint([]any{
		"purchase", who, s.Amount, s.Currency, s.Tax, s.Tip, list(s.Lines), list(s.Tender), s.Voucher, list(s.Vouchers), s.Test,
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
