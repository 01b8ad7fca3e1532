package inbox

import (
	"slices"
	"strings"
)

// lexicon finds entries of one or more words by the words a text goes on with; of several, the longest.
type lexicon[V any] map[string][]entry[V]

type entry[V any] struct {
	rest  []string // the words after the first
	value V
}

// put adds an entry, and tells false if these words have one already.
func (l lexicon[V]) put(words []string, value V) bool {
	if _, taken := l.whole(words); taken {
		return false
	}
	all := append(l[words[0]], entry[V]{rest: words[1:], value: value})
	slices.SortStableFunc(all, func(a, b entry[V]) int { return len(b.rest) - len(a.rest) })
	l[words[0]] = all
	return true
}

// at is the longest entry the words begin with, and how many words it takes: 0 if there is none.
func (l lexicon[V]) at(words []string) (value V, n int) {
	if len(words) == 0 {
		return value, 0
	}
	for _, e := range l[words[0]] {
		if startsWith(words[1:], e.rest) {
			return e.value, 1 + len(e.rest)
		}
	}
	return value, 0
}

// whole is the entry of exactly these words.
func (l lexicon[V]) whole(words []string) (value V, found bool) {
	if len(words) == 0 {
		return value, false
	}
	for _, e := range l[words[0]] {
		if slices.Equal(e.rest, words[1:]) {
			return e.value, true
		}
	}
	return value, false
}

// has tells whether one word alone is an entry.
func (l lexicon[V]) has(word string) bool {
	_, found := l.whole([]string{word})
	return found
}

func startsWith(words, with []string) bool {
	return len(words) >= len(with) && slices.Equal(words[:len(with)], with)
}

// joined is how words are written without spaces: MISPUNTOS.
func joined(words []string) string { return strings.Join(words, "") }
