package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word of a text: a run of letters and digits, or a single ideograph, since Chinese puts no spaces between words.
type token struct {
	word       string // folded
	start, end int    // where it stands in the clean text
}

// reading is a text made ready to be matched.
type reading struct {
	text   string  // clean
	tokens []token // its words
	words  []string
}

// read cleans a text and finds its words.
func read(text string) *reading {
	t := &reading{text: clean(text)}
	for i := 0; i < len(t.text); {
		end := wordEnd(t.text[i:])
		if end == 0 {
			_, n := utf8.DecodeRuneInString(t.text[i:])
			i += n
			continue
		}
		if word := fold(strings.Map(withoutApostrophe, t.text[i:i+end])); word != "" {
			t.tokens = append(t.tokens, token{word: word, start: i, end: i + end})
			t.words = append(t.words, word)
		}
		i += end
	}
	return t
}

// blank tells that there is nothing to read: no letter, sign or picture.
func (t *reading) blank() bool { return strings.TrimSpace(t.text) == "" }

// wordEnd is the length of the word that a text begins with, 0 if it begins with none. An apostrophe between letters is part of it.
func wordEnd(text string) int {
	end := 0
	for i, r := range text {
		switch {
		case unicode.Is(unicode.Han, r) && !unicode.Is(unicode.M, r):
			if end == 0 {
				return utf8.RuneLen(r)
			}
			return end
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) && end > 0:
			end = i + utf8.RuneLen(r)
		case isApostrophe(r) && end == i && end > 0 && letterFollows(text[i+utf8.RuneLen(r):]):
		default:
			return end
		}
	}
	return end
}

func letterFollows(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r)
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == '‘' || r == '`' || r == '´' || r == 'ʼ' || r == '′'
}

func withoutApostrophe(r rune) rune {
	if isApostrophe(r) {
		return -1
	}
	return r
}

// split cuts the first word after so many bytes of it. Digits that are cut off are as long in the clean text.
func (t *reading) split(at int) *reading {
	whole := t.tokens[0]
	tail := token{word: whole.word[at:], start: whole.end - len(whole.word[at:]), end: whole.end}
	front := token{word: whole.word[:at], start: whole.start, end: tail.start}
	return &reading{
		text:   t.text,
		tokens: append([]token{front, tail}, t.tokens[1:]...),
		words:  append([]string{front.word, tail.word}, t.words[1:]...),
	}
}

// spelt is a short text of several words as one: S.A.L.D.O, SAL🙂DO. "" if it is not short.
func (t *reading) spelt() string {
	if len(t.words) < 2 || len(t.words) > 16 {
		return ""
	}
	return joined(t.words)
}

// rest is the clean text from word i on, without the signs that lead to an argument ("NOMBRE: Ana").
func (t *reading) rest(i int) string {
	start := 0
	if i > 0 {
		start = t.tokens[i-1].end
	}
	return strings.TrimSpace(strings.TrimLeft(t.text[start:], " :=,;"))
}

// asks tells whether the text is a question.
func (t *reading) asks() bool { return strings.ContainsAny(t.text, "?¿？") }

func isIdeograph(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.Is(unicode.Han, r)
}
