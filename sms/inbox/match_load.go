package inbox

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// loader builds a Book from words files.
type loader struct {
	book   *Book
	wanted []string // languages; none: every complete one
	groups map[string][]string
	has    map[string]map[string]bool // by language: "keyword JOIN", "month 3" ... what its file holds
	waits  map[string][]line          // by language: lines that count only once it is known to be spoken
}

func newLoader(wanted []string) *loader {
	return &loader{
		wanted: wanted, has: map[string]map[string]bool{}, waits: map[string][]line{},
		book: &Book{
			missing: map[string][]string{}, monthFirst: map[string]string{}, primary: map[string]map[Command]string{},
			keywords: lexicon[*sense]{}, owners: map[string][]string{}, stops: lexicon[stopWord]{}, lookalikes: map[rune]rune{},
			small: lexicon[class]{}, content: map[string]bool{}, never: lexicon[bool]{}, phrases: map[string][]*pattern{},
			asides: map[Command]lexicon[bool]{}, numbers: lexicon[int]{}, months: lexicon[int]{}, ordinals: map[string]bool{},
			particles: map[string]bool{}, on: lexicon[bool]{}, names: lexicon[string]{},
			orders: lexicon[*orderSense]{}, days: lexicon[int]{}, coins: lexicon[bool]{}, everyone: lexicon[bool]{}, until: lexicon[bool]{},
			ordering: lexicon[bool]{},
		},
	}
}

// file reads one words file. Groups first: phrases may use those further down.
func (l *loader) file(files fs.FS, file string) error {
	all, err := lines(files, file)
	if err != nil {
		return err
	}
	l.groups = map[string][]string{}
	for _, ln := range all {
		if ln.what == "group" {
			l.groups[ln.of] = ln.items
		}
	}
	l.has[languageOf(file)] = map[string]bool{}
	for _, ln := range all {
		if err := l.line(languageOf(file), ln); err != nil {
			return err
		}
	}
	return nil
}

// line takes one directive: what every language always adds at once, what only a spoken one adds later.
func (l *loader) line(language string, ln line) error {
	if len(ln.items) == 0 {
		return ln.errorf("%s has no words", strings.TrimSpace(ln.what+" "+ln.of))
	}
	l.has[language][strings.TrimSpace(ln.what+" "+ln.of)] = true
	switch ln.what {
	case "group":
		return nil
	case "stop":
		return l.stop(language, ln)
	case "phrase", "guard":
		return l.phrase(ln)
	case "polite", "filler", "intro":
		return l.class(ln)
	case "content", "never":
		return l.sets(ln)
	case "look":
		return l.look(ln)
	case "name":
		return put(l.book.names, ln, language)
	case "keyword":
		if err := l.owner(language, ln); err != nil {
			return err
		}
	case "dates", "month", "number", "aside", "on", "off", "ordinal", "particle", "order", "day", "coins", "everyone", "until", "ordering":
	default:
		return ln.errorf("%q is no directive", ln.what)
	}
	l.waits[language] = append(l.waits[language], ln)
	return nil
}

// spoken takes the lines of a language that is spoken.
func (l *loader) spoken(language string) error {
	l.book.primary[language] = map[Command]string{}
	for _, ln := range l.waits[language] {
		if err := l.spokenLine(language, ln); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) spokenLine(language string, ln line) error {
	switch ln.what {
	case "keyword":
		return l.keyword(language, ln)
	case "dates":
		return l.dates(language, ln)
	case "month":
		return l.counted(l.book.months, ln, 12)
	case "number":
		return l.counted(l.book.numbers, ln, 31)
	case "aside":
		return l.aside(ln)
	case "order":
		return l.order(language, ln)
	case "day":
		return l.day(ln)
	case "coins":
		return put(l.book.coins, ln, true)
	case "everyone":
		return put(l.book.everyone, ln, true)
	case "until":
		return put(l.book.until, ln, true)
	case "ordering":
		return put(l.book.ordering, ln, true)
	case "on":
		return put(l.book.on, ln, true)
	case "off":
		return put(l.book.on, ln, false)
	case "ordinal":
		return set(l.book.ordinals, ln)
	default:
		return set(l.book.particles, ln)
	}
}

// finish says which languages are complete, takes those that are spoken, and makes the list of what a typo may be meant for.
func (l *loader) finish() (*Book, error) {
	var complete []string
	for language := range l.has {
		if lacks := l.lacks(language); len(lacks) > 0 {
			l.book.missing[language] = lacks
		} else {
			complete = append(complete, language)
		}
	}
	if len(l.wanted) == 0 {
		slices.Sort(complete)
		l.wanted = complete
	}
	for _, language := range l.wanted {
		if l.has[language] == nil {
			return nil, fmt.Errorf("there is no file of words for language %q", language)
		}
		if lacks := l.book.missing[language]; len(lacks) > 0 {
			return nil, fmt.Errorf("words/%s.txt lacks %s", language, strings.Join(lacks, ", "))
		}
		if err := l.spoken(language); err != nil {
			return nil, err
		}
	}
	if len(l.wanted) == 0 {
		return nil, fmt.Errorf("no language is complete")
	}
	l.book.languages = l.wanted
	l.book.slips = l.slips()
	return l.book, nil
}

// lacks lists what a language still needs to be spoken.
func (l *loader) lacks(language string) []string {
	var lacks []string
	for _, need := range needs() {
		if !l.has[language][need] {
			lacks = append(lacks, need)
		}
	}
	return lacks
}

// needs lists the directives of a complete language.
func needs() []string {
	all := []string{"name", "dates", "stop", "polite", "filler", "content", "on", "off", "phrase stop", "phrase erase", "phrase wrong number", "phrase promos"}
	for _, c := range keyworded() {
		all = append(all, "keyword "+string(c))
	}
	for _, o := range allOrders() {
		all = append(all, "order "+string(o))
	}
	for n := 1; n <= 12; n++ {
		all = append(all, "month "+strconv.Itoa(n))
	}
	for n := 1; n <= 10; n++ {
		all = append(all, "number "+strconv.Itoa(n))
	}
	return all
}
