package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// figures is how amounts are written, read from an example.
type figures struct {
	before, after string
	mark          string // between groups of three digits
	min           int    // as many digits make groups
	decimal       string // before the minor digits
}

// example is "12 345" (groups from five digits on) or "$1.234,50" (from four, with decimals).
var example = regexp.MustCompile(`^(\D*)(\d{1,2})(\D)\d{3}(?:(\D)\d+)?(\D*)$`)

func parseFigures(quoted string) (figures, error) {
	s, err := strconv.Unquote(quoted)
	m := example.FindStringSubmatch(s)
	if err != nil || m == nil {
		return figures{}, fmt.Errorf("%s is not an amount in quotes", quoted)
	}
	return figures{before: m[1], mark: m[3], min: len(m[2]) + 3, decimal: m[4], after: m[5]}, nil
}

// group puts the marks into whole digits, which may have a sign.
func (f figures) group(number string) string {
	digits := strings.TrimLeft(number, "+-")
	sign := number[:len(number)-len(digits)]
	if len(digits) < f.min {
		return number
	}
	first := (len(digits)-1)%3 + 1
	grouped := digits[:first]
	for at := first; at < len(digits); at += 3 {
		grouped += f.mark + digits[at:at+3]
	}
	return sign + grouped
}

// currency is one line of currencies.txt.
type currency struct {
	digits        int
	home, english figures
}

func parseCurrency(line string) (code string, c currency, err error) {
	var home, english string
	if _, err := fmt.Sscanf(line, "%s %d %q %q", &code, &c.digits, &home, &english); err != nil {
		return "", c, fmt.Errorf("not a code, digits and two amounts: %w", err)
	}
	if c.home, err = parseFigures(strconv.Quote(home)); err != nil {
		return "", c, err
	}
	c.english, err = parseFigures(strconv.Quote(english))
	return code, c, err
}

// MinorDigits is how many digits of an amount in minor units come after the point: 2 for EUR, COP and what is not listed, 0 for CLP, 3
// for KWD (ISO 4217).
func MinorDigits(code string) int {
	if c, ok := texts.currencies[code]; ok {
		return c.digits
	}
	return 2
}

// Money is an amount of minor units with its currency (ISO 4217): in English and Chinese "$1,234.50", in French "1 234,50 $", in
// Spanish as it is written where the currency is at home ("1.234,50 €", "S/ 1,234.50"). A whole amount goes without decimals.
func Money(lang, code string, minor int64) string {
	digits := strconv.FormatInt(minor, 10)
	sign := ""
	if minor < 0 {
		sign, digits = "-", digits[1:]
	}
	n := MinorDigits(code)
	for len(digits) <= n {
		digits = "0" + digits
	}
	whole, rest := digits[:len(digits)-n], digits[len(digits)-n:]
	f := figuresOf(lang, code)
	amount := f.group(whole)
	if strings.Trim(rest, "0") != "" {
		amount += f.decimal + rest
	}
	return sign + f.before + amount + f.after
}

// Sign is what stands beside an amount of a currency where it is at home: "S/", "$", "€".
func Sign(code string) string {
	f := figuresOf("", code)
	return strings.TrimSpace(f.before + f.after)
}

func figuresOf(lang, code string) figures {
	l := languageOf(lang)
	c, ok := texts.currencies[code]
	if !ok {
		c.home = figures{before: code + " ", mark: ",", min: 4, decimal: "."}
		c.english = c.home
	}
	switch {
	case l.money != nil:
		return l.money.with(strings.TrimSpace(c.home.before + c.home.after))
	case l.english:
		return c.english
	}
	return c.home
}

// anyCurrency stands for the currency in the amount of a language.
const anyCurrency = "¤"

// with puts a currency in the place of the anyCurrency.
func (f figures) with(currency string) figures {
	f.before = strings.ReplaceAll(f.before, anyCurrency, currency)
	f.after = strings.ReplaceAll(f.after, anyCurrency, currency)
	return f
}
