package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds the work on one text. Twilio takes 1,600 characters a message (error 21617); what comes after is not matched.
const maxRunes = 1600

// clean is a text as arguments are read from it: NFKC, so １ and 1️⃣ are 1, without what cannot be seen (zero-width, bidi and control
// characters, variation selectors), and with symbols that NFKC would turn into letters (™, ℹ️) as spaces. At most maxRunes runes.
func clean(text string) string {
	if plain(text) {
		return text[:min(len(text), maxRunes)]
	}
	text = strings.ToValidUTF8(head(text), " ")
	return head(norm.NFKC.String(strings.Map(visible, withoutSymbols(text))))
}

// plain tells whether a text is printable ASCII, which is clean as it is.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// head is the first maxRunes runes of a text.
func head(text string) string {
	n := 0
	for i := range text {
		if n == maxRunes {
			return text[:i]
		}
		n++
	}
	return text
}

// withoutSymbols replaces what is a picture to people and letters to NFKC: a letterlike symbol, a character that asks to be shown as
// emoji (U+FE0F; a digit with it is a keycap and stays) and the squared ideographs. №, Nº and the like become a space too.
func withoutSymbols(text string) string {
	runes := []rune(text)
	for i, r := range runes {
		emoji := i+1 < len(runes) && runes[i+1] == 0xFE0F && r > 0x7f
		letterlike := r >= 0x2100 && r <= 0x214F && unicode.Is(unicode.So, r)
		squared := r >= 0x1F100 && r <= 0x1F2FF && !unicode.Is(squaredLetters, r)
		ordinal := r == 'º' && i > 0 && (runes[i-1] == 'n' || runes[i-1] == 'N')
		switch {
		case emoji || letterlike || squared || ordinal:
			runes[i] = ' '
		case r == '´': // NFKC makes it a space and a mark
			runes[i] = '\''
		}
	}
	return string(runes)
}

// squaredLetters are A to Z in squares and circles: fancy writing, not pictures.
var squaredLetters = &unicode.RangeTable{R32: []unicode.Range32{
	{Lo: 0x1F110, Hi: 0x1F129, Stride: 1}, {Lo: 0x1F130, Hi: 0x1F149, Stride: 1},
}}

// visible drops what cannot be seen, for strings.Map.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Me, unicode.Variation_Selector), r == 0x034F:
		return -1
	}
	return r
}

// fold is a word as words are compared: NFKC without what cannot be seen, in one case, without accents. It is idempotent.
func fold(word string) string {
	if plain(word) {
		return strings.ToLower(word)
	}
	// Small letters may decompose again (ΐ), hence twice. Not cases.Fold: it turns the small letters of Cherokee into capitals.
	return norm.NFC.String(bare(oneCase.Replace(strings.ToLower(bare(word)))))
}

// oneCase is what full case folding does beyond small letters (https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt), as far
// as it is met in texts.
var oneCase = strings.NewReplacer("ß", "ss", "ς", "σ")

// bare decomposes a word and drops its marks.
func bare(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return visible(r)
	}, norm.NFKD.String(word))
}
