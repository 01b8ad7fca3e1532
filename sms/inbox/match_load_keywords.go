package inbox

import (
	"slices"
	"unicode/utf8"
)

func (l *loader) owner(language string, ln line) error {
	if !slices.Contains(keyworded(), Command(ln.of)) {
		return ln.errorf("there is no command %s", ln.of)
	}
	for _, item := range ln.items {
		words := read(item).words
		if len(words) == 0 {
			return ln.errorf("%q has no word", item)
		}
		l.own(language, words)
		if Command(ln.of) == Stop && !l.book.stops.put(words, stopWord{written: item}) {
			if old, _ := l.book.stops.whole(words); old.whole && len(ln.items) > 0 {
				return ln.errorf("%q is already a stop word to stand alone", item)
			}
		}
	}
	return nil
}

func (l *loader) keyword(language string, ln line) error {
	c := Command(ln.of)
	if l.book.primary[language][c] == "" {
		l.book.primary[language][c] = ln.items[0]
	}
	if c == Stop {
		return nil
	}
	for _, item := range ln.items {
		words := read(item).words
		if err := l.sense(language, ln, item, words); err != nil {
			return err
		}
		if len(words) > 1 && joined(words)[0] < utf8.RuneSelf { // MISPUNTOS; Chinese is joined as it is
			if err := l.sense(language, ln, item, []string{joined(words)}); err != nil {
				return err
			}
		}
		if c == Yes || c == No {
			if err := put(l.book.on, line{file: ln.file, at: ln.at, items: []string{item}}, c == Yes); err != nil {
				return err
			}
		}
	}
	return nil
}

// sense notes what a keyword means in a language, where it can mean one thing only, and never stop.
func (l *loader) sense(language string, ln line, item string, words []string) error {
	if _, stops := l.book.stops.whole(words); stops {
		return ln.errorf("%q is a stop word of some language", item)
	}
	s, found := l.book.keywords.whole(words)
	if !found {
		s = &sense{written: item, key: joined(words), in: map[string]Command{}}
		l.book.keywords.put(words, s)
	}
	if old := s.in[language]; old != None && old != Command(ln.of) {
		return ln.errorf("%q is already the keyword of %s", item, old)
	}
	s.in[language] = Command(ln.of)
	return nil
}
