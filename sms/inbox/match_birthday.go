package inbox

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// date is what is found of a date, in the order of the text.
type date struct {
	numbers []dateNumber
	month   int // named
	months  int // how many were named
	other   bool
}

type dateNumber struct{ value, digits int }

// birthday reads the argument of CUMPLE: day and month in any usual writing, the year if told.
func (b *Book) birthday(ctx Context, t *reading, in Intent, i int) Intent {
	d := b.date(t, i)
	switch {
	case len(d.numbers) == 0 && d.months == 0:
		in.Wrong = DateMissing
	case d.other || d.months > 1 || !d.settle(&in, ctx, b.monthComesFirst(ctx)):
		in.Wrong = DateUnclear
	default:
		in.Wrong = impossible(in, ctx.Year)
	}
	if in.Wrong != "" {
		in.Month, in.Day, in.Year = 0, 0, 0
	}
	return in
}

// monthComesFirst tells how the thread writes 03/04.
func (b *Book) monthComesFirst(ctx Context) bool {
	order := b.monthFirst[ctx.Language]
	return order == monthFirst || order == monthFirstPlus1 && ctx.Plus1
}

// date collects numbers and names of months from word i on.
func (b *Book) date(t *reading, i int) date {
	var d date
	if i < len(t.tokens) {
		d.other = signed(t.text[:t.tokens[i].start], t.words[i])
	}
	atoms := dateAtoms(t.words[i:])
	for at := 0; at < len(atoms); {
		at += b.dateAtom(atoms[at:], &d)
	}
	return d
}

// signed tells whether a number has a sign of its own, as in -5/3; a dash right behind the keyword or before a space is none.
func signed(before, word string) bool {
	return unicode.IsNumber(firstRune(word)) && (strings.HasSuffix(before, " -") || strings.HasSuffix(before, "+") || strings.HasSuffix(before, " −"))
}

// dateAtom takes the atoms at the beginning as one thing and says how many they are.
func (b *Book) dateAtom(atoms []string, d *date) int {
	if month, n := b.months.at(withoutZeros(atoms)); n > 0 {
		d.month, d.months = month, d.months+1
		return n
	}
	if value, err := strconv.Atoi(atoms[0]); err == nil && len(atoms[0]) <= 4 {
		d.numbers = append(d.numbers, dateNumber{value, len(atoms[0])})
		if len(atoms) > 1 && b.ordinals[atoms[1]] {
			return 2
		}
		return 1
	}
	t := &reading{words: atoms}
	if value, n := b.numbers.at(atoms); n > 0 {
		d.numbers = append(d.numbers, dateNumber{value, 1})
		return n
	}
	if n := b.aside(Birthday, t, 0); n > 0 {
		return n
	}
	d.other = true
	return 1
}

// dateAtoms splits words where digits and letters meet: 14th, 14mar, 3月.
func dateAtoms(words []string) []string {
	var atoms []string
	for _, word := range words {
		for word != "" {
			end := strings.IndexFunc(word, func(r rune) bool { return isDigit(r) != isDigit(rune(word[0])) })
			if end < 0 {
				end = len(word)
			}
			atoms, word = append(atoms, word[:end]), word[end:]
		}
	}
	return atoms
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// withoutZeros lets 03月 be 3月.
func withoutZeros(atoms []string) []string {
	if short := strings.TrimLeft(atoms[0], "0"); short != atoms[0] && short != "" {
		return append([]string{short}, atoms[1:]...)
	}
	return atoms
}

// settle finds out which number is which. false: they can be read in no way, or in several.
func (d *date) settle(in *Intent, ctx Context, monthLeads bool) bool {
	yearLeads := d.takeYear(in, ctx.Year)
	n := d.numbers
	for _, number := range n {
		if number.digits > 2 {
			return false
		}
	}
	switch {
	case d.months == 1 && len(n) == 1:
		in.Month, in.Day = d.month, n[0].value
	case d.months == 0 && len(n) == 2:
		in.Day, in.Month = n[0].value, n[1].value
		if in.Day <= 12 && (in.Month > 12 || monthLeads || yearLeads) {
			in.Day, in.Month = in.Month, in.Day
		}
	default:
		return false
	}
	return true
}

// takeYear takes the year from the numbers: the one of four digits, else the last of one too many (the first if it is no day). It
// tells whether the year stands before month and day, as in 1990-03-14, where the month comes next.
func (d *date) takeYear(in *Intent, today int) (leads bool) {
	at := -1
	for i, n := range d.numbers {
		if n.digits == 4 {
			at = i
			break
		}
	}
	if spare := len(d.numbers) == 3-d.months; at < 0 && spare {
		at = len(d.numbers) - 1
		if d.numbers[0].value > 31 {
			at = 0
		}
	}
	if at < 0 {
		return false
	}
	in.Year = fullYear(d.numbers[at], today)
	d.numbers = append(append([]dateNumber{}, d.numbers[:at]...), d.numbers[at+1:]...)
	return at == 0 && d.months == 0
}

// fullYear is a year told by two digits: the last such year that is not still to come.
func fullYear(n dateNumber, today int) int {
	if n.digits == 4 {
		return n.value
	}
	if century := today / 100 * 100; century+n.value <= today {
		return century + n.value
	}
	return max(today/100-1, 19)*100 + n.value
}

// firstYear is the earliest year of birth that is believed.
const firstYear = 1900

func impossible(in Intent, today int) Wrong {
	year := in.Year
	if year == 0 {
		year = 2000 // a leap year: 29 February is a birthday
	}
	day := time.Date(year, time.Month(in.Month), in.Day, 0, 0, 0, 0, time.UTC)
	switch {
	case in.Month < 1 || in.Month > 12 || in.Day < 1 || day.Day() != in.Day:
		return DateImpossible
	case in.Year != 0 && (in.Year < firstYear || today > 0 && in.Year > today):
		return YearImpossible
	}
	return ""
}
