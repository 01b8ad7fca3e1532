package sheets

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fiel/templates"
)

// Style is how a file writes numbers and dates, where it cannot be told from the file itself.
type Style struct {
	Decimal string // "." or ","; '' tells by itself where it can
	Dates   string // dmy, mdy or ymd: the order of 03/04/2026; '' is dmy
}

// money reads an amount in minor units of a currency: 1,234.50, 1.234,50, 1234.5, S/ 12.00. What may be a thousand as well as a
// decimal is an error that says how to tell.
func (s Style) money(text, currency string) (int64, error) {
	digits := strings.TrimFunc(text, func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) // marks of currencies
	digits = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "").Replace(digits)
	whole, part, err := s.split(digits, templates.MinorDigits(currency))
	if err != nil {
		return 0, err
	}
	for len(part) < templates.MinorDigits(currency) {
		part += "0"
	}
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || n < 1 || n > 1_000_000_000_000 {
		return 0, fmt.Errorf("%q is no amount from 0.01 to 10,000,000,000.00", text)
	}
	return n, nil
}

// split takes an amount apart at its decimal mark.
func (s Style) split(digits string, minor int) (whole, part string, err error) {
	mark := strings.LastIndexAny(digits, ".,")
	if mark < 0 {
		return digits, "", nil
	}
	found, after := digits[mark:mark+1], digits[mark+1:]
	alone := strings.Count(digits, ".")+strings.Count(digits, ",") == 1
	decimal := s.Decimal == found
	if s.Decimal == "" {
		if alone && len(after) == 3 && minor != 3 && minor != 0 {
			return "", "", fmt.Errorf("%q may be a thousand or a decimal: say --decimal . or --decimal ,", digits)
		}
		decimal = alone && minor > 0 || !alone && strings.Count(digits, found) == 1
	}
	plain := strings.NewReplacer(".", "", ",", "")
	if !decimal {
		return plain.Replace(digits), "", nil
	}
	if len(after) > minor {
		if strings.Trim(after[minor:], "0") != "" {
			return "", "", fmt.Errorf("%q has more decimals than the currency", digits)
		}
		after = after[:minor]
	}
	return plain.Replace(digits[:mark]), after, nil
}

// points reads a whole number of points: 1,200 and 1.200 and 1200.00 are 1200.
func (s Style) points(text string) (int64, error) {
	plain := strings.ReplaceAll(text, " ", "")
	if i := strings.LastIndexAny(plain, ".,"); i >= 0 && strings.Trim(plain[i+1:], "0") == "" && len(plain)-i-1 != 3 {
		plain = plain[:i] // decimals of nought
	}
	groups := strings.FieldsFunc(plain, func(r rune) bool { return r == '.' || r == ',' })
	for i, group := range groups {
		if i > 0 && len(group) != 3 {
			return 0, fmt.Errorf("%q is no whole number of points", text)
		}
	}
	n, err := strconv.ParseInt(strings.NewReplacer(".", "", ",", "").Replace(plain), 10, 64)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return 0, fmt.Errorf("%q is no number of points from 0 to 1,000,000,000", text)
	}
	return n, nil
}

// orders are the layouts of dates in figures; separators are made alike before.
var orders = map[string][]string{
	"dmy": {"2/1/2006", "2/1/06"},
	"mdy": {"1/2/2006", "1/2/06"},
	"ymd": {"2006/1/2"},
}

// clocks are what may follow a date.
var clocks = []string{"", " 15:04:05", " 15:04", " 3:04:05 PM", " 3:04 PM"}

// when reads a date, with or without a time, in a zone.
func (s Style) when(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(zone), nil
	}
	alike := strings.NewReplacer("-", "/", ".", "/", "T", " ").Replace(strings.TrimSuffix(text, "Z"))
	layouts := append([]string{"2006/1/2"}, orders[s.order()]...)
	for _, day := range layouts {
		for _, clock := range clocks {
			if t, err := time.ParseInLocation(day+clock, alike, zone); err == nil && t.Year() > 1900 {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date that we can read: write it like 2026-03-14, or say its order with --dates", text)
}

func (s Style) order() string {
	if s.Dates == "" {
		return "dmy"
	}
	return s.Dates
}

// birthday reads a date with or without its year; year 0 is none.
func (s Style) birthday(text string) (year, month, day int, err error) {
	if t, err := s.when(text, time.UTC); err == nil {
		return t.Year(), int(t.Month()), t.Day(), nil
	}
	a, b, ok := strings.Cut(strings.NewReplacer("-", "/", ".", "/").Replace(text), "/")
	first, err1 := strconv.Atoi(a)
	second, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, 0, fmt.Errorf("%q is no birthday that we can read: write it like 1990-03-14 or 14/03", text)
	}
	if s.order() == "dmy" {
		return 0, second, first, nil
	}
	return 0, first, second, nil
}

// yes reads a consent: only a clear yes is one.
func yes(text string) (bool, error) {
	switch folded(text) {
	case "si", "s", "yes", "y", "oui", "是", "true", "verdadero", "1", "x", "optin", "subscribed", "acepta":
		return true, nil
	case "", "no", "n", "non", "否", "false", "falso", "0", "optout", "unsubscribed", "notsubscribed":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no", text)
}

// language is the code of a language, also of one with a country: fr-CA, zh_CN.
func language(text string) string {
	code, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(text), "_", "-"), "-")
	return code
}
