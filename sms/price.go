package sms

import (
	_ "embed"
	"fmt"
	"strings"

	"fiel/members"
)

//go:embed prices.txt
var pricesFile string

var prices = parsePrices(pricesFile)

// PriceUnit is the currency of the table of prices.
const PriceUnit = "USD"

// Price is what one part of a text to a country costs.
type Price struct {
	Millionths int64  `json:"price"`   // of the program's price unit
	Own        bool   `json:"own"`     // said by the owner, not by the table
	Checked    string `json:"checked"` // year-month the table's source was last compared; '' for an own one
	Source     string `json:"source,omitempty"`
}

// PriceFor is the price of a part to a number of a country (ISO 3166): the program's own, else that of the table (prices.txt) where the
// program reckons in its currency. Known is false when neither says one: nothing is guessed, and no rate of exchange is assumed.
func PriceFor(p members.Program, country string) (price Price, known bool) {
	if own, ok := p.OwnPrices()[country]; ok {
		return Price{Millionths: own, Own: true}, true
	}
	if p.PriceUnit != PriceUnit {
		return Price{}, false
	}
	price, known = prices[country]
	return price, known
}

// parsePrices panics on a bad line: the file is part of the program.
func parsePrices(file string) map[string]Price {
	table := map[string]Price{}
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 4 {
			panic(fmt.Sprintf("prices.txt: %q lacks a price, its date or its source", line))
		}
		n, ok := members.ParsePrice(words[1])
		if _, twice := table[words[0]]; !ok || twice {
			panic(fmt.Sprintf("prices.txt: %q is no price, or the second one", line))
		}
		table[words[0]] = Price{Millionths: n, Checked: words[2], Source: strings.Join(words[3:], " ")}
	}
	return table
}
