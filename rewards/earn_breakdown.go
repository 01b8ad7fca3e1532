package rewards

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"fiel/templates"
)

// Breakdown says how the points of a sale came about. The ledger keeps it with the entry, as JSON.
type Breakdown struct {
	Rules       []Gain   `json:"rules,omitempty"`   // those that counted
	Times       []Factor `json:"times,omitempty"`   // multipliers, the best of each kind
	Product     Times    `json:"product,omitempty"` // of them all, rounded down, at most 10
	Capped      int64    `json:"capped,omitempty"`  // points above the cap of the day, which were not given
	Stamps      []Gain   `json:"stamps,omitempty"`  // basis: how many
	CarryBefore int64    `json:"carry_before,omitempty"`
	CarryAfter  int64    `json:"carry_after,omitempty"`
}

// Gain is what one rule gave, before multipliers.
type Gain struct {
	Rule   int64  `json:"rule"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Basis  int64  `json:"basis"` // minor units; of a quantity rule: things
	Points int64  `json:"points"`
}

// Factor is a multiplier: of the member's level, or of a rule.
type Factor struct {
	Kind  string `json:"kind"`           // level, window, tender or campaign
	Rule  int64  `json:"rule,omitempty"` // its id; of a level: that of the level
	Name  string `json:"name,omitempty"`
	Times Times  `json:"times"` // of a tender: on the whole sale
}

// multiply notes the multipliers and returns their exact product, at most 10.
func (b *Breakdown) multiply(all []factor) *big.Rat {
	product := big.NewRat(1, 1)
	for _, f := range all {
		product.Mul(product, f.exact)
		b.Times = append(b.Times, f.Factor)
	}
	if most := big.NewRat(maxTimes, 1000); product.Cmp(most) > 0 {
		product = most
	}
	if len(all) > 0 {
		b.Product = thousandths(product)
	}
	return product
}

// thousandths is the product of the multipliers as an entry keeps it.
func (b Breakdown) thousandths() int64 {
	if b.Product == 0 {
		return 1000
	}
	return int64(b.Product)
}

func (b Breakdown) json() string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return string(text)
}

// ReadBreakdown reads that of an entry; false for an entry that has none.
func (e Entry) ReadBreakdown() (b Breakdown, ok bool) {
	return b, e.Breakdown != "" && json.Unmarshal([]byte(e.Breakdown), &b) == nil
}

// Explain is the breakdown in one English sentence, for staff. Currency (ISO 4217) is that of its money.
func (b Breakdown) Explain(currency string) string {
	text := "No rule gave points"
	if len(b.Rules) > 0 {
		text = b.explainGains(currency) + b.explainTimes()
	}
	if b.Capped > 0 {
		text += fmt.Sprintf(", less %d above the day's cap", b.Capped)
	}
	for _, s := range b.Stamps {
		text += fmt.Sprintf("; stamps by %q: %d", s.Name, s.Basis)
	}
	return text + "."
}

func (b Breakdown) explainGains(currency string) string {
	var gains []string
	for _, g := range b.Rules {
		gains = append(gains, g.explain(currency))
	}
	text := strings.Join(gains, " and ")
	if b.CarryBefore != 0 || b.CarryAfter != 0 {
		text += fmt.Sprintf(" (carried before: %s, after: %s)", templates.Money("en", currency, b.CarryBefore), templates.Money("en", currency, b.CarryAfter))
	}
	return text
}

func (b Breakdown) explainTimes() string {
	var times []string
	for _, f := range b.Times {
		name := f.Kind
		if f.Name != "" {
			name = f.Name
		}
		times = append(times, fmt.Sprintf("x%s (%s)", f.Times, name))
	}
	if len(times) == 0 {
		return ""
	}
	return ", times " + strings.Join(times, " and ")
}

func (g Gain) explain(currency string) string {
	switch g.Kind {
	case VisitRule:
		return fmt.Sprintf("%d for the visit by %q", g.Points, g.Name)
	case QuantityRule:
		return fmt.Sprintf("%d for %d things by %q", g.Points, g.Basis, g.Name)
	}
	return fmt.Sprintf("%d for %s by %q", g.Points, templates.Money("en", currency, g.Basis), g.Name)
}
