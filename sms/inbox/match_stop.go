package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// tiling is what a text is made of, word by word, when it is read as a stop word with little else.
type tiling struct {
	word      string // the first stop word
	strong    bool   // it is one that takes fillers and a signature
	began     bool   // something before it that is no politeness or filler
	loose     bool   // fillers
	content   bool
	signed    int // words of a signature
	lastSign  int
	introduce bool // "soy": a name may follow
}

// maxSignature is how many words of a name may stand beside a stop word.
const maxSignature = 2

// worded tells whether a text is a stop word with nothing else that matters: politeness, fillers, a signature.
func (b *Book) worded(t *reading, guarded []bool, said leave) leave {
	var made tiling
	for i := 0; i < len(t.words); {
		i += b.tile(t, i, guarded, &made)
	}
	if word := b.stopAlike(t.spelt()); made.word == "" && word != "" && !said.hint {
		made = tiling{word: word, strong: true} // S.T.O.P.
	}
	switch {
	case made.word == "":
	case !made.content && (made.strong || !made.loose && made.signed == 0):
		said.stop, said.word = true, made.word
	case made.strong:
		said.hint, said.first = true, !made.began
	}
	return said
}

// tile takes the words from i on as one thing and says how many they are.
func (b *Book) tile(t *reading, i int, guarded []bool, made *tiling) int {
	if n := b.stopTile(t, i, made); n > 0 {
		if guarded[i] {
			made.content, made.began = true, true
		}
		return n
	}
	if as, n := b.small.at(t.words[i:]); n > 0 {
		made.loose = made.loose || as != polite
		made.introduce = as == intro
		return n
	}
	if b.littleNumber(t.words[i]) || b.refusal(t, i) {
		made.loose = true
		return 1
	}
	made.sign(i, b.canSign(t, i))
	return 1
}

// stopTile notes a stop word at i.
func (b *Book) stopTile(t *reading, i int, made *tiling) int {
	stop, n := b.stops.at(t.words[i:])
	key := joined(t.words[i : i+n])
	if n == 0 {
		if key = b.stopAlike(t.words[i]); key == "" {
			return 0
		}
		n = 1
	}
	if made.word == "" || !stop.whole {
		made.word, made.strong = key, made.strong || !stop.whole
	}
	return n
}

// sign takes a word as part of a signature: after the stop word or after "soy", letters that are no word of business.
func (m *tiling) sign(i int, can bool) {
	placed := m.word != "" || m.introduce
	together := m.signed == 0 || m.lastSign == i-1
	if !can || !placed || !together || m.signed == maxSignature {
		m.content = true
	}
	if m.word == "" {
		m.began = true
	}
	m.signed, m.lastSign = m.signed+1, i
}

func (b *Book) canSign(t *reading, i int) bool {
	word := t.words[i]
	if t.asks() || isIdeograph(word) || b.content[word] || b.keywords.has(word) || b.numbers.has(word) || b.on.has(word) {
		return false
	}
	return strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

// littleNumber is a number that says nothing beside a stop word: a telephone or a short code (STOP 36180).
func (b *Book) littleNumber(word string) bool {
	return len(word) >= 5 && strings.Trim(word, "0123456789") == ""
}

// refusal is a "no" that stands for itself: "NO, BAJA", not "no baja".
func (b *Book) refusal(t *reading, i int) bool {
	on, found := b.on.whole(t.words[i : i+1])
	return found && !on && t.breaks(i)
}

// stopAlike is the stop word that a word is meant as: with look-alike letters (СТОР in Cyrillic, ST0P) or letters held down (STOOOP).
func (b *Book) stopAlike(word string) string {
	if word == "" {
		return ""
	}
	like := strings.Map(b.lookalike, word)
	for _, w := range [...]string{like, squeeze(like)} {
		if stop, found := b.stops.whole([]string{w}); found && !stop.whole {
			return w
		}
	}
	return ""
}

func (b *Book) lookalike(r rune) rune {
	if letter, found := b.lookalikes[r]; found {
		return letter
	}
	return r
}

// squeeze makes one letter of three or more of the same in a row.
func squeeze(word string) string {
	var out strings.Builder
	for i := 0; i < len(word); {
		r, n := utf8.DecodeRuneInString(word[i:])
		run := 1
		for strings.HasPrefix(word[i+run*n:], word[i:i+n]) {
			run++
		}
		kept := run
		if run >= 3 {
			kept = 1
		}
		for range kept {
			out.WriteRune(r)
		}
		i += run * n
	}
	return out.String()
}
