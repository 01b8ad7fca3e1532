package inbox

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed words/*.txt
var wordFiles embed.FS

// Book holds the words by which texts are understood: keywords, names of months and the like of the languages spoken, and what means
// stop in every language there is. It does not change once loaded and may be used by many goroutines.
type Book struct {
	languages  []string                      // spoken, in the order asked for
	missing    map[string][]string           // by language: what its file lacks to be spoken
	monthFirst map[string]string             // by language: one of the orders
	primary    map[string]map[Command]string // by language: the keyword to show, as written
	keywords   lexicon[*sense]
	owners     map[string][]string // keyword or stop word, joined: the languages that have it
	stops      lexicon[stopWord]
	lookalikes map[rune]rune // letters and digits that pass for another; towards stop words only
	small      lexicon[class]
	content    map[string]bool           // words of business, never a signature or a name
	never      lexicon[bool]             // one word: no typo. Several: no keyword among them
	phrases    map[string][]*pattern     // by first word
	asides     map[Command]lexicon[bool] // words that say nothing beside the argument of a command
	numbers    lexicon[int]
	months     lexicon[int]
	ordinals   map[string]bool // 14th, 1er
	particles  map[string]bool // de la Cruz
	on         lexicon[bool]   // PROMOS ON: true, OFF: false
	names      lexicon[string] // of languages, to their code
	slips      []slip          // what a typo can be a typo of

	orders   lexicon[*orderSense] // what staff ask for
	days     lexicon[int]         // 0 is Sunday; today and tomorrow
	coins    lexicon[bool]        // what money is called: soles
	everyone lexicon[bool]        // all members
	until    lexicon[bool]        // 16 a 18
	ordering lexicon[bool]        // words that say nothing in an owner's order: el, a las
}

// sense is what a keyword means in the languages that have it.
type sense struct {
	written string
	key     string // folded and joined
	in      map[string]Command
}

// stopWord is a word that stops when it stands alone. A whole one takes nothing beside it but politeness, since it has other uses.
type stopWord struct {
	whole   bool
	written string
}

// class is the class of a word that says little.
type class int

const (
	polite class = iota + 1 // por favor, gracias
	filler                  // said around a stop word: de la lista
	intro                   // a name follows: soy
)

// slip is a keyword of four letters or more that a typo may be meant for.
type slip struct {
	word    []rune // folded
	written string
	command Command
}

// Load reads the words of the languages given, by code ("es"), which must be complete; of all complete ones if none is given. What
// means stop is always there for every language. An error names the file and the line, or what a language lacks.
func Load(languages ...string) (*Book, error) { return load(wordFiles, languages) }

func load(files fs.FS, languages []string) (*Book, error) {
	found, err := fs.Glob(files, "words/*.txt")
	if err != nil {
		return nil, err
	}
	l := newLoader(languages)
	for _, file := range found {
		if err := l.file(files, file); err != nil {
			return nil, err
		}
	}
	return l.finish()
}

// Languages are the codes of the languages spoken, in the order they were asked for.
func (b *Book) Languages() []string { return slices.Clone(b.languages) }

// Speaks tells whether a language is among those loaded.
func (b *Book) Speaks(language string) bool { return slices.Contains(b.languages, language) }

// Keyword is the keyword of a command to show in a language: "BAJA". Where the language is not spoken it is the one of the first
// language that is; "" for a command without keyword.
func (b *Book) Keyword(language string, c Command) string {
	if !b.Speaks(language) {
		language = b.languages[0]
	}
	return b.primary[language][c]
}

// line is one directive of a words file: `keyword BALANCE = SALDO, PUNTOS`.
type line struct {
	file  string
	at    int
	what  string // keyword
	of    string // BALANCE
	items []string
}

func (l line) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", l.file, l.at, fmt.Sprintf(format, args...))
}

// lines reads a words file. A line that begins with a space goes on with the one before; # begins a comment.
func lines(files fs.FS, file string) ([]line, error) {
	raw, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	var all []line
	scan := bufio.NewScanner(bytes.NewReader(raw))
	for at := 1; scan.Scan(); at++ {
		text, _, _ := strings.Cut(scan.Text(), "#")
		switch {
		case strings.TrimSpace(text) == "":
		case text[0] == ' ' || text[0] == '\t':
			if len(all) == 0 {
				return nil, fmt.Errorf("%s:%d: nothing to go on with: a line begins without a space", file, at)
			}
			last := &all[len(all)-1]
			last.items = append(last.items, items(text)...)
		default:
			left, right, ok := strings.Cut(text, "=")
			if !ok {
				return nil, fmt.Errorf("%s:%d: write it as: what = words, words", file, at)
			}
			what, of, _ := strings.Cut(strings.TrimSpace(left), " ")
			all = append(all, line{file: file, at: at, what: what, of: strings.TrimSpace(of), items: items(right)})
		}
	}
	return all, scan.Err()
}

func items(list string) []string {
	var all []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

// languageOf is the language of a words file: es of words/es.txt.
func languageOf(file string) string { return strings.TrimSuffix(path.Base(file), ".txt") }
