package inbox

import (
	"slices"
	"strings"
	"unicode"
)

// codeAlphabet is the alphabet of vouchers and codes: no vowels, so a code is no word and no keyword, and no look-alikes.
const codeAlphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"

// maxNameWords is how many words behind ALTA may be a name; particles (de, del) come for free.
const maxNameWords = 3

// joining is what was found behind ALTA.
type joining struct {
	in      Intent
	name    strings.Builder
	end     int     // where the last word of the name ends in the clean text
	words   int     // of the name
	pending []token // particles, which belong to the name if another word of it follows
	talk    bool
}

// join reads the arguments of ALTA: a code if it exists, a name, and nothing of fillers. Behind a stop word nobody joins.
func (b *Book) join(ctx Context, t *reading, in Intent, i int) Intent {
	j := joining{in: in, talk: t.asks()}
	for i < len(t.words) {
		if stop, n := b.stops.at(t.words[i:]); n > 0 && !stop.whole {
			return Intent{StopHint: true}
		}
		if n := b.joinAside(t, i); n > 0 {
			j.pending = nil
			i += n
			continue
		}
		b.joinWord(ctx, t, i, &j)
		i++
	}
	if name, wrong := b.nameOf(j.name.String()); wrong == "" && !j.talk && j.words <= maxNameWords {
		j.in.Name = name
	}
	return j.in
}

// joinsCleanly tells whether behind a typo of ALTA stand a name, a code and fillers only: talk makes it no typo.
func (b *Book) joinsCleanly(t *reading, i int) bool {
	j := joining{talk: t.asks()}
	for ; i < len(t.words); i++ {
		if b.joinAside(t, i) == 0 {
			b.joinWord(Context{}, t, i, &j)
		}
	}
	return !j.talk && j.words <= maxNameWords
}

func (b *Book) joinAside(t *reading, i int) int {
	if n := b.aside(Join, t, i); n > 0 {
		return n
	}
	if _, n := b.small.at(t.words[i:]); n > 0 && !b.particles[t.words[i]] {
		return n
	}
	return 0
}

// joinWord takes one word as a code or as part of the name.
func (b *Book) joinWord(ctx Context, t *reading, i int, j *joining) {
	tok, word := t.tokens[i], t.words[i]
	raw := strings.ToUpper(t.text[tok.start:tok.end])
	switch {
	case j.in.Code == "" && isCode(raw) && ctx.Code != nil && ctx.Code(raw):
		j.in.Code = raw
	case strings.IndexFunc(word, unicode.IsNumber) >= 0:
		if j.in.UnknownCode == "" {
			j.in.UnknownCode = raw
		}
	case b.particles[word]:
		j.pending = append(j.pending, tok)
	case b.content[word] || b.keywords.has(word):
		j.talk = true
	default:
		for _, particle := range j.pending {
			j.add(t, particle)
		}
		if j.pending = nil; j.words == 0 || tok.start != j.end && t.text[j.end:tok.start] != "-" {
			j.words++
		}
		j.add(t, tok)
	}
}

// add puts a word to the name, with the hyphen or the nothing that was between it and the word before.
func (j *joining) add(t *reading, tok token) {
	if j.name.Len() > 0 && tok.start != j.end {
		if between := t.text[j.end:tok.start]; between == "-" {
			j.name.WriteString(between)
		} else {
			j.name.WriteByte(' ')
		}
	}
	j.name.WriteString(t.text[tok.start:tok.end])
	j.end = tok.end
}

// isCode tells whether a word is written like a code to join with: 5 to 8 letters of the vouchers' alphabet.
func isCode(word string) bool {
	return len(word) >= 5 && len(word) <= 8 && strings.Trim(word, codeAlphabet) == ""
}

// mostCodes is how many words of a text may be looked up as codes.
const mostCodes = 3

// Candidates lists the words of a text that are written like a code, in capitals and each once: those that [Context.Code] may be asked
// about. Ordinary texts have none, since codes have no vowels.
func Candidates(text string) (list []string) {
	t := read(text)
	for _, tok := range t.tokens {
		word := strings.ToUpper(t.text[tok.start:tok.end])
		if isCode(word) && !slices.Contains(list, word) && len(list) < mostCodes {
			list = append(list, word)
		}
	}
	return list
}

// lone takes a text that is an existing code and nothing else.
func lone(ctx Context, t *reading) (Intent, bool) {
	if len(t.tokens) != 1 || ctx.Code == nil {
		return Intent{}, false
	}
	word := strings.ToUpper(t.text[t.tokens[0].start:t.tokens[0].end])
	if !isCode(word) || !ctx.Code(word) {
		return Intent{}, false
	}
	return Intent{Command: Claim, How: HowExact, Code: word}, true
}
