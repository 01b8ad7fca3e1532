package inbox

import (
	"strings"
)

// leave is what a text says about leaving.
type leave struct {
	stop   bool   // leaves
	word   string // by this stop word, else by a phrase
	erase  bool
	wrong  bool
	promos bool // only offers are unwanted
	first  bool // a stop word comes first, with other words: not a stop, and nothing else either
	hint   bool // may want to leave
}

// stop turns what is said about leaving into an intent, if it decides the matter.
func (b *Book) stop(t *reading, said leave) (Intent, bool) {
	switch {
	case said.stop && said.word != "":
		return Intent{Command: Stop, How: HowExact, Language: b.teaches(said.word)}, true
	case said.stop:
		return Intent{Command: Stop, How: HowPhrase, EraseAfterStop: said.erase, WrongNumber: said.wrong}, true
	case said.promos:
		return Intent{Command: Promos, How: HowPhrase, PromosOff: true}, true
	case said.first:
		return Intent{StopHint: true}, true
	}
	return Intent{}, false
}

// leaving finds what a text says about leaving: phrases that mean stop, then stop words that stand alone or among words that say
// little. What reasonably reads like a stop is one; guards name what is not.
func (b *Book) leaving(t *reading) leave {
	spans := b.spans(t.words)
	guarded := make([]bool, len(t.words))
	for _, s := range spans {
		if s.means == meansGuard && !t.breaks(s.from) {
			for i := s.from; i < s.to; i++ {
				guarded[i] = true
			}
		}
	}
	said := b.phrased(spans, guarded)
	if said.stop {
		return said
	}
	if said.promos {
		return said
	}
	return b.worded(t, guarded, said)
}

// breaks tells whether a comma or the end of a sentence follows word i: "No, dejen de escribirme" is no "no dejen".
func (t *reading) breaks(i int) bool {
	return i+1 < len(t.tokens) && strings.ContainsAny(t.text[t.tokens[i].end:t.tokens[i+1].start], ".,;:!?，。！")
}

// span is where a phrase was found.
type span struct {
	means    meaning
	from, to int
}

// spans finds every phrase in a text.
func (b *Book) spans(words []string) []span {
	var all []span
	for i, word := range words {
		for _, p := range b.phrases[word] {
			if to := p.match(words, i); to > i {
				all = append(all, span{means: p.means, from: i, to: to})
			}
		}
	}
	return all
}

// phrased weighs the phrases of a text: those that share a word with a guard do not count, and a stop inside "no more offers" is none.
func (b *Book) phrased(spans []span, guarded []bool) (said leave) {
	for _, s := range spans {
		if s.means != meansGuard && touches(guarded, s) {
			said.hint = true
			continue
		}
		switch s.means {
		case meansHint:
			said.hint = true
		case meansPromos:
			said.promos = true
		case meansErase:
			said.stop, said.erase = true, true
		case meansWrong:
			said.stop, said.wrong = true, true
		case meansStop:
			said.stop = said.stop || !insidePromos(spans, guarded, s)
		}
	}
	return said
}

func touches(guarded []bool, s span) bool {
	for i := s.from; i < s.to; i++ {
		if guarded[i] {
			return true
		}
	}
	return false
}

func insidePromos(spans []span, guarded []bool, inner span) bool {
	for _, s := range spans {
		if s.means == meansPromos && s.from <= inner.from && inner.to <= s.to && !touches(guarded, s) {
			return true
		}
	}
	return false
}
