package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// language is one folder.
type language struct {
	code     string
	name     string   // of the language in itself
	singular []string // numbers that take the first form of a word
	number   figures
	money    *figures // around a ¤; nil: as the currency is written at home, or in English
	english  bool
	first    string // what the first of a month is called; '' for 1
	clock    string
	patterns map[string][]piece // date, dated, short, moment
	months   []string
	mons     []string          // short names of the months
	weekdays []string          // from Sunday
	names    map[string]string // of the fields, by field
	texts    map[string][]piece
}

// patternFields are what stands in the patterns of dates.
var patternFields = []string{"day", "month", "mon", "year", "date", "clock"}

// set takes in one line of language.txt.
func (l *language) set(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "name":
		l.name = rest
	case "singular":
		l.singular = strings.Fields(rest)
	case "number":
		l.number, err = parseFigures(rest)
	case "money":
		err = l.setMoney(rest)
	case "first":
		l.first = rest
	case "clock":
		l.clock = rest
	case "date", "dated", "short", "moment":
		l.patterns[word], err = datePattern(rest)
	case "months":
		l.months = strings.Fields(rest)
	case "mons":
		l.mons = strings.Fields(rest)
	case "weekdays":
		l.weekdays = strings.Fields(rest)
	case "field":
		field, name, _ := strings.Cut(rest, " ")
		l.names[field] = strings.TrimSpace(name)
	default:
		err = fmt.Errorf("%q is nothing a language has", word)
	}
	return err
}

// setMoney takes "local", "english" or an amount as this language writes it in any currency.
func (l *language) setMoney(rest string) error {
	switch l.english = rest == "english"; rest {
	case "local", "english":
		return nil
	}
	f, err := parseFigures(rest)
	if err == nil && strings.Count(rest, anyCurrency) != 1 {
		err = fmt.Errorf("%s has not one %s in the place of the currency", rest, anyCurrency)
	}
	l.money = &f
	return err
}

func datePattern(words string) ([]piece, error) {
	g := grammar{strict: true, number: func(string) bool { return false }, names: func(name string) (string, error) {
		if !slices.Contains(patternFields, name) {
			return "", fmt.Errorf("{%s} is not part of a date", name)
		}
		return name, nil
	}}
	return g.parse(words)
}

// whole refuses a language.txt that lacks something.
func (l *language) whole() error {
	switch {
	case l.name == "", l.clock == "", len(l.patterns) != 4:
		return fmt.Errorf("name, clock, date, dated, short or moment is missing")
	case len(l.months) != 12, len(l.mons) != 12, len(l.weekdays) != 7:
		return fmt.Errorf("there are not twelve months, twelve mons and seven weekdays")
	case l.number.min == 0:
		return fmt.Errorf("number is missing")
	}
	return nil
}

// form picks the word that goes with a number as it is written in a text.
func (l *language) form(number string, forms []string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if slices.Contains(l.singular, digits) {
		return forms[0]
	}
	return forms[len(forms)-1]
}

// Date is a day in words, "14 de marzo" or "March 14", by t's own zone. A language that does not exist gets Spanish, here and below.
func Date(lang string, t time.Time) string { return inWords(lang, "date", t) }

// DateYear is a day with its year, "14 de marzo de 2027" or "March 14, 2027".
func DateYear(lang string, t time.Time) string { return inWords(lang, "dated", t) }

// ShortDate is a day for lists, "14 mar" or "Mar 14".
func ShortDate(lang string, t time.Time) string { return inWords(lang, "short", t) }

// Moment is a day and the time of day, "14 de marzo, 18:00" or "March 14, 6:00 pm".
func Moment(lang string, t time.Time) string { return inWords(lang, "moment", t) }

// Clock is the time of day, "18:00" or "6:00 pm", by t's own zone.
func Clock(lang string, t time.Time) string { return t.Format(languageOf(lang).clock) }

// Weekday is the name of the day of the week, "lunes" or "Monday", by t's own zone.
func Weekday(lang string, t time.Time) string { return languageOf(lang).weekdays[t.Weekday()] }

// MonthNames are the names of the months from January, as [Date] writes them.
func MonthNames(lang string) []string { return slices.Clone(languageOf(lang).months) }

// Number is a number of points or things, "1500" and "12 500" or "1,500" and "12,500".
func Number(lang string, n int64) string {
	return languageOf(lang).number.group(strconv.FormatInt(n, 10))
}

// Name is what a language calls itself ("español").
func Name(lang string) string { return languageOf(lang).name }

func languageOf(lang string) *language {
	if l, ok := texts.languages[lang]; ok {
		return l
	}
	return texts.languages["es"]
}

func inWords(lang, pattern string, t time.Time) string { return languageOf(lang).inWords(pattern, t) }

func (l *language) inWords(pattern string, t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && l.first != "" {
		day = l.first
	}
	values := Fields{
		"day": day, "month": l.months[t.Month()-1], "mon": l.mons[t.Month()-1], "year": strconv.Itoa(t.Year()),
		"clock": t.Format(l.clock),
	}
	if pattern == "moment" {
		values["date"] = l.inWords("date", t)
	}
	return fill(l.patterns[pattern], values, l)
}
