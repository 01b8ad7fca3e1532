package inbox

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fiel/members"
	"fiel/pos"
	"fiel/templates"
)

// What can be wrong with a sale that was texted.
const (
	SaleUnclear   Wrong = "sale_unclear"   // no number with an amount behind it
	AmountUnclear Wrong = "amount_unclear" // "1.250": a thousand or one? "120 500": an amount and a ticket?
)

// saleSaid is a sale as somebody on the staff wrote it.
type saleSaid struct {
	phone  members.Phone
	amount int64 // minor units
	ticket string
	typed  string // the amount as it was written
}

// readSale reads a number, an amount and perhaps a ticket. The number is the shortest beginning that is one, so that it may be written
// in groups; what follows must be an amount.
func (b *Book) readSale(rest, country, currency string) (saleSaid, Wrong) {
	phone, after := firstNumber(rest, country)
	if after == "" {
		return saleSaid{}, SaleUnclear
	}
	said, wrong := b.readPaid(strings.Fields(after), currency)
	said.phone = phone
	return said, wrong
}

// firstNumber is the shortest beginning of what was said that is a number, and what follows.
func firstNumber(rest, country string) (phone members.Phone, after string) {
	fields := strings.Fields(rest)
	for n := 1; n <= len(fields) && n <= mostGroups; n++ {
		if phone, err := members.ParsePhone(strings.Join(fields[:n], " "), country); err == nil {
			return phone, strings.Join(fields[n:], " ")
		}
	}
	return "", ""
}

// mostGroups is in how many groups a number is written at most.
const mostGroups = 6

// aTicket is what a ticket looks like: short, and with a digit in it.
var aTicket = regexp.MustCompile(`^#?[A-Za-z0-9][A-Za-z0-9\-/.]{0,38}$`)

// threeDigits may be a group of thousands written behind a space, or a ticket.
var threeDigits = regexp.MustCompile(`^\d{3}([.,]\d{1,2})?$`)

// readPaid reads an amount with its currency's sign, and a ticket.
func (b *Book) readPaid(fields []string, currency string) (saleSaid, Wrong) {
	fields = b.withoutCoins(fields, currency)
	if len(fields) == 0 {
		return saleSaid{}, SaleUnclear
	}
	said := saleSaid{typed: fields[0]}
	if len(fields) > 1 && len(fields[0]) <= 3 && threeDigits.MatchString(fields[1]) {
		said.typed += " " + fields[1]
		return said, AmountUnclear
	}
	amount, ok := readAmount(fields[0], templates.MinorDigits(currency))
	said.amount = amount
	switch {
	case !ok:
		return said, AmountUnclear
	case len(fields) > 2 || len(fields) == 2 && (!aTicket.MatchString(fields[1]) || !strings.ContainsAny(fields[1], "0123456789")):
		return said, SaleUnclear
	case len(fields) == 2:
		said.ticket = fields[1]
	}
	return said, ""
}

// withoutCoins takes the currency's signs and names off: "S/", "120€", "soles". Another currency's sign stays, and makes the amount
// unclear.
func (b *Book) withoutCoins(fields []string, currency string) []string {
	var left []string
	for i, f := range fields {
		if i <= 2 {
			f = trimSign(f, currency)
		}
		if _, coin := b.coins.whole(read(f).words); f != "" && !coin {
			left = append(left, f)
		}
	}
	return left
}

func trimSign(field, currency string) string {
	signs := []string{currency, templates.Sign(currency)}
	slices.SortFunc(signs, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
	for _, sign := range signs {
		for _, s := range []string{sign + ".", sign} {
			if s == "." || s == "" || len(field) < len(s) {
				continue
			}
			if strings.EqualFold(field[:len(s)], s) {
				return field[len(s):]
			}
			if strings.EqualFold(field[len(field)-len(s):], s) {
				return field[:len(field)-len(s)]
			}
		}
	}
	return field
}

// How an amount is written: plain digits, digits in groups of three (1.250, 1,250,000, 1'250), or either with decimals.
var (
	plainAmount   = regexp.MustCompile(`^\d{1,13}$`)
	groupedAmount = regexp.MustCompile(`^[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+|(?:['’]\d{3})+)$`)
	partedAmount  = regexp.MustCompile(`^(.+)([.,])(\d{1,3})$`)
)

// readAmount is an amount in minor units, of a currency with so many decimals; false when it could mean two things, or none. One point or
// comma with three digits behind it is a thousand only where the currency has no decimals.
func readAmount(typed string, decimals int) (int64, bool) {
	whole, part := typed, ""
	switch m := partedAmount.FindStringSubmatch(typed); {
	case plainAmount.MatchString(typed):
	case groupedAmount.MatchString(typed):
		if decimals > 0 && strings.Count(typed, ".")+strings.Count(typed, ",") == 1 {
			return 0, false // 1.250
		}
	case m == nil || len(m[3]) > decimals || strings.Contains(m[1], m[2]):
		return 0, false
	case !plainAmount.MatchString(m[1]) && !groupedAmount.MatchString(m[1]):
		return 0, false
	default:
		whole, part = m[1], m[3]
	}
	digits := strings.Map(onlyDigits, whole) + part + strings.Repeat("0", decimals-len(part))
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0 && n <= pos.MaxAmount
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
