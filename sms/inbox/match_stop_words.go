package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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
