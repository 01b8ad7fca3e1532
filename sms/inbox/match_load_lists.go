package inbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// put adds the items of a line to a lexicon. A word may be there already with the same value, not with another.
func put[V comparable](to lexicon[V], ln line, value V) error {
	for _, item := range ln.items {
		words := read(item).words
		if len(words) == 0 {
			return ln.errorf("%q has no word", item)
		}
		if !to.put(words, value) {
			if old, _ := to.whole(words); old != value {
				return ln.errorf("%q stands for something else already", item)
			}
		}
	}
	return nil
}

func set(to map[string]bool, ln line) error {
	for _, item := range ln.items {
		word := fold(item)
		if len(read(item).words) != 1 {
			return ln.errorf("%q is not one word", item)
		}
		to[word] = true
	}
	return nil
}

func (l *loader) stop(language string, ln line) error {
	if ln.of != "" && ln.of != "alone" {
		return ln.errorf("write stop or stop alone, not stop %s", ln.of)
	}
	for _, item := range ln.items {
		words := read(item).words
		if len(words) == 0 {
			return ln.errorf("%q has no word", item)
		}
		l.own(language, words)
		old, found := l.book.stops.whole(words)
		if found && old.whole != (ln.of == "alone") {
			return ln.errorf("%q is a stop word and one to stand alone", item)
		}
		l.book.stops.put(words, stopWord{whole: ln.of == "alone", written: item})
	}
	return nil
}

func (l *loader) own(language string, words []string) {
	if key := joined(words); !slices.Contains(l.book.owners[key], language) {
		l.book.owners[key] = append(l.book.owners[key], language)
	}
}

func (l *loader) phrase(ln line) error {
	means := meaning(cmp.Or(ln.of, ln.what))
	switch means {
	case meansStop, meansErase, meansWrong, meansPromos, meansHint, meansGuard:
	default:
		return ln.errorf("a phrase means stop, erase, wrong number, promos or hint, not %q", ln.of)
	}
	for _, item := range ln.items {
		parts, err := parsePattern(item, l.groups)
		if err != nil {
			return ln.errorf("%s: %v", item, err)
		}
		p := &pattern{means: means, from: fmt.Sprintf("%s:%d: %s", ln.file, ln.at, item), parts: parts}
		for _, word := range p.firsts() {
			l.book.phrases[word] = append(l.book.phrases[word], p)
		}
	}
	return nil
}

func (l *loader) class(ln line) error {
	as := map[string]class{"polite": polite, "filler": filler, "intro": intro}[ln.what]
	for _, item := range ln.items {
		words := read(item).words
		if len(words) == 0 {
			return ln.errorf("%q has no word", item)
		}
		if !l.book.small.put(words, as) {
			l.reclass(words, as)
		}
	}
	return nil
}

// reclass makes a word polite that is polite in one language and a filler in another.
func (l *loader) reclass(words []string, as class) {
	for i, e := range l.book.small[words[0]] {
		if slices.Equal(e.rest, words[1:]) {
			l.book.small[words[0]][i].value = min(e.value, as)
		}
	}
}

func (l *loader) sets(ln line) error {
	if ln.what == "content" {
		return set(l.book.content, ln)
	}
	return put(l.book.never, ln, true)
}

// look takes `look a = а α`: what passes for a letter.
func (l *loader) look(ln line) error {
	letter, n := utf8.DecodeRuneInString(ln.of)
	if n == 0 || n != len(ln.of) {
		return ln.errorf("write look, one letter, = and what passes for it")
	}
	for _, item := range ln.items {
		for _, r := range fold(strings.ReplaceAll(item, " ", "")) {
			l.book.lookalikes[r] = letter
		}
	}
	return nil
}

// The orders in which a language writes month and day.
const (
	dayFirst        = "day first"
	monthFirst      = "month first"
	monthFirstPlus1 = "month first after +1"
)

func (l *loader) dates(language string, ln line) error {
	order := ln.items[0]
	if order != dayFirst && order != monthFirst && order != monthFirstPlus1 {
		return ln.errorf("dates are %s, %s or %s", dayFirst, monthFirst, monthFirstPlus1)
	}
	l.book.monthFirst[language] = order
	return nil
}

func (l *loader) counted(to lexicon[int], ln line, most int) error {
	n, err := strconv.Atoi(ln.of)
	if err != nil || n < 0 || n > most {
		return ln.errorf("%s %s: write a number up to %d", ln.what, ln.of, most)
	}
	return put(to, ln, n)
}

func (l *loader) aside(ln line) error {
	c := Command(ln.of)
	if c != Score && c != Choice && !slices.Contains(keyworded(), c) {
		return ln.errorf("there is no command %s", ln.of)
	}
	if l.book.asides[c] == nil {
		l.book.asides[c] = lexicon[bool]{}
	}
	return put(l.book.asides[c], ln, true)
}
