package inbox

import "strings"

// maxWords is how long a text may be for a keyword of a reading command to count anywhere in it.
const maxWords = 4

// exact finds a keyword: as the first word, anywhere in a short text if the command only reads, or as the whole text whatever
// stands between its letters.
func (b *Book) exact(ctx Context, t *reading) (Intent, bool) {
	if in, found := b.first(ctx, t); found {
		return in, true
	}
	if len(t.words) <= maxWords {
		for i := range t.words {
			if c, s, n := b.keywordAt(ctx, t, i); n > 0 && c.reading() && b.meant(c, t, i, i+n) {
				return b.understood(ctx, t, c, s, i+n), true
			}
		}
	}
	if s, found := b.keywords.whole([]string{t.spelt()}); found {
		if c := b.resolve(ctx, s); c.reading() {
			return b.understood(ctx, t, c, s, len(t.words)), true
		}
	}
	return b.politely(ctx, t)
}

// first finds a keyword as the first word, also with its argument joined on (CANJEAR1, PROMOSNO).
func (b *Book) first(ctx Context, t *reading) (Intent, bool) {
	c, s, n := b.keywordAt(ctx, t, 0)
	if n == 0 {
		if t = b.splitFirst(ctx, t); t == nil {
			return Intent{}, false
		}
		c, s, n = b.keywordAt(ctx, t, 0)
	}
	if (c == Yes || c == No) && n < len(t.words) {
		return Intent{}, false
	}
	in := b.understood(ctx, t, c, s, n)
	switch {
	case in.Command == Move && in.Wrong == "" || b.meant(c, t, 0, n):
		return in, true
	case c == Erase:
		return Intent{Suggest: s.written}, true
	}
	return Intent{}, false
}

// meant tells whether a keyword that is also an everyday word stands in words i to n of a text as the command it is: with nothing beside it
// but what belongs to it. "Cambio de turno", "gira a la derecha" and "reset my password" are for a person. Digits belong to a change
// of number. Of any other command it is always so.
func (b *Book) meant(c Command, t *reading, i, n int) bool {
	if c != Friend && c != Move && c != Reset && c != Erase && c != Spin {
		return true
	}
	for at := 0; at < len(t.words); {
		if at == i {
			at = n
			continue
		}
		step := b.aside(c, t, at)
		if step == 0 {
			_, step = b.small.at(t.words[at:])
		}
		if step == 0 && c == Move && strings.ContainsAny(t.words[at], "0123456789") {
			step = 1
		}
		if step == 0 {
			return false
		}
		at += step
	}
	return true
}

// politely looks behind a greeting ("hola, canjear 1"). In Chinese a reading command is answered; a command that changes something is
// only suggested.
func (b *Book) politely(ctx Context, t *reading) (Intent, bool) {
	i := b.skipPolite(t, 0)
	if i == 0 {
		return Intent{}, false
	}
	c, s, n := b.keywordAt(ctx, t, i)
	switch {
	case n == 0 || c == Yes || c == No || c != Erase && !b.meant(c, t, i, i+n):
		return Intent{}, false
	case c.reading():
		return b.understood(ctx, t, c, s, i+n), isIdeograph(t.words[i])
	}
	return b.suggest(ctx, t, c, s.written, i+n), true
}

// skipPolite is the first word from i on that is not politeness.
func (b *Book) skipPolite(t *reading, i int) int {
	for i < len(t.words) {
		as, n := b.small.at(t.words[i:])
		if n == 0 || as != polite {
			break
		}
		i += n
	}
	return i
}

// keywordAt is the keyword that begins at word i, unless words around it say that it is none ("alta costura").
func (b *Book) keywordAt(ctx Context, t *reading, i int) (Command, *sense, int) {
	if i >= len(t.words) {
		return None, nil, 0
	}
	s, n := b.keywords.at(t.words[i:])
	if n == 0 || b.neverAround(t, i) {
		return None, nil, 0
	}
	return b.resolve(ctx, s), s, n
}

// neverAround tells whether word i is part of words that are no keyword.
func (b *Book) neverAround(t *reading, i int) bool {
	for j := max(0, i-maxWords); j <= i; j++ {
		if _, n := b.never.at(t.words[j:]); n > 1 && j+n > i {
			return true
		}
	}
	return false
}

// resolve picks the command of a keyword: the one it has in the language of the thread, else in the first language that has it.
func (b *Book) resolve(ctx Context, s *sense) Command {
	if c := s.in[ctx.Language]; c != None {
		return c
	}
	for _, language := range b.languages {
		if c := s.in[language]; c != None {
			return c
		}
	}
	return None
}

// teaches is the language a keyword, joined, belongs to: "" if several languages have it or it is not spoken.
func (b *Book) teaches(key string) string {
	if in := b.owners[key]; len(in) == 1 && b.Speaks(in[0]) {
		return in[0]
	}
	return ""
}

// understood is the intent of an exact keyword whose arguments begin at word i.
func (b *Book) understood(ctx Context, t *reading, c Command, s *sense, i int) Intent {
	in := Intent{Command: c, How: HowExact, Language: b.teaches(s.key)}
	if in.Language != "" {
		ctx.Language = in.Language
	}
	return b.arguments(ctx, t, in, i)
}

// splitFirst separates a keyword from what is joined on to it: digits, or what turns PROMOS on or off. nil if that is not the case.
func (b *Book) splitFirst(ctx Context, t *reading) *reading {
	if len(t.words) == 0 {
		return nil
	}
	word := t.words[0]
	for at := len(word) - 1; at > 0; at-- {
		s, found := b.keywords.whole([]string{word[:at]})
		if !found || !b.joins(b.resolve(ctx, s), word[at:]) {
			continue
		}
		return t.split(at)
	}
	return nil
}

func (b *Book) joins(c Command, argument string) bool {
	if c == Promos {
		return b.on.has(argument)
	}
	return (c == Redeem || c == Birthday || c == Yes) && strings.Trim(argument, "0123456789") == ""
}

// known tells whether a word is one of ours, so that it is no slip of the keys.
func (b *Book) known(word string) bool {
	return b.content[word] || b.never.has(word) || b.small.has(word) || b.keywords.has(word) || b.stops.has(word) ||
		b.particles[word] || b.numbers.has(word) || b.months.has(word) || b.names.has(word) || b.on.has(word)
}
