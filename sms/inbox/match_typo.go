package inbox

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// minTypo is how long a keyword must be for a word near it to be a typo of it.
const minTypo = 4

// slips lists what a word can be a typo of: keywords and stop words of one word, of the languages spoken.
func (l *loader) slips() []slip {
	var all []slip
	add := func(word, written string, c Command) {
		runes := []rune(word)
		if len(runes) >= minTypo && !slices.ContainsFunc(all, func(s slip) bool { return string(s.word) == word && s.command == c }) {
			all = append(all, slip{word: runes, written: written, command: c})
		}
	}
	b := l.book
	for first, entries := range b.keywords {
		for _, e := range entries {
			for _, language := range b.languages {
				if c := e.value.in[language]; c != None && len(e.rest) == 0 {
					add(first, e.value.written, c)
				}
			}
		}
	}
	for first, entries := range b.stops {
		for _, e := range entries {
			if len(e.rest) == 0 && !e.value.whole && slices.ContainsFunc(b.owners[first], b.Speaks) {
				add(first, e.value.written, Stop)
			}
		}
	}
	slices.SortFunc(all, func(a, b slip) int { return strings.Compare(string(a.word), string(b.word)) })
	return all
}

// typo forgives one slip where it is harmless, and asks "did you mean ...?" where it is not. What it makes nothing of was not
// understood.
func (b *Book) typo(ctx Context, t *reading) Intent {
	if in, found := b.typoOfFirst(ctx, t); found {
		return in
	}
	if len(t.words) <= maxWords {
		for i := range t.words {
			if near := b.near(t, i); len(near) > 0 && one(near) && near[0].command.reading() && b.meant(near[0].command, t, i, i+1) {
				return b.arguments(ctx, t, Intent{Command: near[0].command, How: HowTypo}, i+1)
			}
		}
	}
	if ctx.answersOpen() {
		return b.nearlyAnswers(ctx, t)
	}
	return Intent{}
}

// typoOfFirst weighs the first word behind a greeting.
func (b *Book) typoOfFirst(ctx Context, t *reading) (Intent, bool) {
	from := b.skipPolite(t, 0)
	near := b.near(t, from)
	if len(near) == 0 {
		return Intent{}, false
	}
	alone := b.skipPolite(t, from+1) == len(t.words)
	if ties(near) {
		return b.tie(ctx, near, alone)
	}
	c := near[0].command
	switch {
	case !one(near):
		return Intent{StopHint: true}, alone && slices.ContainsFunc(near, func(s slip) bool { return s.command == Stop })
	case c == Stop:
		return Intent{Command: Stop, How: HowTypo}, alone
	case c != Erase && !b.meant(c, t, from, from+1):
		return Intent{}, false
	case !c.forgiving() || from > 0 && c == Join:
		return b.suggest(ctx, t, c, b.shown(ctx, near), from+1), true
	case from > 0:
		return Intent{}, false
	}
	in := b.arguments(ctx, t, Intent{Command: c, How: HowTypo}, 1)
	return in, c != Join || in.Command == Join && b.joinsCleanly(t, 1)
}

// ties tells whether a word is as near to ALTA as to ALTO, and near to nothing else.
func ties(near []slip) bool {
	joins, stops := false, false
	for _, s := range near {
		joins, stops = joins || s.command == Join, stops || s.command == Stop
		if s.command != Join && s.command != Stop {
			return false
		}
	}
	return joins && stops
}

// tie decides between ALTA and ALTO: it stops a member and asks a stranger.
func (b *Book) tie(ctx Context, near []slip, alone bool) (Intent, bool) {
	if !alone {
		return Intent{}, false
	}
	if ctx.Member {
		return Intent{Command: Stop, How: HowTypo}, true
	}
	joins := slices.DeleteFunc(slices.Clone(near), func(s slip) bool { return s.command != Join })
	return Intent{Suggest: b.shown(ctx, joins)}, true
}

// shown is the keyword to suggest of those of one command: the one we show in the language of the thread if it is near.
func (b *Book) shown(ctx Context, near []slip) string {
	keyword := b.Keyword(ctx.Language, near[0].command)
	if slices.ContainsFunc(near, func(s slip) bool { return s.written == keyword }) {
		return keyword
	}
	return near[0].written
}

// one tells whether all that is near is one command.
func one(near []slip) bool {
	return !slices.ContainsFunc(near, func(s slip) bool { return s.command != near[0].command })
}

// near lists the keywords that are one slip away from word i, or that it is with letters held down (SALDOOO). A word that we know, or
// that is never a typo, is near to nothing.
func (b *Book) near(t *reading, i int) []slip {
	if i >= len(t.words) {
		return nil
	}
	word := t.words[i]
	if utf8.RuneCountInString(word) < minTypo-1 || b.known(word) || b.neverAround(t, i) {
		return nil
	}
	runes, squeezed := []rune(word), squeeze(word)
	var near []slip
	for _, s := range b.slips {
		if oneSlip(runes, s.word) || squeezed != word && squeezed == string(s.word) {
			near = append(near, s)
		}
	}
	return near
}

// oneSlip tells whether two words differ by one letter put in, left out or changed, or by two neighbours that have changed places.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return slices.Equal(a[i:], b[i+1:])
	}
	if i == len(a) {
		return false // the same word
	}
	if slices.Equal(a[i+1:], b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
