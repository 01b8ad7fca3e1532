package members

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/db"
)

// mostPrice bounds the price of a part, in millionths: a thousand of any currency is a slip of the pen.
const mostPrice = 1_000_000_000

// OwnPrices is what a part of a text costs the program by country (ISO 3166), in millionths of its price unit; empty when it has said
// nothing.
func (p Program) OwnPrices() map[string]int64 {
	prices := map[string]int64{}
	if json.Unmarshal([]byte(p.Prices), &prices) != nil {
		return map[string]int64{}
	}
	return prices
}

// prices reads "PE=0.08,CO=0.0525" as JSON of millionths.
func (s Setting) prices(value string) (string, error) {
	found := map[string]int64{}
	for pair := range strings.SplitSeq(value, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		country, price, _ := strings.Cut(pair, "=")
		if err := checkCountry(country); err != nil {
			return "", err
		}
		n, ok := ParsePrice(price)
		if !ok {
			return "", db.Errorf(db.Invalid, "%q is no price of a part of a text: write it such as 0.0525, with at most six decimals", price)
		}
		found[country] = n
	}
	raw, err := json.Marshal(found)
	return string(raw), err
}

// ParsePrice reads a price such as 0.0525 as millionths, exactly; false for what is none, is below zero, or has more than six decimals.
func ParsePrice(text string) (millionths int64, ok bool) {
	whole, decimals, _ := strings.Cut(strings.TrimSpace(text), ".")
	digits := whole + decimals
	if whole == "" || len(whole) > 4 || len(decimals) > 6 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", 6-len(decimals)), 10, 64)
	return n, err == nil && n <= mostPrice
}

// WritePrice writes millionths as a price with at least two decimals and no more than it needs: 52500 is 0.0525, 80000 is 0.08.
func WritePrice(millionths int64) string {
	text := strconv.FormatInt(millionths%1_000_000+1_000_000, 10)[1:]
	for len(text) > 2 && strings.HasSuffix(text, "0") {
		text = text[:len(text)-1]
	}
	return strconv.FormatInt(millionths/1_000_000, 10) + "." + text
}

// writePrices writes them as the setting takes them.
func writePrices(stored string) string {
	prices := Program{Prices: stored}.OwnPrices()
	pairs := make([]string, 0, len(prices))
	for _, country := range slices.Sorted(maps.Keys(prices)) {
		pairs = append(pairs, country+"="+WritePrice(prices[country]))
	}
	return strings.Join(pairs, ",")
}

func checkUnit(unit string) error {
	if !capitals.MatchString(unit) {
		return db.Errorf(db.Invalid, "%q is no currency: three capital letters such as USD, EUR, PEN", unit)
	}
	return nil
}

// checkClosedDays refuses a list with what is no date.
func checkClosedDays(list string) error {
	for day := range strings.SplitSeq(list, ",") {
		if day = strings.TrimSpace(day); day == "" {
			continue
		}
		_, yearly := time.Parse("2006-01-02", "2024-"+day)
		if _, once := time.Parse("2006-01-02", day); yearly != nil && once != nil {
			return db.Errorf(db.Invalid, "%q is no closed day: write 12-25 for each year, or 2027-03-05 for once", day)
		}
	}
	return nil
}
