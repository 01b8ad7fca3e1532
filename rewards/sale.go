package rewards

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fiel/members"
)

// Sale is what a till says was bought, in the minor units of its currency.
type Sale struct {
	Currency string // ISO 4217; '' is the program's
	Amount   int64  // of the ticket: after discounts, tip and tax included
	Tax, Tip int64
	Lines    []Line   // after discount; none: only the ticket is known
	Tender   []Tender // how it was paid; none: all with money
}

// Line is one line of a ticket, after discount.
type Line struct {
	SKU      string
	Name     string
	Category string
	Quantity int64 // things: pieces, kilometres, nights
	Amount   int64 // of the whole line, minor units
}

// Tender is one way a ticket was paid: cash, card, store_card, gift_card, voucher, points, other.
type Tender struct {
	Kind   string `json:"type"`
	Amount int64  `json:"amount"` // minor units
}

// Money says whether the tender is money. Vouchers and points are not, and earn nothing.
func (t Tender) Money() bool { return t.Kind != "voucher" && t.Kind != "points" }

// Money is what was paid with money, in minor units.
func (s Sale) Money() int64 {
	other := int64(0)
	for _, t := range s.Tender {
		if !t.Money() {
			other = capped(other, t.Amount)
		}
	}
	return max(0, s.Amount-other)
}

// Earning is the money that can earn points: the ticket less tip, lines that never earn, what was not paid with money and, in a
// program that says net, tax.
func (s Sale) Earning(c Scope) int64 { return s.less(s.Money(), c) }

// less takes off an amount of the ticket what never earns.
func (s Sale) less(amount int64, c Scope) int64 {
	amount -= capped(0, s.Tip)
	if c.Net {
		amount -= capped(0, s.Tax)
	}
	for _, l := range s.Lines {
		if !c.earns(l) {
			amount -= capped(0, l.Amount)
		}
		amount = max(0, amount)
	}
	return max(0, amount)
}

// capped adds two amounts of a ticket. No ticket is above 10^12, so nothing above it matters, and nothing overflows.
func capped(sum, amount int64) int64 { return min(sum+min(max(amount, 0), MaxBalance), MaxBalance) }

// Scope is the settings of a program that decide which money earns.
type Scope struct {
	Net   bool     `json:"net,omitempty"`   // tax earns nothing
	Never []string `json:"never,omitempty"` // categories that earn nothing, beside gift_card and delivery
}

// ScopeOf is the scope of a program's sales today.
func ScopeOf(p members.Program) (Scope, error) {
	never, err := list[string](p.NeverEarns)
	return Scope{Net: p.NetOfTax, Never: never}, err
}

// earns says whether a line can earn points: buying a gift card does not (paying with it does), nor does delivery, nor what the
// program leaves out.
func (c Scope) earns(l Line) bool {
	return l.Category == "" || !oneOf(l.Category, []string{"gift_card", "delivery"}) && !oneOf(l.Category, c.Never)
}

// oneOf finds a category in a list, however either is written.
func oneOf(category string, list []string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return s == category || fold(s) == fold(category) })
}

// fold is a word as words are compared: in one case, without accents, without what cannot be seen.
func fold(word string) string {
	word = strings.TrimSpace(word)
	if strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return strings.ToLower(word)
	}
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.M, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToLower(norm.NFKD.String(word))))
}
